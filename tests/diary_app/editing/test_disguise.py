"""What would leave this computer, made every way there is: no picture, another voice, or no face to be seen."""

import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from capture import models
from capture.faces import YuNetFaces
from capture.model import Image
from capture.models import YUNET, find_model
from diary_app.clip import KeptRange, Kind, Preset, Rendition, ShowAs
from diary_app.editing import hidden_faces, seen_faces
from diary_app.editing.covers import Box, Sighting, covers_of
from diary_app.editing.errors import EditRefused, EditStopped
from diary_app.editing.finish import Asked
from diary_app.editing.pictures import Shown, kept_pictures
from diary_app.editing.probe import probe
from diary_app.editing.progress import Meter
from diary_app.editing.promise import promises
from diary_app.editing.render import render
from diary_app.editing.render_child import render_apart
from diary_app.editing.source import read_source
from tests.support.decoding import hear, see
from tests.support.face_pictures import empty_room, moved, real_face
from tests.support.foreign import film
from tests.support.speech_samples import recorded, sentences
from tests.support.takes import Look, convert, make_sound, make_take, ticking
from tests.support.talking_films import make_talking_film
from tests.support.voices import Heard, late_s, likeness, spoken_share

VOICE_ONLY, OTHER_VOICE, NO_FACE = (
    Asked(show_as=show_as) for show_as in (ShowAs.VOICE_ONLY, ShowAs.DISGUISED_VOICE, ShowAs.BLURRED_FACE)
)
STILL_THE_SAME = 0.75
"""See test_voice.py; a copy of the take's sound comes to 0.97."""
NAME = KeptRange(1.2, 1.6)


# -- the voice alone ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spoken_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small film with a real voice: as it is, every byte of it would be copied."""
    sound = recorded(sentences()[1])
    look = Look(width=160, height=90, crf=36.0)
    return make_take(tmp_path_factory.mktemp("spoken") / "take.mp4", ticking(89), sound=sound, look=look)


def truth() -> Heard:
    return np.asarray(sentences()[1], np.float64)


def test_of_a_voice_alone_there_is_no_picture_in_the_file(spoken_take: Path, tmp_path: Path) -> None:
    made = render(spoken_take, tmp_path / "out.m4a", asked=VOICE_ONLY, preset=Preset.BEST)
    with av.open(str(made.path)) as media:
        assert [stream.type for stream in media.streams] == ["audio"]
    raw = made.path.read_bytes()
    assert b"avc1" not in raw
    assert b"vide" not in raw
    assert probe(made.path).kind is Kind.SOUND
    assert max(likeness(hear(made.path), truth())) > STILL_THE_SAME, "it is the speaker's own voice"
    made = render(spoken_take, tmp_path / "out.m4a", asked=VOICE_ONLY, preset=Preset.SMALLER)
    ((_, cost),) = promises(spoken_take, presets=[Preset.SMALLER], show_as=ShowAs.VOICE_ONLY)
    assert cost.bytes == pytest.approx(made.bytes, rel=0.2)


# -- another voice -----------------------------------------------------------------------------------------------------


def pictures_copied(take: Path, folder: Path) -> Rendition:
    return render(take, folder / "out.mp4", preset=Preset.BEST, asked=OTHER_VOICE)


def of_a_size(take: Path, folder: Path) -> Rendition:
    return render(take, folder / "out.mp4", target_mb=0.9 * take.stat().st_size / 1e6, asked=OTHER_VOICE)


def small_copy(take: Path, folder: Path) -> Rendition:
    return render(take, folder / "out.mp4", small=True, asked=OTHER_VOICE)


def in_a_child_and_cleaned(take: Path, folder: Path) -> Rendition:
    asked = Asked(clean=True, names=(NAME,), show_as=ShowAs.DISGUISED_VOICE)
    return render_apart(take, folder / "out.mp4", asked=asked)


def sound_copied(take: Path, folder: Path) -> Rendition:
    given = make_sound(folder / "take.m4a", recorded(truth()), extra=("-f", "mp4"))
    return render(given, folder / "out.m4a", preset=Preset.BEST, asked=OTHER_VOICE)


@pytest.mark.parametrize("make", [pictures_copied, of_a_size, small_copy, in_a_child_and_cleaned, sound_copied])
def test_nothing_of_the_speakers_own_voice_is_in_the_file(
    make: Callable[[Path, Path], Rendition], spoken_take: Path, tmp_path: Path
) -> None:
    made = make(spoken_take, tmp_path)
    heard = hear(made.path)
    assert max(likeness(heard, truth())) < STILL_THE_SAME, "from its first moment to its last"
    assert spoken_share(heard) > 0.5, "there is a tone in one of seven stretches, where a name was"
    late, alike = late_s(heard, truth())
    assert abs(late) <= 0.011
    assert alike > (0.6 if make is in_a_child_and_cleaned else 0.75)
    assert made.seconds == pytest.approx(probe(spoken_take).seconds, abs=0.05)
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("out.mp4", "out.m4a", "take.m4a")] == []


