"""Names and addresses of cameras and microphones: human, distinct, and the same after another plugging."""

from pathlib import Path

import pytest

from capture.devices import numbered_cameras
from capture.microphones import merged
from capture.model import Camera
from capture.portaudio import Input
from capture.sound_cards import CaptureDevice, capture_devices, sound_sign
from capture.video_nodes import Node, VideoNode, as_cameras, links, same_camera, try_node, video_nodes
from capture.windows_devices import camera_names, microphone_sign
from tests.support.fake_registry import FakeRegistry

BY_ID = "v4l/by-id/usb-Acme_Front_0001-video-index0"
BY_PATH = "v4l/by-path/pci-0000:00:14.0-usb-0:{}:1.0-video-index0"

# -- cameras ----------------------------------------------------------------------------------------------------------


def _plug(dev: Path, name: str, *lasting: str) -> Path:
    node = dev / name
    node.parent.mkdir(parents=True, exist_ok=True)
    node.touch()
    for link in lasting:
        (dev / link).parent.mkdir(parents=True, exist_ok=True)
        (dev / link).symlink_to(node)
    return node


def test_a_camera_is_remembered_by_its_serial_number(tmp_path: Path) -> None:
    node = _plug(tmp_path, "video2", BY_ID, BY_PATH.format(1))
    found = as_cameras([VideoNode(node, "Front", "usb-1")], links(tmp_path))
    assert found == [Camera("Front", str(tmp_path / BY_ID))]


def test_without_udev_its_number_is_its_address(tmp_path: Path) -> None:
    node = _plug(tmp_path, "video0")
    assert as_cameras([VideoNode(node, "Front", "usb-1")], links(tmp_path)) == [Camera("Front", str(node))]


def test_two_of_a_kind_have_names_and_addresses_of_their_own(tmp_path: Path) -> None:
    """They carry no serial number, so that udev's link by id is one of both, whichever came last."""
    low = _plug(tmp_path, "video2", BY_PATH.format(1))
    high = _plug(tmp_path, "video0", BY_PATH.format(4), BY_ID)
    nodes = [VideoNode(high, "USB Camera", "usb-0000:00:14.0-4"), VideoNode(low, "USB Camera", "usb-0000:00:14.0-1")]
    first, second = as_cameras(nodes, links(tmp_path))
    assert (first.name, second.name) == ("USB Camera (2)", "USB Camera")
    assert first.address == str(tmp_path / BY_PATH.format(4))
    assert second.address == str(tmp_path / BY_PATH.format(1))
    assert [camera.name for camera in as_cameras(nodes[::-1], links(tmp_path))] == ["USB Camera", "USB Camera (2)"]


FRONT, BACK = Camera("Front", "/dev/video0"), Camera("Back", "/dev/video2")


@pytest.mark.parametrize(
    ("wanted", "listed", "found"),
    [
        (FRONT, [BACK, FRONT], FRONT),
        (FRONT, [Camera("Front", "/dev/video4")], Camera("Front", "/dev/video4")),
        (FRONT, [Camera("Back", "/dev/video0")], None),
        (FRONT, [], None),
        (Camera("Front (2)", "/dev/video2"), [FRONT], FRONT),
        (
            Camera("Old name", "/dev/v4l/by-id/a"),
            [Camera("New name", "/dev/v4l/by-id/a")],
            Camera("New name", "/dev/v4l/by-id/a"),
        ),
    ],
    ids=["there", "another number", "its number is another camera's", "gone", "its twin is gone", "by serial number"],
)
def test_a_camera_is_found_again(wanted: Camera, listed: list[Camera], found: Camera | None) -> None:
    assert same_camera(wanted, listed, exists=lambda _: False) == found


def test_a_camera_whose_twin_came_is_still_found_by_the_link_that_was_remembered() -> None:
    wanted = Camera("Front", "/dev/v4l/by-id/a")
    listed = [Camera("Front", "/dev/v4l/by-path/1"), Camera("Front (2)", "/dev/v4l/by-path/2")]
    assert same_camera(wanted, listed, exists=lambda address: address == wanted.address) == wanted


def test_what_is_no_camera_is_not_listed(tmp_path: Path) -> None:
    _plug(tmp_path, "video0")
    assert video_nodes(tmp_path, tmp_path) == []
    assert try_node(tmp_path / "video1") is Node.GONE


# -- microphones ------------------------------------------------------------------------------------------------------

CARDS = """\
 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xf7210000 irq 34
 1 [C270           ]: USB-Audio - HD Webcam C270
                      Logitech Inc. HD Webcam C270 at usb-0000:00:14.0-2, high speed
 2 [Headset        ]: USB-Audio - Acme - Headset
                      Acme Headset at usb-0000:00:14.0-3, full speed
"""
PCM = """\
00-00: ALC295 Analog : ALC295 Analog : playback 1 : capture 1
00-03: HDMI 0 : HDMI 0 : playback 1
01-00: USB Audio : USB Audio : capture 1
02-00: USB Audio : USB Audio : playback 1 : capture 1
"""


def _proc(folder: Path, cards: str = CARDS, pcm: str = PCM) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "cards").write_text(cards)
    (folder / "pcm").write_text(pcm)
    return folder


