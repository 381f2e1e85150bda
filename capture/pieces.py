"""The pieces of one take: encoder children that follow each other and append to one file. Used by the encoder thread.

Most takes have one piece. Another one follows when the end of the take was cut off, and when a child died.
"""

import contextlib
import logging
from pathlib import Path

from capture.clock import Clock
from capture.encoder import Encoder, Piece, StartEncoder
from capture.errors import EncoderFailed
from capture.model import PictureFormat
from capture.take_file import Cut, TakeFile

log = logging.getLogger(__name__)


class PieceWriter:
    """Feeds the child of the day. Raises EncoderFailed where the first one does not start, OSError."""

    def __init__(
        self, file: TakeFile, *, picture: PictureFormat | None, sound: bool, start: StartEncoder, clock: Clock
    ) -> None:
        self._file = file
        self._picture, self._sound = picture, sound
        self._start = start
        self._clock = clock
        self._busy_since_s: float | None = None
        self._child: Encoder = start(self._piece(goes_on=False))

    @property
    def path(self) -> Path:
        """The file that grows."""
        return self._file.path

    def _piece(self, *, goes_on: bool) -> Piece:
        return Piece(self._file.path, self._picture, self._sound, goes_on)

    def write(self, head: bytes, data: bytes | memoryview) -> None:
        """Give the child one block. Raises EncoderFailed when it has gone."""
        self._busy_since_s = self._clock.now_s()
        self._child.write(head, data)
        self._busy_since_s = None

    def cut_back(self, to_s: float) -> Cut:
        """Let the child write all it has, cut the file, and go on with another. Raises EncoderFailed, OSError."""
        try:
            self.close()
        except EncoderFailed as error:
            log.warning("the encoder failed before a cut: %s", error.tail)
        return self._go_on(self._file.cut_back(to_s))

    def replace(self) -> Cut:
        """The child has gone: keep its whole fragments, and go on with another. Raises EncoderFailed, OSError."""
        self._child.kill()
        with contextlib.suppress(EncoderFailed):
            self.close()
        return self._go_on(self._file.cut_back())

    def _go_on(self, cut: Cut) -> Cut:
        self._child = self._start(self._piece(goes_on=not cut.empty))
        return cut

    def close(self) -> None:
        """End the child's input, and wait until all of it is in the file. Raises EncoderFailed."""
        self._busy_since_s = self._clock.now_s()
        try:
            self._child.close()
        finally:
            self._busy_since_s = None

    def end_if_stuck(self, patience_s: float) -> None:
        """Kill a child that has taken nothing for so long. On the syncer's thread."""
        since_s = self._busy_since_s
        if since_s is not None and self._clock.now_s() - since_s > patience_s:
            log.error("the encoder has taken nothing for %s s", patience_s)
            self._child.kill()
