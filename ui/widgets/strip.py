"""The film strip and the sound wave of a take, what is kept of it, and the handles that change that. GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture.model import Image
from diary_app.clip import KeptRange
from ui import words
from ui.design import CORNER
from ui.strip_view import STEP, StripView
from ui.style import colour
from ui.take_notes import Mark
from ui.widgets.handles import HANDLE_PX, Grip, Handle
from ui.widgets.name_tag import NameTag
from ui.widgets.outline import Outline
from ui.widgets.paint import painting
from ui.widgets.pinch import Pinch
from ui.widgets.strip_paint import (
    paint_bit,
    paint_cut,
    paint_film,
    paint_kept_edges,
    paint_mark,
    paint_wave,
    rounded,
)

TOP_PX = 18
"""The lane above the strip in which the knob of the place runs."""
CALM_MS = 100
"""Pictures and peaks that come within so long of each other are shown together: hundreds come within seconds."""
NOTCH = 120
"""What a mouse wheel says for one click; it shows half as much, or twice."""
APART = 3
"""Handles of one stretch stand so many times their width apart where it is shown closely."""


class Strip(QWidget):
    """Draws the take, or the part of it that is looked at, from left to right; take time is its only unit."""

    moved = Signal(object, float)
    """Grip and take time in seconds, while it is being moved."""
    settled = Signal(object)
    """Grip: it was let go, or moved by keyboard."""
    chosen = Signal(int)
    """The number of a name whose tag was pressed."""
    looked = Signal(object)
    """The StripView, whenever it is another one."""

    def __init__(self, *, name: str = "strip") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words.STRIP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.outline = Outline(1.0)
        self._view = StripView.whole(1.0)
        self._keep: tuple[KeptRange, ...] = (KeptRange(0.0, 1.0),)
        self._place_s = 0.0
        self._bit: tuple[float, float] | None = None
        self._names: tuple[KeptRange, ...] = ()
        self._chosen: int | None = None
        self._read_only = False
        self._marks: tuple[Mark, ...] = ()
        self._under: QPixmap | None = None
        self._pinch = Pinch()
        self._soon = QTimer(self, singleShot=True, interval=CALM_MS)
        self._soon.timeout.connect(self.update)
        self._tags: list[NameTag] = []
        self._handles = {grip: self._make(grip) for grip in Grip}
        self.rest()

    def _make(self, grip: Grip) -> Handle:
        handle = Handle(grip, self)
        handle.dragged.connect(self._on_dragged)
        handle.dropped.connect(self.settled)
        handle.nudged.connect(self._on_nudged)
        handle.reached.connect(self._on_reached)
        return handle

    def sizeHint(self) -> QSize:
        """Room for pictures above the wave."""
        return QSize(640, TOP_PX + 88)

    def minimumSizeHint(self) -> QSize:
        """May be narrow."""
        return QSize(240, TOP_PX + 88)

    @property
    def filled(self) -> tuple[int, bool]:
        """How many pictures it shows, and whether it shows the sound."""
        return self.outline.rough, self.outline.has_sound

    @property
    def view(self) -> StripView:
        """Which part of the take is seen."""
        return self._view

    def handle(self, grip: Grip) -> Handle:
        """The handle, for focus."""
        return self._handles[grip]

    # -- what is shown ----------------------------------------------------------------------------------------------

    def rest(self) -> None:
        """No take is open: nothing can be moved yet."""
        self.outline = Outline(1.0)
        self._under = None
        self._bit = None
        self.show_marks(())
        self.show_names((), chosen=None)
        for handle in self._handles.values():
            handle.hide()
        self.look(StripView.whole(1.0))

    def show_take(self, seconds: float, *, frame_s: float, read_only: bool) -> None:
        """A take of this many seconds; one picture lasts frame_s. read_only hides the trim's handles."""
        self.rest()
        self._read_only = read_only
        self.outline = Outline(seconds)
        for grip, handle in self._handles.items():
            handle.frame_s = frame_s
            handle.setVisible(grip is Grip.PLACE or (grip in (Grip.START, Grip.END) and not read_only))
        self.look(StripView.whole(self.outline.seconds))

    def add_picture(self, position: int, picture: Image, *, of: int) -> None:
        """A small picture (height x width x 3, BGR), at this position of as many at even distances over the take."""
        self.outline.add_picture((position + 0.5) / of * self.outline.seconds, picture, close=False)
        self._sharpen()

    def add_close_picture(self, at_s: float, picture: Image) -> None:
        """One more, of a moment (seconds) in a part that is looked at closely."""
        self.outline.add_picture(at_s, picture, close=True)
        self._sharpen()

    def add_peaks(self, position: int, values: Sequence[float], *, of: int) -> None:
        """Peaks of the sound, 0 to 1, from this position on, of as many at even distances over the take.

        NaN is what nobody knows yet. Later peaks take the place of earlier ones; of more over the take, of fewer.
        """
        self.outline.add_peaks(position, values, of=of)
        self._sharpen()

    def _sharpen(self) -> None:
        """Show what has come, with all that comes until then."""
        self._under = None
        if not self._soon.isActive():
            self._soon.start()

    def show_keep(self, keep: Sequence[KeptRange]) -> None:
        """What is kept: at least one range."""
        self._keep = tuple(keep)
        self._put_handles()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Where the camera, the microphone or the computer was away."""
        self._marks = tuple(marks)
        self.setAccessibleDescription(" ".join(mark.sentence for mark in marks))
        self.update()

    def show_place(self, take_s: float) -> None:
        """Where the player is."""
        if abs(take_s - self._place_s) > 1e-4:
            self._place_s = take_s
            self.look(self._view.holding(take_s))
            self._put(Grip.PLACE, take_s)

    def show_bit(self, bit: tuple[float, float] | None) -> None:
        """The bit that is about to be cut, or none."""
        self._bit = bit
        for grip in (Grip.BIT_START, Grip.BIT_END):
            self._handles[grip].setVisible(bit is not None)
        self._put_handles()

    def show_names(self, names: Sequence[KeptRange], *, chosen: int | None) -> None:
        """Where names were said, in seconds of the take, and which of them has handles, if any."""
        self._names, self._chosen = tuple(names), chosen
        while len(self._tags) < len(names):
            self._tags.append(self._make_tag(len(self._tags)))
        for number, tag in enumerate(self._tags):
            tag.setVisible(number < len(names))
            tag.setEnabled(not self._read_only)
        for grip in (Grip.NAME_START, Grip.NAME_END):
            self._handles[grip].setVisible(chosen is not None)
        self._put_handles()

    def _make_tag(self, number: int) -> NameTag:
        tag = NameTag(number, self)
        tag.clicked.connect(lambda: self.chosen.emit(number))
        tag.stackUnder(self._handles[Grip.PLACE])
        return tag

    def tag(self, number: int) -> NameTag:
        """The tag of a name, for focus."""
        return self._tags[number]

    # -- which part is seen -----------------------------------------------------------------------------------------

    def look(self, view: StripView) -> None:
        """See this part."""
        if view == self._view:
            return
        self._view = view
        self._under = None
        self._put_handles()
        self.looked.emit(view)

    def closer(self, times: float = STEP) -> None:
        """See less of it larger, or with less than 1 more; where the player is stays in sight."""
        view = self._view
        at_s = self._place_s if view.shows(self._place_s) else (view.left_s + view.right_s) / 2
        self.look(view.zoomed(times, at_s))

    def see_all(self) -> None:
        """See the whole take."""
        self.look(StripView.whole(self.outline.seconds))

    def show_closely(self, start_s: float, end_s: float) -> None:
        """Come closer where the two handles of this stretch would stand on each other."""
        share = min(0.5, APART * HANDLE_PX / max(1, self.width() - HANDLE_PX))
        self.look(self._view.round(start_s, end_s, share=share))

    def _on_reached(self, grip: Grip) -> None:
        self.look(self._view.holding(self.time_of(grip)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl: closer and further, round the mouse; sideways, or with Shift: along. Else the screen scrolls."""
        turn, modifiers = event.angleDelta(), event.modifiers()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.look(self._view.zoomed(STEP ** (turn.y() / NOTCH), self.time_at(event.position().x())))
        elif turn.x() or modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.look(self._view.moved(-(turn.x() or turn.y()) / NOTCH * self._view.span_s / 8))
        else:
            super().wheelEvent(event)
            return
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus, on whichever handle the focus is."""
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.closer()
        elif event.key() == Qt.Key.Key_Minus:
            self.closer(1 / STEP)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """One finger goes there; two come closer."""
        if isinstance(event, QTouchEvent):
            self._touched(event)
            event.accept()
            return True
        return super().event(event)

    def _touched(self, event: QTouchEvent) -> None:
        over = event.type() in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel)
        pinched = self._pinch.follow(event)
        if pinched is not None:
            view = self._view.zoomed(pinched.times, self.time_at(pinched.from_x))
            self.look(view.moved((pinched.from_x - pinched.to_x) / max(1, self.width() - HANDLE_PX) * view.span_s))
        elif not self._pinch.is_on and len(event.points()) == 1:
            self.moved.emit(Grip.PLACE, self.time_at(event.points()[0].position().x()))
            if over:
                self.settled.emit(Grip.PLACE)
        if over:
            self._pinch.end()

    # -- time and place ---------------------------------------------------------------------------------------------

    def x_of(self, take_s: float) -> float:
        """Where a moment lies, in pixels."""
        return HANDLE_PX / 2 + (take_s - self._view.left_s) / self._view.span_s * (self.width() - HANDLE_PX)

    def time_at(self, x: float) -> float:
        """Which moment lies there, in seconds of the take."""
        share = (x - HANDLE_PX / 2) / max(1, self.width() - HANDLE_PX)
        return self._view.left_s + min(1.0, max(0.0, share)) * self._view.span_s

    def time_of(self, grip: Grip) -> float:
        """Where a handle stands, in seconds of the take."""
        bit = self._bit or (0.0, 0.0)
        name = self._names[self._chosen] if self._chosen is not None else None
        return {
            Grip.PLACE: self._place_s,
            Grip.START: self._keep[0].start_s,
            Grip.END: self._keep[-1].end_s,
            Grip.BIT_START: bit[0],
            Grip.BIT_END: bit[1],
            Grip.NAME_START: name.start_s if name else 0.0,
            Grip.NAME_END: name.end_s if name else 0.0,
        }[grip]

    def _put_handles(self) -> None:
        for grip in Grip:
            self._put(grip, self.time_of(grip))
        for tag, name in zip(self._tags, self._names, strict=False):
            tag.lay(name, self.x_of(name.start_s), self.x_of(name.end_s), self._area)
        self.update()

    def _put(self, grip: Grip, at_s: float) -> None:
        handle = self._handles[grip]
        top = 0 if grip is Grip.PLACE else TOP_PX
        left = round(self.x_of(at_s) - HANDLE_PX / 2)
        handle.setGeometry(left, top, HANDLE_PX, self.height() - top)
        handle.say_where(at_s)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The handles move with the width."""
        super().resizeEvent(event)
        self._put_handles()

    # -- moving -----------------------------------------------------------------------------------------------------

    def _on_dragged(self, grip: Grip, x: float) -> None:
        self.moved.emit(grip, self.time_at(x))

    def _on_nudged(self, grip: Grip, by_s: float) -> None:
        self.moved.emit(grip, min(self.outline.seconds, max(0.0, self.time_of(grip) + by_s)))
        self.settled.emit(grip)
        self._on_reached(grip)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the strip goes there."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.moved.emit(Grip.PLACE, self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """And follows while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.moved.emit(Grip.PLACE, self.time_at(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Arrived."""
        self.settled.emit(Grip.PLACE)

    # -- drawing ----------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Pictures, wave, what is cut away, and the bit about to be cut."""
        area = self._area
        with painting(self) as painter:
            painter.drawPixmap(0, 0, self._painted_under())
            painter.setClipPath(rounded(area))
            for mark in self._marks:
                paint_mark(painter, self, area, mark, self.x_of)
            paint_cut(painter, self, area, self._cut_away(), self.x_of)
            if self._bit:
                paint_bit(painter, self, area, self._bit, self.x_of)
            painter.setClipping(False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour(self, "edge"), 1))
            painter.drawRoundedRect(area, CORNER, CORNER)
            paint_kept_edges(painter, self, area, self._keep, self.x_of)

    @property
    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(HANDLE_PX / 2, TOP_PX + 6, -HANDLE_PX / 2, -6)

    def _painted_under(self) -> QPixmap:
        """Pictures and wave, painted when they change: the handle above them moves with every picture played."""
        times, under = self.devicePixelRatioF(), self._under
        if under is None or under.size() != self.size() * times or under.devicePixelRatio() != times:
            under = QPixmap(self.size() * times)
            under.setDevicePixelRatio(times)
            under.fill(Qt.GlobalColor.transparent)
            painter = QPainter(under)
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(rounded(self._area))
            painter.fillRect(self._area, colour(self, "screen"))
            film = paint_film(painter, self._area, self.outline, self._view)
            paint_wave(painter, self._area.adjusted(0, film, 0, 0), self.outline, self._view)
            painter.end()
            self._under = under
        return under

    def changeEvent(self, event: QEvent) -> None:
        """Other colours are other pixels."""
        self._under = None
        super().changeEvent(event)

    def _cut_away(self) -> list[tuple[float, float]]:
        edges = [0.0, *(edge for part in self._keep for edge in (part.start_s, part.end_s)), self.outline.seconds]
        return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > 1e-6]
