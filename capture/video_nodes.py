"""The cameras of a Linux computer: their device files, their names, and addresses that outlive a new number.

A camera that is pulled out and put back may come back as /dev/video2, so it is remembered by the link that udev makes
for it: by its serial number (/dev/v4l/by-id), or by its socket where two of a kind cannot be told apart otherwise.
Interface: https://docs.kernel.org/userspace-api/media/v4l/v4l2.html. Any thread.
"""

import contextlib
import errno
import os
import re
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from capture.model import Camera

_QUERYCAP = 0x80685600
"""VIDIOC_QUERYCAP of linux/videodev2.h: fills a struct of 104 bytes."""
_REQBUFS = 0xC0145608
"""VIDIOC_REQBUFS: count, type, memory, capabilities, flags; 20 bytes."""
_CAPTURES, _HAS_DEVICE_CAPS = 0x00000001, 0x80000000
_VIDEO_CAPTURE, _MEMORY_MMAP = 1, 1
_SYSTEM = Path("/sys/class/video4linux")


class Node(Enum):
    """What became of a camera's device file when it was tried."""

    GONE = auto()
    NOT_ALLOWED = auto()
    BUSY = auto()
    FREE = auto()


@dataclass(frozen=True, slots=True)
class VideoNode:
    """One camera."""

    path: Path
    name: str
    """As its driver calls it."""
    socket: str
    """Where it is plugged in, such as usb-0000:00:14.0-1; the same after it was put back there."""


def video_nodes(dev: Path = Path("/dev"), system: Path = _SYSTEM) -> list[VideoNode]:
    """Every camera that has a device file, in the order of their numbers."""
    paths = sorted(dev.glob("video[0-9]*"), key=lambda path: int(re.sub(r"\D", "", path.name) or 0))
    return [node for path in paths if (node := _ask(path, system))]


def _ask(path: Path, system: Path) -> VideoNode | None:
    """Ask the driver for its name; None for what is no camera (a camera's second node carries only its metadata)."""
    answer = bytearray(104)
    try:
        _ioctl(path, _QUERYCAP, answer)
    except PermissionError:
        return _not_allowed(path, system / path.name)
    except OSError:
        return None
    capabilities, of_the_node = struct.unpack_from("<II", answer, 84)
    if not (of_the_node if capabilities & _HAS_DEVICE_CAPS else capabilities) & _CAPTURES:
        return None
    return VideoNode(path, _text(answer[16:48]), _text(answer[48:80]))


def _text(field: bytearray) -> str:
    return field.split(b"\0")[0].decode(errors="replace")


def _not_allowed(path: Path, about: Path) -> VideoNode | None:
    """A camera that this user may not open still has a name; its first node is the one with pictures."""
    name, index = path.name, "0"
    with contextlib.suppress(OSError):
        name = (about / "name").read_text(errors="replace").strip()
        index = (about / "index").read_text().strip()
    return VideoNode(path, name, "") if index == "0" else None


def _ioctl(path: Path, request: int, argument: bytearray) -> None:
    import fcntl

    node = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(node, request, argument)
    finally:
        os.close(node)


def try_node(path: Path) -> Node:
    """Ask for a buffer and give it back at once: a driver grants that to one program at a time."""
    wish = bytearray(struct.pack("<5I", 1, _VIDEO_CAPTURE, _MEMORY_MMAP, 0, 0))
    try:
        _ioctl(path, _REQBUFS, wish)
    except PermissionError:
        return Node.NOT_ALLOWED
    except OSError as error:
        if error.errno == errno.EBUSY:
            return Node.BUSY
        return Node.GONE if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO) else Node.FREE
    return Node.FREE


def links(dev: Path = Path("/dev")) -> dict[Path, list[Path]]:
    """The lasting names of each device file: by serial number first, then by socket. Empty where udev made none."""
    found: dict[Path, list[Path]] = {}
    for folder in ("by-id", "by-path"):
        for link in sorted((dev / "v4l" / folder).glob("*")):
            found.setdefault(link.resolve(), []).append(link)
    return found


def as_cameras(nodes: Sequence[VideoNode], lasting: dict[Path, list[Path]]) -> list[Camera]:
    """Cameras with names that differ and addresses that last.

    Two of a kind are told apart by their socket: the first in the order of sockets keeps the plain name. A link by
    serial number is only trusted for a camera that is one of its kind: without a serial number, two share it.
    """
    alike = {node.name: sorted((n for n in nodes if n.name == node.name), key=_place) for node in nodes}
    return [
        Camera(numbered(node.name, alike[node.name].index(node)), _address(node, lasting, len(alike[node.name]) > 1))
        for node in nodes
    ]


def _place(node: VideoNode) -> tuple[str, str]:
    return node.socket, str(node.path)


def _address(node: VideoNode, lasting: dict[Path, list[Path]], has_twin: bool) -> str:
    names = lasting.get(node.path.resolve(), [])
    if has_twin:
        names = [link for link in names if link.parent.name == "by-path"]
    return str(names[0] if names else node.path)


def numbered(name: str, place: int) -> str:
    """The name of the first, second ... of its kind."""
    return name if place == 0 else f"{name} ({place + 1})"


def same_camera(wanted: Camera, listed: Iterable[Camera], *, exists: Callable[[str], bool]) -> Camera | None:
    """Find a camera again: by its lasting address, else by its name, else by its name without the number of a twin.

    A plain number such as /dev/video0 may be another camera by now, so it counts only together with the name.
    """
    found = list(listed)
    for camera in found:
        if camera.address == wanted.address and (camera.name == wanted.name or "/v4l/" in camera.address):
            return camera
    if "/v4l/" in wanted.address and exists(wanted.address):  # its twin came, and the list tells them apart otherwise
        return wanted
    plain = re.sub(r" \(\d+\)$", "", wanted.name)
    for name in (wanted.name, plain):
        for camera in found:
            if camera.name == name:
                return camera
    return None
