"""A preview that gives way to words where the screen is small: the buttons must stay in sight. GUI thread."""

from PySide6.QtCore import QSize

from ui.widgets.preview import Preview


class LowPreview(Preview):
    """Takes what the screen has left, and may be as low as this."""

    def __init__(
        self,
        least_px: int,
        *,
        name: str = "preview",
        mirrored: bool = True,
        most_a_second: float | None = None,
    ) -> None:
        self._least = QSize(least_px, least_px)
        super().__init__(name=name, mirrored=mirrored, most_a_second=most_a_second)

    def sizeHint(self) -> QSize:
        """Little: layouts give it the rest."""
        return self._least

    def minimumSizeHint(self) -> QSize:
        """As the hint."""
        return self._least
