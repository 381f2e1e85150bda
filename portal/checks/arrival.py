"""Checking a clip that came in: runs the probe in a child process and writes down what it found. Worker thread.

Where the clip itself takes the place of its small copy meanwhile, what was found in the copy counts for nothing.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal import files, words
from portal.checks.verdict import Verdict
from portal.intake.disk import StoreError, sha256, sync_file
from portal.models import Clip, Deed, Event, Stage

WALL_S = 120
SMALL_UNPLAYABLE = "The small copy cannot be played. The full one is on its way."
ATTEMPTS = 2
"""A child that dies may have been unlucky; one that dies twice has met a file that nobody should open."""


def check(clip_id: str) -> None:
    """Check a clip once; a clip that was checked, or is gone, is left alone."""
    clip = Clip.objects.filter(clip_id=clip_id, checked_at=None).first()
    if clip is None:
        return
    try:
        verdict = look_at(clip)
    except StoreError:
        if Clip.objects.filter(pk=clip.pk, media_name=clip.media_name).exists():
            raise
        return  # the file's place was taken
    if not _record(clip, verdict) and verdict.poster:
        files.posters().remove(poster_name(clip))


def look_at(clip: Clip) -> Verdict:
    """What the probe says; a poster that it drew gets its place.

    Raises StoreError where the portal cannot read its own files: no fault of the clip, which is looked at later.
    """
    draft = Path(settings.INCOMING) / f"{Path(clip.media_name).stem}.poster.part"
    try:
        with files.media().local(clip.media_name) as path:
            for _ in range(ATTEMPTS):
                verdict = _run_probe(path, kind="video" if clip.is_video else "sound", poster=draft)
                if verdict is not None:
                    if verdict.poster:
                        sync_file(draft)
                        files.posters().keep(draft, poster_name(clip), sha256=sha256(draft))
                    return verdict
    finally:
        draft.unlink(missing_ok=True)
    return Verdict(reason="CANNOT_PLAY")


def poster_name(clip: Clip) -> str:
    """The name of its still picture."""
    return f"{Path(clip.media_name).stem}.jpg"


def _run_probe(media: Path, *, kind: str, poster: Path) -> Verdict | None:
    """Run the child; None where it died or took too long. Its own session: a Ctrl-C in the terminal is not for it."""
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "portal.checks.probe", str(media), kind, str(poster)],
            cwd=Path(__file__).resolve().parents[2],
            env=keep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_S,
            check=True,
            start_new_session=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    return Verdict(**json.loads(done.stdout))


def _record(clip: Clip, verdict: Verdict) -> bool:
    """Write what was found; a file that does not play goes back to its speaker with a sentence.

    A small copy that does not play goes nowhere: the clip itself is still to come. False where it was too late.
    """
    sentence = str(getattr(words, verdict.reason)) if verdict.reason else ""
    goes_back = bool(sentence) and clip.whole
    found: dict[str, object] = {
        "checked_at": timezone.now(),
        "playable": not verdict.reason,
        "measured_seconds": verdict.seconds,
        "width": verdict.width,
        "height": verdict.height,
        "poster_name": poster_name(clip) if verdict.poster else "",
    }
    if goes_back:
        found |= {"stage": Stage.SENT_BACK, "note": sentence}
    with transaction.atomic():
        if not Clip.objects.filter(pk=clip.pk, checked_at=None, media_name=clip.media_name).update(**found):
            return False
        if sentence and not clip.whole:
            Event.objects.create(clip=clip, what=Deed.NOTE, note=SMALL_UNPLAYABLE)
        else:
            Event.objects.create(clip=clip, what=Stage.SENT_BACK if goes_back else Deed.CHECKED, note=sentence)
    return True
