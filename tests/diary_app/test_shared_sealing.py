"""A person's files are sealed while they are away: nothing is lost at any point, nothing changed goes unnoticed."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from diary_app.editing.errors import EditStopped
from diary_app.editing.progress import Meter
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.rescue.age import CHUNK, TAG
from diary_app.rescue.recipient import sealed_for
from diary_app.shared import at_rest
from diary_app.shared.at_rest import open_files, seal_all, sealed_files, unseal_all
from diary_app.shared.errors import Broken
from diary_app.shared.sealed import new_key, public_of, seal, sealed_bytes, unseal
from portal.rescue_keys import Identity
from portal.sealed import opened
from tests.support.command_line import REPOSITORY
from tests.support.doomed_sealer import contents

KEY = bytes(range(32))
FILES = {
    "diary.sqlite3": b"the catalogue" * 40,
    "diary.sqlite3-wal": b"its newest rows" * 40,
    "window.ini": b"notes=what I want to say",
    "takes/one.mp4": b"\x01" * (CHUNK * 3 + 5),
    "takes/two.recording.mp4": b"",
    "renditions/one.mp4": b"\x02" * CHUNK,
}


def no_step(_written: int) -> None:
    """Go on."""


def sealed(plain: bytes, private: bytes = KEY) -> bytes:
    return b"".join(seal(io.BytesIO(plain).read, public_of(private)))


def unsealed(content: bytes, private: bytes = KEY) -> bytes:
    return b"".join(unseal(io.BytesIO(content).read, private))


def fill(folders: Folders) -> Folders:
    folders.make()
    for name, content in FILES.items():
        (folders.data / name).write_bytes(content)
    (folders.takes / "one.lock").touch()
    return folders


@given(st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 7]), st.binary(max_size=40))
@settings(max_examples=12)
def test_what_is_sealed_opens_with_its_key_alone(length: int, more: bytes) -> None:
    plain = bytes(length) + more
    content = sealed(plain)
    assert len(content) == sealed_bytes(len(plain))
    assert unsealed(content) == plain
    with pytest.raises(Broken):
        unsealed(content, new_key())


@given(st.data())
@settings(max_examples=40)
def test_whatever_is_changed_or_cut_off_is_noticed(data: st.DataObject) -> None:
    content = sealed(b"what I said today" + bytes(2 * CHUNK))
    at = data.draw(st.integers(0, len(content) - 1))
    bit = data.draw(st.integers(0, 7))
    spoilt = content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
    for wrong in (spoilt, content[:at], content[: -CHUNK - TAG], content + b"\0"):
        with pytest.raises(Broken):
            unsealed(wrong)


def test_it_is_the_age_format_as_somebody_else_reads_it(tmp_path: Path) -> None:
    (tmp_path / "note.age").write_bytes(sealed(b"what I said today"))
    theirs = Identity(X25519PrivateKey.from_private_bytes(KEY))
    assert opened(tmp_path, "note.age", theirs) == b"what I said today"
    pieces = sealed_for(theirs.recipient, b"said by another program")
    assert unsealed(pieces) == b"said by another program"


def test_every_file_is_sealed_and_comes_back_as_it_was(tmp_path: Path) -> None:
    folders = fill(Folders(tmp_path))
    changed = (folders.takes / "one.mp4").stat().st_mtime_ns
    seal_all(folders, public_of(KEY), step=no_step)
    assert open_files(folders) == []
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(content in everything for content in FILES.values() if content)
    assert (folders.takes / "one.mp4.age").stat().st_mode & 0o077 == 0
    unseal_all(folders, KEY, meter=Meter())
    assert sealed_files(folders) == []
    assert contents(folders, KEY) == FILES
    assert (folders.takes / "one.mp4").stat().st_mtime_ns == changed


def test_the_catalogue_is_open_only_beside_its_own_newest_rows(tmp_path: Path) -> None:
    folders = fill(Folders(tmp_path))
    wal = folders.data / "diary.sqlite3-wal"

    def looks(_written: int) -> None:
        assert wal.exists() or not folders.catalogue.exists()

    seal_all(folders, public_of(KEY), step=looks)
    unseal_all(folders, KEY, meter=Meter(lambda _done, _left: looks(0)))
    assert contents(folders, KEY) == FILES


@pytest.mark.parametrize("way", ["seal", "open"])
def test_a_kill_at_any_step_leaves_a_whole_copy_of_everything(tmp_path: Path, way: str) -> None:
    folders = fill(Folders(tmp_path))
    if way == "open":
        seal_all(folders, public_of(KEY), step=no_step)
    command = [sys.executable, "-m", "tests.support.doomed_sealer", str(tmp_path), way, KEY.hex()]
    told = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) >= 5  # each starts with what the one before it left
    assert contents(folders, KEY) == FILES
    assert (sealed_files(folders) if way == "open" else open_files(folders)) == []
    assert not list(tmp_path.rglob("*.sealing"))


def test_a_stop_in_the_middle_leaves_everything_whole(tmp_path: Path) -> None:
    folders = fill(Folders(tmp_path))
    seal_all(folders, public_of(KEY), step=no_step)
    meter = Meter()
    meter.on_progress = lambda done, _left: meter.stop.set() if done > 0.5 else None
    with pytest.raises(EditStopped):
        unseal_all(folders, KEY, meter=meter)
    assert sealed_files(folders)
    assert contents(folders, KEY) == FILES


def test_a_file_in_both_forms_is_as_the_open_one_has_it(tmp_path: Path) -> None:
    folders = fill(Folders(tmp_path))
    (folders.data / "window.ini.age").write_bytes(sealed(b"older notes"))
    unseal_all(folders, KEY, meter=Meter())
    assert contents(folders, KEY) == FILES
    assert sealed_files(folders) == []
    assert unsealed((folders.data / "window.ini.older-1.age").read_bytes()) == b"older notes"


def test_a_list_that_somebody_made_beside_the_sealed_one_takes_nothing_away(tmp_path: Path) -> None:
    folders = fill(Folders(tmp_path))
    for turn in range(2):
        seal_all(folders, public_of(KEY), step=no_step)
        folders.catalogue.write_bytes(b"an empty list")  # a command by hand, on a folder that is sealed
        seal_all(folders, public_of(KEY), step=no_step)
        older = folders.data / f"diary.sqlite3.older-{turn + 1}.age"
        assert unsealed(older.read_bytes()) == (b"an empty list" if turn else FILES["diary.sqlite3"])
    unseal_all(folders, KEY, meter=Meter())
    assert contents(folders, KEY) == FILES | {"diary.sqlite3": b"an empty list"}


def test_without_room_nothing_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = fill(Folders(tmp_path))
    seal_all(folders, public_of(KEY), step=no_step)
    monkeypatch.setattr(at_rest, "LEAST_FREE_BYTES", 1 << 60)
    with pytest.raises(Refused, match="not enough room"):
        unseal_all(folders, KEY, meter=Meter())
    assert open_files(folders) == []