def test_the_kernels_list_has_what_can_record(tmp_path: Path) -> None:
    found = capture_devices(_proc(tmp_path / "asound"), tmp_path)
    assert found is not None
    assert [device.name for device in found] == [
        "HDA Intel PCH: ALC295 Analog",
        "HD Webcam C270: USB Audio",
        "Acme - Headset: USB Audio",
    ]
    assert [device.node.name for device in found] == ["pcmC0D0c", "pcmC1D0c", "pcmC2D0c"]
    assert capture_devices(tmp_path / "nowhere") is None


def test_the_sign_differs_when_a_card_was_plugged_in(tmp_path: Path) -> None:
    before = sound_sign(_proc(tmp_path / "asound"))
    assert sound_sign(tmp_path / "asound") == before
    assert sound_sign(_proc(tmp_path / "asound", CARDS + " 3 [New            ]: USB-Audio - New\n")) != before


def _input(index: int, name: str, *, default: bool = False) -> Input:
    return Input(index, name, "ALSA", default, 48_000.0)


def test_a_cards_number_is_no_part_of_its_name() -> None:
    headset = CaptureDevice("Headset: USB Audio", Path("/dev/snd/pcmC2D0c"))
    (before,) = merged([_input(3, "Headset: USB Audio (hw:1,0)")], [headset])
    (after,) = merged([_input(7, "Headset: USB Audio (hw:2,0)")], [headset])
    assert before.microphone == after.microphone
    assert (before.index, after.index) == (3, 7)
    assert after.microphone.name == "Headset: USB Audio"


def test_a_card_that_came_while_a_stream_is_open_is_listed_and_one_that_went_is_not() -> None:
    """PortAudio cannot read its list anew then; the kernel's is true."""
    new = CaptureDevice("New: USB Audio", Path("/dev/snd/pcmC2D0c"))
    found = list(merged([_input(0, "default", default=True), _input(1, "Old: USB Audio (hw:1,0)")], [new]))
    assert [(one.microphone.name, one.index) for one in found] == [("Default microphone", 0), ("New: USB Audio", None)]


def test_without_the_kernels_list_portaudios_counts() -> None:
    found = list(merged([_input(1, "Old: USB Audio (hw:1,0)"), _input(2, "VirtualMic")], None))
    assert [(one.microphone.name, one.index) for one in found] == [("Old: USB Audio", 1), ("VirtualMic", 2)]


def test_two_microphones_of_a_kind_have_names_of_their_own() -> None:
    cards = [CaptureDevice("Headset: USB Audio", Path(f"/dev/snd/pcmC{card}D0c")) for card in (1, 2)]
    inputs = [_input(1, "Headset: USB Audio (hw:1,0)"), _input(2, "Headset: USB Audio (hw:2,0)")]
    found = list(merged(inputs, cards))
    assert [one.microphone.name for one in found] == ["Headset: USB Audio", "Headset: USB Audio (2)"]
    assert len({one.microphone.address for one in found}) == 2


# -- Windows ----------------------------------------------------------------------------------------------------------


CLASS = r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceClasses\{e5323777-f976-4f5b-9b55-b94699c46e44}"
KEY = CLASS + r"\##?#USB#VID_046D&PID_0825&MI_00#6&1A2B&0&0000#{e5323777-f976-4f5b-9b55-b94699c46e44}"
INSTANCE = r"USB\VID_046D&PID_0825&MI_00\6&1A2B&0&0000"
ENUM = r"HKLM\SYSTEM\CurrentControlSet\Enum" + "\\" + INSTANCE


def _windows(*, linked: int, name: dict[str, int | str]) -> FakeRegistry:
    return FakeRegistry(
        {
            KEY: {"DeviceInstance": INSTANCE},
            KEY + r"\#GLOBAL": {"SymbolicLink": "..."},
            KEY + r"\#GLOBAL\Control": {"Linked": linked},
            ENUM: name,
        }
    )


@pytest.mark.parametrize(
    ("linked", "value", "names"),
    [
        (1, {"FriendlyName": "HD Webcam C270"}, ("HD Webcam C270",)),
        (1, {"DeviceDesc": "@oem12.inf,%c270%;HD Webcam C270"}, ("HD Webcam C270",)),
        (1, {}, ("Camera",)),
        (0, {"FriendlyName": "HD Webcam C270"}, ()),
    ],
)
def test_windows_tells_the_names_of_cameras_that_are_plugged_in(
    linked: int, value: dict[str, int | str], names: tuple[str, ...]
) -> None:
    assert camera_names(_windows(linked=linked, name=value)) == names
    assert camera_names(FakeRegistry({})) == ()


def test_a_number_is_given_a_name_only_where_there_is_no_doubt() -> None:
    assert numbered_cameras(["HD Webcam C270"]) == [Camera("HD Webcam C270", "0")]
    assert numbered_cameras(["HD Webcam C270", "Front"]) == [Camera("Camera 1", "0"), Camera("Camera 2", "1")]


def test_windows_tells_when_a_microphone_comes_or_goes() -> None:
    key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\MMDevices\Audio\Capture\{0000-1}"
    active, gone = FakeRegistry({key: {"DeviceState": 1}}), FakeRegistry({key: {"DeviceState": 4}})
    assert microphone_sign(active) != microphone_sign(gone)
