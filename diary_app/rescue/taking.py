"""Clips onto the stick: sealed, synced, read back and compared, and only then given their folder's final name.

The clips stay where they are. Caller's thread; waits for the stick.
"""

import contextlib
import errno
import hashlib
import logging
import secrets
import shutil
import string
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from diary_app import phrases
from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Goes
from diary_app.editing.files import sync_folder
from diary_app.editing.progress import Meter
from diary_app.errors import Refused
from diary_app.rescue.age import CHUNK, KEY_WORK, WORDS_WORK, Sealer, sealed_bytes, unseal
from diary_app.rescue.errors import Damaged, StickFailed, cannot_write
from diary_app.rescue.index import MOST_CLIPS, SUFFIX, PackedClip, SealedFile, write_index, write_portal_index
from diary_app.rescue.model import Plan, Taken
from diary_app.rescue.parts import PART_BYTES, PartReader, PartWriter, part_name
from diary_app.rescue.recipient import sealed_for

log = logging.getLogger(__name__)

UNFINISHED = "Diary rescue (not finished)"
"""What the folder is called until all of it is there and was read back."""
READ_ME, INDEX = "READ ME.txt", "index.age"
FOR_PORTAL, PORTAL_INDEX = "portal.age", "portal-index.age"
"""What opens the portal's own index, sealed to its key; and that index, which holds finished clips and no recording."""
READ_ME_TEXT = """\
This folder holds diary clips that have not been sent yet.
They are locked: without six words, which are not on this memory stick, {nobody} can see or hear them.

If you found this memory stick: please give it back to whoever lost it. You cannot open it.

To bring the clips to another computer that has the Diary app:
open the app, press Help, press "Bring clips here", choose this folder and type the six words.

To bring them straight to the portal: give this folder to the person who runs it. {portal}
On the portal's computer they type: diary portal import FOLDER --user NAME

Keep every file of this folder as it is.
For experts: the files are in the age format, version 1. docs/rescue.md in the app's source describes them.
"""
NOBODY, NOBODY_ELSE = "nobody", "nobody but the portal"
TELL_THEM = "Tell them the six words yourself."
BY_ITSELF = "It opens there without the words."
PORTAL_LETTERS = 48
"""So many random letters open the portal's index."""
SLACK_BYTES = 1_000_000
FILE_SLACK_BYTES = 64 * 1024
"""A stick gives each file whole blocks, and wants some room of its own."""
WRITING = 0.75
"""Of all the time, the share of writing; the rest is reading back."""


class _Unreadable(Exception):
    """A file of our own cannot be read on this computer."""


def plan(catalogue: Catalogue) -> Plan:
    """Every clip that the portal has no receipt for, oldest first. Looks at the disk; quick."""
    waiting = [clip for clip in reversed(catalogue.clips()) if clip.receipt is None]
    clips = tuple(clip for clip in waiting if clip.seconds is not None and clip.take.is_file())[:MOST_CLIPS]
    taken = {clip.clip_id for clip in clips}
    return Plan(clips, _room_for(clips), tuple(clip.title for clip in waiting if clip.clip_id not in taken))


def _files(clip: Clip) -> list[Path]:
    return [clip.take] if clip.rendition is None else [clip.take, clip.rendition.path]


def _room_for(clips: Sequence[Clip]) -> int:
    sizes = [path.stat().st_size for clip in clips for path in _files(clip) if path.is_file()]
    return SLACK_BYTES + sum(sealed_bytes(size) + FILE_SLACK_BYTES for size in sizes)


