"""The whole job by command line: real camera and microphone paths, a real portal, its copy decoded."""

import json
from pathlib import Path

from tests.support.command_line import diary, diary_json
from tests.support.flash_beep import measure, speech_present
from tests.support.journeys import SAME_SPEECH, join, portals_copy
from tests.support.portal_process import PortalProcess
from tests.support.virtual_camera import VirtualCamera
from tests.support.virtual_microphone import VirtualMicrophone, read_speech

SECONDS = 7.0


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
    assert seen.offsets_ms, "a busy computer may lose the frame of a flash, not of all of them"
    assert seen.typical_ms < 40, seen.offsets_ms
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
