"""What the booth does next: pure, total, and the only place where its state changes.

    Attract > Question > Consent > Opening > CountingDown > Recording > Saving > Choice > Settling > Thanks > Attract

Whoever walks away is waited for, asked whether they are still there, and then the booth is free again. Staff come in by
the hidden gesture and a PIN (Leaving, Staff) wherever nothing is being recorded or decided. OutOfOrder says why nobody
can record, and ends by itself.

transition(state, event) returns the next state and what must be done, in order; an event that means nothing in a state
changes nothing. patience_s(state) says after how long without a touch Idle is to be posted. Any thread.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from diary_app.booth import nouns as n

Step = tuple[n.State, tuple[n.Effect, ...]]
HOME: Step = (n.Attract(), (n.Look(),))

ASK_S = 20.0
"""“Are you still there?” stands so long before the booth goes back (WCAG 2.2, 2.2.1: at least 20 seconds)."""
MARGIN_S = 20.0
"""A recorder that has not come to the end of the time by then is stopped all the same."""
LOOK_S = 5.0
"""So often a booth that is free, or out of order, sees whether all is there."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long the booth waits for somebody to do something, in seconds."""

    recording_s: float = 90.0
    question_s: float = 40.0
    consent_s: float = 90.0
    aloud_s: float = 300.0
    choice_s: float = 45.0
    thanks_s: float = 8.0
    devices_s: float = 25.0
    saving_s: float = 60.0
    pin_s: float = 30.0
    staff_s: float = 300.0


def patience_s(state: n.State, times: Times) -> float:
    """After how many seconds without a touch Idle is posted in this state."""
    match state:
        case n.Attract() | n.OutOfOrder():
            return LOOK_S
        case n.Question(asked=True) | n.Consent(asked=True) | n.Choice(asked=True):
            return ASK_S
        case n.Question():
            return times.question_s
        case n.Consent(aloud=aloud):
            return times.aloud_s if aloud else times.consent_s
        case n.Choice():
            return times.choice_s
        case n.Opening() | n.CountingDown():
            return times.devices_s
        case n.Recording():
            return times.recording_s + MARGIN_S
        case n.Saving() | n.Settling():
            return times.saving_s
        case n.Thanks():
            return times.thanks_s
        case n.Leaving():
            return times.pin_s
        case n.Staff():
            return times.staff_s
        case _:
            assert_never(state)


def transition(state: n.State, event: n.Event) -> Step:
    """The next state, and what must be done."""
    match state:
        case n.Attract():
            return _attract(state, event)
        case n.Question():
            return _question(state, event)
        case n.Consent():
            return _consent(state, event)
        case n.Opening() | n.CountingDown():
            return _getting_ready(state, event)
        case n.Recording() | n.Saving():
            return _take(state, event)
        case n.Choice():
            return _choice(state, event)
        case n.Settling():
            return _settling(state, event)
        case n.Thanks():
            return _thanks(state, event)
        case n.Leaving() | n.Staff():
            return _staff(state, event)
        case n.OutOfOrder():
            return _out_of_order(state, event)
        case _:
            assert_never(state)


def _attract(state: n.Attract, event: n.Event) -> Step:
    match event:
        case n.Begun() | n.NextAsked():
            return n.Question(), ()
        case n.Idle():
            return HOME
        case n.Failed(why, said):
            return n.OutOfOrder(why, said), ()
        case n.Gesture():
            return n.Leaving(), ()
        case _:
            return state, ()


def _question(state: n.Question, event: n.Event) -> Step:
    match event:
        case n.NextAsked():
            return n.Consent(), ()
        case n.Declined():
            return HOME
        case n.Idle():
            return HOME if state.asked else (n.Question(asked=True), ())
        case n.Touched():
            return n.Question(), ()
        case n.Failed(why, said):
            return n.OutOfOrder(why, said), ()
        case n.Gesture():
            return n.Leaving(), ()
        case _:
            return state, ()


def _consent(state: n.Consent, event: n.Event) -> Step:
    """The voice is silent before anything else happens: it must not be heard in the take."""
    match event:
        case n.Agreed(visit):
            return n.Opening(visit), (n.Hush(), n.Prepare(visit))
        case n.Declined():
            return n.Attract(), (n.Hush(), n.Look())
        case n.ReadAsked():
            return n.Consent(aloud=not state.aloud), (n.Hush() if state.aloud else n.Read(),)
        case n.ReadingOver():
            return n.Consent(), ()
        case n.Idle():
            gone: Step = n.Attract(), (n.Hush(), n.Look())
            return gone if state.asked else (n.Consent(asked=True), (n.Hush(),))
        case n.Touched():
            return replace(state, asked=False), ()
        case n.Failed(why, said):
            return n.OutOfOrder(why, said), (n.Hush(),)
        case n.Gesture():
            return n.Leaving(), (n.Hush(),)
        case _:
            return state, ()


