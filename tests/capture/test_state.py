"""The recorder's state machine: any events in any order."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from capture.model import Camera, Lost, Microphone, TakeReport
from capture.state import (
    BeginTake,
    CloseDevices,
    ContinueTake,
    Device,
    DeviceBack,
    DeviceLost,
    DevicesFailed,
    DevicesOpened,
    EncoderFailed,
    EndTake,
    Event,
    Finishing,
    HoldTake,
    Idle,
    OpenDevices,
    Opening,
    Pause,
    Paused,
    Prepare,
    Ready,
    Recording,
    Refusal,
    Release,
    Report,
    Resume,
    Start,
    State,
    Stop,
    TakeClosed,
    Tell,
    Wish,
    lost_sentence,
    transition,
)

CAMERA, MICROPHONE = Camera("Cam", "/dev/video9"), Microphone("Mic", "mic")
BOTH = Wish(CAMERA, MICROPHONE)
WISHES = (BOTH, Wish(CAMERA, None), Wish(None, MICROPHONE), Wish(None, None))
REPORT = TakeReport(3, 2, lost=Lost(1, 0, 0), seconds=0.1)

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Prepare, st.sampled_from(WISHES)),
    st.just(DevicesOpened()),
    st.just(DevicesFailed("The camera does not start.")),
    st.builds(Start, st.integers(0, 9).map(lambda number: Path(f"take{number}.mp4"))),
    st.sampled_from([Pause(), Resume(), Stop(), Release()]),
    st.builds(DeviceLost, st.sampled_from(Device)),
    st.builds(DeviceBack, st.sampled_from(Device)),
    st.just(EncoderFailed("The disk is full.")),
    st.just(TakeClosed(REPORT)),
)


class AnyEvents(RuleBasedStateMachine):
    """Counts what the effects would have done to the world."""

    def __init__(self) -> None:
        super().__init__()
        self.state: State = Idle()
        self.devices: Wish | None = None
        self.take: Path | None = None
        self.held = False
        self.ending = False

    @rule(event=events)
    def post(self, event: Event) -> None:
        step = transition(self.state, event)
        if isinstance(step, Refusal):
            assert step.sentence.endswith(".")
            assert isinstance(event, Prepare | Start | Pause | Resume | Stop), "only a person's wish is refused"
            return
        self.state, effects = step
        for effect in effects:
            self.carry_out(effect)

    def carry_out(self, effect: object) -> None:
        match effect:
            case OpenDevices(wish):
                assert self.take is None, "devices are changed under an open take"
                self.devices = wish
            case CloseDevices():
                assert self.take is None, "devices are closed under an open take"
                self.devices = None
            case BeginTake(take, wish):
                assert self.take is None, "a take is begun twice"
                assert self.devices == wish
                self.take, self.held, self.ending = take, False, False
            case HoldTake():
                assert (self.take is not None, self.held, self.ending) == (True, False, False)
                self.held = True
            case ContinueTake():
                assert (self.take is not None, self.held, self.ending) == (True, True, False)
                self.held = False
            case EndTake():
                assert self.take is not None
                assert not self.ending, "a take is ended twice"
                self.ending = True
            case Report(take, report):
                assert (take, True, REPORT) == (self.take, self.ending, report)
                self.take = None
            case Tell(sentence):
                assert sentence.endswith(".")

    @invariant()
    def state_and_world_agree(self) -> None:
        match self.state:
            case Idle():
                assert (self.devices, self.take) == (None, None)
            case Opening(wish) | Ready(wish):
                assert (self.devices, self.take) == (wish, None)
            case Recording(wish, take):
                assert (self.devices, self.take, self.held, self.ending) == (wish, take, False, False)
            case Paused(wish, take):
                assert (self.devices, self.take, self.held, self.ending) == (wish, take, True, False)
            case Finishing(wish, take):
                assert (self.devices, self.take, self.ending) == (wish, take, True)


TestAnyEvents = AnyEvents.TestCase
TestAnyEvents.settings = settings(max_examples=100, stateful_step_count=40)

STATES: tuple[State, ...] = (
    Idle(),
    Opening(BOTH),
    Ready(BOTH),
    Recording(BOTH, Path("a.mp4")),
    Paused(BOTH, Path("a.mp4")),
    Finishing(BOTH, Path("a.mp4")),
    Finishing(BOTH, Path("a.mp4"), release=True),
)


@given(st.sampled_from(STATES), events)
def test_every_event_has_an_answer_in_every_state(state: State, event: Event) -> None:
    step = transition(state, event)
    assert isinstance(step, Refusal) or isinstance(step[0], State)


@given(st.sampled_from(STATES))
def test_a_take_starts_from_ready_alone(state: State) -> None:
    step = transition(state, Start(Path("b.mp4")))
    assert isinstance(state, Ready) != isinstance(step, Refusal)


@pytest.mark.parametrize("state", STATES)
def test_a_refused_start_says_what_to_wait_for(state: State) -> None:
    step = transition(state, Start(Path("b.mp4")))
    if isinstance(step, Refusal):
        assert len(step.sentence) > 20


@pytest.mark.parametrize("state", [Recording(BOTH, Path("a.mp4")), Paused(BOTH, Path("a.mp4"))])
def test_releasing_the_devices_closes_the_take_first(state: State) -> None:
    step = transition(state, Release())
    assert step == (Finishing(BOTH, Path("a.mp4"), release=True), (EndTake(),))
    assert transition(Finishing(BOTH, Path("a.mp4"), release=True), TakeClosed(REPORT)) == (
        Idle(),
        (Report(Path("a.mp4"), REPORT), CloseDevices()),
    )


@pytest.mark.parametrize("state", [Ready(BOTH), *STATES[3:]])
@pytest.mark.parametrize("device", list(Device))
def test_a_device_that_is_lost_and_back_leaves_no_trace(state: State, device: Device) -> None:
    lost = transition(state, DeviceLost(device))
    assert not isinstance(lost, Refusal)
    assert any(isinstance(effect, Tell) for effect in lost[1])
    back = transition(lost[0], DeviceBack(device))
    assert not isinstance(back, Refusal)
    assert back[0] == state


def test_nothing_chosen_opens_nothing() -> None:
    assert isinstance(transition(Idle(), Prepare(Wish(None, None))), Refusal)


@pytest.mark.parametrize(
    ("wish", "lost", "device", "words"),
    [
        (BOTH, frozenset(), Device.CAMERA, "goes on with sound alone"),
        (BOTH, frozenset(), Device.MICROPHONE, "goes on without sound"),
        (replace(BOTH, microphone=None), frozenset(), Device.CAMERA, "nothing is being recorded just now"),
        (replace(BOTH, camera=None), frozenset(), Device.MICROPHONE, "nothing is being recorded just now"),
        (BOTH, frozenset({Device.CAMERA}), Device.MICROPHONE, "nothing is being recorded just now"),
    ],
)
def test_a_lost_device_is_told_with_what_is_left(
    wish: Wish, lost: frozenset[Device], device: Device, words: str
) -> None:
    sentence = lost_sentence(Recording(wish, Path("a.mp4"), lost), device)
    assert words in sentence
    assert "Your recording is safe" in sentence
