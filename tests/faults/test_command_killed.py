"""`diary record` killed in mid-take, several times, at random moments: `diary recover` finds it, whole."""

import random
import signal
import subprocess
import time
from pathlib import Path

import av
import psutil
import pytest

from tests.support.command_line import REPOSITORY, command, diary_json, environment
from tests.support.decoding import hear
from tests.support.recording import files_in
from tests.support.wait import until

DEMO = ("--camera", "demo", "--microphone", "demo", "--size", "320x240")


def _start(out: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command("record", out, "--seconds", "600", *DEMO),
        cwd=REPOSITORY,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _part(out: Path) -> Path:
    return out.with_name(f"{out.stem}.recording.mp4")


def _wait_until_it_writes(out: Path) -> float:
    """The moment at which the encoder's first fragment was seen: the take has lasted since before that."""
    until(lambda: _part(out).exists() and _part(out).stat().st_size > 0, what="a growing take")
    return time.monotonic()


def _recovered() -> list[dict[str, object]]:
    found = diary_json("recover", "--json")
    assert isinstance(found, list)
    return found


@pytest.mark.fault(
    "`diary record` is killed",
    made="a whole command line, SIGKILL at a random moment, then `diary recover`",
    holds="recovery finds the take once, under its name; less than a second is lost",
)
@pytest.mark.parametrize("turn", range(3))
def test_the_app_killed_at_a_random_moment_loses_less_than_a_second(
    tmp_path: Path, rng: random.Random, turn: int
) -> None:
    out = tmp_path / f"take{turn}.mp4"
    with _start(out) as app:
        since = _wait_until_it_writes(out)
        time.sleep(rng.uniform(0.2, 2.5))
        lasted_s = time.monotonic() - since
        app.send_signal(signal.SIGKILL)
    (found,) = _recovered()
    assert found["path"] == str(out)
    assert isinstance(found["seconds"], float)
    assert found["seconds"] > lasted_s - 0.5, "it has lasted for longer, by the first fragment at least"
    _assert_plays(out, found["seconds"])
    assert files_in(tmp_path) == [out.name]
    assert _recovered() == [], "it is found once"


@pytest.mark.fault(
    "`diary record` and its encoder child are killed together",
    made="SIGKILL to the whole tree, then `diary recover`",
    holds="recovery finds the take once, under its name; less than a second is lost",
)
def test_app_and_encoder_killed_at_once_lose_less_than_a_second(tmp_path: Path, rng: random.Random) -> None:
    """As a power cut does it, but for the disk's own cache."""
    out = tmp_path / "take.mp4"
    with _start(out) as app:
        since = _wait_until_it_writes(out)
        time.sleep(rng.uniform(1.0, 2.5))
        lasted_s = time.monotonic() - since
        for process in (*psutil.Process(app.pid).children(recursive=True), psutil.Process(app.pid)):
            process.kill()
    (found,) = _recovered()
    assert isinstance(found["seconds"], float)
    assert found["seconds"] > lasted_s - 0.5
    _assert_plays(out, found["seconds"])
    assert files_in(tmp_path) == [out.name]


@pytest.mark.fault(
    "Recovery is asked for while another process records",
    made="`diary recover` beside a running `diary record`",
    holds="the take that is being recorded is left alone",
)
def test_a_take_that_is_being_recorded_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "take.mp4"
    with _start(out) as app:
        _wait_until_it_writes(out)
        assert _recovered() == [], "another process is recording it"
        assert _part(out).exists()
        app.send_signal(signal.SIGINT)
        assert app.wait(30) == 130
    assert files_in(tmp_path) == [out.name]
    assert _recovered() == []


@pytest.mark.fault(
    "A recording is begun under the name of one that was cut short",
    made="`diary record` after a kill",
    holds="one sentence says what to do, and nothing is written over",
)
def test_a_recording_that_was_cut_short_is_not_recorded_over(tmp_path: Path) -> None:
    out = tmp_path / "take.mp4"
    with _start(out) as app:
        _wait_until_it_writes(out)
        app.kill()
    second = subprocess.run(
        command("record", out, "--seconds", "1", *DEMO),
        cwd=REPOSITORY,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode != 0
    assert second.stderr.count("\n") == 1
    assert "diary recover" in second.stderr
    (found,) = _recovered()
    assert found["path"] == str(out)


def _assert_plays(take: Path, seconds: float) -> None:
    with av.open(str(take)) as media:
        times = [frame.time or 0.0 for frame in media.decode(video=0)]
    assert abs(times[-1] + 1 / 30 - seconds) < 0.3
    assert times == sorted(set(times))
    assert abs(len(hear(take)) / 48_000 - seconds) < 0.5
