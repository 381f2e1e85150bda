"""From the tokens of design.py to Qt: fonts, QPalette and the one style sheet. GUI thread."""

import fontpkg_atkinson_hyperlegible as atkinson
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from diary_app.settings import Scheme
from ui.design import CORNER, RING, SPACE, TARGET, Look, Palette, Shade

_R = QPalette.ColorRole

ROLES: dict[str, tuple[QPalette.ColorRole, ...]] = {
    "paper": (_R.Window,),
    "card": (_R.Base, _R.Button, _R.ToolTipBase),
    "tint": (_R.AlternateBase,),
    "ink": (_R.WindowText, _R.Text, _R.ButtonText, _R.ToolTipText),
    "soft_ink": (_R.PlaceholderText,),
    "accent": (_R.Highlight, _R.Link, _R.LinkVisited, _R.Accent),
    "on_accent": (_R.HighlightedText,),
    "edge": (_R.Mid,),
    "line": (_R.Midlight,),
    "red": (_R.BrightText,),
    "red_ink": (_R.Dark,),
    "on_red": (_R.Light,),
    "screen": (_R.Shadow,),
}
"""Where each token lives in Qt's palette, so that painted widgets follow a change of palette by themselves."""


def colour(widget: QWidget, hue: str) -> QColor:
    """The colour that a token has for this widget just now."""
    return widget.palette().color(ROLES[hue][0])


def load_fonts() -> str:
    """Load the bundled typeface; returns the family's name. Raises OSError where a file of it is missing."""
    for file in sorted((atkinson.ROOT / "files").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            raise OSError(f"The typeface {file.name} cannot be read. Please install the app again.")
    return atkinson.FAMILY


def base_font(look: Look) -> QFont:
    """The body font."""
    font = QFont(atkinson.FAMILY)
    font.setPixelSize(look.type_px(0))
    return font


def qt_palette(palette: Palette) -> QPalette:
    """The tokens in Qt's own roles; the same when a window is not in front."""
    filled = QPalette()
    for token, roles in ROLES.items():
        for role in roles:
            filled.setColor(role, QColor(getattr(palette, token)))
    return filled


def system_shade() -> Shade:
    """What the system asks for: high contrast, dark, or light."""
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return Shade.HIGH
    return Shade.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else Shade.LIGHT


def chosen_shade(scheme: Scheme) -> Shade:
    """What the settings ask for."""
    chosen = {Scheme.LIGHT: Shade.LIGHT, Scheme.DARK: Shade.DARK, Scheme.CONTRAST: Shade.HIGH}
    return chosen.get(scheme) or system_shade()


def apply_look(app: QApplication, look: Look) -> None:
    """Dress the whole application."""
    app.setFont(base_font(look))
    app.setPalette(qt_palette(look.palette))
    app.setStyleSheet(style_sheet(look))


def style_sheet(look: Look) -> str:
    """The style sheet: text by role, fields, cards, scroll bars. Buttons and choices paint themselves."""
    return "\n".join((_text(look), _surfaces(look.palette), _fields(look), _scrolling(look.palette)))


def _text(look: Look) -> str:
    palette = look.palette
    roles = {
        "title": (3, 700, palette.ink),
        "heading": (2, 700, palette.ink),
        "lead": (1, 400, palette.ink),
        "lead-strong": (1, 700, palette.ink),
        "strong": (0, 700, palette.ink),
        "label": (0, 700, palette.ink),
        "body": (0, 400, palette.ink),
        "soft": (0, 400, palette.soft_ink),
        "danger": (1, 700, palette.red_ink),
        "clock": (2, 700, palette.ink),
        "count": (3, 700, palette.ink),
    }
    return "\n".join(
        f'QLabel[role="{role}"] {{ font-size: {look.type_px(step)}px; font-weight: {weight}; color: {colour}; }}'
        for role, (step, weight, colour) in roles.items()
    )


def _surfaces(palette: Palette) -> str:
    return f"""
    QMainWindow, QWidget#page, QScrollArea, QScrollArea > QWidget > QWidget#page {{ background: {palette.paper}; }}
    QScrollArea {{ border: none; }}
    QFrame[surface="card"] {{
        background: {palette.card}; border: 1px solid {palette.line}; border-radius: {CORNER * 2}px; }}
    QFrame[surface="tint"] {{
        background: {palette.tint}; border: 1px solid {palette.line}; border-radius: {CORNER * 2}px; }}
    QFrame[surface="warn"] {{
        background: {palette.warn}; border: 2px solid {palette.ink}; border-radius: {CORNER * 2}px; }}
    QFrame[surface="ok"] {{
        background: {palette.tint}; border: 2px solid {palette.accent}; border-radius: {CORNER * 2}px; }}
    QFrame[surface="help"] QScrollArea, QWidget#help-page {{ background: {palette.tint}; }}
    QFrame[surface="help"] {{ background: {palette.tint}; border: none; border-left: 1px solid {palette.line}; }}
    QFrame[surface="practice"] {{ background: {palette.tint}; border: none; border-bottom: 1px solid {palette.line}; }}
    QDialog {{ background: {palette.card}; }}
    """


def _fields(look: Look) -> str:
    palette, inner = look.palette, TARGET - 2 * RING
    return f"""
    QLineEdit {{
        background: {palette.card}; color: {palette.ink}; border: 2px solid {palette.edge};
        border-radius: {CORNER}px; padding: 1px {SPACE + 5}px; min-height: {inner}px;
        font-size: {look.type_px(1)}px; selection-background-color: {palette.accent};
        selection-color: {palette.on_accent}; placeholder-text-color: {palette.soft_ink}; }}
    QLineEdit:focus {{ border: {RING}px solid {palette.ink}; padding: 0px {SPACE + 4}px; }}
    QLineEdit[wrong="true"] {{ border: {RING}px solid {palette.red_ink}; padding: 0px {SPACE + 4}px; }}
    QLabel#help-code {{ border: {RING}px solid transparent; border-radius: {CORNER}px; padding: {SPACE // 2}px; }}
    QLabel#help-code:focus {{ border: {RING}px solid {palette.ink}; }}
    QPlainTextEdit {{
        background: {palette.card}; color: {palette.ink}; border: 2px solid {palette.edge};
        border-radius: {CORNER}px; padding: {SPACE - 1}px; font-size: {look.type_px(1)}px;
        selection-background-color: {palette.accent}; selection-color: {palette.on_accent};
        placeholder-text-color: {palette.soft_ink}; }}
    QPlainTextEdit:focus {{ border: {RING}px solid {palette.ink}; padding: {SPACE - 2}px; }}
    QComboBox QAbstractItemView {{
        background: {palette.card}; color: {palette.ink}; border: 2px solid {palette.edge};
        selection-background-color: {palette.accent}; selection-color: {palette.on_accent}; outline: none;
        padding: {SPACE // 2}px; }}
    QComboBox QAbstractItemView::item {{ min-height: {TARGET - 8}px; padding: 0 {SPACE}px; }}
    """


def _scrolling(palette: Palette) -> str:
    return f"""
    QScrollBar:vertical {{ background: transparent; width: 14px; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {palette.edge}; border-radius: 5px; min-height: 40px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
