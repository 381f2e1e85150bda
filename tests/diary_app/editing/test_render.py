"""Renditions: what the presets make, the promise of a size, progress and stopping, and foreign files."""

import hashlib
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from diary_app.clip import KeptRange, Preset
from diary_app.editing.errors import EditRefused, EditStopped
from diary_app.editing.probe import probe
from diary_app.editing.render import render, trim
from tests.support.decoding import Seen, beep_times, hear, see
from tests.support.takes import Look, convert, make_take, ticking

KEEP = (KeptRange(1.0, 2.51), KeptRange(3.7, 7.05))


def expected(seen: Seen, keep: Sequence[KeptRange]) -> list[int]:
    return [
        index
        for index, at_s in zip(seen.indices, seen.times, strict=True)
        if any(part.start_s - 0.0005 <= at_s < part.end_s - 0.0005 for part in keep)
    ]


def kept(path: Path) -> list[int]:
    return expected(see(path), KEEP)


def boxes(path: Path) -> list[bytes]:
    """The names of a file's outermost boxes."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        names.append(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big")
    return names


@pytest.fixture(scope="module")
def large_take(folder: Path) -> Path:
    """A second at 1280x720."""
    return make_take(folder / "large.mp4", ticking(30, jitter_s=0.003), look=Look(width=1280, height=720))


@pytest.mark.parametrize("preset", list(Preset))
@pytest.mark.parametrize("keep", [(), KEEP])
def test_every_preset_is_exact_and_in_step(
    preset: Preset, keep: tuple[KeptRange, ...], take: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    rendition = render(take, out, keep=keep, preset=preset)
    seen = see(out)
    assert seen.indices == (kept(take) if keep else list(range(240)))
    beeps = beep_times(hear(out))
    assert all(min(abs(flash - beep) for beep in beeps) < 0.010 for flash in seen.flashes)
    assert rendition.seconds == pytest.approx(4.86 if keep else 8.0, abs=0.06)


def test_the_facts_of_a_rendition_are_the_files_own(take: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    rendition = render(take, out)
    assert rendition.path == out
    assert rendition.bytes == out.stat().st_size
    assert rendition.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_it_plays_at_once_in_a_browser_and_tells_nothing(large_take: Path, tmp_path: Path) -> None:
    marked = convert(
        large_take,
        tmp_path / "marked.mp4",
        "-c",
        "copy",
        "-metadata",
        "title=Ward 7",
        "-metadata",
        "location=+51.5-000.1/",
    )
    for name, keep in (("whole.mp4", ()), ("part.mp4", (KeptRange(0.3, 0.9),))):
        for preset in (Preset.SMALLER, Preset.BEST):
            out = tmp_path / name
            render(marked, out, keep=keep, preset=preset)
            names = boxes(out)
            assert names.index(b"moov") < names.index(b"mdat")
            facts = probe(out)
            assert (facts.video_codec, facts.pixel_format, facts.sound_codec) == ("h264", "yuv420p", "aac")
            with av.open(str(out)) as media:
                assert not {"title", "location", "encoder", "creation_time"} & set(media.metadata)
            assert b"Ward 7" not in out.read_bytes()


def test_sizes_of_the_presets(large_take: Path, tmp_path: Path) -> None:
    sizes = {}
    for preset, expected in ((Preset.SMALLER, (854, 480)), (Preset.NORMAL, (1280, 720)), (Preset.BEST, (1280, 720))):
        rendition = render(large_take, tmp_path / "out.mp4", preset=preset)
        assert see(tmp_path / "out.mp4").size == expected
        sizes[preset] = rendition.bytes
    assert sizes[Preset.SMALLER] < sizes[Preset.NORMAL] <= sizes[Preset.BEST]


def test_what_is_small_enough_is_copied(take: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    small = tmp_path / "small.mp4"
    render(take, small, preset=Preset.SMALLER)
    caplog.clear()
    again = render(small, tmp_path / "again.mp4", preset=Preset.BEST)
    assert "copied" in caplog.text
    assert again.bytes <= small.stat().st_size + 2000
    assert see(tmp_path / "again.mp4").indices == list(range(240))


@pytest.mark.parametrize("goal_mb", [0.12, 0.2])
def test_a_promised_size_is_never_exceeded(goal_mb: float, take: Path, tmp_path: Path) -> None:
    rendition = render(take, tmp_path / "out.mp4", keep=KEEP, target_mb=goal_mb)
    assert 0.95 * goal_mb * 1e6 <= rendition.bytes <= goal_mb * 1e6
    assert see(tmp_path / "out.mp4").indices == kept(take)


@pytest.mark.parametrize("goal_mb", [0.0, -1.0, 0.01, float("nan")])
def test_a_silly_size_is_refused(goal_mb: float, take: Path, tmp_path: Path) -> None:
    with pytest.raises(EditRefused):
        render(take, tmp_path / "out.mp4", target_mb=goal_mb)
    assert list(tmp_path.iterdir()) == []


def test_sound_alone(sound_take: Path, tmp_path: Path) -> None:
    for preset in Preset:
        rendition = render(sound_take, tmp_path / "out.m4a", keep=(KeptRange(1, 2), KeptRange(3, 4.5)), preset=preset)
        facts = probe(tmp_path / "out.m4a")
        assert (facts.video_codec, facts.sound_codec) == (None, "aac")
        assert rendition.seconds == pytest.approx(2.5, abs=0.05)
        assert b"M4A" in (tmp_path / "out.m4a").read_bytes()[:64]
    small = render(sound_take, tmp_path / "small.m4a", target_mb=0.03)
    assert 0.015 < small.bytes / 1e6 <= 0.03
    whole = trim(sound_take, tmp_path / "trim.m4a", keep=(KeptRange(0.25, 4.75),))
    assert whole.seconds == pytest.approx(4.5, abs=0.03)


# -- foreign files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["foreign.mp4", "foreign.mkv"])
def test_b_frames_and_open_groups_are_copied_or_go_through_a_full_encode(
    foreign_take: Path, take: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.INFO)
    foreign = convert(foreign_take, tmp_path / name, "-c", "copy")
    trim(foreign, tmp_path / "out.mp4", keep=KEEP)
    assert ("encoded whole" in caplog.text) == name.endswith("mkv")
    assert see(tmp_path / "out.mp4").indices == kept(take)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("take.mkv", ("-c", "copy")),
        ("take.webm", ("-c:v", "libvpx", "-b:v", "2M", "-deadline", "realtime", "-c:a", "libopus")),
        ("take.ts", ("-c", "copy")),
        ("take.mov", ("-c:v", "mjpeg", "-q:v", "3", "-c:a", "pcm_s16be", "-ar", "44100", "-ac", "2")),
    ],
)
def test_foreign_containers_are_cut_exactly(name: str, options: tuple[str, ...], folder: Path, tmp_path: Path) -> None:
    beeping = folder / "even.mp4"
    if not beeping.exists():
        make_take(beeping, ticking(150))
    foreign = convert(beeping, tmp_path / name, *options)
    render(foreign, tmp_path / "out.mp4", keep=(KeptRange(1.01, 2.45), KeptRange(3.7, 4.4)))
    seen, brought = see(tmp_path / "out.mp4"), see(foreign)
    origin_s = probe(foreign).origin_s
    keep = [KeptRange(1.01 + origin_s, 2.45 + origin_s), KeptRange(3.7 + origin_s, 4.4 + origin_s)]
    assert seen.indices == expected(brought, keep)
    beeps = beep_times(hear(tmp_path / "out.mp4"))
    assert len(seen.flashes) == len(beeps) == 2
    assert all(abs(flash - beep) < 0.010 for flash, beep in zip(seen.flashes, beeps, strict=True))


def test_a_turned_picture_comes_out_upright(take: Path, tmp_path: Path) -> None:
    turned = convert(take, tmp_path / "turned.mp4", "-c", "copy", before=("-display_rotation", "90"))
    render(turned, tmp_path / "out.mp4", keep=KEEP, preset=Preset.NORMAL)
    facts = probe(tmp_path / "out.mp4")
    assert (facts.width, facts.height, facts.plain) == (180, 320, True)
    with av.open(str(tmp_path / "out.mp4")) as media:
        assert sum(1 for _ in media.decode(video=0)) == len(kept(take))


def test_sixty_frames_a_second_become_thirty(tmp_path: Path) -> None:
    fast = make_take(tmp_path / "fast.mp4", ticking(120, fps=60.0))
    render(fast, tmp_path / "out.mp4", preset=Preset.NORMAL)
    seen = see(tmp_path / "out.mp4")
    assert len(seen.indices) == pytest.approx(60, abs=1)
    assert probe(tmp_path / "out.mp4").seconds == pytest.approx(2.0, abs=0.05)


# -- progress and stopping -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slow_take(folder: Path, large_take: Path) -> Path:
    """Half a minute at 1280x720, which takes many seconds to encode."""
    return convert(large_take, folder / "slow.mp4", "-c", "copy", before=("-stream_loop", "29"))


def test_progress_rises_to_one(slow_take: Path, tmp_path: Path) -> None:
    told: list[tuple[float, float | None]] = []
    keep = (KeptRange(0, 2.5),)
    render(slow_take, tmp_path / "out.mp4", keep=keep, on_progress=lambda done, left: told.append((done, left)))
    fractions = [done for done, _ in told]
    assert fractions == sorted(fractions)
    assert told[-1] == (1.0, 0.0)
    assert len(told) > 3


@pytest.mark.parametrize("target_mb", [None, 1.5])
def test_stopping_takes_less_than_a_second_and_leaves_nothing(
    target_mb: float | None, slow_take: Path, tmp_path: Path
) -> None:
    stop, begun, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        with pytest.raises(EditStopped, match="Your recording is safe"):
            render(slow_take, tmp_path / "out.mp4", target_mb=target_mb, stop=stop, on_progress=lambda *_: begun.set())
        ended.set()

    worker = threading.Thread(target=work, name="test-render")
    worker.start()
    assert begun.wait(30)
    stop.set()
    quick = ended.wait(2)
    worker.join()
    assert quick
    assert list(tmp_path.iterdir()) == []


def test_stopping_a_cut(slow_take: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    with pytest.raises(EditStopped):
        trim(slow_take, tmp_path / "out.mp4", keep=(KeptRange(1, 20),), stop=stop, on_progress=lambda *_: stop.set())
    assert list(tmp_path.iterdir()) == []
