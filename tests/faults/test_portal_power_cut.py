"""The power goes at the portal: what it acknowledged and gave a receipt for is on its disk, and nothing is torn."""

import os
import random
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.loop_disk import LoopDisk, loop_disk, mounted
from tests.support.portal_client import PortalClient, Sendable, received
from tests.support.portal_database import NAME, lay_in
from tests.support.portal_process import PortalProcess
from tests.support.reliability import Tally

MIB = 1 << 20
MEGABYTES = 100
"""The portal keeps 64 MiB free."""
CLIP_BYTES = 5 * MIB


@dataclass
class Promise:
    """What the portal has said of one clip."""

    clip: Sendable
    location: str = ""
    offset: int = 0
    received: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A copy of the disk at one moment, and what had been promised before."""

    image: Path
    promises: tuple[Promise, ...]


@dataclass
class Sender:
    """A computer that sends clip after clip; the disk is copied at moments that the seed chooses."""

    client: PortalClient
    disk: LoopDisk
    rng: random.Random
    promises: list[Promise] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)

    def cut(self) -> None:
        """The power goes now, on a copy."""
        said = tuple(Promise(one.clip, one.location, one.offset, one.received) for one in self.promises)
        image = self.disk.image.with_name(f"cut-{len(self.cuts)}.img")
        _write_sparse(image, self.disk.as_cut_off_now())
        self.cuts.append(Cut(image, said))

    def begin(self) -> Promise:
        """Announce another clip."""
        clip = Sendable(self.rng.randbytes(CLIP_BYTES))
        self.promises.append(Promise(clip, self.client.create(clip).headers["Location"]))
        return self.promises[-1]

    def send(self, promise: Promise, until_byte: int) -> None:
        """Send so much; the answer is a promise."""
        block = promise.clip.content[promise.offset : until_byte]
        answer = self.client.patch(promise.location, block, offset=promise.offset)
        assert answer.status_code == 204
        promise.offset = int(answer.headers["Upload-Offset"])
        promise.received = promise.offset == CLIP_BYTES and self.client.ask_receipt(promise.clip.clip_id).ok


def _write_sparse(path: Path, image: bytes) -> None:
    with path.open("wb") as file:
        for at in range(0, len(image), MIB):
            if any(image[at : at + MIB]):
                file.seek(at)
                file.write(image[at : at + MIB])
        file.truncate(len(image))


@pytest.mark.fault(
    "The power is cut at the portal",
    made="the portal's folder on ext4 on a loop device, which is copied between and in the middle of requests; the copy"
    " is mounted, and a portal is started on it",
    holds="every acknowledged byte and every receipt is there, the database is whole, and each clip arrives once",
)
def test_a_power_cut_at_the_portal(tmp_path: Path, rng: random.Random, tally: Tally) -> None:
    with loop_disk(tmp_path, megabytes=MEGABYTES) as disk:
        data = disk.folder / "portal"
        lay_in(data)
        for path in (data / NAME, data, disk.folder):  # SQLite would have done so when it made the database
            _sync(path)
        with PortalProcess(data, practice=False) as portal:
            sender = Sender(PortalClient(portal), disk, rng)
            first, second = sender.begin(), sender.begin()
            sender.send(first, rng.randrange(1, CLIP_BYTES))
            sender.cut()
            for promise in (first, second):
                sending = threading.Thread(target=sender.send, args=(promise, CLIP_BYTES), name="sender")
                sending.start()
                sending.join(rng.uniform(0, 0.06))
                sender.cut()
                sending.join()
            sender.cut()
            tokens = sender.client.tokens
        assert sender.cuts[-1].promises[0].received
    tally.found(len(sender.cuts), [fault for cut in sender.cuts for fault in _judged(cut, tokens, tmp_path / "after")])


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _judged(cut: Cut, tokens: dict[str, str], folder: Path) -> list[str]:
    """The computer starts again: a portal on what is left, and the same computer sends on."""
    with mounted(cut.image, folder) as place, PortalProcess(place / "portal", practice=False) as portal:
        client = PortalClient.known(portal, tokens)
        return [f"{cut.image.name}: {fault}" for promise in cut.promises for fault in _kept(client, promise)]


def _kept(client: PortalClient, promise: Promise) -> list[str]:
    clip = promise.clip
    if promise.received and not (client.ask_receipt(clip.clip_id).ok and _on_disk(client, clip)):
        return ["a clip with a receipt is gone"]
    location = f"{client.places['intake']}{promise.location.rsplit('/', 1)[-1]}"
    answer = client.head(location)
    held = int(answer.headers.get("Upload-Offset", "-1"))
    if held < promise.offset:
        return [f"{promise.offset} bytes were acknowledged, and {answer.status_code} says {held}"]
    if held < CLIP_BYTES:
        client.patch(location, clip.content[held:], offset=held)
    word = client.ask_receipt(clip.clip_id)
    return [] if word.ok and _on_disk(client, clip) else [f"it does not arrive: {word.text}"]


def _on_disk(client: PortalClient, clip: Sendable) -> bool:
    """Not what the database says, but what lies there."""
    return clip.content in [path.read_bytes() for path in received(client.portal)]
