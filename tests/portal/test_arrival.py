"""The check on arrival, on real files: what plays, what does not, and what is hostile."""

import json
import struct
import subprocess
import sys
from pathlib import Path

import av
import pytest

from portal import words
from portal.checks.probe import probe
from portal.checks.verdict import Verdict
from tests.support import portal_media
from tests.support.portal_client import PortalClient, Sendable
from tests.support.portal_process import REPOSITORY, PortalProcess
from tests.support.wait import until


def look(path: Path, kind: str = "video") -> Verdict:
    return probe(path, kind=kind, poster=path.with_suffix(".jpg"))


def test_a_film_plays_and_gets_a_poster(film: Path) -> None:
    found = look(film)
    assert found == Verdict(seconds=found.seconds, width=640, height=360, poster=True)
    assert found.seconds == pytest.approx(3.0, abs=0.1)
    with av.open(film.with_suffix(".jpg").as_posix()) as poster:
        picture = next(poster.decode(video=0))
    assert (picture.width, picture.height) == (640, 360)


def test_a_sound_plays(sound: Path) -> None:
    found = look(sound, "sound")
    assert found == Verdict(seconds=found.seconds)
    assert found.seconds == pytest.approx(2.0, abs=0.1)


def test_a_film_that_lies_on_its_side_is_shown_upright(tmp_path: Path, film: Path) -> None:
    turned = portal_media.copy(film, tmp_path / "turned.mp4", before=("-display_rotation", "90"))
    found = look(turned)
    assert (found.width, found.height) == (360, 640)
    with av.open(turned.with_suffix(".jpg").as_posix()) as poster:
        picture = next(poster.decode(video=0))
    assert picture.height > picture.width


def test_a_sound_that_says_it_is_a_film(sound: Path) -> None:
    assert look(sound, "video").reason == "NO_PICTURE"


def test_a_film_without_sound_that_says_it_is_sound(tmp_path: Path) -> None:
    silent = portal_media.film(tmp_path / "silent.mp4", seconds=1, extra=("-an",))
    assert look(silent, "video").reason == ""
    assert look(silent, "sound").reason == "NO_SOUND"


def test_a_film_that_browsers_do_not_play(tmp_path: Path) -> None:
    old = portal_media.film(tmp_path / "old.mp4", seconds=1, codec="mpeg4")
    assert look(old).reason == "WRONG_CODEC"


def test_a_film_that_ends_too_soon(tmp_path: Path, film: Path) -> None:
    short = tmp_path / "short.mp4"
    short.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    assert look(short).reason == "CANNOT_PLAY"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a film at all" * 100,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/secret\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\xff" * 4096,
        struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", 0x7FFFFFFF, b"moov"),
    ],
    ids=["empty", "text", "playlist", "concat list", "header and rubbish", "endless box"],
)
def test_what_is_no_film(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "strange.mp4"
    path.write_bytes(content)
    assert look(path).reason == "CANNOT_PLAY"


def test_a_matroska_film_under_an_mp4_name(tmp_path: Path, film: Path) -> None:
    disguised = portal_media.copy(film, tmp_path / "film.mkv").rename(tmp_path / "film.mp4")
    assert look(disguised).reason == "CANNOT_PLAY"


def test_a_picture_that_is_too_large(tmp_path: Path) -> None:
    huge = portal_media.film(tmp_path / "huge.mp4", seconds=0.2, size="4352x2448")
    assert look(huge).reason == "TOO_LARGE_PICTURE"


def test_every_reason_has_its_sentence() -> None:
    for reason in ("CANNOT_PLAY", "NO_PICTURE", "NO_SOUND", "WRONG_CODEC", "TOO_LARGE_PICTURE"):
        assert getattr(words, reason).endswith(".")


def test_the_child_limits_itself_before_it_opens_anything(film: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no such limits")
    probe_and_tell = (
        "import json, resource, sys; from portal.checks import probe; probe.main(sys.argv[1:]);"
        "print(json.dumps([resource.getrlimit(r)[0] for r in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe_and_tell, str(film), "video", str(film.with_suffix(".jpg"))],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    verdict, limits = (json.loads(line) for line in done.stdout.splitlines())
    assert verdict["reason"] == ""
    assert limits == [3 * 1024**3, 120]


class TestInThePortal:
    """What becomes of a clip after it came in."""

    def test_a_film_is_measured_and_can_be_published(
        self, portal: PortalProcess, carer: PortalClient, film: Path
    ) -> None:
        clip = Sendable(film.read_bytes(), seconds=99)
        carer.send(clip)
        until(lambda: bool(listed(portal, clip)["checked"]), what="the check")
        assert listed(portal, clip)["playable"] is True
        assert listed(portal, clip)["seconds"] == pytest.approx(3.0, abs=0.1)
        assert portal.run("publish", clip.clip_id) == "“Tuesday’s walk” is published.\n"
        assert carer.stage(clip.clip_id)["stage"] == "published"
        with pytest.raises(RuntimeError, match="published already"):
            portal.run("publish", clip.clip_id)

    def test_rubbish_cannot_be_published(self, portal: PortalProcess, carer: PortalClient) -> None:
        clip = Sendable(b"rubbish")
        carer.send(clip)
        with pytest.raises(RuntimeError, match=r"cannot be played|sent back already"):
            portal.run("publish", clip.clip_id)
        until(lambda: carer.stage(clip.clip_id)["stage"] == "sent_back", what="the check")

    def test_a_check_that_a_kill_interrupted_is_done_by_the_next_start(
        self, own_portal: PortalProcess, own_client: PortalClient, film: Path
    ) -> None:
        clip = Sendable(film.read_bytes())
        own_client.send(clip)
        own_portal.kill()
        own_portal.start()
        until(lambda: bool(listed(own_portal, clip)["checked"]), what="the check")
        assert listed(own_portal, clip)["playable"] is True


def listed(portal: PortalProcess, clip: Sendable) -> dict[str, object]:
    """The clip in the list that `clips --json` prints."""
    every = {each["clip_id"]: each for each in json.loads(portal.run("clips", "--json"))}
    return dict(every[clip.clip_id])
