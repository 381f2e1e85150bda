"""Going through the lines of captions one by one: what is typed, what was looked at, where one is. Pure; any thread."""

from dataclasses import dataclass, replace

from diary_app.captions.line import Line, retyped


@dataclass(frozen=True, slots=True)
class Check:
    """The lines as they stand, and which of them is shown. Never changed: each step returns a new one."""

    lines: tuple[Line, ...]
    at: int = 0
    """From 0; 0 also where there is none."""

    @property
    def line(self) -> Line | None:
        """The line that is shown."""
        return self.lines[self.at] if self.lines else None

    @property
    def to_check(self) -> int:
        """How many lines have a word of which the computer is not sure."""
        return sum(line.doubtful for line in self.lines)

    @property
    def is_last(self) -> bool:
        """True where no line follows."""
        return self.at + 1 >= len(self.lines)

    def read(self, text: str) -> "Check":
        """The line was looked at, and says this; without a word it is gone, and the next one is shown."""
        line = self.line
        if line is None:
            return self
        said = line.checked() if text.split() == line.text.split() else retyped(line, text)
        lines = (*self.lines[: self.at], *(() if said is None else (said,)), *self.lines[self.at + 1 :])
        return Check(lines, min(self.at, max(0, len(lines) - 1)))

    def kept(self, text: str) -> "Check":
        """The same, but a line that says what it said before was not looked at: its owner only went by."""
        line = self.line
        return self if line is None or text.split() == line.text.split() else self.read(text)

    def deleted(self) -> "Check":
        """Without the line that is shown."""
        return self.read("")

    def move(self, steps: int) -> "Check":
        """So many lines on, or back; never past either end."""
        return replace(self, at=min(max(0, self.at + steps), max(0, len(self.lines) - 1)))

    def next_doubtful(self) -> "Check":
        """At the next line to check, round the end if need be; here where there is none."""
        count = len(self.lines)
        ahead = ((self.at + step) % count for step in range(1, count + 1))
        return replace(self, at=next((at for at in ahead if self.lines[at].doubtful), self.at))
