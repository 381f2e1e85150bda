"""The stretches of a take without picture or sound, marked with the take. Used by the encoder thread."""

from dataclasses import replace

from capture.model import Gap, Missing

SHORTEST_S = {Missing.CAMERA: 0.5, Missing.MICROPHONE: 0.1, Missing.ENCODER: 0.0, Missing.ASLEEP: -1.0}
"""What is shorter is no gap that anybody would notice; sound that is lost is counted all the same."""
JOINED_S = 0.02
"""Silence is filled in step by step; steps so close to each other are one gap."""
MOST = 500
"""As many are listed: memory must not grow with a device that comes and goes for hours."""


class GapList:
    """Gathers the gaps of one take, in the order in which they end."""

    def __init__(self) -> None:
        self._gaps: list[Gap] = []
        self.sound_lost_s = 0.0
        """Silence that stands in for sound, in seconds; also what is too short to be a gap."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every gap, earliest first."""
        return tuple(sorted(self._gaps, key=lambda gap: gap.start_s))

    def note(self, missing: Missing, start_s: float, end_s: float, outside_s: float = 0.0) -> None:
        """Add one, in seconds of the take; silence that goes on makes the last gap longer."""
        if missing is Missing.MICROPHONE:
            self.sound_lost_s += end_s - start_s
            if self._gaps and self._gaps[-1].missing is missing and start_s - self._gaps[-1].end_s < JOINED_S:
                self._gaps[-1] = replace(self._gaps[-1], end_s=end_s)
                return
        if end_s - start_s > SHORTEST_S[missing] and len(self._gaps) < MOST:
            self._gaps.append(Gap(missing, start_s, end_s, outside_s))

    def cut(self, at_s: float) -> None:
        """What came after this second was scrapped."""
        for gap in self._gaps:
            if gap.missing is Missing.MICROPHONE:
                self.sound_lost_s -= max(0.0, gap.end_s - max(gap.start_s, at_s))
        self._gaps = [replace(gap, end_s=min(gap.end_s, at_s)) for gap in self._gaps if gap.start_s < at_s]