def _getting_ready(state: n.Opening | n.CountingDown, event: n.Event) -> Step:
    """Nothing is recorded yet: whatever comes between ends it, and the camera's light goes out."""
    away = (n.StopCounting(), n.LetGo())
    match event:
        case n.DevicesReady() if isinstance(state, n.Opening):
            return n.CountingDown(state.visit), (n.CountDown(),)
        case n.Counted() if isinstance(state, n.CountingDown):
            return state, (n.BeginTake(state.visit),)
        case n.Began(may_last_s):
            return n.Recording(state.visit, may_last_s), ()
        case n.Declined():
            return n.Attract(), (*away, n.Look())
        case n.Failed(why, said):
            return n.OutOfOrder(why, said), away
        case n.Told(sentence):
            return n.OutOfOrder(n.Why.DEVICES, sentence), away
        case n.Idle():
            return n.OutOfOrder(n.Why.DEVICES), away
        case n.Gesture():
            return n.Leaving(), away
        case _:
            return state, ()


def _take(state: n.Recording | n.Saving, event: n.Event) -> Step:
    """From here on there is a take: whatever happens, it is closed and kept until somebody has said otherwise."""
    close: Step = n.Saving(state.visit, state.said), (n.LetGo(),)
    match event:
        case n.Recorded(left_s) if isinstance(state, n.Recording):
            return (replace(state, left_s=left_s), ()) if left_s > 0 else close
        case n.Finished() if isinstance(state, n.Recording):
            return close
        case n.Idle():
            return close if isinstance(state, n.Recording) else (n.OutOfOrder(n.Why.STUCK), (n.LetGo(),))
        case n.Told(sentence):
            return replace(state, said=sentence), ()
        case n.TakeClosed(clip_id):
            return n.Choice(state.visit, clip_id, state.said), (n.LetGo(),)
        case n.Failed(n.Why.STUCK, said):  # what is missing now is no matter: the take goes on with what is left
            return n.OutOfOrder(n.Why.STUCK, said or state.said), (n.LetGo(),)
        case _:
            return state, ()


def _choice(state: n.Choice, event: n.Event) -> Step:
    """Nobody who walks away has said “Keep it”: the clip stays on this computer, and is not sent."""
    match event:
        case n.Decided(outcome, again):
            return n.Settling(outcome, state.visit, state.clip_id, again), (
                n.Settle(outcome, state.visit, state.clip_id),
            )
        case n.Idle():
            return HOME if state.asked else (replace(state, asked=True), ())
        case n.Touched():
            return replace(state, asked=False), ()
        case _:
            return state, ()


def _settling(state: n.Settling, event: n.Event) -> Step:
    match event:
        case n.Settled() if state.outcome is n.Outcome.AGAIN:
            return n.Opening(state.again), (n.Prepare(state.again),)
        case n.Settled():
            return n.Thanks(state.outcome), ()
        case n.Failed(n.Why.STUCK, said):
            return n.OutOfOrder(n.Why.STUCK, said), ()
        case n.Idle():
            return n.OutOfOrder(n.Why.STUCK), ()
        case _:
            return state, ()


def _thanks(state: n.Thanks, event: n.Event) -> Step:
    match event:
        case n.Idle() | n.NextAsked() | n.Declined():
            return HOME
        case n.Begun():
            return n.Question(), ()
        case n.Gesture():
            return n.Leaving(), ()
        case _:
            return state, ()


def _staff(state: n.Leaving | n.Staff, event: n.Event) -> Step:
    match event:
        case n.PinFits():
            return n.Staff(), ()
        case n.BackAsked() | n.Idle():
            return HOME
        case n.LeaveAsked() if isinstance(state, n.Staff):
            return state, (n.Leave(),)
        case _:
            return state, ()


def _out_of_order(state: n.OutOfOrder, event: n.Event) -> Step:
    match event:
        case n.Idle():
            return state, (n.Look(),)
        case n.Mended():
            return n.Attract(), ()
        case n.Failed(why, said):
            return n.OutOfOrder(why, said), ()
        case n.Gesture():
            return n.Leaving(), ()
        case _:
            return state, ()
