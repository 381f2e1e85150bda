"""What is media and what is not; and that a file can never make the app read another one."""

import contextlib
import time
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import InputContainer

from diary_app.clip import Kind
from diary_app.editing import probe as probing
from diary_app.editing.errors import EditError, EditRefused, WorldError
from diary_app.editing.frames import index_frames
from diary_app.editing.media import open_head
from diary_app.editing.probe import probe
from tests.support.handmade import Sample, h264, mp4, png, sound_entry, still, wav
from tests.support.taken import HandMadeTake
from tests.support.takes import convert, make_cut_short, make_sound, ticking


def test_facts_of_a_take(take: Path) -> None:
    facts = probe(take)
    assert (facts.kind, facts.width, facts.height, facts.has_sound) == (Kind.VIDEO, 320, 180, True)
    assert (facts.video_codec, facts.sound_codec, facts.channels, facts.sample_rate) == ("h264", "aac", 1, 48_000)
    assert facts.seconds == pytest.approx(8.0, abs=0.04)
    assert facts.fps == pytest.approx(30.0, abs=0.1)
    assert facts.bytes == take.stat().st_size


def test_facts_of_sound_alone(sound_take: Path) -> None:
    facts = probe(sound_take)
    assert (facts.kind, facts.width, facts.fps, facts.video_codec) == (Kind.SOUND, 0, 0.0, None)
    assert facts.seconds == pytest.approx(5.0, abs=0.03)


def test_a_long_take_is_told_from_its_beginning_and_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_made = HandMadeTake(tmp_path / "take.mp4")
    hand_made.feed(8.0)
    hand_made.scrap(0.7)
    hand_made.feed(6.0)
    take = hand_made.close()
    opened: list[int] = []

    def noted(path: Path, length: int) -> InputContainer:
        opened.append(length)
        return open_head(path, length)

    monkeypatch.setattr(probing, "open_head", noted)
    facts = probe(take)
    assert 0 < opened[0] < facts.bytes / 2
    monkeypatch.setattr(probing, "_tables", lambda _: None)
    whole = probe(take)
    assert replace(facts, seconds=0.0, fps=0.0) == replace(whole, seconds=0.0, fps=0.0)
    assert facts.seconds == pytest.approx(whole.seconds, abs=0.025), "libav counts the encoder's silence too"
    assert facts.fps == pytest.approx(whole.fps, rel=0.01)


def test_it_is_quick(take: Path) -> None:
    began = time.thread_time()
    for _ in range(5):
        probe(take)
    assert (time.thread_time() - began) / 5 < 0.1


def test_a_take_that_was_cut_short_is_as_long_as_what_is_there(tmp_path: Path) -> None:
    take = make_cut_short(tmp_path / "take.mp4", ticking(150), enough=100_000)
    assert 2.0 < probe(take).seconds < 5.0


def test_a_finished_file_that_was_copied_in_part(take: Path, tmp_path: Path) -> None:
    whole = convert(take, tmp_path / "whole.mp4", "-c", "copy", "-movflags", "+faststart")
    part = tmp_path / "part.mp4"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 2.0 < probe(part).seconds < 6.0


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("part.mkv", ("-c", "copy")),
        ("part.avi", ("-c:v", "mpeg4", "-c:a", "libmp3lame")),
        ("part.ts", ("-c", "copy")),
        ("part.wav", ("-vn",)),
        ("part.mp3", ("-vn",)),
        ("part.flac", ("-vn",)),
    ],
)
def test_half_a_copy_of_a_foreign_file_is_as_long_as_what_is_there(
    name: str, options: tuple[str, ...], take: Path, tmp_path: Path
) -> None:
    whole = convert(take, tmp_path / name, *options)
    assert probe(whole).seconds == pytest.approx(8.0, abs=0.2)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 2.0 < probe(whole).seconds < 5.5


def test_a_recording_of_a_browser_whose_header_knows_no_length(take: Path, tmp_path: Path) -> None:
    live = convert(take, tmp_path / "live.mkv", "-c", "copy", "-live", "1")
    with av.open(str(live)) as media:
        assert media.duration is None
    assert probe(live).seconds == pytest.approx(8.0, abs=0.05)


def test_a_track_that_turns_up_in_the_middle_is_passed_over(take: Path, tmp_path: Path) -> None:
    """PyAV knows only the tracks that there are at first, and would read beyond its list of them."""
    silent = convert(take, tmp_path / "1.ts", "-an", "-c", "copy", before=("-stream_loop", "14")).read_bytes()
    ids = ("-tables_version", "1", "-mpegts_start_pid", "0x200")
    path = tmp_path / "holiday.ts"
    path.write_bytes(silent + convert(take, tmp_path / "2.ts", "-c", "copy", *ids).read_bytes() + silent)
    with av.open(str(path)) as media, pytest.raises(IndexError):
        list(media.demux())
    facts = probe(path)
    assert (facts.kind, facts.has_sound) == (Kind.VIDEO, False)
    assert facts.seconds == pytest.approx(120.0, abs=0.1)
    assert len(index_frames(path).ticks) == 15 * 240


