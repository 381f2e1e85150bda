"""Takes as our recorder makes them, made once for all tests of editing."""

from pathlib import Path

import pytest

from tests.support.takes import Look, convert, make_sound, make_take, ticking, tone


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("takes")


@pytest.fixture(scope="session")
def take(folder: Path) -> Path:
    """Eight seconds with a camera's jitter, as the recorder encodes on a slow computer."""
    return make_take(folder / "take.mp4", ticking(240, jitter_s=0.003))


@pytest.fixture(scope="session")
def fine_take(folder: Path) -> Path:
    """Four seconds as a fast computer encodes: CABAC, 8x8 transform, several reference frames."""
    return make_take(folder / "fine.mp4", ticking(120, jitter_s=0.003, seed=2), look=Look(preset="veryfast"))


@pytest.fixture(scope="session")
def tone_take(folder: Path) -> Path:
    """Six seconds with one steady note."""
    return make_take(folder / "tone.mp4", ticking(180), sound=tone(6.0))


@pytest.fixture(scope="session")
def sound_take(folder: Path) -> Path:
    """Five seconds of sound alone: one steady note."""
    return make_sound(folder / "sound.m4a", tone(5.0), extra=("-f", "mp4"))


@pytest.fixture(scope="session")
def foreign_take(folder: Path, take: Path) -> Path:
    """The same eight seconds with B-frames and open groups, as phones and editors write them."""
    x264 = ("-c:v", "libx264", "-preset", "fast", "-bf", "3", "-x264-params", "open-gop=1:keyint=40")
    return convert(take, folder / "foreign.mp4", "-fps_mode", "passthrough", "-enc_time_base", "1:90000", *x264)
