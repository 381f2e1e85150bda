"""The whole job by command line: real camera and microphone paths, a real portal, its copy decoded."""

import hashlib
import json
import signal
import subprocess
import time
from pathlib import Path

import imageio_ffmpeg

from tests.support.command_line import REPOSITORY, assert_one_sentence, command, diary, diary_json, environment
from tests.support.flash_beep import measure, speech_present
from tests.support.portal_process import PortalProcess
from tests.support.virtual_camera import VirtualCamera
from tests.support.virtual_microphone import VirtualMicrophone, read_speech

SECONDS = 7.0
SAME_SPEECH = 0.8
"""Strangers stay under 0.7; a busy computer loses a block of sound now and then, which becomes silence."""


def portals_copy(portal_data: Path, sha256: str) -> Path:
    """The one file under the portal's data that has these bytes."""
    files = [path for path in portal_data.rglob("*") if path.is_file()]
    found = [path for path in files if hashlib.sha256(path.read_bytes()).hexdigest() == sha256]
    assert len(found) == 1, found
    return found[0]


def join(portal: PortalProcess) -> None:
    """Join the app to this portal as staff would: the short code, approved on the portal's side."""
    pairing = subprocess.Popen(
        command("pair", portal.url), cwd=REPOSITORY, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    with pairing:
        assert pairing.stderr is not None
        code = pairing.stderr.readline().split()[-1].rstrip(".")
        portal.approve(code)
        assert pairing.wait(60) == 0


def test_from_the_camera_to_the_portals_queue(
    tmp_path: Path, camera: VirtualCamera, microphone: VirtualMicrophone
) -> None:
    devices = {**microphone.environment(), **camera.environment()}
    take, cut, small, report = (tmp_path / name for name in ("take.mp4", "cut.mp4", "small.mp4", "report.json"))

    listed = diary_json("devices", "--json", env=devices)
    assert isinstance(listed, dict)
    assert "Virtual Camera" in [found["name"] for found in listed["cameras"]]
    assert microphone.name in [found["name"] for found in listed["microphones"]]

    done = diary(
        "record", take, "--seconds", str(SECONDS), "--camera", "Virtual Camera", "--microphone", microphone.name,
        "--report", report, env=devices,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    facts = json.loads(report.read_text())
    lost = facts["lost"]
    assert facts["frames_captured"] == facts["frames_written"] + sum(lost.values())
    assert facts["frames_written"] > SECONDS * 30 * 0.8

    assert diary("trim", take, cut, "--keep", "0.5-3", "--keep", f"3.5-{SECONDS - 0.5}").returncode == 0
    assert diary("compress", cut, small, "--preset", "normal").returncode == 0

    with PortalProcess(tmp_path / "portal", practice=False) as portal:
        join(portal)
        receipt = diary_json("send", small, "--title", "A walk", "--wait")
        again = diary_json("send", small, "--title", "A walk", "--wait")
        clips = json.loads(portal.run("clips", "--json"))
    assert isinstance(receipt, dict)
    assert set(receipt) == {"clip_id", "sha256", "bytes", "received_at", "page"}
    assert again == receipt
    assert [clip["clip_id"] for clip in clips] == [receipt["clip_id"]]

    copy = portals_copy(tmp_path / "portal", receipt["sha256"])
    assert copy.stat().st_size == receipt["bytes"]
    seen = measure(copy)
    assert seen.size == facts["size"] == "1280x720"
    kept = SECONDS - 1.5
    assert abs(seen.times[-1] + 1 / 30 - kept) < 0.2
    assert len(seen.offsets_ms) >= 2
    assert seen.worst_ms < 40, seen.offsets_ms
    assert speech_present(take, read_speech()).correlation > SAME_SPEECH


def test_sound_alone_takes_the_same_way(tmp_path: Path, microphone: VirtualMicrophone) -> None:
    take = tmp_path / "thought.m4a"
    done = diary(
        "record", take, "--seconds", "4", "--camera", "none", "--microphone", microphone.name,
        env=microphone.environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with PortalProcess(tmp_path / "portal", practice=False) as portal:
        join(portal)
        receipt = diary_json("send", take, "--title", "A thought", "--wait")
    assert isinstance(receipt, dict)
    copy = portals_copy(tmp_path / "portal", receipt["sha256"])
    heard = speech_present(copy, read_speech())
    assert heard.correlation > SAME_SPEECH
    clips = diary_json("clips", "--json")
    assert isinstance(clips, list)
    assert [(clip["kind"], clip["stage"]) for clip in clips] == [("sound", "received")]


def test_killed_in_the_middle_of_sending_it_finishes_at_the_next_start(tmp_path: Path) -> None:
    film = tmp_path / "long.mp4"
    _noisy_film(film)
    with PortalProcess(tmp_path / "portal", practice=False) as portal:
        join(portal)
        incoming = tmp_path / "portal" / "incoming"
        killed_at = _kill_while_sending(film, incoming)
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
    """Some 18 MB that no encoder can make much smaller, and that `best` therefore takes as they are."""
    source = "testsrc2=size=640x360:rate=30:duration=24,noise=alls=40:allf=t"
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
    for arguments in (
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
    ):
        assert_one_sentence(diary(*arguments))
        assert [path.name for path in tmp_path.iterdir() if path.suffix in (".mp4", ".m4a")] == ["notes.mp4"]


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
