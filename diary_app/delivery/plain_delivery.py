"""`diary send FILE --tus URL`: a clip goes to a tus server that is no portal, and no receipt comes back.

It is prepared as for the portal, but beside the library's own way: the catalogue is only read, so the clip stays "saved
on this computer", and nothing here makes the app send it anywhere. What a restart needs lies among the renditions under
names that begin as the clip's own do, so that they go with the clip when that is binned; all of it is removed when the
delivery is whole. Blocking; one thread.
"""

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from diary_app.clip import Clip, Kind, Rendition
from diary_app.delivery.courier import parcel_of
from diary_app.editing.files import sha256
from diary_app.editing.finish import Asked
from diary_app.editing.render_child import render_apart
from diary_app.errors import Refused
from diary_app.folders import Folders
from upload.address import origin_of
from upload.attempt import Parcel
from upload.errors import (
    Damage,
    DeliveryError,
    FileChanged,
    ForeignAddress,
    NoConnection,
    NotAPortal,
    OutOfStep,
    PortalBusy,
    PortalFull,
    TimedOut,
    Unfaithful,
    UnsafeAddress,
    World,
    WrongCertificate,
)
from upload.files import locked, write_whole
from upload.plain import Kept, PlainLine, hand_over, private_token
from upload.retry import pause_s
from upload.transport import Transport

log = logging.getLogger(__name__)

ENDINGS = {Kind.VIDEO: ".mp4", Kind.SOUND: ".m4a"}


