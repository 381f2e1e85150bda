"""Who has the device: real programs on Linux, and what Windows writes down about its own."""

from pathlib import Path

import pytest

from capture.culprit import Kind, denied_by_windows, holder_of, human_name, user_of
from capture.errors import DeviceBusy, DeviceDenied, DeviceMissing
from capture.model import Microphone
from capture.refusals import busy, microphone_refusal, microphone_trouble, not_allowed
from capture.sound_cards import CaptureDevice
from tests.support.fake_registry import FakeRegistry
from tests.support.other_programs import file_user

CONSENT = r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
MORNING, LATER = 133_500_000_000_000_000, 133_500_006_000_000_000
"""FILETIMEs, as Windows writes them."""


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("zoom", "Zoom"),
        ("Zoom.exe", "Zoom"),
        ("teams-for-linux", "Microsoft Teams"),
        ("ms-teams.exe", "Microsoft Teams"),
        ("firefox-esr", "Firefox"),
        ("chrome", "Google Chrome"),
        ("chromium", "Chromium"),
        ("skypeforlinux", "Skype"),
        ("obs", "OBS"),
        ("obsidian", "Obsidian"),
        ("slack", "Slack"),
        ("ourown.exe", "ourown"),
    ],
)
def test_programs_are_called_what_people_call_them(program: str, name: str) -> None:
    assert human_name(program) == name


# -- Linux: real processes --------------------------------------------------------------------------------------------


@pytest.fixture
def node(tmp_path: Path) -> Path:
    path = tmp_path / "video0"
    path.touch()
    return path


@pytest.mark.parametrize(
    ("script", "name"),
    [("zoom", "Zoom"), ("teams-for-linux-beta", "Microsoft Teams"), ("our own tool", "our own tool")],
)
def test_the_program_that_has_the_device_is_named(tmp_path: Path, node: Path, script: str, name: str) -> None:
    with file_user(tmp_path / script, node):
        assert holder_of([node]) == name
    assert holder_of([node]) is None


def test_a_program_that_has_another_device_is_not_named(tmp_path: Path, node: Path) -> None:
    other = tmp_path / "video1"
    other.touch()
    with file_user(tmp_path / "zoom", other):
        assert holder_of([node]) is None


def test_this_program_itself_is_not_another_one(node: Path) -> None:
    with node.open():
        assert holder_of([node]) is None


def test_a_service_of_the_system_is_not_named(tmp_path: Path, node: Path) -> None:
    """People cannot close PipeWire; it holds the device for a program that it does not name."""
    with file_user(tmp_path / "pipewire", node):
        assert holder_of([node]) is None


# -- Linux: microphones, through their device files -------------------------------------------------------------------

HEADSET = Microphone("USB Headset: USB Audio", "USB Headset: USB Audio, ALSA")


def _card(node: Path) -> list[CaptureDevice]:
    return [CaptureDevice(HEADSET.name, node)]


def test_a_card_that_only_the_kernel_can_see_is_somebody_elses(tmp_path: Path, node: Path) -> None:
    with file_user(tmp_path / "zoom", node):
        trouble = microphone_trouble(HEADSET, listed=False, cards=_card(node))
    assert isinstance(trouble, DeviceBusy)
    assert trouble.culprit == "Zoom"


def test_a_second_microphone_of_a_kind_has_the_same_card_name(tmp_path: Path, node: Path) -> None:
    second = Microphone(f"{HEADSET.name} (2)", "")
    with file_user(tmp_path / "slack", node):
        refusal = microphone_refusal(second, listed=True, cards=_card(node))
    assert str(refusal) == (
        "The microphone “USB Headset: USB Audio (2)” is being used by Slack. Close Slack, then try again."
    )


def test_a_microphone_that_nobody_sees_is_missing(node: Path) -> None:
    assert isinstance(microphone_trouble(HEADSET, listed=False), DeviceMissing)
    assert microphone_trouble(HEADSET, listed=True, cards=_card(node)) is None


def test_a_microphone_whose_file_may_not_be_used_is_refused(tmp_path: Path) -> None:
    trouble = microphone_trouble(HEADSET, listed=False, cards=_card(tmp_path / "may-not-be-opened"))
    assert isinstance(trouble, DeviceDenied)


# -- Windows: its own record ------------------------------------------------------------------------------------------


