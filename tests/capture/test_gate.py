"""Every frame has its account, whatever happens to it."""

from hypothesis import given
from hypothesis import strategies as st

from capture.gate import FrameGate

steps = st.lists(st.sampled_from(["frame", "frame", "frame", "write", "lose", "hold", "resume"]), max_size=200)


@given(steps, st.integers(1, 8), st.integers(0, 100))
def test_captured_is_written_and_lost(steps: list[str], room: int, kept: int) -> None:
    gate, now, waiting = FrameGate(30.0, room=room), 100.0, 0
    gate.open(now)
    for step in steps:
        now += 1 / 30
        match step:
            case "frame":
                waiting += gate.admit(now)
            case "hold":
                gate.hold(now)
            case "resume":
                gate.resume(now)
            case _ if waiting:
                waiting -= 1
                gate.left_queue()
                gate.wrote() if step == "write" else gate.lost()
        assert waiting <= room
    gate.end(now)
    gate.shut()
    for _ in range(waiting):
        gate.left_queue()
        gate.lost()
    kept = min(kept, gate.frames_written)
    gate.settle(kept, scrapped=(gate.frames_written - kept) // 2)
    lost = gate.frames_lost
    in_all = gate.frames_written + gate.frames_scrapped + lost.device + lost.queue + lost.encoder
    assert gate.frames_captured == in_all
    assert gate.frames_written <= kept


def test_what_is_shown_in_a_pause_is_not_captured_and_not_missed() -> None:
    gate = FrameGate(30.0, room=1000)
    gate.open(0.0)
    for number in range(300):
        if number == 100:
            gate.hold(number / 30)
        if number == 200:
            gate.resume(number / 30)
        assert gate.admit(number / 30) == (not 100 <= number < 200)
    assert (gate.frames_captured, gate.frames_lost.device) == (200, 0)


def test_a_gap_during_a_pause_is_nobodys_loss() -> None:
    gate = FrameGate(30.0, room=1000)
    gate.open(0.0)
    times = [n / 30 for n in range(300) if not 120 <= n < 180]
    for at_s in times:
        if abs(at_s - 100 / 30) < 1e-9:
            gate.hold(at_s)
        if abs(at_s - 200 / 30) < 1e-9:
            gate.resume(at_s)
        gate.admit(at_s)
    assert gate.frames_lost.device == 0


def test_nothing_comes_in_before_the_start_or_after_the_end() -> None:
    gate = FrameGate(30.0, room=10)
    assert not gate.admit(1.0)
    gate.open(2.0)
    assert not gate.admit(1.9)
    assert gate.admit(2.1)
    gate.end(2.2)
    assert gate.admit(2.15), "taken before the end, and late"
    assert not gate.admit(2.2)
    gate.shut()
    assert not gate.admit(2.18)
    assert gate.frames_captured == 2
