"""The player: what is seen and heard is what is kept, in step, with a loudspeaker and without one."""

import contextlib
import functools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from diary_app.clip import KeptRange
from diary_app.editing.errors import EditRefused
from diary_app.playback import Player, PlayerState, SoundOutput
from diary_app.playback.output import RATE
from diary_app.playback.queues import PictureQueue, SoundQueue
from tests.support.decoding import beep_times
from tests.support.loudspeaker import FakeLoudspeaker, keeps_the_contract, wait_for
from tests.support.stamp import read_stamp
from tests.support.takes import make_silent, make_sound, make_take, ticking, tone
from tests.support.virtual_microphone import VirtualMicrophone

KEEP = (KeptRange(0.9, 1.5), KeptRange(1.9, 2.6))
CODES = [*range(27, 45), *range(57, 78)]


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_take(tmp_path_factory.mktemp("takes") / "take.mp4", ticking(120))


class Make(Protocol):
    """Makes a player that is closed after the test."""

    def __call__(
        self,
        take: Path,
        *,
        keep: Sequence[KeptRange] = ...,
        output: SoundOutput | None = ...,
        on_state: Callable[[PlayerState], None] = ...,
    ) -> Player: ...


@pytest.fixture
def player_of() -> Iterator[Make]:
    with contextlib.ExitStack() as stack:

        def make(
            take: Path,
            *,
            keep: Sequence[KeptRange] = (),
            output: SoundOutput | None = None,
            on_state: Callable[[PlayerState], None] = lambda _state: None,
        ) -> Player:
            player = Player(take, keep=keep, output=output, on_state=on_state)
            stack.callback(player.close)
            return player

        yield make


def heard_by(loudspeaker: FakeLoudspeaker) -> NDArray[np.float64]:
    """What came out on the left."""
    return np.concatenate(loudspeaker.played)[:, 0].astype(np.float64)


def shown(player: Player) -> int:
    wait_for(lambda: player.latest_frame() is not None, "the first picture")
    picture = player.latest_frame()
    assert picture is not None
    return read_stamp(picture)[0]


def _shows(player: Player, index: int) -> bool:
    return shown(player) == index


def watch(player: Player) -> list[tuple[int, float]]:
    """Every picture that is shown until the end, and the moment of the take at which it was."""
    seen: list[tuple[int, float]] = []
    player.play()
    while player.state is PlayerState.PLAYING:
        at_s = player.position_s
        index = shown(player)
        if not seen or seen[-1][0] != index:
            seen.append((index, at_s))
        time.sleep(0.004)
    return seen


@pytest.mark.parametrize("loud", [True, False])
def test_it_plays_what_is_kept_in_step(loud: bool, take: Path, player_of: Make) -> None:
    loudspeaker = FakeLoudspeaker() if loud else None
    states: list[PlayerState] = []
    player = player_of(take, keep=KEEP, output=loudspeaker, on_state=states.append)
    assert player.has_sound_output is loud
    seen = watch(player)
    codes = [index for index, _ in seen]
    assert codes == sorted(codes)
    assert set(codes) <= set(CODES)
    assert len(codes) > 0.6 * len(CODES)
    late = [at_s - index / 30 for index, at_s in seen]
    assert -0.005 < float(np.median(late)) < 0.05
    assert states == [PlayerState.PLAYING, PlayerState.ENDED]
    assert player.position_s == pytest.approx(2.6)
    if loudspeaker is not None:
        assert beep_times(heard_by(loudspeaker)) == [pytest.approx(0.7, abs=0.3)]


def test_the_clock_is_the_sound(take: Path, player_of: Make) -> None:
    """What is heard at a moment is what the position says: the samples given, less the output's delay."""
    loudspeaker = FakeLoudspeaker()
    player = player_of(take, output=loudspeaker)
    player.play()
    wait_for(lambda: player.position_s > 1.0, "one second to be played")
    given = len(loudspeaker.played) * 480 / 48_000
    waited = beep_times(heard_by(loudspeaker))[0]
    assert player.position_s == pytest.approx(given - waited - loudspeaker.latency_s, abs=0.05)


