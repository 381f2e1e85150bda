"""Pauses and stops obeyed to the sample, however late the sound comes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.drift import Span
from capture.model import BLOCK, SOUND_RATE, Samples
from capture.sound_track import CHUNK, Hold, Resume, SoundTrack
from tests.support.sound_path import Device

ZERO = 500.0


class Sink:
    def __init__(self) -> None:
        self.blocks: list[Samples] = []

    def write(self, samples: Samples, first: int) -> None:
        assert first == sum(map(len, self.blocks))
        assert all(len(block) == CHUNK for block in self.blocks), "only the last block may be short"
        self.blocks.append(samples)

    @property
    def sound(self) -> Samples:
        return np.concatenate(self.blocks)


def _ramp(start_s: float, count: int) -> Samples:
    """Samples that tell when they were taken: one step for every millisecond."""
    return np.floor((start_s - ZERO + np.arange(count) / SOUND_RATE) * 1000 + 1e-6).astype(np.int16)


def _record(commands: list[Hold | Resume], *, seconds: float, end_s: float, latency_s: float) -> Samples:
    """Give each command and each block at the moment it comes."""
    sink, missing = Sink(), list[tuple[float, float]]()
    track = SoundTrack(ZERO, sink.write, lambda start_s, end_s: missing.append((start_s, end_s)))
    waiting = list(commands)
    for _, span in Device().blocks(ZERO, seconds):
        while waiting and waiting[0].at_s <= span.end_s + latency_s:
            track.change(waiting.pop(0))
        track.feed(_ramp(span.start_s, BLOCK), span)
        if span.end_s >= ZERO + end_s:
            break
    for command in waiting:
        track.change(command)
    track.finish(ZERO + end_s)
    assert missing == [], "a pause is no loss"
    return sink.sound


@pytest.mark.parametrize("latency_s", [0.0, 0.015, 0.3, 1.2])
@pytest.mark.parametrize("pause_s", [0.05, 0.2, 1.0])
def test_a_pause_keeps_all_before_it_and_none_within_it(latency_s: float, pause_s: float) -> None:
    held, resumed = 1.0, 1.0 + pause_s
    sound = _record([Hold(ZERO + held), Resume(ZERO + resumed)], seconds=4, end_s=3.0, latency_s=latency_s)
    assert abs(len(sound) - (3.0 - pause_s) * SOUND_RATE) <= 2
    told_ms = sound[SOUND_RATE + 300 :]  # what is audible as a join is over
    assert sound[SOUND_RATE - 50] >= 998, "nothing before the pause is missing"
    assert (told_ms >= round(resumed * 1000)).all(), "nothing of the pause is there"
    assert np.abs(told_ms[: SOUND_RATE // 2] - _ramp(ZERO + resumed + 300 / SOUND_RATE, SOUND_RATE // 2)).max() <= 1


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.floats(0.02, 0.4), st.floats(0.02, 0.4)), max_size=4),
    st.sampled_from([0.0, 0.03, 0.25]),
)
def test_any_pauses_leave_the_right_length(pauses: list[tuple[float, float]], latency_s: float) -> None:
    commands: list[Hold | Resume] = []
    now = paused = 0.0
    for kept, pause in pauses:
        commands += [Hold(ZERO + now + kept), Resume(ZERO + now + kept + pause)]
        now, paused = now + kept + pause, paused + pause
    sound = _record(commands, seconds=now + 1.0, end_s=now + 0.7, latency_s=latency_s)
    assert abs(len(sound) - (now + 0.7 - paused) * SOUND_RATE) <= 2 + len(pauses)


def test_a_take_that_ends_in_a_pause_ends_where_the_pause_began() -> None:
    sound = _record([Hold(ZERO + 1.5)], seconds=4, end_s=3.0, latency_s=0.05)
    assert abs(len(sound) - 1.5 * SOUND_RATE) <= 1


@pytest.mark.parametrize("end_s", [1.0, 1.00001, 1.2345])
def test_the_end_is_cut_to_the_sample(end_s: float) -> None:
    sound = _record([], seconds=2, end_s=end_s, latency_s=0.0)
    assert len(sound) == int(np.ceil(end_s * SOUND_RATE - 1e-6))


def test_two_pauses_within_one_block_are_both_cut_out_where_they_were() -> None:
    sink, missing = Sink(), list[tuple[float, float]]()
    track = SoundTrack(ZERO, sink.write, lambda start_s, end_s: missing.append((start_s, end_s)))
    pauses = [(0.5, 0.5), (0.6, 0.62), (0.7, 0.7001)]
    for held_s, resumed_s in pauses:
        track.change(Hold(ZERO + held_s))
        track.change(Resume(ZERO + resumed_s))
    track.feed(_ramp(ZERO, SOUND_RATE), Span(ZERO, ZERO + 1))
    track.finish(ZERO + 1)
    assert missing == []
    assert abs(len(sink.sound) - (1 - 0.0201) * SOUND_RATE) <= 3
    for at_s, taken_s in ((0.4, 0.4), (0.55, 0.55), (0.65, 0.67), (0.9, 0.9201)):
        assert abs(int(sink.sound[round(at_s * SOUND_RATE)]) - taken_s * 1000) <= 1
