"""The watch over devices that come and go: real files in a folder that stands for /dev."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from capture.hotplug import DeviceWatch, Lists, device_sign
from capture.model import Camera, Microphone
from tests.support.wait import until

MICROPHONE = Microphone("Headset", "Headset, ALSA")


class Computer:
    """Its /dev and its /proc/asound, and how often they were looked at."""

    def __init__(self, folder: Path) -> None:
        self.dev, self.proc = folder / "dev", folder / "proc"
        self.dev.mkdir()
        self.proc.mkdir()
        self.looks = self.lists = 0
        self.told: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
        self.failures = 0

    def sign(self) -> tuple[object, ...]:
        self.looks += 1
        return device_sign(self.dev, self.proc)

    def list_devices(self) -> Lists:
        self.lists += 1
        if self.failures:
            self.failures -= 1
            raise OSError("No such device")
        cards = (self.proc / "cards").exists()
        nodes = sorted(path.name for path in self.dev.iterdir() if path.name.startswith("video"))
        return tuple(Camera(name, name) for name in nodes), (MICROPHONE,) if cards else ()

    def on_change(self, cameras: tuple[Camera, ...], microphones: tuple[Microphone, ...]) -> None:
        assert threading.current_thread().name == "devices"
        self.told.put([*(camera.name for camera in cameras), *(microphone.name for microphone in microphones)])

    def next(self) -> list[str]:
        return self.told.get(timeout=30)

    def after_three_looks(self) -> None:
        end = self.looks + 3
        until(lambda: self.looks >= end, what="three more looks")


@contextmanager
def watched(computer: Computer, sign: Callable[[], tuple[object, ...]] | None = None) -> Iterator[DeviceWatch]:
    watch = DeviceWatch(computer.list_devices, computer.on_change, sign=sign or computer.sign)
    try:
        yield watch
    finally:
        watch.close()


def test_plugging_is_told_once_with_the_new_lists(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    with watched(computer):
        assert computer.next() == []
        (computer.dev / "video0").touch()
        assert computer.next() == ["video0"]
        (computer.proc / "cards").write_text(" 1 [C270 ]: USB-Audio - HD Webcam C270\n")
        assert computer.next() == ["video0", "Headset"]
        (computer.dev / "video0").unlink()
        assert computer.next() == ["Headset"]
        computer.after_three_looks()
    assert computer.told.empty()


def test_what_does_not_change_is_not_listed_again(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    (computer.dev / "video0").touch()
    with watched(computer):
        computer.next()
        (computer.dev / "tty0").touch()
        computer.after_three_looks()
        assert computer.lists == 1


def test_a_new_listing_that_is_the_same_is_not_told(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    (computer.dev / "video0").touch()
    with watched(computer):
        computer.next()
        (computer.dev / "video0").chmod(0o600)  # what udev does a moment after the plugging
        until(lambda: computer.lists == 2, what="a second listing")
        computer.after_three_looks()
    assert computer.told.empty()


def test_a_link_of_udevs_that_comes_later_is_noticed(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    with watched(computer):
        computer.next()
        (computer.dev / "v4l" / "by-id").mkdir(parents=True)
        (computer.dev / "v4l" / "by-id" / "usb-Front").touch()
        until(lambda: computer.lists == 2, what="a second listing")


def test_where_the_system_gives_no_sign_one_can_ask(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    with watched(computer, sign=lambda: ()) as watch:
        computer.next()
        (computer.dev / "video0").touch()
        watch.look_again()
        assert computer.next() == ["video0"]


def test_a_device_that_vanishes_while_it_is_asked_is_asked_again(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    computer.failures = 1
    (computer.dev / "video0").touch()
    with watched(computer):
        assert computer.next() == ["video0"]
    assert computer.lists == 2