def test_seeking_shows_that_picture_at_once(take: Path, player_of: Make) -> None:
    player = player_of(take)
    assert shown(player) == 0
    for moment, index in ((2.0, 60), (0.51, 15), (3.99, 119), (9.0, 119), (-1.0, 0)):
        player.seek(moment)
        wait_for(functools.partial(_shows, player, index), f"picture {index}")
        assert player.position_s == pytest.approx(min(max(moment, 0), 4.0), abs=0.04)
    assert player.state is PlayerState.PAUSED


def test_seeking_to_what_was_cut_goes_to_the_join(take: Path, player_of: Make) -> None:
    player = player_of(take, keep=KEEP)
    assert shown(player) == 27
    player.seek(1.7)
    wait_for(lambda: shown(player) == 57, "the picture after the join")
    assert player.position_s == pytest.approx(1.9)
    assert player.result_s == pytest.approx(0.6)


def test_pause_goes_on_where_it_stopped(take: Path, player_of: Make) -> None:
    loudspeaker = FakeLoudspeaker()
    player = player_of(take, output=loudspeaker)
    player.play()
    wait_for(lambda: player.position_s > 0.3, "a moment to be played")
    player.pause()
    here = player.position_s
    wait_for(lambda: not loudspeaker.running, "the loudspeaker to be silent")
    time.sleep(0.1)
    assert player.position_s == here
    player.play()
    wait_for(lambda: player.position_s > here, "it to go on")
    assert player.position_s < here + 0.5


def test_other_ranges_while_it_plays(take: Path, player_of: Make) -> None:
    player = player_of(take)
    player.play()
    wait_for(lambda: player.position_s > 0.2, "a moment to be played")
    player.set_keep((KeptRange(2.0, 2.3), KeptRange(3.0, 3.2)))
    assert player.kept_s == pytest.approx(0.5)
    wait_for(lambda: player.state is PlayerState.ENDED, "the end")
    wait_for(lambda: shown(player) in (94, 95), "the last picture kept")
    with pytest.raises(EditRefused):
        player.set_keep((KeptRange(50, 60),))


def test_after_the_end_it_begins_again(take: Path, player_of: Make) -> None:
    player = player_of(take, keep=(KeptRange(3.5, 4.0),))
    player.play()
    wait_for(lambda: player.state is PlayerState.ENDED, "the end")
    player.play()
    assert player.position_s < 3.8
    wait_for(lambda: player.state is PlayerState.ENDED, "the end again")


def test_sound_alone(tmp_path: Path, player_of: Make) -> None:
    loudspeaker = FakeLoudspeaker()
    player = player_of(make_sound(tmp_path / "note.m4a", tone(1.0)), output=loudspeaker)
    player.play()
    wait_for(lambda: player.state is PlayerState.ENDED, "the end")
    assert player.latest_frame() is None
    heard = np.concatenate(loudspeaker.played)
    assert np.abs(heard).max() == pytest.approx(0.3, abs=0.1)
    assert np.array_equal(heard[:, 0], heard[:, 1])


def test_a_name_is_bleeped_as_long_as_it_is_one(tmp_path: Path) -> None:
    loudspeaker = FakeLoudspeaker()
    take = make_sound(tmp_path / "sound.mp4", tone(2.0))
    with contextlib.closing(
        Player(take, keep=(KeptRange(0.5, 1.2),), names=(KeptRange(0.7, 1.0),), output=loudspeaker)
    ) as player:
        for hertz, names in ((1000, ()), (220, ())):
            loudspeaker.played.clear()
            player.play()
            wait_for(lambda: player.state is PlayerState.ENDED, "the end")
            heard = heard_by(loudspeaker)
            inside = heard[heard != 0][round(0.22 * RATE) :][: round(0.25 * RATE)]  # without waits for the decoder
            spectrum = np.abs(np.fft.rfft(inside * np.hanning(len(inside))))
            assert np.argmax(spectrum) / 0.25 == pytest.approx(hertz, abs=8)
            assert spectrum[round(0.25 * (1220 - hertz))] < spectrum.max() / 1000, "and nothing but that"
            player.set_names(names)


def test_a_silent_film_needs_no_loudspeaker(tmp_path: Path, player_of: Make) -> None:
    loudspeaker = FakeLoudspeaker()
    player = player_of(make_silent(tmp_path / "silent.mp4", ticking(20)), output=loudspeaker)
    assert player.has_sound_output
    watch(player)
    assert loudspeaker.played == []
    player.close()
    assert loudspeaker.closed


