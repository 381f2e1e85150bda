"""Clips from a rescue folder (docs/rescue.md) into the queue, exactly as if they had been delivered. Blocks.

The same checks, the same clip ids, the same receipt: what has been delivered already, or is delivered afterwards, is
one clip. Only finished clips can come: those whose speaker pressed Send, and whose rendition is in the folder.
"""

import base64
import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from portal import home, words
from portal.intake import store
from portal.intake.disk import NoRoom, StoreError, disk_errors
from portal.intake.metadata import BadMetadata, ClipFacts, read_facts
from portal.models import Clip, Upload
from portal.sealed import Broken, SealError, WrongWords, opened, unsealed

FORMAT, VERSION = "diary rescue", 3
INDEX = "index.age"
FOR_US, OUR_INDEX = "portal.age", "portal-index.age"
"""What opens our own index, sealed to our key; and that index: of finished clips, and of no recording."""
UNFINISHED = "Diary rescue (not finished)"
"""What the app calls a folder until all of it is there."""
MOST_INDEX_BYTES = 16_000_000
FILETYPES = {"video": "video/mp4", "sound": "audio/mp4"}
VOICE_ONLY = ("video", "voice_only")
"""A film that goes out without its picture."""
NO_SENSE = "This folder is damaged, or was not made by the app."


@dataclass(slots=True)
class Imported:
    """What became of the clips of a folder; titles, or titles with a sentence."""

    received: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    """They need a computer with the app: not sent by their speaker, on hold, or without a rendition yet."""
    refused: list[str] = field(default_factory=list)


def find_folder(chosen: Path) -> Path:
    """The rescue folder: the chosen one, or the only one in it (a memory stick). Raises SealError with a sentence."""
    if os.path.lexists(chosen / INDEX):
        return chosen
    try:
        inside = sorted(path for path in chosen.iterdir() if path.name != UNFINISHED and (path / INDEX).is_file())
    except OSError as error:
        raise Broken(f"{chosen} cannot be read: {error.strerror or error}.") from error
    match inside:
        case [found]:
            return found
        case []:
            raise Broken("There are no clips in this folder. Choose the one whose name begins with “Diary rescue”.")
        case _:
            raise Broken(f"There are several rescue folders here. Choose one of them: {', '.join(map(str, inside))}")


def words_for_us(folder: Path) -> str | None:
    """What opens OUR_INDEX, sealed to this portal's key; None where there is none. Raises SealError with a sentence.

    It is tried like typed words: nothing on a stick is believed.
    """
    if not os.path.lexists(folder / FOR_US):
        return None
    identity = home.rescue_identity(settings.DATA)
    if identity is None:
        return None
    try:
        return opened(folder, FOR_US, identity).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise Broken(NO_SENSE) from error


def import_folder(folder: Path, typed: str, owner: User, *, index: str = INDEX) -> Imported:
    """Put every finished clip of a folder into the queue, in the owner's name. Raises SealError with a sentence.

    index: the one that `typed` opens.
    """
    passphrase = "-".join(re.findall("[a-z]+", typed.lower()))
    result = Imported()
    for clip in _read_index(folder, index, passphrase):
        title = " ".join(str(clip.get("title", "")).split())[:200] or "A clip without a title"
        rendition = clip.get("rendition")
        if clip.get("wanted") is not True or clip.get("held") is not False or rendition is None:
            result.unfinished.append(title)
            continue
        try:
            new = _import(folder, owner, _facts(clip, rendition), rendition)
        except (SealError, StoreError, BadMetadata) as error:
            result.refused.append(f"{title}: {_sentence(error)}")
        else:
            (result.received if new else result.already).append(title)
    return result


def _sentence(error: Exception) -> str:
    match error:
        case store.OthersClip():
            return words.OTHERS_CLIP
        case store.AnotherReceived():
            return words.OTHER_CLIP_RECEIVED
        case store.Damaged() | WrongWords():  # the index names the key of each file
            return NO_SENSE
        case NoRoom():
            return words.NO_ROOM
        case _:
            return str(error) or words.DISK_FAILED


# -- the index ------------------------------------------------------------------------------------------------------


