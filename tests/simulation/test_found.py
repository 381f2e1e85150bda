"""What the simulation has found, each as the smallest case that shows it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from capture.clock import MonotonicClock
from capture.disk import RealDisk
from capture.drift import Span
from capture.encoder import HAD_TO_STOP, part_path
from capture.errors import EncoderFailed
from capture.gate import FrameGate
from capture.model import SOUND_RATE, Frame, PictureFormat, Samples
from capture.recorder import StateChanged, TakeDone, Told
from capture.recovery import make_whole
from capture.sound_track import Hold, Resume, SoundTrack
from capture.state import Device, Pause, Prepare, Recording, Scrap, Start, Stop, Wish
from capture.stream import Sound, TakeStream
from capture.take import MOST_REPLACED, STUMBLED
from capture.take_file import Cut, TakeFile
from capture.threads import SystemThreads
from tests.simulation.checks import violations
from tests.simulation.child import Weakness, parse_head
from tests.simulation.devices import CameraTraits, MicrophoneTraits, draw
from tests.simulation.evidence import Evidence, Media, media_of
from tests.simulation.muxing import Muxer
from tests.simulation.plan import CAMERA, FOLDER, MICROPHONE, Disaster, Fault, Plan, Step, Wait
from tests.simulation.session import Session
from tests.simulation.told import told

SMALL = PictureFormat(16, 12, 10.0)


def test_a_frame_of_the_pause_stays_out_although_it_comes_after_it() -> None:
    gate = FrameGate(10.0, room=10)
    gate.open(0.0)
    assert gate.admit(0.9)
    gate.hold(1.0)
    gate.resume(2.0)
    assert not gate.admit(1.95), "taken in the pause; the camera's own delay brought it here after the end"
    assert gate.admit(2.0)
    gate.hold(2.01)
    gate.resume(2.02)
    assert not gate.admit(1.97), "nor after another pause"
    assert gate.frames_captured == 2


def _session(steps: list[Step], *, camera: CameraTraits, sound: bool) -> Evidence:
    wish = Wish(CAMERA, MICROPHONE if sound else None, camera.picture)
    return Session(Plan("by hand", wish, camera, MicrophoneTraits(), steps=steps)).run()


def test_scrapping_all_removes_the_very_first_picture_too() -> None:
    begin: list[Step] = [(0.0, Prepare(Wish(None, None))), (0.0, Wait("Ready")), (1.5, Start(FOLDER / "take.mp4"))]
    end: list[Step] = [(0.5, Scrap(30.0)), (0.5, Stop()), (0.0, Wait("Ready"))]
    evidence = _session([*begin, *end], camera=CameraTraits(PictureFormat(16, 12, 5.0)), sound=False)
    scrapped_s = next(at_s for at_s, event in evidence.posted if isinstance(event, Scrap))
    numbers = evidence.takes[FOLDER / "take.mp4"].numbers
    assert numbers
    assert min(evidence.frames[number - 1] for number in numbers) >= scrapped_s


def test_a_pause_within_one_block_of_sound_is_cut_out_of_it() -> None:
    blocks: list[Samples] = []
    track = SoundTrack(0.0, lambda samples, _first: blocks.append(samples), lambda _start, _end: None)
    loud = np.arange(7680).astype(np.int16)
    track.feed(loud, Span(0.0, 0.16))
    track.change(Hold(0.2))
    track.change(Resume(0.25))
    track.feed(loud, Span(0.16, 0.32))
    track.finish(0.32)
    sound = np.concatenate(blocks)
    at = round(0.2 * SOUND_RATE)
    assert abs(len(sound) - 0.27 * SOUND_RATE) <= 1
    assert abs(int(sound[at - 100]) - (at - 100 - 7680)) <= 2, "what was said before the pause lies where it was"
    after = at + 1000
    assert abs(int(sound[after]) - (after + round(0.05 * SOUND_RATE) - 7680)) <= 2, "what came after it follows at once"


class _Dies:
    """Takes so many blocks, fails once, and goes on."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.sound: list[tuple[int, Samples]] = []

    def write(self, head: bytes, data: bytes | memoryview) -> None:
        self.left -= 1
        if self.left == 0:
            raise EncoderFailed("")
        track, ticks = parse_head(head)
        if track == 2:
            self.sound.append((round(ticks * SOUND_RATE / 100_000), np.frombuffer(data, "<i2")))


