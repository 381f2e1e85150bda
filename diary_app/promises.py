"""What each preset would cost a person, told before it is chosen: bytes, and how long until the portal has them.

What was found out for a take and what is kept of it stays known, so that coming back to a clip costs nothing. Any
thread; working it out takes a second or two, and says one preset after the other.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from diary_app.clip import Clip, KeptRange, Preset, ShowAs
from diary_app.editing.progress import Meter
from diary_app.editing.promise import Cost, promises

MOST_KNOWN = 50
"""Clips whose promises are remembered."""

_Key: TypeAlias = tuple[Path, int, int, tuple[KeptRange, ...], bool, ShowAs]


@dataclass(frozen=True, slots=True)
class Promise:
    """What sending would take, before it begins."""

    bytes: int
    seconds: float | None
    """To make it, and to send it on the connection as it was last seen; None while nothing is known of that."""


class Promises:
    """seconds_for: how long so many bytes take to the portal, or None while nothing is known of the connection."""

    def __init__(self, seconds_for: Callable[[int], float | None]) -> None:
        self._seconds_for = seconds_for
        self._known: OrderedDict[_Key, dict[Preset, Cost]] = OrderedDict()
        self._guard = threading.Lock()

    def of(self, clip: Clip, *, stop: threading.Event) -> Iterator[tuple[Preset, Promise]]:
        """Yield each preset with its promise, the clip's own first. Raises EditError (EditStopped once stop is set)."""
        chosen = clip.about.preset
        order = [chosen, *(preset for preset in Preset if preset is not chosen)]
        costs = dict(self._costs_known(clip))
        if clip.rendition is not None:
            costs[chosen] = Cost(clip.rendition.bytes, 0.0)
        for preset in order:
            if preset in costs:
                yield preset, self._promise(costs[preset])
        missing = [preset for preset in order if preset not in costs]
        if missing:
            clean, shown = clip.about.clean_sound, clip.about.show_as
            found = promises(
                clip.take, keep=clip.keep, presets=missing, clean=clean, show_as=shown, meter=Meter(stop=stop)
            )
            for preset, cost in found:
                self._keep(clip, preset, cost)
                yield preset, self._promise(cost)

    def _promise(self, cost: Cost) -> Promise:
        sending_s = self._seconds_for(cost.bytes)
        return Promise(cost.bytes, None if sending_s is None else cost.work_s + sending_s)

    def _costs_known(self, clip: Clip) -> dict[Preset, Cost]:
        with self._guard:
            return self._known.get(_key(clip), {})

    def _keep(self, clip: Clip, preset: Preset, cost: Cost) -> None:
        with self._guard:
            key = _key(clip)
            self._known[key] = self._known.get(key, {}) | {preset: cost}
            self._known.move_to_end(key)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


def _key(clip: Clip) -> _Key:
    """The take as it lies on the disk, what is kept of it, whether it is made clean, and how its speaker is shown."""
    clean, shown = clip.about.clean_sound, clip.about.show_as
    try:
        there = clip.take.stat()
    except OSError:  # the reader of the take will say so
        return clip.take, 0, 0, clip.keep, clean, shown
    return clip.take, there.st_size, there.st_mtime_ns, clip.keep, clean, shown
