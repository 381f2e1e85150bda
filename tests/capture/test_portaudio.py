"""PortAudio's list of devices, which is read anew only while no stream is open: the real library and ALSA."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from capture import portaudio
from capture.portaudio import Stream
from tests.support.portaudio_probe import Seen
from tests.support.virtual_microphone import DEVICE, VirtualMicrophone


@pytest.fixture
def seen(tmp_path: Path, microphone: VirtualMicrophone) -> Seen:
    out = tmp_path / "seen.json"
    command = [sys.executable, "-m", "tests.support.portaudio_probe", str(out)]
    done = subprocess.run(
        command,
        env={**os.environ, **microphone.environment()},
        check=True,
        timeout=120,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "ALSA lib" not in done.stderr, "the library's own words do not belong in a log"
    assert "Traceback" not in done.stderr
    return Seen(**json.loads(out.read_text()))


def test_a_microphone_that_comes_and_goes(seen: Seen) -> None:
    assert DEVICE not in seen.at_first
    assert seen.blocks_before > 20, "it came after PortAudio had read its list, and opens all the same"
    assert DEVICE in seen.plugged_in
    assert seen.pulled_out.startswith(f"DeviceMissing: The microphone “{DEVICE}” is not plugged in.")
    assert seen.blocks_after > 20, "it was put back, and opens again"


def test_an_open_stream_keeps_the_list(seen: Seen) -> None:
    assert seen.refused_while_recording
    assert seen.refused_while_playing
    assert not seen.in_use_at_the_end


def test_a_computer_without_sound_has_no_output(seen: Seen) -> None:
    assert seen.silent_computer == "None"


class Broken:
    """A stream whose device does not even close."""

    def close(self, ignore_errors: bool = True) -> None:
        raise OSError("it hangs")


def test_a_stream_that_does_not_close_is_counted_no_longer() -> None:
    stream: Stream = portaudio.hold(Broken)
    assert portaudio.in_use()
    with pytest.raises(OSError, match="it hangs"):
        portaudio.give_back(stream)
    assert not portaudio.in_use()


def test_a_stream_that_does_not_open_is_not_counted() -> None:
    def refuse() -> Stream:
        raise ValueError("no such device")

    with pytest.raises(ValueError, match="no such device"):
        portaudio.hold(refuse)
    assert not portaudio.in_use()
