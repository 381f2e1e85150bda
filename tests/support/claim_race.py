"""A moderator in a process of its own, for races: does what it is told on stdin, and answers with a line of JSON.

`python -m tests.support.claim_race NAME`, with DIARY_PORTAL_DATA and DJANGO_SETTINGS_MODULE in the environment.
"""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from portal import home

if TYPE_CHECKING:
    from django.contrib.auth.models import User

REPOSITORY = Path(__file__).resolve().parents[2]
END_S = 30


class Racer:
    """The tests' side of one such process."""

    def __init__(self, data: Path, name: str) -> None:
        environment = {**os.environ, home.DATA_VARIABLE: str(data), "DJANGO_SETTINGS_MODULE": "portal.settings"}
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.claim_race", name],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, *words: str) -> None:
        """Give an order, and do not wait."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        """Wait for what came of the last order."""
        assert self._process.stdout is not None
        return str(json.loads(self._process.stdout.readline()))

    def ask(self, *words: str) -> str:
        """Give an order, and wait for what comes of it."""
        self.tell(*words)
        return self.answer()

    def __enter__(self) -> "Racer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            assert self._process.wait(END_S) == 0 or kind is not None
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()


def main(name: str) -> None:
    """Obey until stdin ends."""
    import django

    django.setup()
    orders = _orders(name)
    say("ready")
    for line in sys.stdin:
        order, *more = line.split()
        say(orders[order](*more))


def _orders(name: str) -> dict[str, Callable[..., str]]:
    """What may be told, once Django is set up."""
    from django.contrib.auth.models import User

    from portal import moderation
    from portal.models import Claim, Clip, Event
    from tests.support.portal_people import make_clip

    me, _ = User.objects.get_or_create(username=name)

    def make(number: str) -> str:
        """A clip that waits; answers with its id."""
        return str(make_clip(me, home.data_folder(), media_name=f"{number}.mp4", poster_name="").pk)

    def look_at(clip_id: str) -> str:
        moderation.look_at(Clip.objects.get(pk=clip_id), me)
        return Claim.objects.get(clip_id=clip_id).moderator.username

    def claim(clip_id: str) -> str:
        return str(Claim.objects.get(clip_id=clip_id).pk)

    def decide(clip_id: str, order: str, *more: str) -> str:
        clip = Clip.objects.get(pk=clip_id)
        try:
            if order == "publish":
                moderation.publish(clip, me)
            else:
                moderation.take_over(clip, me, claim_id=int(more[0]))
        except moderation.ModerationRefused as refused:
            return str(refused)
        return "done"

    def history(clip_id: str) -> str:
        events = Event.objects.filter(clip_id=clip_id).select_related("actor")
        return " ".join(f"{event.what}:{event.actor}" for event in events)

    moderators: dict[str, Callable[..., str]] = {
        "make": make,
        "look_at": look_at,
        "claim": claim,
        "decide": decide,
        "history": history,
    }
    return {**moderators, **_deliveries(), **_people(me)}


def _deliveries() -> dict[str, Callable[..., str]]:
    """What an app does that asks this process and another one at the same moment."""
    from django.contrib.auth.models import User

    from portal.intake import limits, store
    from portal.intake.metadata import ClipFacts
    from portal.models import Upload
    from tests.support.portal_people import WHEN

    def announce(owner: str, number: str, length: str) -> str:
        """Answers with the delivery's id, or with the name of a refusal."""
        facts = ClipFacts(clip_of(number), "0" * 64, "video/mp4", "A walk", "staff", 1.0, WHEN, ())
        try:
            return str(store.create(User.objects.get(username=owner), facts, int(length)).pk)
        except limits.OverLimit as refused:
            return refused.error

    def enter(number: str) -> str:
        """Whatever is whole of it, into the queue; answers with its id."""
        store.enter_queue(Upload.objects.get(clip_id=clip_of(number)))
        return str(clip_of(number))

    return {"announce": announce, "enter": enter}


def _people(me: "User") -> dict[str, Callable[..., str]]:
    """A speaker who withdraws, and moderators at one comment."""
    from portal import comments, moderation
    from portal.models import Clip, Comment, CommentClaim
    from tests.support.portal_people import WHEN

    def withdraw(clip_id: str) -> str:
        moderation.withdraw_with_slip(Clip.objects.get(pk=clip_id))
        return "withdrawn"

    def say(clip_id: str) -> str:
        """A comment on a published clip; answers with its id."""
        return str(Comment.objects.create(clip_id=clip_id, day=WHEN.date(), text="Well said.", code=clip_id).pk)

    def read(comment_id: str) -> str:
        comments.look_at(Comment.objects.get(pk=comment_id), me)
        return CommentClaim.objects.get(comment_id=int(comment_id)).moderator.username

    def approve(comment_id: str) -> str:
        try:
            comments.approve(Comment.objects.get(pk=comment_id), me)
        except comments.CommentRefused as refused:
            return str(refused)
        return "done"

    return {"withdraw": withdraw, "say": say, "read": read, "approve": approve}


def clip_of(number: str) -> uuid.UUID:
    """The same clip in every process."""
    return uuid.uuid5(uuid.NAMESPACE_URL, number)


def say(words: str) -> None:
    """One answer."""
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