def test_early_sound_that_the_first_child_did_not_take_lies_where_it_belongs() -> None:
    gate, child = FrameGate(10.0, room=100), _Dies(after=3)
    stream = TakeStream(picture=SMALL, gate=gate, sound=True, write=child.write)
    gate.open(0.0)
    stream.begin(0.0)
    ramp = np.arange(48_000).astype(np.int16)
    for number in range(10):
        span = Span(number * 0.1, (number + 1) * 0.1)
        stream.take_in(Sound(ramp[number * 4800 : (number + 1) * 4800], span))
    for number in range(2):
        assert gate.admit(number / 10)
        try:
            stream.take_in(Frame(draw(number + 1, SMALL), number / 10))
        except EncoderFailed:
            stream.go_on_after_failure(Cut(0.0, empty=True, pictures=0))
    stream.take_in(Sound(ramp[:4800], Span(1.0, 1.1)))
    first, samples = child.sound[-3]
    assert np.abs(samples.astype(int)[500:1000] - ramp[first + 500 : first + 1000]).max() <= 2


def test_sound_that_lies_across_a_pause_stays_out_when_all_before_it_was_scrapped() -> None:
    gate, child = FrameGate(10.0, room=100), _Dies(after=-1)
    stream = TakeStream(picture=SMALL, gate=gate, sound=True, write=child.write)
    gate.open(0.0)
    stream.begin(0.0)
    assert gate.admit(0.0)
    stream.take_in(Frame(draw(1, SMALL), 0.0))
    stream.take_in(Hold(0.55))
    stream.go_on_after_cut(Cut(0.0, empty=True, pictures=1), 0.56)
    blocks = child.left
    stream.take_in(Sound(np.full(4800, 9000, np.int16), Span(0.5, 0.6)))
    stream.finish(0.7)
    assert child.left == blocks, "nothing was written: the take is empty"


def test_a_black_picture_that_died_with_its_child_is_not_counted() -> None:
    gate, child = FrameGate(10.0, room=100), _Dies(after=-1)
    stream = TakeStream(picture=SMALL, gate=gate, sound=True, write=child.write)
    gate.open(0.0)
    stream.begin(0.0)
    assert gate.admit(0.1)
    stream.take_in(Frame(draw(1, SMALL), 0.1))
    for _ in range(2):
        stream.go_on_after_failure(Cut(0.0, empty=True, pictures=0))
    assert stream.black_pictures == 1


