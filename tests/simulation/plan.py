"""What happens in one session, drawn from its seed: the devices, what the user does, what goes wrong and when."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from capture.disk import LEAST_FREE_BYTES
from capture.model import Camera, Microphone, PictureFormat
from capture.state import Event, Pause, Prepare, Release, Resume, Scrap, Start, Stop, Wish
from tests.simulation.child import Weakness
from tests.simulation.devices import CameraTraits, MicrophoneTraits

CAMERA, MICROPHONE = Camera("Simulated camera", "simulated"), Microphone("Simulated microphone", "simulated")
FOLDER = Path("/takes")
SMALL = PictureFormat(16, 12, 10.0)


@dataclass(frozen=True, slots=True)
class Wait:
    """The user waits until the recorder is in this state, or the patience is over."""

    state: str


Step = tuple[float, Event | Wait]
"""So many seconds after the step before."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something goes wrong."""

    at_s: float
    """Seconds after the beginning of the session."""
    kind: str
    lasts_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Disaster:
    """The end of the app: `kill`, `kill both` or `power cut`; at a moment, or in the midst of a call to a port."""

    kind: str
    at_s: float | None = None
    call: int | None = None


@dataclass(slots=True)
class Plan:
    """One session."""

    seed: str
    wish: Wish
    camera: CameraTraits
    microphone: MicrophoneTraits
    steps: list[Step] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    weakness: Weakness = field(default_factory=lambda: Weakness(fatal=0))
    disaster: Disaster | None = None
    second: int | None = None
    """The power fails again in the midst of this call of the restart."""
    switches: float = 0.1
    late: float = 0.0
    free: int = 10_000_000_000
    scale: int = 1

    @property
    def takes(self) -> list[Path]:
        """Every take that the user asks for."""
        return list(dict.fromkeys(event.take for _, event in self.steps if isinstance(event, Start)))


def plan_of(seed: str) -> Plan:
    """The same seed gives the same plan."""
    rng = random.Random(seed)
    camera, microphone = rng.choices([(True, True), (True, False), (False, True)], (70, 18, 12))[0]
    plan = Plan(
        seed,
        Wish(CAMERA if camera else None, MICROPHONE if microphone else None, SMALL),
        _camera(rng),
        _microphone(rng),
        switches=rng.choice((0.0, 0.05, 0.3)),
        late=rng.choice((0.0, 0.0, 0.05)),
    )
    if rng.random() < 0.06:
        return _steady(plan, rng)
    plan.steps = _steps(rng)
    length_s = sum(wait_s for wait_s, _ in plan.steps)
    _go_wrong(plan, rng, length_s)
    if rng.random() < 0.6:
        plan.disaster = _disaster(rng, length_s)
        plan.second = rng.randint(1, 40) if rng.random() < 0.15 else None
    return plan


def _steady(plan: Plan, rng: random.Random) -> Plan:
    """A recording that nobody disturbs, until the app or the computer dies in the midst of it."""
    plan.camera.opens_s = 0.02
    plan.steps = [(0.0, Prepare(Wish(None, None))), (0.0, Wait("Ready")), (1.0, Start(FOLDER / "take0.mp4"))]
    plan.steps.append((5.0, Stop()))
    plan.disaster = Disaster(rng.choice(("power cut", "power cut", "kill both")), at_s=rng.uniform(4.0, 5.5))
    return plan


def _camera(rng: random.Random) -> CameraTraits:
    fps = rng.choices((5.0, 10.0, 15.0, 30.0), (4, 5, 2, 1))[0]
    return CameraTraits(
        PictureFormat(SMALL.width, SMALL.height, fps),
        jitter=rng.choice((0.0, 0.0, 0.1, 0.4)),
        slower=rng.choice((1.0, 1.0, 1.0, 2.0)),
        loses=rng.choice((0.0, 0.0, 0.05)),
        late_s=rng.choice((0.0, 0.01, 0.05)),
        opens_s=rng.choice((0.02, 0.2, 0.6)),
    )


def _microphone(rng: random.Random) -> MicrophoneTraits:
    return MicrophoneTraits(
        block=rng.choices((480, 960, 1920), (1, 2, 7))[0],
        ppm=rng.choice((0.0, 200.0, -200.0, 50.0)),
        jitter_s=rng.choice((0.0, 0.0, 0.003)),
        late_s=rng.choice((0.005, 0.02, 0.08)),
        overflows=rng.choice((0.0, 0.0, 0.0, 0.01)),
    )


