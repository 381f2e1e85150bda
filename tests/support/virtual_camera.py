"""The virtual camera: fakecam.c, fed with a drawn, talking face whose every frame carries its index and its flash.

LD_PRELOAD works at the start of a process only, so whatever uses the camera runs as a child with environment().
"""

import hashlib
import os
import shutil
import stat
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

import capture.demo
from capture.demo import draw_face
from capture.model import Image
from tests.support import stamp

FPS = 30
SECONDS = 10
SIZES = ((640, 480), (1280, 720))
V4L_MAJOR = 81  # include/uapi/linux/major.h: VIDEO4LINUX_MAJOR
JPEG_QUALITY = 85


class DeviceUnavailable(Exception):
    """This machine cannot have the virtual device; the text names what is missing."""


@dataclass(frozen=True, slots=True)
class VirtualCamera:
    """One camera that programs started with environment() can open."""

    folder: Path
    library: Path
    node: str
    name: str

    def environment(self) -> dict[str, str]:
        """What a program needs to see this camera."""
        return {
            "FAKECAM_DIR": str(self.folder),
            "FAKECAM_NODE": self.node,
            "FAKECAM_NAME": self.name,
            "LD_PRELOAD": str(self.library),
        }

    def unplug(self) -> None:
        """Pull it out: every use fails with ENODEV."""
        (self.folder / "unplug").touch()

    def plug_in(self) -> None:
        """Put it back; it must be opened again."""
        (self.folder / "unplug").unlink(missing_ok=True)

    def hang(self) -> None:
        """It stays there, but no frame comes."""
        (self.folder / "hang").touch()

    def block(self) -> None:
        """Its driver does not come back from the next call."""
        (self.folder / "block").touch()

    def wake(self) -> None:
        """Frames come again."""
        for fault in ("hang", "block"):
            (self.folder / fault).unlink(missing_ok=True)


def camera_comes_back(folder: Path, node: str, size: str = "") -> None:
    """From its next opening on, the camera of this folder has another node, and this size alone (all where empty)."""
    _write_whole(folder / "node", node)
    if size:
        _write_whole(folder / "size", size)


def _write_whole(path: Path, text: str) -> None:
    """A program that reads it meanwhile sees the old text or the new one."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


def compiled(source: Path, folder: Path, *options: str) -> Path:
    """The shared library built from a C file, or from an earlier run. Raises DeviceUnavailable."""
    name = f"{source.stem}-{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}.so"
    library = folder / name
    if library.exists():
        return library
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise DeviceUnavailable(f"no C compiler to build {source.name} (Debian packages gcc, libc6-dev)")
    new = library.with_suffix(f".{os.getpid()}")
    command = [compiler, "-O2", "-Wall", "-DPIC", "-shared", "-fPIC", "-o", str(new), str(source), *options]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        raise DeviceUnavailable(f"{source.name} does not compile here: {built.stderr.strip()[-300:]}")
    new.rename(library)
    return library


def camera_media(folder: Path) -> Path:
    """The folder of frames that the camera plays, made now or by an earlier run."""
    recipe = b"".join(Path(str(module.__file__)).read_bytes() for module in (capture.demo, stamp))
    media = folder / f"face-{hashlib.sha256(recipe + Path(__file__).read_bytes()).hexdigest()[:12]}"
    if media.is_dir():
        return media
    new = media.with_suffix(f".{os.getpid()}")
    new.mkdir(parents=True)
    for width, height in SIZES:
        _write_frames(new, width, height)
    new.rename(media)
    return media


def _write_frames(folder: Path, width: int, height: int) -> None:
    """One size: MJPG for all of SECONDS, uncompressed for two seconds of it."""
    grain = np.random.default_rng(1).normal(0, 3, (height, width, 1))
    base, lengths = folder / f"{width}x{height}", []
    with base.with_suffix(".mjpg").open("wb") as film, base.with_suffix(".yuyv").open("wb") as raw:
        for index in range(SECONDS * FPS):
            face = draw_face(index / FPS, width, height) + np.roll(grain, index * 37, axis=1)
            image: Image = stamp.stamp(np.clip(face, 0, 255).astype(np.uint8), index)
            jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
            film.write(jpeg)
            lengths.append(len(jpeg))
            if index < stamp.FLASH_EVERY:
                raw.write(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_YUYV).tobytes())
    base.with_suffix(".idx").write_bytes(struct.pack(f"<{len(lengths)}I", *lengths))


@contextmanager
def camera_node(*, new: bool = False) -> Iterator[str]:
    """A device node for the camera: one that stands already without a driver, or a new one, removed at the end.

    Raises DeviceUnavailable where a node is needed and this user may not make one.
    """
    for number in (0, *range(70, 80)):
        node = Path(f"/dev/video{number}")
        if node.exists():
            if _without_driver(node) and not new:
                yield str(node)
                return
            continue
        try:
            os.mknod(node, 0o666 | stat.S_IFCHR, os.makedev(V4L_MAJOR, number))
        except OSError as error:
            raise DeviceUnavailable(f"root must make its node once: mknod {node} c {V4L_MAJOR} {number}") from error
        node.chmod(0o666)
        try:
            yield str(node)
        finally:
            node.unlink(missing_ok=True)
        return
    raise DeviceUnavailable("no free camera number under /dev")


def _without_driver(node: Path) -> bool:
    """Is this a node that somebody made by hand, with no camera behind it?"""
    return not Path(f"/sys/class/video4linux/{node.name}").exists()


def virtual_camera(folder: Path, *, media: Path, library: Path, node: str, name: str) -> VirtualCamera:
    """A camera of one's own in a folder: its own plug, its own start; the frames are shared."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in media.iterdir():
        (folder / file.name).symlink_to(file)
    return VirtualCamera(folder, library, node, name)