def take(
    catalogue: Catalogue,
    out: Path,
    passphrase: str,
    *,
    now: datetime,
    meter: Meter,
    recipient: str = "",
    part_bytes: int = PART_BYTES,
) -> Taken:
    """Put every unsent clip into a new folder under `out`, whole or not at all; now: local time, for its name.

    recipient: the portal's public key, which opens the folder without the passphrase; empty: nobody's does.
    Raises Refused with a sentence, EditStopped, and NoRecipient; nothing is left on the stick then.
    """
    planned = plan(catalogue)
    if not planned.clips:
        raise Refused("Every clip on this computer has arrived at the portal. There is nothing to take.")
    _check_room(out, planned)
    draft = out / UNFINISHED
    try:
        _clear(draft)  # a stick that was pulled out has an old one
        draft.mkdir(mode=0o700)
    except OSError as error:
        raise cannot_write(error) from error
    try:
        packed = _Packer(catalogue, draft, planned, meter, part_bytes).pack(passphrase, recipient)
        final = _publish(draft, out, now)
    except BaseException:
        with contextlib.suppress(OSError):
            _clear(draft)
        raise
    taken = {each.clip_id for each in packed}
    left_out = planned.left_out + tuple(clip.title for clip in planned.clips if clip.clip_id not in taken)
    log.info("%d clips are on a memory stick, %d were left out", len(packed), len(left_out))
    return Taken(final, len(packed), sum(each.bytes for each in packed), left_out)


def _check_room(out: Path, planned: Plan) -> None:
    try:
        free = shutil.disk_usage(out).free
    except OSError as error:
        raise cannot_write(error) from error
    if free < planned.bytes:
        raise StickFailed(
            f"There is room for {phrases.size(free)} on this memory stick, and your clips need "
            f"{phrases.size(planned.bytes)}. Your recordings are safe on this computer. Use a larger one."
        )


def _publish(draft: Path, out: Path, now: datetime) -> Path:
    name = f"Diary rescue {now:%Y-%m-%d %H.%M}"
    try:
        final, again = out / name, 1
        while final.exists():
            again += 1
            final = out / f"{name} ({again})"
        _sync_names(draft)
        draft.rename(final)
        _sync_names(out)
    except OSError as error:
        raise cannot_write(error) from error
    return final