def test_a_turned_picture_is_measured_upright(take: Path, tmp_path: Path) -> None:
    turned = convert(take, tmp_path / "turned.mp4", "-c", "copy", before=("-display_rotation", "90"))
    facts = probe(turned)
    assert (facts.width, facts.height, facts.plain) == (180, 320, False)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("take.mkv", ("-c", "copy")),
        ("take.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-t", "1")),
        ("take.avi", ("-c:v", "mpeg4", "-c:a", "libmp3lame")),
        ("take.mov", ("-c", "copy")),
        ("take.ts", ("-c", "copy")),
        ("take.mp3", ("-vn",)),
        ("take.wav", ("-vn",)),
        ("take.flac", ("-vn",)),
        ("take.ogg", ("-vn", "-c:a", "libvorbis")),
    ],
)
def test_what_people_bring_is_known_by_its_content(
    name: str, options: tuple[str, ...], take: Path, tmp_path: Path
) -> None:
    made = convert(take, tmp_path / name, *options).rename(tmp_path / "without-a-name")
    facts = probe(made)
    assert facts.has_sound
    assert facts.seconds > 0.9
    assert facts.kind is (Kind.SOUND if "-vn" in options else Kind.VIDEO)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"Dear diary, today was a good day.\n" * 40, "not a video or sound recording"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nSECRET\n#EXT-X-ENDLIST\n", "not a video or sound recording"),
        (b"ffconcat version 1.0\nfile 'SECRET'\n", "not a video or sound recording"),
        (b"\x00\x00\x00\x20ftypisom" + b"\x00" * 2000, "cannot be opened"),
        (b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 8, "cannot be opened"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x08free", "cannot be opened|neither"),
        (b"ID3" + b"\x00" * 3000, "cannot be opened|neither|damaged"),
    ],
)
def test_what_is_no_media_is_refused(content: bytes, words: str, take: Path, tmp_path: Path) -> None:
    bad = tmp_path / "holiday.mp4"
    bad.write_bytes(content.replace(b"SECRET", str(take).encode()))
    with pytest.raises(EditRefused, match=words) as caught:
        probe(bad)
    assert "holiday.mp4" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (mp4(h264(8192, 4336)), "8192 by 4336 dots"),
        (mp4(h264(16_000, 8_000, blocks=10, said=(640, 360))), "16000 by 8000 dots|is damaged"),
        (mp4(h264(1024, 16)), "1024 by 16 dots"),
        (still(b"png ", png(9000, 100), 9000, 100), "9000 by 100 dots"),
        (wav(bytes(9600), rate=2**31 - 1), "neither pictures nor sound"),
        (mp4(Sample(sound_entry(channels=0), bytes(9600), handler=b"soun")), "neither pictures nor sound"),
    ],
)
def test_claims_beyond_all_sense_are_refused(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "holiday.mp4"
    path.write_bytes(data)
    with pytest.raises(EditRefused, match=words):
        probe(path)


def test_missing_folder_and_forbidden(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="not there any more"):
        probe(tmp_path / "none.mp4")
    with pytest.raises(EditRefused, match="is a folder"):
        probe(tmp_path)
    with pytest.raises(EditRefused, match="is not a recording"):
        probe(Path("/dev/zero"))


def test_damage_anywhere_ends_in_a_sentence_or_in_facts(take: Path, tmp_path: Path) -> None:
    """Bytes spoiled at seeded places never crash, hang or escape as another error."""
    rng = np.random.default_rng(7)
    whole = np.frombuffer(take.read_bytes(), np.uint8)
    for _ in range(80):
        spoiled = whole.copy()
        places = rng.integers(0, len(spoiled), 200)
        places[:100] = len(spoiled) - 1 - rng.integers(0, 12_000, 100)
        spoiled[places] = rng.integers(0, 256, 200)
        path = tmp_path / "spoiled.mp4"
        path.write_bytes(spoiled.tobytes())
        with contextlib.suppress(EditError):
            assert probe(path).seconds > 0


def test_names_that_look_like_options_and_addresses(tmp_path: Path) -> None:
    for name in ("-i", "http:__x", "concat:a|b.mp4", "100%d.mp4", "it's here, [really].mp4"):
        path = make_sound(tmp_path / "plain.m4a", np.zeros(9600, np.int16), extra=("-f", "mp4"))
        odd = path.rename(tmp_path / name)
        assert probe(odd).seconds == pytest.approx(0.2, abs=0.05)
