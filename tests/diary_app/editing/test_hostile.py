"""Files that mean harm: refused in a sentence or opened truthfully, at little cost, and nothing else is ever read."""

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Kind
from diary_app.editing.errors import EditRefused
from diary_app.editing.first_look import TOO_LARGE, TOO_LONG, FirstLook, first_look, outgrown
from diary_app.editing.probe import probe
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.importing import Importer
from diary_app.settings import SettingsDesk
from tests.support.doomed import require_strace
from tests.support.hostile import FAMILIES, MOST_MB, MOST_S, Bait, cut_short, faults, named, odd_places
from tests.support.media_trial import Trials, trials
from tests.support.takes import convert

CALLS = "open,openat,openat2,connect,socket"
OURS = ("/proc/", "/sys/", "/dev/null", "/dev/urandom", "/usr/", "/lib", "/etc/", sys.prefix, sys.base_prefix)
"""Where libraries, Python's own files and the system's facts lie."""


class Trace:
    """What the trials' processes ask of the system."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0

    def strays(self, *allowed: Path) -> list[str]:
        """Files that were opened since the last question, and all of the network; except for these and the system's."""
        with self.path.open() as file:
            file.seek(self._read)
            lines = file.read().splitlines()
            self._read = file.tell()
        return [line for line in lines if not self._belongs(line, allowed)]

    @staticmethod
    def _belongs(line: str, allowed: tuple[Path, ...]) -> bool:
        opened = re.search(r'\bopen(?:at2?)?\(.*?"(.*?)"', line)
        if opened is None:
            return not re.search(r"\b(connect|socket)\(", line)
        looked_for = " = -1 ENOENT" in line and Path(opened[1]).name.startswith("lib") and ".so" in opened[1]
        return looked_for or opened[1].startswith((*OURS, *map(str, allowed)))


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    require_strace()
    return Trace(tmp_path_factory.mktemp("trace") / "calls")


@pytest.fixture(scope="module")
def server(trace: Trace) -> Iterator[Trials]:
    """A server of trials whose every call is written down."""
    with trials("strace", "-f", "--seccomp-bpf", "-qq", "-e", f"trace={CALLS}", "-o", str(trace.path)) as server:
        yield server


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory, take: Path) -> Bait:
    """A true recording elsewhere, and an address."""
    file = tmp_path_factory.mktemp("elsewhere") / "secret.mp4"
    file.write_bytes(take.read_bytes())
    return Bait(file, "http://127.0.0.1:9/secret.mp4")


@pytest.mark.parametrize("family", FAMILIES)
def test_they_are_refused_or_opened_at_little_cost(
    family: str, bait: Bait, server: Trials, trace: Trace, tmp_path: Path
) -> None:
    path, folder = tmp_path / "holiday.mp4", tmp_path / "out"
    folder.mkdir()
    for hostile in FAMILIES[family]():
        if hostile.dear:
            continue
        path.write_bytes(hostile.make(bait))
        trace.strays()
        trial = server.of(path, edit=folder / "part.mp4")
        print(hostile.name, trial)
        assert trace.strays(path, folder) == [], hostile.name
        assert faults(hostile, trial) == []
        (folder / "part.mp4").unlink(missing_ok=True)
        assert [file.name for file in folder.iterdir()] == []


def test_that_the_watch_sees_what_is_opened(server: Trials, trace: Trace, take: Path) -> None:
    assert server.of(take).outcome == "taken"
    assert any(str(take) in line for line in trace.strays())


def test_what_is_no_file_is_refused_at_once(server: Trials, tmp_path: Path) -> None:
    for path, words in odd_places(tmp_path):
        trial = server.of(path)
        assert (trial.outcome, words in trial.says, trial.cpu_s < MOST_S) == ("refused", True, True), (path, trial)


def test_a_take_that_is_cut_off_anywhere_is_as_long_as_it_is_or_refused(
    server: Trials, take: Path, tmp_path: Path
) -> None:
    front = convert(take, tmp_path / "front.mp4", "-c", "copy", "-movflags", "+faststart")
    path = tmp_path / "part.mp4"
    for whole in (take, front):
        for data in cut_short(whole.read_bytes(), 6):
            path.write_bytes(data)
            trial = server.of(path)
            assert trial.outcome in ("taken", "refused"), trial
            assert (trial.cpu_s < MOST_S, trial.mb < MOST_MB) == (True, True)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("a hundred hours in matroska", 0.1),
        ("eleven hours in matroska", 0.1),
        ("four gigabytes in wav", 0.1),
        ("four gigabytes in a longer wav", 100.0),
    ],
)
def test_a_length_that_is_not_there_is_not_believed(name: str, seconds: float, bait: Bait, tmp_path: Path) -> None:
    path = tmp_path / "long.mkv"
    path.write_bytes(named(name).make(bait))
    assert probe(path).seconds == pytest.approx(seconds, rel=0.05)


# -- the first look of an import -------------------------------------------------------------------------------------


def test_a_first_look_tells_kind_and_length(take: Path, sound_take: Path) -> None:
    assert first_look(take) == FirstLook(Kind.VIDEO, probe(take).seconds)
    assert first_look(sound_take) == FirstLook(Kind.SOUND, probe(sound_take).seconds)


def test_an_import_of_a_file_that_asks_for_too_much_leaves_nothing(
    bait: Bait, own_data_folder: Path, tmp_path: Path
) -> None:
    folders = Folders(own_data_folder).make()
    path = tmp_path / "holiday.mp4"
    path.write_bytes(named("samples without entries").make(bait))
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        with pytest.raises(Refused, match="asks for more than any recording needs"):
            Importer(folders, catalogue, SettingsDesk(folders)).add(path)
        assert catalogue.clips() == []
    assert list(folders.takes.iterdir()) == []


def test_a_look_takes_no_modules_from_the_folder_that_the_user_is_in(
    take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert first_look(take).kind is Kind.VIDEO


@pytest.mark.parametrize(
    ("status", "words"), [(TOO_LONG, "asks for more"), (TOO_LARGE, "asks for more"), (-11, "is damaged")]
)
def test_a_look_that_does_not_come_back_is_a_sentence(status: int, words: str) -> None:
    error = outgrown(Path("holiday.mp4"), status)
    assert isinstance(error, EditRefused)
    assert words in str(error)
    assert "Nothing was changed." in str(error)