def test_a_broken_loudspeaker_is_told_and_the_pictures_go_on(take: Path, player_of: Make) -> None:
    player = player_of(take, keep=KEEP, output=FakeLoudspeaker(broken=True))
    watch(player)
    assert not player.has_sound_output
    assert player.state is PlayerState.ENDED


def test_a_loudspeaker_that_dies_is_noticed(take: Path, player_of: Make) -> None:
    loudspeaker = FakeLoudspeaker()
    player = player_of(take, output=loudspeaker)
    player.play()
    wait_for(lambda: player.position_s > 0.3, "a moment to be played")
    loudspeaker.die()
    wait_for(lambda: not player.has_sound_output, "the silence to be noticed")
    here = player.position_s
    wait_for(lambda: player.position_s > here + 0.1, "it to go on without sound")


def test_a_take_that_goes_away_is_a_sentence(take: Path, tmp_path: Path, player_of: Make) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(take.read_bytes())
    player = player_of(copy)
    shown(player)
    copy.unlink()
    player.seek(2.0)
    wait_for(lambda: player.state is PlayerState.FAILED, "the failure")
    assert player.problem is not None
    assert "not there any more" in player.problem


def test_what_is_no_take_is_refused_and_leaves_no_thread(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("hello")
    before = threading.active_count()
    with pytest.raises(EditRefused):
        Player(tmp_path / "text.mp4")
    assert threading.active_count() == before


def test_closing_is_quick_at_any_moment(take: Path) -> None:
    for play in (False, True):
        player = Player(take, output=FakeLoudspeaker())
        if play:
            player.play()
        began = time.monotonic()
        player.close()
        assert time.monotonic() - began < 2.0


# -- the queues -------------------------------------------------------------------------------------------------------


def test_the_clock_waits_while_there_is_no_sound_and_runs_on_past_the_end() -> None:
    queue = SoundQueue()
    queue.restart(1.0)
    queue.put(np.ones((480, 2), np.float32))
    assert queue.take(960, 0.0)[:, 0].tolist() == [1.0] * 480 + [0.0] * 480
    pulled = queue.pulled
    assert pulled is not None
    assert pulled.heard_s(10.0, 0.0) == pytest.approx(1.01)
    queue.take(480, 1.0)
    assert queue.pulled is not None
    assert queue.pulled.stop == 48_480
    queue.finish()
    queue.take(480, 2.0)
    assert queue.pulled.stop == 48_960


def test_pictures_that_come_too_late_are_dropped() -> None:
    queue = PictureQueue()
    pictures = [np.full((2, 2, 3), value, np.uint8) for value in range(4)]
    for at, picture in enumerate(pictures):
        queue.put(at / 30, picture)
    assert queue.due(-1.0) is pictures[0], "the first after a start is due at once"
    assert queue.due(2.5 / 30) is pictures[2]
    assert queue.due(0.0) is pictures[2]
    queue.restart()
    assert queue.due(9.0) is pictures[2], "stays until a new one comes"


# -- the port ---------------------------------------------------------------------------------------------------------


def test_the_tests_loudspeaker_keeps_the_contract() -> None:
    keeps_the_contract(FakeLoudspeaker())


def test_the_real_loudspeaker_keeps_the_contract_and_plays(take: Path, microphone: VirtualMicrophone) -> None:
    environment = {**os.environ, **microphone.environment()}
    command = [sys.executable, "-m", "tests.support.play_real", str(take), "0.9-1.5", "1.9-2.6"]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["states"] == ["playing", "ended"]
    assert told["has_sound_output"]
    clock, position, index = np.array(told["samples"]).T
    assert set(index.astype(int)) <= set(CODES)
    assert -0.005 < float(np.median(position - index / 30)) < 0.05
    moving = (position > position[0]) & (position < 1.5)
    assert np.polyfit(clock[moving], position[moving], 1)[0] == pytest.approx(1.0, abs=0.1)
    heard = microphone.played().astype(np.float64) / 32768
    assert len(beep_times(heard[::2])) == 1
