"""Encoder children that follow each other in one file: after a cut, and after one that died."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from capture.encoder import FASTEST, output_options
from capture.errors import EncoderFailed
from capture.gate import FrameGate
from capture.model import Frame, Missing, PictureFormat
from capture.pieces import PieceWriter
from capture.stream import TakeStream
from capture.take_file import Cut, TakeFile
from capture.threads import SystemThreads
from tests.support.browser import browser, is_installed
from tests.support.decoding import hear, see
from tests.support.fake_disk import FakeDisk
from tests.support.flash_beep import find_beeps, measure
from tests.support.playing import complaints, play
from tests.support.taken import FPS, LOOK, HandMadeTake

WITHIN_MS = 20.0
Wave: TypeAlias = NDArray[np.float64]


def _assert_sound(path: Path, take: HandMadeTake) -> None:
    """It plays everywhere, and flash and beep are in step in every piece."""
    played = play(path)
    assert played.faults == []
    assert played.pictures == take.file.pictures
    assert complaints(path) == ""
    assert measure(path).worst_ms < WITHIN_MS


def test_after_a_cut_what_follows_joins_on(tmp_path: Path) -> None:
    disk = FakeDisk()
    take = HandMadeTake(tmp_path / "a.mp4", disk=disk)
    take.feed(5.2)
    cut = take.scrap(2.0)
    first_after = take.next_frame
    take.feed(5.0)
    path = take.close()
    _assert_sound(path, take)
    seen = see(path, hidden=True)
    kept = [index for index in seen.indices if index < first_after]
    assert kept == list(range(len(kept))), "all that came before is there"
    assert 3.0 * FPS < len(kept) <= 3.2 * FPS, "and nothing of the last two seconds"
    assert seen.indices[len(kept) :] == list(range(first_after, take.next_frame))
    seam_s = seen.times[len(kept)] - seen.times[len(kept) - 1]
    assert 0 < seam_s < 0.1, "nothing tells where it was"
    assert abs(seen.times[len(kept)] - cut.at_s) < 0.001
    assert len(measure(path).beeps) == 5
    _assert_gone(disk.cut_off[0], path)


def test_the_frame_of_the_very_moment_of_a_cut_is_kept() -> None:
    """Wherever the cut lies and whatever the clock says: their difference is hardly ever exact."""
    for number in range(2000):
        gate, at_s = FrameGate(FPS, room=10), 100.0 + number / 7
        stream = TakeStream(picture=LOOK, gate=gate, sound=False, write=lambda _head, _data: None)
        gate.open(50.0)
        stream.begin(50.0)
        stream.go_on_after_cut(Cut(3.0 + number * 1024 / 48_000, empty=False, pictures=0), at_s)
        assert gate.admit(at_s)
        stream.take_in(Frame(np.zeros((180, 320, 3), np.uint8), at_s))
        assert gate.frames_written == 1, number


def _assert_gone(cut_off: bytes, path: Path) -> None:
    """No stretch of pictures or speech that was cut off is anywhere in the file."""
    data, looked_at = path.read_bytes(), 0
    for at in range(0, len(cut_off) - 48, 499):
        stretch = cut_off[at : at + 48]
        if len(set(stretch)) > 30:  # not the head of a box, nor silence: they are alike everywhere
            looked_at += 1
            assert stretch not in data, at
    assert looked_at > 100


def test_several_cuts_and_one_back_to_the_beginning(tmp_path: Path) -> None:
    take = HandMadeTake(tmp_path / "a.mp4")
    take.feed(1.0)
    assert take.scrap(30.0).empty
    first = take.next_frame
    for _ in range(3):
        take.feed(2.5)
        assert not take.scrap(1.0).empty
    take.feed(1.0)
    path = take.close()
    _assert_sound(path, take)
    indices = see(path, hidden=True).indices
    assert indices[0] == first
    assert indices == sorted(set(indices))
    assert indices[-1] == take.next_frame - 1


def test_the_sound_of_a_cut_has_no_click(tmp_path: Path) -> None:
    take = HandMadeTake(tmp_path / "a.m4a", look=None)
    take.feed(3.1)
    take.scrap(0.7)
    take.feed(2.0)
    path = take.close()
    sound = hear(path)
    beeps = find_beeps(sound)
    assert len(beeps) == 3
    quiet = np.ones(len(sound), bool)
    for beep_s in beeps:
        quiet[max(0, int((beep_s - 0.03) * 48_000)) : int((beep_s + 0.09) * 48_000)] = False
    assert np.abs(sound[quiet]).max() < 0.02
    assert complaints(path) == ""


def test_the_onset_of_a_sound_makes_no_click(tmp_path: Path) -> None:
    """Bursts of low noise: whatever is heard above them the encoder has made."""
    rng, take = np.random.default_rng(1), tmp_path / "a.m4a"
    fade = np.clip(np.arange(9000) / 240, 0, 1) * np.clip(np.arange(9000, 0, -1) / 240, 0, 1)
    bursts = [_low(rng.normal(0, 1, 9000)) * fade for _ in range(60)]
    wave = np.concatenate([np.pad(burst, (4800, 0)) for burst in bursts])
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-loglevel",
        "error",
        "-f",
        "s16le",
        "-ar",
        "48000",
        "-ac",
        "1",
        "-i",
        "-",
    ]
    command += output_options(None, sound=True, preset=FASTEST)
    data = (wave * 32_767).astype("<i2").tobytes()
    take.write_bytes(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout)
    heard = np.asarray(hear(take), float)[: len(wave)]
    assert np.abs(heard - wave[: len(heard)]).mean() < 0.001, "it is the same sound"
    assert np.abs(_high(heard)).max() < 0.001


def _high(wave: Wave) -> Wave:
    spectrum = np.fft.rfft(wave)
    spectrum[: len(wave) // 8] = 0  # up to 6 kHz
    found: Wave = np.fft.irfft(spectrum, len(wave))
    return found


def _low(wave: Wave) -> Wave:
    spectrum = np.fft.rfft(wave)
    spectrum[len(wave) // 16 :] = 0  # from 3 kHz on
    found = np.fft.irfft(spectrum, len(wave))
    low: Wave = 0.3 * found / np.abs(found).max()
    return low


def test_a_child_that_dies_is_followed_by_another(tmp_path: Path) -> None:
    take = HandMadeTake(tmp_path / "a.mp4")
    take.feed(4.3)
    take.file.look()
    before_s = take.file.end_s
    take.children[0].kill()
    take.feed(5.0)
    path = take.close()
    assert take.failures == 1
    assert len(take.children) == 2
    _assert_sound(path, take)
    (gap,) = take.stream.gaps.gaps
    assert gap.missing is Missing.ENCODER
    assert before_s - 0.1 <= gap.start_s <= gap.end_s <= 4.5, "the gap lies where the child died"
    seen = see(path)
    for index, at_s in zip(seen.indices, seen.times, strict=True):
        assert abs(at_s - index / FPS) < 0.001, "true times before it and after it"
    missing = take.next_frame - len(seen.indices)
    assert 0 < missing < 1.5 * FPS
    assert abs(len(hear(path)) / 48_000 - 9.3) < 0.03, "silence stands for the sound that went with it"


def test_a_child_that_dies_at_once_leaves_a_take_that_begins_black(tmp_path: Path) -> None:
    take = HandMadeTake(tmp_path / "a.mp4")
    take.children[0].kill()
    take.feed(3.0)
    path = take.close()
    assert take.failures == 1
    played = play(path)
    assert played.times[0] == 0.0
    assert take.stream.black_pictures == 1
    _assert_sound(path, take)


def test_a_child_that_dies_after_a_cut(tmp_path: Path) -> None:
    take = HandMadeTake(tmp_path / "a.mp4")
    take.feed(3.0)
    take.scrap(0.5)
    take.feed(2.5)
    take.children[-1].kill()
    take.feed(2.5)
    _assert_sound(take.close(), take)
    assert len(take.children) == 3


def test_a_child_that_does_not_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel brings ffmpeg; a virus scanner may have taken it away again."""

    def nothing_there() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr("capture.encoder.imageio_ffmpeg.get_ffmpeg_exe", nothing_there)
    with pytest.raises(EncoderFailed, match="did not start"):
        HandMadeTake(tmp_path / "a.mp4")
    monkeypatch.setattr("capture.encoder.imageio_ffmpeg.get_ffmpeg_exe", lambda: str(tmp_path / "nothing"))
    with pytest.raises(EncoderFailed, match="did not start"):
        HandMadeTake(tmp_path / "b.mp4")


