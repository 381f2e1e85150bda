"""The take's own time: zero at its first frame, pauses left out. Pure and frozen; each thread keeps its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timeline:
    """Maps moments of the monotonic clock to seconds of the take."""

    zero_s: float
    """The moment of take time 0, moved later by every pause."""
    held_at_s: float | None = None
    """The moment at which a pause began, while it lasts."""

    def take_s(self, at_s: float) -> float | None:
        """Seconds from the take's start; None for a moment that does not belong to it."""
        if at_s < self.zero_s or (self.held_at_s is not None and at_s >= self.held_at_s):
            return None
        return at_s - self.zero_s

    def stop_s(self, at_s: float) -> float:
        """The last moment that belongs to a take that ends at at_s: a pause that lasts until then is left out."""
        return at_s if self.held_at_s is None else min(at_s, self.held_at_s)

    def end_s(self, at_s: float) -> float:
        """The length, in seconds, of a take that ends at this moment."""
        return max(0.0, self.stop_s(at_s) - self.zero_s)

    def hold(self, at_s: float) -> "Timeline":
        """Nothing from this moment on belongs to the take."""
        return self if self.held_at_s is not None else Timeline(self.zero_s, at_s)

    def resume(self, at_s: float) -> "Timeline":
        """From this moment on the take goes on, joined to where it was held."""
        if self.held_at_s is None:
            return self
        return Timeline(self.zero_s + at_s - self.held_at_s)