def _windows(**programs: int) -> FakeRegistry:
    """A user's record with Zoom (a desktop program) and Teams (from the store); when each stopped, 0 while it runs."""
    camera = rf"HKCU\{CONSENT}\webcam"
    zoom = {"LastUsedTimeStart": MORNING, "LastUsedTimeStop": programs.get("zoom", LATER)}
    teams: dict[str, int | str] = {
        "Value": "Allow",
        "LastUsedTimeStart": MORNING,
        "LastUsedTimeStop": programs.get("teams", LATER),
    }
    return FakeRegistry(
        {
            rf"HKLM\{CONSENT}\webcam": {"Value": "Allow"},
            camera: {"Value": "Allow"},
            rf"{camera}\NonPackaged": {"Value": "Allow"},
            rf"{camera}\NonPackaged\C:#Program Files#Zoom#bin#Zoom.exe": zoom,
            rf"{camera}\NonPackaged\C:#Windows#System32#svchost.exe": {"LastUsedTimeStart": 1, "LastUsedTimeStop": 0},
            rf"{camera}\NonPackaged\C:#Diary#diary.exe": {"LastUsedTimeStart": MORNING, "LastUsedTimeStop": 0},
            rf"{camera}\MSTeams_8wekyb3d8bbwe": teams,
            rf"{camera}\Microsoft.WindowsCamera_8wekyb3d8bbwe": {"Value": "Allow"},
        }
    )


OURS = r"C:\Diary\diary.exe"


def test_windows_names_a_desktop_program() -> None:
    assert user_of(Kind.CAMERA, _windows(zoom=0), ours=OURS) == "Zoom"


def test_windows_names_a_program_from_the_store() -> None:
    assert user_of(Kind.CAMERA, _windows(teams=0), ours=OURS) == "Microsoft Teams"


def test_who_has_stopped_has_nothing() -> None:
    assert user_of(Kind.CAMERA, _windows(), ours=OURS) is None


def test_cameras_and_microphones_have_records_of_their_own() -> None:
    assert user_of(Kind.MICROPHONE, _windows(zoom=0), ours=OURS) is None


def test_windows_allows() -> None:
    assert not denied_by_windows(Kind.CAMERA, _windows())
    assert not denied_by_windows(Kind.CAMERA, FakeRegistry({}))


@pytest.mark.parametrize("root", ["HKLM", "HKCU"])
@pytest.mark.parametrize("below", ["", r"\NonPackaged"])
def test_windows_refuses_for_the_computer_the_user_or_desktop_programs(root: str, below: str) -> None:
    registry = FakeRegistry({rf"{root}\{CONSENT}\microphone{below}": {"Value": "Deny"}})
    assert denied_by_windows(Kind.MICROPHONE, registry)
    assert not denied_by_windows(Kind.CAMERA, registry)


def test_windows_refuses_by_the_organisations_policy() -> None:
    key = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\AppPrivacy"
    assert denied_by_windows(Kind.CAMERA, FakeRegistry({key: {"LetAppsAccessCamera": 2}}))
    assert not denied_by_windows(Kind.CAMERA, FakeRegistry({key: {"LetAppsAccessCamera": 0}}))


def test_another_app_of_the_store_that_is_refused_says_nothing_of_this_one() -> None:
    key = rf"HKCU\{CONSENT}\webcam\Microsoft.SkypeApp_kzf8qxf38zg5c"
    assert not denied_by_windows(Kind.CAMERA, FakeRegistry({key: {"Value": "Deny"}}))


# -- the sentences ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_refusal_says_what_to_do_on_each_system(system: str, kind: Kind) -> None:
    sentence = str(not_allowed(kind, "Front", system))
    assert {"linux": "IT team", "win32": "Windows", "darwin": "Mac"}[system] in sentence
    assert ("camera" in sentence.lower()) == (kind is Kind.CAMERA)
    assert sentence.endswith(".")


def test_this_app_itself_may_be_open_twice(tmp_path: Path, node: Path) -> None:
    with file_user(tmp_path / "diary", node):
        who = holder_of([node])
    assert str(busy(Kind.CAMERA, "Front", who)) == (
        "The camera “Front” is being used by this app in another window. Close that window, then try again."
    )


def test_a_busy_device_without_a_culprit_still_says_what_to_do() -> None:
    sentence = str(busy(Kind.CAMERA, "Front", None))
    assert sentence.startswith("The camera “Front” is being used by another program. Close video calls")