def _steps(rng: random.Random) -> list[Step]:
    """A walk over all that a user can ask for, mostly in an order that makes sense."""
    wish_placeholder = Wish(None, None)
    steps: list[Step] = [(rng.choice((0.0, 0.05)), Prepare(wish_placeholder))]
    if rng.random() < 0.95:
        steps.append((rng.choice((0.0, 0.0, 0.3)), Wait("Ready")))
    for number in range(rng.choices((1, 2), (8, 2))[0]):
        steps.append((rng.choice((0.0, 0.1, 1.2)), Start(FOLDER / f"take{number}.mp4")))
        for _ in range(rng.choices((0, 1, 2, 3), (5, 4, 3, 2))[0]):
            steps += rng.choice(_IN_TAKE)(rng)
        steps.append((rng.uniform(0.05, 1.0), rng.choices((Stop(), Release()), (9, 1))[0]))
        if rng.random() < 0.9:
            steps.append((0.0, Wait("Ready")))
    if rng.random() < 0.15:  # something that makes no sense here
        event = rng.choice((Pause(), Resume(), Stop(), Scrap(3.0), Start(FOLDER / "take0.mp4"), Release()))
        steps.insert(rng.randrange(len(steps)), (rng.uniform(0.0, 0.3), event))
    return steps


def _pause(rng: random.Random) -> list[Step]:
    steps: list[Step] = [(rng.uniform(0.0, 0.9), Pause()), (rng.choice((0.0, 0.02, 0.4, 1.0)), Resume())]
    return steps if rng.random() < 0.85 else steps[:1]


def _scrap(rng: random.Random) -> list[Step]:
    return [(rng.uniform(0.0, 1.2), Scrap(rng.choice((0.2, 0.5, 1.0, 30.0))))]


def _pause_and_scrap(rng: random.Random) -> list[Step]:
    steps = _pause(rng)
    return [*steps[:1], *_scrap(rng), *steps[1:]]


_IN_TAKE = (_pause, _scrap, _pause_and_scrap, _pause, _pause)


def _disaster(rng: random.Random, length_s: float) -> Disaster:
    kind = rng.choices(("power cut", "kill", "kill both"), (6, 2, 1))[0]
    if rng.random() < 0.5:
        return Disaster(kind, at_s=rng.uniform(0.1, length_s + 0.5))
    return Disaster(kind, call=rng.choice((rng.randint(1, 60), rng.randint(1, 600), rng.randint(1, 3000))))


def _go_wrong(plan: Plan, rng: random.Random, length_s: float) -> None:
    for _ in range(rng.choices((0, 1, 2), (5, 4, 1))[0]):
        kind, longest_s = rng.choice(_FAULTS)
        at_s = rng.uniform(0.1, length_s)
        lasts_s = rng.uniform(0.05, longest_s)
        if kind == "stopped" and rng.random() < 0.5:
            lasts_s = 3600 ** rng.random()  # up to an hour, mostly less: a minute of it costs as much as ten sessions
        if kind == "asleep":
            lasts_s = rng.uniform(0.5, 20_000.0)
        plan.faults.append(Fault(at_s, kind, lasts_s))
    luck = rng.random()
    if luck < 0.06:
        plan.weakness = Weakness(dies_after=rng.randint(1, 60), fatal=rng.choice((1, 1, 2, 7)))
    elif luck < 0.08:
        plan.weakness = Weakness(starts=False, fatal=1)
    elif luck < 0.085:
        plan.weakness = Weakness(hangs_after=rng.randint(1, 40), fatal=1)
    elif luck < 0.12:
        plan.weakness = Weakness(picture_s=1.5 / plan.camera.picture.fps, fatal=0)
    elif luck < 0.15:
        plan.scale, plan.free = 20_000, LEAST_FREE_BYTES + rng.randint(1, 300_000_000)
    elif luck < 0.17:
        plan.free = rng.randint(0, 2 * LEAST_FREE_BYTES)


_FAULTS = (
    ("camera out", 2.0),
    ("camera out", 0.3),
    ("camera hangs", 2.5),
    ("camera changes", 1.0),
    ("microphone out", 3.0),
    ("slow syncs", 2.0),
    ("sync fails", 0.5),
    ("disk full", 0.0),
    ("nearly full", 0.0),
    ("asleep", 0.0),
    ("stopped", 3.0),
    ("child killed", 0.0),
    ("child killed", 0.0),
)
