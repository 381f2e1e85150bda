"""Where the trained models are on this computer. Each is optional, and each is checked before it is used. Any thread.

A folder that IT placed comes first (the variable DIARY_MODELS, then one for the whole computer), then the one that the
installation fills (scripts/fetch_models.py). A file counts only when its SHA-256 is the one that stands here.

Licences: YuNet (finds faces) is MIT, copyright 2020 Shiqi Yu; Silero VAD (hears speech) is MIT, copyright Silero Team;
Whisper base (writes down speech) is MIT, copyright OpenAI, as converted for CTranslate2.
"""

import functools
import hashlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from capture.errors import CaptureError

log = logging.getLogger(__name__)

YUNET = "face_detection_yunet_2023mar.onnx"
SILERO = "silero_vad_v6.onnx"
PINS = {
    YUNET: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    SILERO: "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
}
"""Each model's file name and the SHA-256 of the one file that is meant."""
WHISPER = "whisper-base"
WHISPER_PINS = {
    f"{WHISPER}/model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    f"{WHISPER}/config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    f"{WHISPER}/tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    f"{WHISPER}/vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
"""The four files of the model that writes down speech: one folder, or it is not there."""
_ALL_PINS = PINS | WHISPER_PINS


class ModelMissing(CaptureError):
    """A model is not on this computer, or what is there under its name is another file."""


def find_model(name: str, folders: Sequence[Path] | None = None) -> Path:
    """The checked file of a model, a key of PINS or WHISPER_PINS; `folders` instead of the usual. Raises ModelMissing.

    A file is read once in a process, and again only when it was changed.
    """
    damaged = False
    for folder in model_folders() if folders is None else folders:
        path = folder / name
        try:
            about = path.stat()
            found = _sha256(path, about.st_size, about.st_mtime_ns)
        except OSError:
            continue
        if found == _ALL_PINS[name]:
            return path
        damaged = True
        log.warning("%s has the SHA-256 %s instead of %s and is left alone", path, found, _ALL_PINS[name])
    if damaged:
        raise ModelMissing(f"The file {name} is damaged or not the right one. Please install the app again.")
    raise ModelMissing(f"The file {name} is not on this computer. Please install the app again.")


def find_whisper(folders: Sequence[Path] | None = None) -> Path:
    """The folder with the four checked files of the model that writes down speech. Raises ModelMissing.

    Reads 145 MB the first time in a process.
    """
    for folder in model_folders() if folders is None else folders:
        try:
            for name in WHISPER_PINS:
                find_model(name, [folder])
        except ModelMissing:
            continue
        return folder / WHISPER
    raise ModelMissing("What writes down speech is not on this computer, or is damaged.")


def model_folders() -> list[Path]:
    """Where models are looked for, first folder first; they need not exist."""
    chosen = os.environ.get("DIARY_MODELS")
    return [*([Path(chosen)] if chosen else []), _computer_folder(), installed_folder()]


def installed_folder() -> Path:
    """Where the installation puts models: with the Python environment that the app runs in."""
    return Path(sys.prefix, "share", "diary", "models")


def _computer_folder() -> Path:
    """For every user of this computer; placed by the organisation's IT."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "Diary", "models")
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Diary/models")
    return Path("/usr/share/diary/models")


@functools.lru_cache(maxsize=32)
def _sha256(path: Path, _size: int, _changed_ns: int) -> str:
    """Of a file that has this size and time of change. hashlib reads it in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
