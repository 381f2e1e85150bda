"""The small copy of a film: small enough, cut as the film is, and made where somebody could watch it much sooner."""

import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import pytest

from diary_app.clip import KeptRange, Kind, Preset
from diary_app.editing.probe import MediaFacts, probe
from diary_app.editing.render import render
from diary_app.editing.small_copy import MOST_BYTES_A_MINUTE, encode_small, is_worth_it, still_helps

WEBCAM = MediaFacts(
    kind=Kind.VIDEO,
    seconds=3600.0,
    bytes=3600 * 300_000,
    container="mov",
    origin_s=0.0,
    width=1280,
    height=720,
    fps=30.0,
    video_codec="h264",
    pixel_format="yuv420p",
    colour_space=1,
    plain=True,
    sound_codec="aac",
    channels=1,
    sample_rate=48_000,
)
COMPACT = replace(WEBCAM, bytes=3600 * 90_000)
"""Small enough to be copied and not encoded again."""
SLOW, FAST = 125_000, 12_500_000


def test_a_film_of_noise_is_small_enough_and_cut_as_the_film_is(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    made = ("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-f", "lavfi", "-i", "anoisesrc=amplitude=0.1")
    as_is = ("-t", "8", "-vf", "noise=alls=60:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18")
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error"]
    subprocess.run([*ffmpeg, *made, *as_is, "-pix_fmt", "yuv420p", "-c:a", "aac", str(take)], check=True, timeout=120)
    small = render(take, tmp_path / "small.mp4", keep=[KeptRange(0.5, 3.0), KeptRange(3.5, 6.0)], small=True)
    facts = probe(small.path)
    assert small.seconds == pytest.approx(5.0, abs=0.15), "also where pictures are thinned out before a cut"
    assert (facts.height, facts.sound_codec, round(facts.fps)) == (360, "aac", 15)
    in_store_s = 2.0  # an encoder may spend so much before the ceiling holds
    assert small.bytes <= MOST_BYTES_A_MINUTE * (5.0 + in_store_s) / 60
    assert small.bytes > MOST_BYTES_A_MINUTE * 5.0 / 60 / 2, "this film needs all that it may have"
    whole = small.path.read_bytes()
    assert whole.index(b"moov") < whole.index(b"mdat"), "it plays while it loads"


@pytest.mark.parametrize("facts", [WEBCAM, replace(WEBCAM, channels=2), replace(WEBCAM, fps=12.0), COMPACT])
def test_what_its_rates_come_to(facts: MediaFacts) -> None:
    encode = encode_small(facts)
    assert ((encode.video_bps or 0) + (encode.sound_bps or 0)) * 60 / 8 > 0.9 * MOST_BYTES_A_MINUTE
    assert ((encode.video_bps or 0) + (encode.sound_bps or 0)) * 60 / 8 < 0.97 * MOST_BYTES_A_MINUTE


@pytest.mark.parametrize(
    ("facts", "preset", "seconds", "bytes_per_s", "worth"),
    [
        (WEBCAM, Preset.NORMAL, 3600, None, True),
        (WEBCAM, Preset.NORMAL, 3600, FAST, True),  # making the rendition takes longer than sending it
        (WEBCAM, Preset.NORMAL, 180, None, True),
        (WEBCAM, Preset.NORMAL, 60, None, False),  # less than 20 MB
        (WEBCAM, Preset.SMALLER, 180, SLOW, False),
        (WEBCAM, Preset.BEST, 60, FAST, False),  # hardly sooner
        (COMPACT, Preset.NORMAL, 3600, None, False),  # it would wait for its small copy
        (COMPACT, Preset.NORMAL, 3600, FAST, False),
        (COMPACT, Preset.NORMAL, 3600, SLOW, True),
        (replace(WEBCAM, kind=Kind.SOUND), Preset.NORMAL, 3600, SLOW, False),
    ],
)
def test_when_it_is_worth_it(
    facts: MediaFacts, preset: Preset, seconds: float, bytes_per_s: float | None, worth: bool
) -> None:
    def seconds_for(size: int) -> float | None:
        return None if bytes_per_s is None else size / bytes_per_s

    assert is_worth_it(facts, preset, seconds=seconds, seconds_for=seconds_for) is worth


def test_when_it_still_helps() -> None:
    assert still_helps(20_000_001, None)
    assert not still_helps(20_000_000, None)
    assert still_helps(100_000_000, 1_600_000)
    assert not still_helps(100_000_000, 1_700_000)
