"""The promises of the look: contrast, targets, text sizes."""

import pytest

from ui.design import EDGE_PAIRS, PALETTES, SCALES, TEXT_PAIRS, TYPE, Shade, contrast, larger, smaller


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#FFFFFF", "#777777") == contrast("#777777", "#FFFFFF")


@pytest.mark.parametrize("shade", Shade)
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_every_text_can_be_read(shade: Shade, pair: tuple[str, str]) -> None:
    text, behind = (getattr(PALETTES[shade], name) for name in pair)
    assert contrast(text, behind) >= 7


@pytest.mark.parametrize("shade", Shade)
@pytest.mark.parametrize("pair", EDGE_PAIRS, ids="-on-".join)
def test_every_edge_and_ring_can_be_seen(shade: Shade, pair: tuple[str, str]) -> None:
    edge, behind = (getattr(PALETTES[shade], name) for name in pair)
    assert contrast(edge, behind) >= 3


def test_text_goes_to_twice_its_size_and_back() -> None:
    scale = SCALES[0]
    seen = [scale]
    while (scale := larger(scale)) != seen[-1]:
        seen.append(scale)
    assert seen == list(SCALES)
    assert seen[-1] == 2
    while (scale := smaller(scale)) != SCALES[0]:
        pass
    assert TYPE == (16, 20, 26, 34)