class _Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def now_s(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def asleep_s(self) -> float:
        return 0.0


class _StuckChild:
    """Takes nothing until it is killed; meanwhile the syncer looks after it."""

    def __init__(self) -> None:
        self.killed = False
        self.meanwhile: Callable[[], None] = lambda: None

    def write(self, *_pieces: bytes | memoryview) -> None:
        self.meanwhile()
        raise EncoderFailed("killed")

    def close(self) -> None:
        pass

    def kill(self) -> None:
        self.killed = True


@pytest.mark.parametrize(("stuck_s", "ended"), [(29.0, False), (31.0, True)])
def test_a_child_is_ended_only_when_it_has_taken_nothing_for_too_long(
    tmp_path: Path, stuck_s: float, *, ended: bool
) -> None:
    child, disk, clock = _StuckChild(), FakeDisk(), _Hand()
    disk.create(tmp_path / "a.mp4")
    file = TakeFile(tmp_path / "a.mp4", disk, SystemThreads())
    writer = PieceWriter(file, picture=LOOK, sound=True, start=lambda _piece: child, clock=clock)
    clock.now += 3600
    writer.end_if_stuck(30.0)
    assert not child.killed, "nobody waits for it"

    def meanwhile() -> None:
        clock.now += stuck_s
        writer.end_if_stuck(30.0)

    child.meanwhile = meanwhile
    with pytest.raises(EncoderFailed):
        writer.write(b"", b"")
    assert child.killed is ended
    assert writer.replace() == Cut(0.0, empty=True, pictures=0)


def test_a_browser_plays_a_take_of_several_pieces(tmp_path: Path) -> None:
    if not is_installed():
        pytest.skip("a browser: Debian's chromium and its driver are not installed")
    take = HandMadeTake(tmp_path / "a.mp4", look=PictureFormat(320, 180, 30.0))
    take.feed(2.5)
    take.scrap(1.0)
    take.feed(1.5)
    take.children[-1].kill()
    take.feed(1.5)
    path = take.close()
    length_s = play(path).picture_s
    with browser(flags=("--allow-file-access-from-files", "--mute-audio")) as driver:
        driver.get(path.as_uri())
        driver.set_script_timeout(40)
        ended = driver.execute_async_script(
            "const done = arguments[0], film = document.querySelector('video');"
            "film.onended = () => done([film.currentTime, film.duration, ''"
            " + (film.error ? film.error.message : '')]);"
            "film.onerror = () => done([0, 0, film.error.message]);"
            "film.playbackRate = 4; film.play();"
        )
    assert ended[2] == ""
    assert abs(ended[0] - length_s) < 0.2