def test_the_pictures_stay_as_they_were_and_what_was_cut_away_is_in_no_voice(spoken_take: Path, tmp_path: Path) -> None:
    keep = [KeptRange(0.5, 1.0), KeptRange(1.5, 2.4)]
    plain = render(spoken_take, tmp_path / "plain.mp4", keep=keep, preset=Preset.BEST)
    other = render(spoken_take, tmp_path / "other.mp4", keep=keep, preset=Preset.BEST, asked=OTHER_VOICE)
    assert see(other.path, hidden=True) == see(plain.path, hidden=True)
    assert late_s(hear(other.path), hear(plain.path))[0] == pytest.approx(0.0, abs=0.011)
    assert max(likeness(hear(other.path), hear(plain.path))) < STILL_THE_SAME


# -- no face -----------------------------------------------------------------------------------------------------------

SIZE = (320, 180)


def somebody_comes_in(number: int) -> Image:
    """An empty room; a man comes in from the left, talks, and turns away for a moment."""
    if number < 15:
        return moved(real_face(0), -1280 + 60 * number, 0) if number > 8 else empty_room()
    if 40 <= number < 46:
        return empty_room()
    return real_face(number)


@pytest.fixture(scope="module")
def faces() -> YuNetFaces:
    return YuNetFaces(find_model(YUNET), long_side=seen_faces.LONG_SIDE)


@pytest.fixture(scope="module")
def face_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    return make_talking_film(folder / "take.mp4", somebody_comes_in, 50, sound=sentences()[1], size=SIZE)


def seen_in(film: Path, faces: YuNetFaces) -> list[int]:
    """The numbers of the pictures in which a face is found."""
    with av.open(str(film)) as media:
        pictures = (np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in media.decode(video=0))
        return [number for number, picture in enumerate(pictures) if faces.find(picture)]


KEEP = (KeptRange(0.2, 0.7), KeptRange(1.0, 1.6))


@pytest.mark.parametrize("small", [False, True], ids=["rendition", "small copy"])
def test_no_face_is_left_in_any_picture(small: bool, face_take: Path, faces: YuNetFaces, tmp_path: Path) -> None:
    plain = render(face_take, tmp_path / "plain.mp4", keep=KEEP, small=small)
    made = render_apart(face_take, tmp_path / "out.mp4", keep=KEEP, small=small, asked=NO_FACE)
    assert len(seen_in(plain.path, faces)) > 10, "or else this shows nothing"
    assert seen_in(made.path, faces) == []
    assert times_of(made.path) == pytest.approx(times_of(plain.path), abs=1e-4), "each picture at its own time"
    assert made.seconds == pytest.approx(plain.seconds, abs=0.03)
    assert min(likeness(hear(made.path), hear(plain.path))) > 0.9, "the voice is as it was, and where it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "plain.mp4"]


def times_of(film: Path) -> list[float]:
    with av.open(str(film)) as media:
        return [float(frame.time or 0.0) for frame in media.decode(video=0)]