def _sync_names(folder: Path) -> None:
    """Some systems of files (a share on a network, for one) have no such call, and every file is synced already."""
    try:
        sync_folder(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


def _clear(draft: Path) -> None:
    """Remove an unfinished folder. Raises OSError."""
    if draft.is_symlink():
        draft.unlink()
    elif draft.exists():
        shutil.rmtree(draft)


class _Packer:
    """One filling of one folder."""

    def __init__(self, catalogue: Catalogue, draft: Path, planned: Plan, meter: Meter, part_bytes: int) -> None:
        self._catalogue, self._draft, self._planned = catalogue, draft, planned
        self._writing, self._reading = meter.part(0.0, WRITING), meter.part(WRITING, 1.0)
        self._meter, self._part_bytes = meter, part_bytes
        self._total = max(
            1, sum(path.stat().st_size for clip in planned.clips for path in _files(clip) if path.exists())
        )
        self._written = self._read = 0
        self._count = 0

    def pack(self, passphrase: str, recipient: str) -> list[PackedClip]:
        """Write everything, read everything; returns what is there."""
        packed = [made for clip in self._planned.clips if (made := self._pack(clip)) is not None]
        if not packed:
            raise Refused(
                "None of your clips can be read on this computer, so nothing was copied. Please tell your IT team."
            )
        plain, indexes = {READ_ME: _read_me(recipient)}, {INDEX: (write_index(packed), passphrase, WORDS_WORK)}
        if recipient:
            key = "".join(secrets.choice(string.ascii_lowercase) for _ in range(PORTAL_LETTERS))
            plain[FOR_PORTAL] = sealed_for(recipient, key.encode())
            indexes[PORTAL_INDEX] = write_portal_index(packed), key, KEY_WORK
        for name, (content, key, work) in indexes.items():
            self._write(name, iter([content]), key, work=work)
        for name, content in plain.items():
            with PartWriter(self._draft, name, tick=self._meter.check) as file:
                file.write(content)
        self._meter.check()
        for file_packed in (file for each in packed for file in each.files):
            self._compare(file_packed)
        for name, (content, key, _work) in indexes.items():
            if b"".join(self._unsealed(name, key)) != content:
                raise _not_the_same()
        for name, content in plain.items():
            with PartReader(self._draft, name) as found:
                if found.read(len(content) + 1) != content:
                    raise _not_the_same()
        return packed

    def _pack(self, clip: Clip) -> PackedClip | None:
        """None where the recording cannot be read."""
        try:
            sealed = self._seal(clip.take)
        except _Unreadable:
            log.warning("the take of %s cannot be read and is left out", clip.clip_id, exc_info=True)
            return None
        rendition = self._seal_rendition(clip)
        return PackedClip(
            clip_id=clip.clip_id,
            kind=clip.kind,
            created_at=clip.created_at,
            seconds=clip.seconds or 0.0,
            keep=clip.keep,
            about=clip.about,
            wanted=clip.wanted,
            held=clip.delivery.goes is Goes.HELD,
            report=self._catalogue.report(clip.clip_id),
            take=sealed,
            rendition=rendition,
            rendition_seconds=clip.rendition.seconds if clip.rendition and rendition else 0.0,
            names_said=clip.names_said,
            sending=clip.sending,
        )

    def _seal_rendition(self, clip: Clip) -> SealedFile | None:
        """The finished file too, if it is the one that the catalogue means; the take alone is enough."""
        if clip.rendition is None:
            return None
        try:
            sealed = self._seal(clip.rendition.path)
        except _Unreadable:
            return None
        if sealed.sha256 == clip.rendition.sha256:
            return sealed
        self._drop(sealed.name)
        return None

    def _seal(self, path: Path) -> SealedFile:
        self._count += 1
        name, key = f"{self._count:04}.age", secrets.token_urlsafe(24)
        digest, size = hashlib.sha256(), 0

        def plain() -> Iterator[bytes]:
            nonlocal size
            for block in _blocks(path):
                digest.update(block)
                size += len(block)
                self._written += len(block)
                self._writing.report(min(1.0, self._written / self._total))
                yield block

        try:
            self._write(name, plain(), key, work=KEY_WORK)
        except _Unreadable:
            self._drop(name)
            raise
        suffix = path.suffix.lower()
        known = suffix if SUFFIX.fullmatch(suffix) else ".mp4"
        return SealedFile(name, key, size, digest.hexdigest(), known)

    def _write(self, name: str, plain: Iterator[bytes], passphrase: str, *, work: int) -> None:
        with PartWriter(self._draft, name, tick=self._meter.check, part_bytes=self._part_bytes) as file:
            sealer = Sealer(file.write, passphrase, work=work)
            for block in plain:
                sealer.add(block)
            sealer.finish()

    def _drop(self, name: str) -> None:
        number = 1
        try:
            while (part := self._draft / part_name(name, number)).exists():
                part.unlink()
                number += 1
        except OSError as error:
            raise cannot_write(error) from error

    def _compare(self, file: SealedFile) -> None:
        digest = hashlib.sha256()
        for block in self._unsealed(file.name, file.key):
            digest.update(block)
            self._read += len(block)
            self._reading.report(min(1.0, self._read / self._total))
        if digest.hexdigest() != file.sha256:
            raise _not_the_same()

    def _unsealed(self, name: str, passphrase: str) -> Iterator[bytes]:
        try:
            with PartReader(self._draft, name) as file:
                yield from unseal(file.read, passphrase)
        except Damaged as error:
            raise _not_the_same() from error


def _read_me(recipient: str) -> bytes:
    nobody, portal = (NOBODY_ELSE, BY_ITSELF) if recipient else (NOBODY, TELL_THEM)
    text = READ_ME_TEXT.format(nobody=nobody, portal=portal)
    return text.replace("\n", "\r\n").encode()


def _not_the_same() -> StickFailed:
    return StickFailed(
        "This memory stick does not keep what is written on it. Your recordings are safe on this computer. "
        "Use another one."
    )


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(CHUNK):
                yield block
    except OSError as error:
        raise _Unreadable(path.name) from error
