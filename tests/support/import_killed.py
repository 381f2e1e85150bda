"""Kills the import of a rescue folder at one line after another, and imports the folder again each time. Linux alone.

`python -m tests.support.import_killed DATA FOLDER STRIDE`, with DIARY_PORTAL_DATA and DJANGO_SETTINGS_MODULE in the
environment: a line of JSON on stdout for each kill, what the second import found. Django is loaded once; every import
is a child that is forked off, so that the death of one is a death.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import TraceFunction

KILLED = 9
WATCHED = ("portal/rescue.py", "portal/intake/store.py", "portal/intake/entries.py", "portal/files.py")
"""The files at whose lines it is killed: all that is done for a clip once the folder is open."""
PERSON = "carer"


def main(data: Path, folder: Path, stride: int) -> None:
    """Kill at every stride-th line."""
    import django

    django.setup()
    for name in ("django_tasks_db.models", "portal.rescue"):
        import_module(name)  # once, for all the children
    untouched = data.with_name("untouched")
    _in_a_child(_make_account)
    shutil.copytree(data, untouched)
    at = 0
    while True:
        at += stride
        shutil.rmtree(data)
        shutil.copytree(untouched, data)
        status = _in_a_child(partial(_import_until, folder, at))
        if status != KILLED:
            return  # the import has fewer lines, and it ended
        _in_a_child(partial(_import_again, folder))


def _in_a_child(work: Callable[[], None]) -> int:
    """Run it in a process of its own; returns its exit status."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
            sys.stdout.flush()
        finally:
            os._exit(1 if sys.exc_info()[0] else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _make_account() -> None:
    from django.contrib.auth.models import User

    User.objects.create_user(PERSON)


def _import_until(folder: Path, last: int) -> None:
    """Import, and die when so many lines were run."""
    left = last

    def at_line(frame: FrameType, event: str, about: object) -> "TraceFunction | None":
        nonlocal left
        left -= event == "line"
        if left < 0:
            os._exit(KILLED)
        return at_line

    def at_call(frame: FrameType, event: str, about: object) -> "TraceFunction | None":
        return at_line if frame.f_code.co_filename.endswith(WATCHED) else None

    sys.settrace(at_call)
    _import(folder)
    sys.settrace(None)


def _import(folder: Path) -> list[str]:
    from django.contrib.auth.models import User

    from portal.rescue import OUR_INDEX, import_folder, words_for_us

    owner = User.objects.get(username=PERSON)
    found = import_folder(folder, words_for_us(folder) or "", owner, index=OUR_INDEX)
    assert not found.refused, found.refused
    return found.received + found.already


def _import_again(folder: Path) -> None:
    """As the person does who saw the computer go off; then the server starts."""
    from django.conf import settings
    from django_tasks_db.models import DBTaskResult

    from portal.intake import store
    from portal.intake.disk import sha256
    from portal.models import Clip, Event, Upload

    found = _import(folder)
    store.recover()
    said = {
        "found": found,
        "clips": [clip.sha256 for clip in Clip.objects.all()],
        "films": [sha256(path) for path in Path(settings.MEDIA).iterdir()],
        "uploads": [upload.received for upload in Upload.objects.all()],
        "events": [event.what for event in Event.objects.all()],
        "checks": DBTaskResult.objects.count(),
        "left": [path.name for path in Path(settings.INCOMING).iterdir()],
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
