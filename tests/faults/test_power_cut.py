"""The power goes: what was said to be safe is on the disk itself, not only in the computer's memory."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from capture.disk import LEAST_FREE_BYTES, RealDisk
from capture.encoder import part_path
from capture.model import PictureFormat
from capture.recovery import Mended, make_whole
from capture.state import Pause, Paused, Recording, Resume, Scrap, Wish
from tests.support.doomed import QuickClock
from tests.support.fake_disk import FakeDisk
from tests.support.loop_disk import LoopDisk, loop_disk, mounted
from tests.support.playing import complaints, play
from tests.support.recording import BOTH, Session, session
from tests.support.reliability import Tally
from tests.support.wait import until

TINY = Wish(BOTH.camera, BOTH.microphone, PictureFormat(160, 120, 30.0))
GRAIN_S = 0.03
BLOCK_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Cut:
    """The disk at one moment, and what had been promised just before."""

    image: bytes
    take: str
    safe_s: float
    done_s: float | None = None
    """The length of the take, when it was said to be done."""


class Cuts:
    """Copies the disk of a recording at moments that the seed chooses."""

    def __init__(self, recording: Session, disk: LoopDisk, rng: random.Random) -> None:
        self.all: list[Cut] = []
        self._recording, self._disk, self._rng = recording, disk, rng

    def now(self, take: Path, done_s: float | None = None) -> Cut:
        safe_s = self._recording.recorder.safe_s()
        self.all.append(Cut(self._disk.as_cut_off_now(), take.name, safe_s, done_s))
        return self.all[-1]

    def while_recording(self, take: Path, times: int) -> None:
        for _ in range(times):
            self._recording.record_for(self._rng.uniform(0.05, 0.6))
            self.now(take)


def _judged(cut: Cut, folder: Path) -> list[str]:
    """Start the computer again, recover, and compare."""
    image = folder / "cut.img"
    image.write_bytes(cut.image)
    with mounted(image, folder / "after") as place:
        take = place / cut.take
        if cut.done_s is not None and (not take.exists() or part_path(take).exists()):
            return [f"{cut.take} was done, and has no name"]
        mended = make_whole(take, RealDisk(), QuickClock())
        return [f"{cut.take} at {cut.safe_s:.2f} s: {fault}" for fault in _faults(cut, take, mended)]


def _faults(cut: Cut, take: Path, mended: Mended | None) -> list[str]:
    promised_s = cut.safe_s if cut.done_s is None else cut.done_s - 1 / 30
    if mended is None:
        return ["nothing is left"] if promised_s > 0 else []
    played = play(take)
    faults = list(played.faults)
    if mended.seconds < promised_s - GRAIN_S or played.sound_s < promised_s - 2 * GRAIN_S:
        faults.append(f"{mended.seconds:.3f} s are left, and {played.sound_s:.3f} s of sound play")
    if played.pictures != mended.pictures:
        faults.append(f"{mended.pictures} pictures counted, {played.pictures} played")
    return [*faults, *filter(None, [complaints(take)])]


@pytest.mark.fault(
    "The power is cut",
    made="ext4 on a loop device; the device is copied at random moments of a session, the copy mounted and recovered",
    holds="all that was said to be safe just before is there and plays; a take that was done has its name",
)
def test_a_power_cut_at_random_moments(tmp_path: Path, rng: random.Random, tally: Tally) -> None:
    roomy = FakeDisk()
    roomy.free = 10 * LEAST_FREE_BYTES
    with loop_disk(tmp_path) as disk, session(disk=roomy) as recording:
        cuts, first, second = Cuts(recording, disk, rng), disk.folder / "first.mp4", disk.folder / "second.mp4"
        recording.prepare(TINY)
        recording.start(first)
        cuts.now(first)
        cuts.while_recording(first, 6)
        recording.post(Pause())
        recording.wait_for(Paused)
        cuts.now(first)
        recording.post(Resume())
        recording.wait_for(Recording)
        cuts.while_recording(first, 4)
        cuts.now(first, recording.stop().seconds)
        recording.start(second)
        cuts.while_recording(second, 4)
        cuts.now(second, recording.stop().seconds)
    assert max(cut.safe_s for cut in cuts.all) > 1
    tally.found(len(cuts.all), [fault for cut in cuts.all for fault in _judged(cut, tmp_path)])


@pytest.mark.fault(
    "The power is cut after the last seconds were scrapped",
    made="as above; the whole device is searched for the bytes of the scrapped fragments",
    holds="they are nowhere on the disk; what was before them is there and plays",
)
def test_what_was_scrapped_is_gone_from_the_disk(tmp_path: Path, rng: random.Random, tally: Tally) -> None:
    remembering = FakeDisk()
    remembering.free = 10 * LEAST_FREE_BYTES
    with loop_disk(tmp_path) as disk, session(disk=remembering) as recording:
        cuts, take = Cuts(recording, disk, rng), disk.folder / "take.mp4"
        recording.prepare(TINY)
        recording.start(take)
        recording.record_for(4.0)
        before = cuts.now(take)
        recording.post(Scrap(3.0))
        until(lambda: recording.recorder.recorded_s() < 3.0, what="the cut")
        after = cuts.now(take)
        cuts.while_recording(take, 2)
        cuts.now(take, recording.stop().seconds)
    (scrapped,) = remembering.cut_off
    stretches = [scrapped[at : at + 32] for at in range(0, len(scrapped) - 32, 97)]
    telling = [stretch for stretch in stretches if len(set(stretch)) > 22]
    written = _written(before.image)
    assert sum(stretch in written for stretch in telling) > len(telling) * 0.8 > 50, "they had been on the disk"
    assert after.safe_s < before.safe_s
    faults = [fault for cut in cuts.all for fault in _judged(cut, tmp_path)]
    faults += [fault for cut in cuts.all[1:] for fault in _still_there(telling, cut, tmp_path)]
    tally.found(len(cuts.all), faults)


def _still_there(telling: list[bytes], cut: Cut, folder: Path) -> list[str]:
    """Scrapped bytes that are on the disk; not those that the take holds anew: beep is like beep."""
    image, written = folder / "cut.img", _written(cut.image)
    image.write_bytes(cut.image)
    with mounted(image, folder / "after") as place:
        holds = b"".join(file.read_bytes() for file in place.iterdir() if file.is_file())
    left = sum(stretch in written and stretch not in holds for stretch in telling)
    return [f"{left} stretches of scrapped words at {cut.safe_s:.2f} s"] if left else []


def _written(image: bytes) -> bytes:
    """All blocks of a disk that hold anything."""
    blocks = (image[at : at + BLOCK_BYTES] for at in range(0, len(image), BLOCK_BYTES))
    return b"".join(block for block in blocks if any(block))