class PlainDelivery:
    """One clip on its way to one tus server. clip: with the title and the preset that are wanted this time.

    clock: monotonic seconds; sleep: wait so many; random: 0 <= x < 1.
    """

    def __init__(
        self,
        folders: Folders,
        clip: Clip,
        url: str,
        *,
        token_file: Path | None,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        random: Callable[[], float],
    ) -> None:
        self._url = with_scheme(url)
        self._token_file = token_file
        self._clip = clip
        mark = hashlib.sha256(repr(clip.recipe).encode()).hexdigest()[:12]
        self._made = folders.renditions / f"{clip.clip_id}.made-{mark}{ENDINGS[clip.sent_kind]}"
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._held = 0

    @property
    def place(self) -> str:
        """Scheme, host and port of the server."""
        return str(origin_of(self._url))

    def run(self, *, patience_s: float) -> int:
        """Prepare and deliver; returns how many bytes the server holds now, which is the whole file.

        patience_s: how long to go on while the server cannot be reached; 0 makes one attempt. Raises Refused, EditError
        and DeliveryError: the same call again goes on where this one stopped.
        """
        with self._alone():
            rendition = self._rendition()
            note = _Note(self._made, self._url, rendition.sha256)
            self._deliver(self._parcel(rendition), note, ends=self._clock() + patience_s)
            note.remove()
            self._made.unlink(missing_ok=True)
        return rendition.bytes

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two processes would send one file twice."""
        lock = self._made.with_name(f"{self._clip.clip_id}.made.lock")
        with locked(lock, give_up=lambda: True) as held:
            if not held:
                raise Refused("This file is being sent already. Wait until that has ended.")
            yield
        with contextlib.suppress(PermissionError):  # Windows: not while another process tries it
            lock.unlink(missing_ok=True)

    def _rendition(self) -> Rendition:
        """What was prepared before a restart, or a new one: bytes that differ could not go on with an upload."""
        clip, made = self._clip, self._made
        if made.exists():
            return Rendition(made, sha256(made), made.stat().st_size, clip.kept_seconds)
        return render_apart(clip.take, made, keep=clip.keep, preset=clip.about.preset, asked=Asked.of(clip))

    def _parcel(self, rendition: Rendition) -> Parcel:
        """The title names the file: what it was called here may name somebody."""
        parcel = parcel_of(self._clip, rendition)
        title = parcel.facts["title"].replace("/", "-").replace("\\", "-")
        return replace(parcel, facts={**parcel.facts, "filename": f"{title}{rendition.path.suffix}"})

    def _deliver(self, parcel: Parcel, note: "_Note", *, ends: float) -> None:
        attempts = 0
        while True:
            before = self._held
            try:
                return self._attempt(parcel, note)
            except World as error:
                log.warning("not handed over yet: %s", type(error).__name__)
                if self._clock() >= ends:
                    raise
                attempts = 1 if self._held > before else attempts + 1
                pause = pause_s(attempts, random=self._random, retry_after_s=error.retry_after_s)
            self._sleep(pause)

    def _attempt(self, parcel: Parcel, note: "_Note") -> None:
        token = None if self._token_file is None else private_token(self._token_file)
        with Transport(self._url) as transport:
            line = PlainLine(transport, self._url, token=token)
            hand_over(line, parcel, kept=note.read(), keep=note.write, holds=self._note_held)

    def _note_held(self, held: int) -> None:
        self._held = max(held, self._held)


class _Note:
    """Where an unfinished upload goes on: a small file beside the prepared one, for one address and these bytes."""

    def __init__(self, made: Path, url: str, digest: str) -> None:
        key = hashlib.sha256(f"{url}\n{digest}".encode()).hexdigest()[:16]
        self._path = made.with_suffix(f".{key}.json")

    def read(self) -> Kept | None:
        """What an earlier attempt left, if anything that makes sense."""
        try:
            value = json.loads(self._path.read_bytes())
            return Kept(str(value["address"]), int(value["most"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, kept: Kept | None) -> None:
        """Keep it, or forget it. A full disk costs the resuming, not the delivery."""
        try:
            if kept is None:
                self.remove()
            else:
                write_whole(self._path, json.dumps(asdict(kept)).encode())
        except OSError:
            log.exception("where this upload goes on could not be written down")

    def remove(self) -> None:
        """Forget it, and what a kill left of writing it; quiet where there is none. Raises OSError."""
        for path in (self._path, *self._path.parent.glob(f".{self._path.name}.*")):
            path.unlink(missing_ok=True)


def check_place(url: str, token_file: Path | None) -> None:
    """Raise DeliveryError where the address or the token file is no good: before anything is copied or prepared."""
    origin_of(with_scheme(url))
    if token_file is not None:
        private_token(token_file)


def with_scheme(typed: str) -> str:
    """An address as a person types it: https unless they wrote otherwise."""
    text = typed.strip()
    return text if "://" in text else f"https://{text}"


# -- words --------------------------------------------------------------------------------------------------------

_SENTENCES: tuple[tuple[type[DeliveryError], str], ...] = (
    (NoConnection, "There is no connection to {place}."),
    (TimedOut, "{place} did not answer in time."),
    (PortalBusy, "{place} is busy just now."),
    (PortalFull, "{place} has no room just now."),
    (NotAPortal, "What answered at {place} is no tus server. Check the address, and that this Wi-Fi lets you in."),
    (ForeignAddress, "{place} pointed to another place, so nothing was sent there."),
    (WrongCertificate, "{place} could not prove that it is the real one, so nothing was sent."),
    (Unfaithful, "{place} did not keep what was sent, or claims to have what was not sent."),
    (OutOfStep, "Files cannot be sent to this address of {place}. Check it."),
    (Damage, "{place} says that the file was damaged on its way."),
    (FileChanged, "The prepared copy of this file was changed or removed on this computer."),
)
_GOES_ON = "Your recording is safe, and the same command again goes on with it."


def said(error: DeliveryError, url: str) -> str:
    """What went wrong at url, as one or two plain sentences; the errors' own words promise what only a portal does."""
    if isinstance(error, UnsafeAddress):
        return "This address is not safe, so nothing was sent. It should begin with https://, and name no user."
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return f"{sentence.format(place=origin_of(with_scheme(url)))} {_GOES_ON}"
    return error.sentence
