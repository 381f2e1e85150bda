"""A data folder with clips that are ready to be sent, for tests of the delivery."""

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

from diary_app.catalogue import Catalogue
from diary_app.clip import About, Audience, ClipId, Kind, Person, Rendition, SmallCopy, Stage, new_clip_id
from diary_app.folders import Folders


@dataclass(frozen=True)
class ReadyClip:
    """A clip that was made for a test."""

    clip_id: ClipId
    sha256: str
    path: Path


def add_ready_clip(folders: Folders, catalogue: Catalogue, *, size: int, rng: random.Random) -> ReadyClip:
    """Put a clip with a rendition of random bytes into the queue."""
    clip_id = new_clip_id()
    take = folders.takes / f"{clip_id}.mp4"
    take.write_bytes(b"the take")
    catalogue.add(clip_id, kind=Kind.VIDEO, take=take, stage=Stage.SAVED)
    about = About(title="Tuesday’s walk", audience=Audience.STAFF, people=(Person("Ann", agrees=True),))
    catalogue.set_about(clip_id, about)
    content = rng.randbytes(size)
    path = folders.renditions / f"{clip_id}.mp4"
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    catalogue.set_rendition(clip_id, Rendition(path, sha256, size, 12.5))
    catalogue.move(clip_id, Stage.READY)
    catalogue.want(clip_id)
    return ReadyClip(clip_id, sha256, path)


def add_small_copy(
    folders: Folders, catalogue: Catalogue, clip_id: ClipId, *, size: int, rng: random.Random
) -> SmallCopy:
    """Give a clip a small copy of random bytes."""
    content = rng.randbytes(size)
    path = folders.renditions / f"{clip_id}.mini.mp4"
    path.write_bytes(content)
    small = SmallCopy(path, hashlib.sha256(content).hexdigest(), size, 12.5)
    catalogue.set_small_copy(clip_id, small)
    return small
