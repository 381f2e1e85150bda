"""The look as data: palettes, type scale, spacing, targets, and the contrast that a test holds them to. No Qt here."""

from dataclasses import dataclass
from enum import StrEnum

TYPE = (16, 20, 26, 34)
"""Sizes of type in pixels at 100 %: body, lead, heading, title."""
SPACE = 8
"""Every gap is a multiple of this many pixels."""
CORNER = 8
"""Radius of corners in pixels."""
TARGET = 48
"""Least height of anything that can be pressed, in pixels."""
PRIMARY = 64
"""Height of the one next step, in pixels."""
RING = 3
"""Width of the ring round whatever has the keyboard's focus, in pixels."""
COLUMN = 760
"""Width of a screen's column of reading at 100 %, in pixels."""
SCALES = (1.0, 1.25, 1.5, 2.0)
"""Text sizes that can be chosen."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for, as #RRGGBB."""

    paper: str
    """Behind everything."""
    card: str
    """Cards, fields and buttons."""
    tint: str
    """A card that asks for attention, kindly."""
    ink: str
    """Text."""
    soft_ink: str
    """Text of less weight."""
    accent: str
    """The next step, and what is chosen."""
    on_accent: str
    """Text on the accent."""
    edge: str
    """Edges of controls."""
    line: str
    """Hairlines that only decorate."""
    red: str
    """Recording, as a shape."""
    red_ink: str
    """Recording and destroying, as text or behind on_red."""
    on_red: str
    """Text on red_ink."""
    warn: str
    """Behind a message about trouble."""
    screen: str
    """Behind pictures of the camera."""
    on_screen: str
    """Text on the screen colour."""


LIGHT = Palette(
    paper="#FBF7F0",
    card="#FFFFFF",
    tint="#E6F1EE",
    ink="#1F2A2E",
    soft_ink="#465055",
    accent="#0F5C5C",
    on_accent="#FFFFFF",
    edge="#7F786B",
    line="#E4DCCD",
    red="#B3261E",
    red_ink="#8E1B15",
    on_red="#FFFFFF",
    warn="#FFF1D2",
    screen="#14191B",
    on_screen="#F1EDE4",
)
DARK = Palette(
    paper="#14191B",
    card="#1E2528",
    tint="#1B3133",
    ink="#F1EDE4",
    soft_ink="#C2C7C2",
    accent="#7FD1C7",
    on_accent="#0B2B2B",
    edge="#7D8988",
    line="#313B3F",
    red="#F2675C",
    red_ink="#FFB4AB",
    on_red="#3A0905",
    warn="#3A2E12",
    screen="#0A0D0E",
    on_screen="#F1EDE4",
)
HIGH = Palette(
    paper="#000000",
    card="#000000",
    tint="#000000",
    ink="#FFFFFF",
    soft_ink="#FFFFFF",
    accent="#FFE94A",
    on_accent="#000000",
    edge="#FFFFFF",
    line="#FFFFFF",
    red="#FF6B5E",
    red_ink="#FFC9C4",
    on_red="#000000",
    warn="#000000",
    screen="#000000",
    on_screen="#FFFFFF",
)

TEXT_PAIRS = (
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "tint"),
    ("ink", "warn"),
    ("soft_ink", "paper"),
    ("soft_ink", "card"),
    ("soft_ink", "tint"),
    ("accent", "card"),
    ("accent", "paper"),
    ("on_accent", "accent"),
    ("red_ink", "paper"),
    ("red_ink", "card"),
    ("on_red", "red_ink"),
    ("on_screen", "screen"),
)
"""Every (text, background) that the screens use: 7:1 or better (WCAG 2.2, 1.4.6)."""

EDGE_PAIRS = (
    ("edge", "paper"),
    ("edge", "card"),
    ("edge", "tint"),
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "warn"),
    ("accent", "paper"),
    ("accent", "card"),
    ("accent", "tint"),
    ("red", "paper"),
    ("red", "card"),
)
"""Every (edge, shape or focus ring, background): 3:1 or better (WCAG 2.2, 1.4.11 and 2.4.13). The ring is ink."""


class Shade(StrEnum):
    """Which palette is shown."""

    LIGHT = "light"
    DARK = "dark"
    HIGH = "high"


PALETTES = {Shade.LIGHT: LIGHT, Shade.DARK: DARK, Shade.HIGH: HIGH}


@dataclass(frozen=True, slots=True)
class Look:
    """What the whole app looks like just now."""

    shade: Shade = Shade.LIGHT
    scale: float = 1.0
    """Size of text: 1 is 100 %."""

    @property
    def palette(self) -> Palette:
        """The colours."""
        return PALETTES[self.shade]

    def type_px(self, step: int) -> int:
        """Size of a step of the type scale (0 to 3) in pixels."""
        return round(TYPE[step] * self.scale)


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def larger(scale: float) -> float:
    """The next larger text size that can be chosen."""
    return next((size for size in SCALES if size > scale + 0.01), SCALES[-1])


def smaller(scale: float) -> float:
    """The next smaller text size that can be chosen."""
    return next((size for size in reversed(SCALES) if size < scale - 0.01), SCALES[0])