def test_its_size_is_promised_and_where_nobody_is_known_of_all_is_covered(
    face_take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((_, cost),) = promises(face_take, presets=[Preset.NORMAL], show_as=ShowAs.BLURRED_FACE)
    monkeypatch.setattr(hidden_faces, "all_pictures", lambda _film: iter(()))
    made = render(face_take, tmp_path / "out.mp4", asked=NO_FACE)
    assert cost.bytes == pytest.approx(made.bytes, rel=0.35)
    alone = render(
        make_talking_film(tmp_path / "long.mp4", lambda n: empty_room() if n else real_face(0), 60, size=SIZE),
        tmp_path / "alone.mp4",
        asked=NO_FACE,
    )
    with av.open(str(alone.path)) as media:
        sharp = [sharpness(np.asarray(frame.to_ndarray(format="gray"), np.uint8)) for frame in media.decode(video=0)]
    assert max(sharp[45:]) < 0.5 * sharp[15], "a second after the last face only blocks are left"


def sharpness(picture: Image) -> float:
    return float(np.abs(np.diff(picture.astype(np.int16))).mean())


def test_what_is_still_found_is_covered_as_well_and_at_last_refused(
    face_take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A detector that finds somebody in every finished file."""
    looked: list[float] = []

    def find(pictures: list[Shown], size: tuple[int, int], *, every_s: float = 0.0) -> list[list[Sighting]]:
        looked.append(every_s)
        return [[Sighting(float(at), Box(0.4, 0.4, 0.6, 0.6))] for at, _ in pictures]

    monkeypatch.setattr(hidden_faces, "sightings", find)
    with pytest.raises(EditRefused, match="can still be seen") as refused:
        render(face_take, tmp_path / "out.mp4", keep=[KeptRange(0.0, 0.3)], asked=NO_FACE)
    assert "Voice only" in str(refused.value)
    assert looked == [hidden_faces.LOOK_EVERY_S, 0.0, 0.0, 0.0]
    assert list(tmp_path.iterdir()) == []


def test_where_no_face_is_found_or_none_can_be_found_nothing_is_made(
    face_take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = make_talking_film(tmp_path / "empty.mp4", lambda _number: empty_room(), 8, size=SIZE)
    with pytest.raises(EditRefused, match="No face was found"):
        render(empty, tmp_path / "out.mp4", asked=NO_FACE)
    monkeypatch.setattr(models, "model_folders", lambda: [tmp_path])
    with pytest.raises(EditRefused, match="cannot blur faces"):
        render(face_take, tmp_path / "out.mp4", asked=NO_FACE)
    with pytest.raises(EditRefused, match="cannot blur faces"):
        list(promises(face_take, presets=[Preset.SMALLER], show_as=ShowAs.BLURRED_FACE))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.mp4"]


def test_it_can_be_stopped(face_take: Path, tmp_path: Path) -> None:
    stop, done = threading.Event(), list[float]()

    def told(fraction: float, _left_s: float | None) -> None:
        done.append(fraction)
        if fraction > 0.3:
            stop.set()

    with pytest.raises(EditStopped):
        render(face_take, tmp_path / "out.mp4", keep=KEEP[1:], asked=NO_FACE, on_progress=told, stop=stop)
    assert done == sorted(done)
    assert list(tmp_path.iterdir()) == []


def test_a_phone_that_was_held_upright_is_looked_at_upright(faces: YuNetFaces, tmp_path: Path) -> None:
    lying = make_talking_film(
        tmp_path / "lying.mp4", lambda n: np.ascontiguousarray(np.rot90(real_face(n)[:, 440:845])), 8, size=(320, 180)
    )
    held = convert(lying, tmp_path / "held.mp4", "-c", "copy", before=("-display_rotation:v:0", "-90"))
    facts = probe(held)
    assert (facts.width, facts.height) == (180, 320)
    plain = render(held, tmp_path / "plain.mp4")
    made = render(held, tmp_path / "out.mp4", asked=NO_FACE)
    assert len(seen_in(plain.path, faces)) == 8
    assert seen_in(made.path, faces) == []
    with av.open(str(made.path)) as media:
        middle = [np.asarray(frame.to_ndarray(format="gray"), np.uint8)[150, 90] for frame in media.decode(video=0)]
    assert max(middle) - min(middle) < 8, "the oval lies where the face is"


@pytest.mark.parametrize("name", ["transport", "edit list", "camcorder"])
def test_every_kept_picture_is_looked_at_also_where_a_file_is_sought_in_too_far(name: str) -> None:
    source = read_source(film(name), [KeptRange(0.83, 1.7), KeptRange(2.4, 3.9)], Meter())
    wanted, before = list[Fraction](), Fraction(0)
    for piece in source.kept:
        wanted += [source.index.at(at) - piece.start + before for at in range(piece.first, piece.stop)]
        before += piece.length
    assert [float(at) for at, _ in kept_pictures(source)] == pytest.approx([float(at) for at in wanted], abs=1e-3)


# -- covers ------------------------------------------------------------------------------------------------------------


def box(left: float) -> Box:
    return Box(left, 0.4, left + 0.1, 0.6)


def test_between_two_sightings_a_face_stays_covered_all_along_its_way() -> None:
    covers = covers_of([Sighting(2.0, box(0.2)), Sighting(4.5, box(0.5))], picture_s=1 / 30)
    for moment_s in (2.0, 3.0, 4.5):
        assert Box(0.2, 0.4, 0.6, 0.6) in covers.at(moment_s)
    assert covers.at(1.2) == [box(0.2)]
    assert covers.at(5.4) == [box(0.5)]
    assert covers.at(0.9) == covers.at(5.6) == []


def test_two_faces_are_two_tracks_and_a_long_absence_is_another_face() -> None:
    both = covers_of([Sighting(at, box(left)) for at in (1.0, 1.1) for left in (0.0, 0.8)], picture_s=1 / 30)
    assert {covered.left for covered in both.at(1.05)} == {0.0, 0.8}
    later = covers_of([Sighting(1.0, box(0.4)), Sighting(9.0, box(0.4))], picture_s=1 / 30)
    assert later.at(5.0) == []


def test_a_face_that_stands_still_is_wholly_under_its_cover() -> None:
    planes = [np.full((180, 320), 255, np.uint8), np.zeros((90, 160), np.uint8), np.zeros((90, 160), np.uint8)]
    hidden_faces.cover(planes, [Box(0.4, 0.4, 0.6, 0.8)])
    across, down = 0.2 * 1.2 * 320, 0.4 * 1.2 * 180
    middle_x, middle_y = 160, 108
    for way_x, way_y in ((-1, -1), (-1, 1), (1, -1), (1, 1), (0, 1), (1, 0)):
        spot = round(middle_y + way_y * (down / 2 - 1)), round(middle_x + way_x * (across / 2 - 1))
        assert planes[0][spot] == hidden_faces.GREY[0], "the box, grown by a fifth"
    assert planes[0][0, 0] == 255