def test_a_piece_joins_on_to_the_last_picture_although_fragments_of_sound_came_after_it(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    muxer = Muxer(SMALL, sound=True, goes_on=False)
    data = [muxer.block(1, 10_000 * number, bytes(288)) for number in range(12)]
    data += [muxer.block(2, 4_000 * number, bytes(3840)) for number in range(24)]
    path.write_bytes(b"".join(data) + muxer.close())
    file = TakeFile(path, RealDisk(), SystemThreads())
    cut = file.cut_back()
    assert cut.at_s > media_of(path.read_bytes()).pictures[-1].at_s


def test_silence_after_a_microphone_that_went_in_a_pause_is_told() -> None:
    missed: list[tuple[float, float]] = []
    track = SoundTrack(0.0, lambda _samples, _first: None, lambda start_s, end_s: missed.append((start_s, end_s)))
    loud = np.full(4800, 9000, np.int16)
    track.feed(loud, Span(0.0, 0.1))
    track.change(Hold(0.1))
    track.change(Resume(1.0))
    track.feed(loud, Span(3.0, 3.1, stepped=True))
    assert [round(end_s - start_s, 6) for start_s, end_s in missed] == [2.0]


def test_what_is_called_safe_after_a_scrap_is_no_longer_than_the_file() -> None:
    begin: list[Step] = [(0.0, Prepare(Wish(None, None))), (0.0, Wait("Ready")), (0.3, Start(FOLDER / "take.mp4"))]
    for number in range(30):
        steps: list[Step] = [*begin, (0.8, Pause()), (0.2, Scrap(0.3 + 0.013 * number)), (3.0, Stop())]
        camera, sound = CameraTraits(PictureFormat(16, 12, 30.0)), MicrophoneTraits(late_s=0.01 * (number % 8))
        wish = Wish(CAMERA, MICROPHONE, camera.picture)
        plan = Plan(f"by hand {number}", wish, camera, sound, steps=steps, disaster=Disaster("power cut", at_s=2.7))
        evidence = Session(plan).run()
        assert evidence.claim is not None
        assert evidence.claim.safe_s
        assert not violations(evidence)


def test_a_child_that_dies_in_a_pause_leaves_the_sound_in_step() -> None:
    child = _Dies(after=3)
    stream = TakeStream(picture=None, gate=None, sound=True, write=child.write)
    stream.begin(0.0)
    ramp = np.arange(48_000).astype(np.int16)
    for number in range(8):
        if number == 1:
            stream.take_in(Hold(0.19))
            stream.take_in(Resume(0.4))
        try:
            stream.take_in(Sound(ramp[number * 4800 : (number + 1) * 4800], Span(number * 0.1, (number + 1) * 0.1)))
        except EncoderFailed:
            stream.go_on_after_failure(Cut(0.02, empty=False, pictures=0))
    first, samples = child.sound[-1]
    taken = first - 1024 + round(0.21 * SOUND_RATE)
    assert abs(int(samples[500]) - (taken + 500)) <= 2


@pytest.mark.parametrize("hole", [0, 3, 7])
def test_a_restart_keeps_nothing_from_the_first_hole_on(tmp_path: Path, hole: int) -> None:
    muxer = Muxer(SMALL, sound=False, goes_on=False)
    blocks = [
        muxer.block(1, 10_000 * number, draw(number + 1, SMALL)[:, :, 0].tobytes() + bytes(96)) for number in range(14)
    ]
    data = bytearray(b"".join(blocks) + muxer.close())
    fragments = [match.start() - 4 for match in re.finditer(b"moof", bytes(data))]
    data[fragments[hole] + 40 : fragments[hole] + 110] = bytes(70)  # the power failed before these bytes were written
    take = tmp_path / "take.mp4"
    part_path(take).write_bytes(data)
    make_whole(take, RealDisk(), MonotonicClock())
    there = media_of(take.read_bytes()) if take.exists() else Media()
    assert (there.numbers, there.faults) == (list(range(1, hole + 1)), [])


def test_silence_before_a_pause_is_told_too() -> None:
    missed: list[tuple[float, float]] = []
    track = SoundTrack(0.0, lambda _samples, _first: None, lambda start_s, end_s: missed.append((start_s, end_s)))
    loud = np.full(4800, 9000, np.int16)
    track.feed(loud, Span(0.0, 0.1))
    track.change(Hold(2.1))
    track.change(Resume(2.5))
    track.feed(loud, Span(2.6, 2.7, stepped=True))
    assert [round(end_s - start_s, 6) for start_s, end_s in missed] == [2.0, 0.1]


def test_a_take_whose_child_dies_at_the_very_end_is_as_long_as_its_file() -> None:
    steps: list[Step] = [(0.0, Prepare(Wish(None, None))), (0.0, Wait("Ready")), (0.2, Start(FOLDER / "take.mp4"))]
    steps += [(0.05, Stop()), (0.0, Wait("Ready"))]
    camera = CameraTraits(SMALL)
    wish = Wish(CAMERA, MICROPHONE, camera.picture)
    stumbled = 0
    for blocks in range(1, 60):
        plan = Plan("by hand", wish, camera, MicrophoneTraits(), steps=steps, weakness=Weakness(dies_after=blocks))
        evidence = Session(plan).run()
        stumbled += STUMBLED in told(evidence)
        assert not violations(evidence), blocks
        for take, media in evidence.takes.items():
            assert len(evidence.contents[take]) == media.whole_bytes, "what the child left half done is cut off"
    assert stumbled > 10, "until it dies after more than it is ever given"


def test_children_that_die_one_after_another_have_an_end() -> None:
    steps: list[Step] = [(0.0, Prepare(Wish(None, None))), (0.0, Wait("Ready")), (0.2, Start(FOLDER / "take.mp4"))]
    steps += [(4.0, Stop()), (0.0, Wait("Ready"))]
    weakness = Weakness(dies_after=20, fatal=1000)
    camera = CameraTraits(SMALL)
    session = Session(
        Plan("by hand", Wish(CAMERA, MICROPHONE, SMALL), camera, MicrophoneTraits(), steps=steps, weakness=weakness)
    )
    evidence = session.run()
    assert not violations(evidence)
    said = told(evidence)
    assert session.child_failures == said.count(STUMBLED) + 1 == MOST_REPLACED + 1
    assert said.count(HAD_TO_STOP) == 1


def test_a_name_that_is_taken_is_refused_at_once() -> None:
    take: list[Step] = [(0.2, Start(FOLDER / "take.mp4")), (0.5, Stop()), (0.0, Wait("Ready"))]
    steps: list[Step] = [(0.0, Prepare(Wish(None, None))), (0.0, Wait("Ready")), *take, *take]
    evidence = _session(steps, camera=CameraTraits(SMALL), sound=True)
    first, second = [news.report.seconds for _, news in evidence.news if isinstance(news, TakeDone)]
    assert first > 0.3
    assert second == 0.0
    told = [news.sentence for _, news in evidence.news if isinstance(news, Told)]
    assert told[0] == "There is a recording called take.mp4 already. Choose another name."
    assert not violations(evidence)


@dataclass(slots=True)
class _Takes:
    """Takes in all that it is given."""

    blocks: list[tuple[int, float]] = field(default_factory=list)

    def write(self, head: bytes, _data: bytes | memoryview) -> None:
        track, ticks = parse_head(head)
        self.blocks.append((track, ticks / 100_000))


def test_a_picture_that_is_older_than_the_last_one_has_no_place() -> None:
    gate, child = FrameGate(10.0, room=100), _Takes()
    stream = TakeStream(picture=SMALL, gate=gate, sound=False, write=child.write)
    gate.open(0.0)
    stream.begin(0.0)
    for number, at_s in enumerate((0.0, 0.3, 0.2, 0.3, 0.4)):
        gate.admit(at_s)
        stream.take_in(Frame(draw(number + 1, SMALL), at_s))
    assert [at_s for _track, at_s in child.blocks] == [0.0, 0.3, 0.4]


def test_silence_stands_where_a_microphone_says_nothing_for_long() -> None:
    gate, child = FrameGate(10.0, room=1000), _Takes()
    stream = TakeStream(picture=SMALL, gate=gate, sound=True, write=child.write)
    gate.open(0.0)
    stream.begin(0.0)
    for number in range(50):
        at_s = number / 10
        assert gate.admit(at_s)
        stream.take_in(Frame(draw(number + 1, SMALL), at_s))
        if at_s < 1.0:
            stream.take_in(Sound(np.full(4800, 9000, np.int16), Span(at_s, at_s + 0.1)))
    sound = [at_s for track, at_s in child.blocks if track == 2]
    assert max(sound) > 3.0, "the picture is at 4.9 s"


@pytest.mark.parametrize(("fault", "device"), [("camera out", Device.CAMERA), ("microphone out", Device.MICROPHONE)])
def test_a_device_that_goes_and_comes_back_is_told_both_times(fault: str, device: Device) -> None:
    steps: list[Step] = [(0.0, Prepare(Wish(None, None))), (0.0, Wait("Ready")), (0.2, Start(FOLDER / "take.mp4"))]
    steps += [(8.0, Stop()), (0.0, Wait("Ready"))]
    camera = CameraTraits(SMALL)
    plan = Plan("by hand", Wish(CAMERA, MICROPHONE, SMALL), camera, MicrophoneTraits(), steps=steps)
    plan.faults.append(Fault(2.0, fault, 3.0))
    evidence = Session(plan).run()
    states = [news.state for _, news in evidence.news if isinstance(news, StateChanged)]
    assert [set(state.lost) for state in states if isinstance(state, Recording)] == [set(), {device}, set()]
