"""The command line from a file to the portal's queue, with every mistake that people make on the way."""

import hashlib
import json
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import imageio_ffmpeg

from diary_app.delivery.kept_rules import KeptRules
from diary_app.delivery.sending_rules import Cap
from diary_app.folders import folders
from tests.support.command_line import (
    REPOSITORY,
    Diaries,
    assert_one_sentence,
    command,
    diary,
    diary_json,
    environment,
)
from tests.support.flash_beep import measure
from tests.support.journeys import join, portals_copy
from tests.support.portal_process import PortalProcess


def test_killed_in_the_middle_of_sending_it_finishes_at_the_next_start(tmp_path: Path) -> None:
    film = tmp_path / "long.mp4"
    _noisy_film(film)
    rules = KeptRules(folders().data / "sending.json")
    with PortalProcess(tmp_path / "portal", practice=False) as portal:
        join(portal)
        rules.change(cap=Cap.LOW)  # it takes twenty seconds: more than enough to be killed in
        killed_at = _kill_while_sending(film, tmp_path / "portal" / "incoming")
        rules.change(cap=Cap.NONE)
        assert 0 < killed_at < film.stat().st_size
        assert [clip["stage"] for clip in _clips()] != ["received"]
        receipt = diary_json("send", film, "--title", "Long", "--preset", "best", "--wait")
        clips = json.loads(portal.run("clips", "--json"))
    assert isinstance(receipt, dict)
    assert [clip["clip_id"] for clip in clips] == [receipt["clip_id"]]
    rendition = Path(_clips()[0]["rendition"])
    assert hashlib.sha256(rendition.read_bytes()).hexdigest() == receipt["sha256"]
    portals_copy(tmp_path / "portal", receipt["sha256"])


def _clips() -> list[dict[str, str]]:
    found = diary_json("clips", "--json")
    assert isinstance(found, list)
    return found


def _noisy_film(out: Path) -> None:
    """Some 5 MB that no encoder can make much smaller, and that `best` therefore takes as they are."""
    source = "testsrc2=size=640x360:rate=30:duration=7,noise=alls=40:allf=t"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source,
            "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "6M", "-pix_fmt", "yuv420p",
            "-movflags", "+faststart", str(out),
        ],
        check=True,
    )  # fmt: skip


def _kill_while_sending(film: Path, incoming: Path) -> int:
    """Start `diary send`, kill it as soon as a part of the file lies at the portal, and return how much that was."""
    sending = subprocess.Popen(
        command("send", film, "--title", "Long", "--preset", "best", "--wait"),
        cwd=REPOSITORY, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while sending.poll() is None:
        sizes = [path.stat().st_size for path in incoming.glob("*")] if incoming.exists() else []
        if any(sizes):
            sending.send_signal(signal.SIGKILL)
            sending.wait()
        time.sleep(0.001)
    assert sending.returncode == -signal.SIGKILL, "it was over before it could be killed"
    return max(path.stat().st_size for path in incoming.glob("*"))


def test_a_demo_needs_no_device_and_no_display() -> None:
    found = diary_json("demo", "--seconds", "3", "--json")
    assert isinstance(found, dict)
    rendition = Path(found["rendition"])
    assert hashlib.sha256(rendition.read_bytes()).hexdigest() == found["sha256"]
    assert measure(rendition).size == "1280x720"


def test_every_mistake_gets_one_plain_sentence(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("These are only words.")
    out = tmp_path / "out.mp4"
    mistakes: tuple[tuple[str | Path, ...], ...] = (
        ("record", out, "--seconds", "2", "--camera", "No such camera", "--microphone", "demo"),
        ("record", out, "--seconds", "2", "--camera", "demo", "--microphone", "No such microphone"),
        ("record", out, "--seconds", "0", "--camera", "demo", "--microphone", "demo"),
        ("record", out, "--seconds", "2", "--camera", "none", "--microphone", "none"),
        ("record", tmp_path / "out.txt", "--seconds", "2", "--camera", "demo", "--microphone", "demo"),
        ("record", tmp_path / "nowhere" / "out.mp4", "--seconds", "2", "--camera", "demo", "--microphone", "demo"),
        ("trim", text, out, "--keep", "0-1"),
        ("trim", tmp_path / "missing.mp4", out, "--keep", "0-1"),
        ("trim", text, out, "--keep", "3-1"),
        ("compress", text, out),
        ("send", text, "--title", "Words"),
        ("send", tmp_path / "missing.mp4", "--title", "Nothing"),
        ("pair", "http://127.0.0.1:9/"),
        ("frobnicate",),
    )
    with closing(Diaries()) as several:
        for arguments in mistakes:
            assert_one_sentence(several(*arguments))
            assert [path.name for path in tmp_path.iterdir() if path.suffix in (".mp4", ".m4a")] == ["notes.mp4"]
    assert_one_sentence(diary(*mistakes[0]))


def test_a_trim_outside_the_take_is_refused(tmp_path: Path) -> None:
    take, out = tmp_path / "take.mp4", tmp_path / "out.mp4"
    made = diary("record", take, "--seconds", "2", "--camera", "demo", "--microphone", "demo")
    assert made.returncode == 0, made.stderr
    assert_one_sentence(diary("trim", take, out, "--keep", "1-60"))
    assert not out.exists()


def test_a_portal_that_is_down_keeps_the_clip_and_says_so(tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    assert diary("record", take, "--seconds", "2", "--camera", "demo", "--microphone", "demo").returncode == 0
    with PortalProcess(tmp_path / "portal", practice=False) as portal:
        join(portal)
        portal.stop()
        said = assert_one_sentence(diary("send", take, "--title", "Later"))
        assert "safe" in said
        assert [clip["stage"] for clip in _clips()] == ["waiting"]
        portal.start()
        receipt = diary_json("send", take, "--title", "Later")
    assert isinstance(receipt, dict)
    assert [clip["stage"] for clip in _clips()] == ["received"]