def _read_index(folder: Path, index: str, passphrase: str) -> list[dict[str, object]]:
    gathered = b""
    for block in unsealed(folder, index, passphrase):
        gathered += block
        if len(gathered) > MOST_INDEX_BYTES:
            raise Broken(NO_SENSE)
    try:
        match json.loads(gathered):
            case {"format": str(name), "version": int(version)} if name == FORMAT and version > VERSION:
                raise Broken("A newer version of the app made this folder. Please update the portal.")
            case {"format": str(name), "clips": list(clips)} if name == FORMAT:
                return [_object(each) for each in clips]
    except (ValueError, RecursionError) as error:
        raise Broken(NO_SENSE) from error
    raise Broken(NO_SENSE)


def _object(found: object) -> dict[str, object]:
    if not isinstance(found, dict):
        raise Broken(NO_SENSE)
    return found


def _facts(clip: Mapping[str, object], rendition: object) -> ClipFacts:
    """The facts as a delivery's own words, so that a delivery's own checks read them. Raises BadMetadata, Broken."""
    seconds = _object(rendition).get("seconds")
    facts = {
        "clipid": clip.get("clip_id"),
        "sha256": _object(rendition).get("sha256"),
        "filetype": _filetype(clip),
        "title": " ".join(str(clip.get("title", "")).split())[:200],
        "audience": clip.get("audience"),
        "seconds": f"{seconds:.3f}" if isinstance(seconds, float) else seconds,
        "recorded": _recorded(clip.get("created_at")),
        "people": json.dumps(clip.get("people")),
    }
    if "names_said" in _object(rendition):
        facts["names_said"] = json.dumps(_object(rendition)["names_said"])
    facts |= {name: clip[name] for name in ("show_as", "sending") if name in clip}
    pairs = (f"{key} {base64.b64encode(str(value).encode()).decode()}" for key, value in facts.items())
    return read_facts(",".join(pairs), accepts=settings.ACCEPTS)


def _filetype(clip: Mapping[str, object]) -> str:
    kind = str(clip.get("kind"))
    return FILETYPES.get("sound" if (kind, clip.get("show_as")) == VOICE_ONLY else kind, "")


def _recorded(found: object) -> str:
    try:
        return datetime.fromisoformat(str(found)).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""


# -- one clip -------------------------------------------------------------------------------------------------------


def _import(folder: Path, owner: User, facts: ClipFacts, rendition: object) -> bool:
    """Whether it is new here. Raises SealError and StoreError."""
    match rendition:
        case {"file": str(name), "key": str(key), "bytes": int(length)} if re.fullmatch(r"\d{4}\.age", name, re.ASCII):
            pass
        case _:
            raise Broken(NO_SENSE)
    if not 0 < length <= settings.MAX_BYTES:
        raise Broken(words.TOO_LONG)
    here = Clip.objects.filter(clip_id=facts.clip_id, owner=owner, sha256=facts.sha256)
    if here.filter(sending__gte=facts.sending).exists():
        return False
    with _unpacked(folder, name, key, length, facts.sha256) as whole:
        upload = store.create(owner, facts, length)
        _hand_over(upload, whole)
    return True


@contextlib.contextmanager
def _unpacked(folder: Path, name: str, key: str, length: int, sha256: str) -> Iterator[Path]:
    """The rendition, whole and synced, where deliveries arrive; what nobody took away goes at the end.

    It is named so that the server's next start removes it where this process was killed.
    """
    with disk_errors():
        if shutil.disk_usage(settings.INCOMING).free < length + settings.KEEP_FREE_BYTES:
            raise NoRoom
        handle, path = tempfile.mkstemp(dir=settings.INCOMING, prefix="rescue-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            digest, size = hashlib.sha256(), 0
            for block in unsealed(folder, name, key):
                size += len(block)
                if size > length:
                    raise Broken(NO_SENSE)
                digest.update(block)
                with disk_errors():
                    file.write(block)
            with disk_errors():
                file.flush()
                os.fsync(file.fileno())
        if (size, digest.hexdigest()) != (length, sha256):
            raise Broken(NO_SENSE)
        yield Path(path)
    finally:
        Path(path).unlink(missing_ok=True)


def _hand_over(upload: Upload, whole: Path) -> None:
    """In place of what a broken delivery left. A server that still writes there writes into a file without a name."""
    with disk_errors():
        whole.replace(upload.part)
    store.commit(upload)
