"""Talking heads to compress: a real face in a room, as a webcam and a phone film it, and a drawn one in poor light.

The face is real footage of 176x144, enlarged; so a camera's grain is laid over it, and the room around it is sharp.
The webcam's films go through the recorder's own encoder options, the phone's is of twice the size and far more bits.
"""

import math
import subprocess
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from capture.encoder import FASTEST, output_options
from capture.model import SOUND_RATE, Image, PictureFormat
from tests.support.face_pictures import SIZE, drawn_face, exposed, far, real_face
from tests.support.speech_samples import talk

FPS = 30
REAL_FRAMES = 120
WEBCAM, PHONE = PictureFormat(*SIZE, float(FPS)), PictureFormat(1920, 1080, float(FPS))
PHONE_OPTIONS = ("-c:v", "libx264", "-preset", "superfast", "-b:v", "17M", "-maxrate", "20M", "-bufsize", "20M")


@dataclass(frozen=True, slots=True)
class Scene:
    """One film to make."""

    name: str
    picture: PictureFormat
    draw: Callable[[int], Image]
    """A frame of face_pictures.SIZE, by its number."""
    grain: float
    """Standard deviation of the sensor's noise, of 255."""


def in_a_room(number: int) -> Image:
    """The clip forwards and backwards in turn, so that it never jumps."""
    at = number % (2 * REAL_FRAMES)
    return far(real_face(min(at, 2 * REAL_FRAMES - 1 - at)), 0.97)


def _in_the_hand(number: int) -> Image:
    """The same, held by a hand that sways by a few dots."""
    at_s = number / FPS
    right, down = 6 * math.sin(1.1 * at_s) + 2 * math.sin(5.3 * at_s), 5 * math.sin(0.7 * at_s) + math.sin(6.1 * at_s)
    matrix = np.array([[1.03, 0, right - 19], [0, 1.03, down - 11]], np.float32)
    return np.asarray(cv2.warpAffine(in_a_room(number), matrix, SIZE, flags=cv2.INTER_CUBIC), np.uint8)


def _in_the_evening(number: int) -> Image:
    return exposed(drawn_face(number), 0.45)


SCENES = (
    Scene("webcam", WEBCAM, in_a_room, 3.0),
    Scene("phone", PHONE, _in_the_hand, 2.5),
    Scene("evening", WEBCAM, _in_the_evening, 3.0),
)


def make_scene(scene: Scene, folder: Path, seconds: float) -> Path:
    """Write the film of a scene with somebody who speaks, as long as was asked."""
    rng = np.random.default_rng(5)
    sound, out = folder / "voice.wav", folder / f"{scene.name}.mp4"
    _write_voice(sound, seconds, rng)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{scene.picture.width}x{scene.picture.height}", "-r", str(FPS), "-i", "pipe:0", "-i", str(sound)]
    with subprocess.Popen([*command, *_camera(scene), str(out)], stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for image in _frames(scene, round(seconds * FPS), rng):
            child.stdin.write(image.data)
        child.stdin.close()
    if child.returncode:
        raise RuntimeError(f"ffmpeg did not make {out.name}")
    return out


def _camera(scene: Scene) -> list[str]:
    """How the camera of a scene encodes; the file comes after it."""
    if scene.picture == WEBCAM:
        *options, _pipe = output_options(scene.picture, sound=True, preset=FASTEST)
        return options
    return [*PHONE_OPTIONS, "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "192k"]


def _write_voice(path: Path, seconds: float, rng: np.random.Generator) -> None:
    samples = (talk(seconds, rng)[: round(seconds * SOUND_RATE)] * 32767).clip(-32767, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SOUND_RATE, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())


def _frames(scene: Scene, count: int, rng: np.random.Generator) -> Iterator[Image]:
    """Every frame with grain of its own, which is a little softer than single dots, as a camera leaves it."""
    width, height = scene.picture.width, scene.picture.height
    soft = cv2.GaussianBlur(rng.standard_normal((height + 64, width + 64, 3), np.float32), (0, 0), 0.6)
    noise = np.rint(soft * np.float32(scene.grain / soft.std()))
    lighter, darker = (np.clip(part, 0, 255).astype(np.uint8) for part in (noise, -noise))
    for number in range(count):
        image = scene.draw(number)
        if (width, height) != SIZE:
            image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
        down, right = rng.integers(0, 64, 2)
        here = slice(down, down + height), slice(right, right + width)
        yield np.ascontiguousarray(cv2.subtract(cv2.add(image, lighter[here]), darker[here]), np.uint8)
