"""A token is a canary: whatever goes wrong, it is in no log, no address, no argument, no crash report and no error."""

import logging
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from diary_app.delivery.courier import Failed
from tests.support.chaos_desk import NEVER, ChaosDesk, chaos_desk, end_last_token
from tests.support.chaos_faults import CAPTIVE, DOWN, UP, cut_down, cut_up, instead, refused, twice
from tests.support.portal_client import PortalClient
from tests.support.portal_process import REPOSITORY
from tests.support.reliability import Tally

KINDS = ("discovery", "POST", "HEAD", "PATCH", "receipt")
HURRY = "5000"
FAULTS = (
    cut_up(UP["within the head"]),
    cut_up(UP["a block's border"], reset=True),
    cut_down(DOWN["from within the head on"]),
    twice,
    refused(401),
    refused(400),
    refused(503),
    instead(418, {}, b"nonsense"),
    instead(302, {"Location": "http://127.0.0.1:1/"}),
    CAPTIVE,
)


@pytest.fixture
def desk(tmp_path: Path, client: PortalClient, rng: random.Random) -> Iterator[ChaosDesk]:
    with chaos_desk(tmp_path / "data", client, rng) as desk:
        yield desk


def _order(desk: ChaosDesk) -> int:
    for what in KINDS:
        for fault in FAULTS:
            desk.line.next(what, fault)
    for fault in (refused(503), CAPTIVE, cut_down(DOWN["all but the first byte"])):
        desk.line.next("token", fault)
        desk.line.next("POST", refused(401))
    return desk.line.left


def _everything(error: BaseException | None) -> str:
    """All that an error could tell, and all that it was made from."""
    text = "" if error is None else "".join(traceback.format_exception(error))
    while error is not None:
        text += f"{error!r} {error} {error.args} {vars(error)}"
        error = error.__cause__ or error.__context__
    return text


@pytest.mark.fault(
    "A token could show in a log or in an error",
    made="chaos proxy: ten faults in each kind of request; the log of every library at its most talkative",
    holds="no token is in a log line or in what an error, or any error below it, can tell",
)
def test_the_canary_is_in_no_error(desk: ChaosDesk, caplog: pytest.LogCaptureFixture, tally: Tally) -> None:
    caplog.set_level(logging.DEBUG)
    tally.runs = _order(desk)
    ready = desk.ready()
    shown = ""
    while desk.clip(ready).receipt is None:
        desk.catalogue.try_again(ready.clip_id)
        outcome = desk.courier.carry(desk.clip(ready), NEVER)
        shown += _everything(outcome.error) if isinstance(outcome, Failed) else ""
    assert "urllib3" in caplog.text, "the log was not listened to"
    assert "Traceback" in shown
    places = {"a log": caplog.text, "an error": shown, "the vault": repr(desk.connector.vault.tokens)}
    tally.found(tally.runs, _found(desk, places))


@pytest.mark.fault(
    "A token could show in an address, an argument of a process, a file or a crash report",
    made="the app's uploader in a process of its own, at debug level, through the same faults, a refresh and a bug",
    holds="no token is in what it writes, in its log with the bug's report, in its files, its arguments or an address",
)
def test_the_canary_is_nowhere_else(desk: ChaosDesk, tally: Tally) -> None:
    pairing = desk.join()
    end_last_token(desk.client.portal)
    tally.runs = _order(desk)
    ready = desk.ready()
    said, arguments = _run(desk)
    assert "ZeroDivisionError" in desk.folders.log.read_text(), "the bug was not reported"
    assert "urllib3" in said, "the log was not listened to"
    assert desk.clip(ready).receipt is not None
    assert pairing.paired() is not None
    files = {str(path): path.read_bytes().decode("latin-1") for path in _files(desk.folders.data)}
    assert str(desk.folders.log) in files
    places = {"its output": said, "an argument": arguments, "the portal's output": desk.client.portal.errors, **files}
    places["an address"] = "\n".join(one.line for one in desk.line.seen)
    tally.found(tally.runs, [*_found(desk, places), *desk.judged()])


def _files(data: Path) -> list[Path]:
    return [path for path in data.rglob("*") if path.is_file() and path.name != "tokens.json"]


def _run(desk: ChaosDesk) -> tuple[str, str]:
    """Let the app deliver; all that it wrote, and the arguments of its processes."""
    output, arguments = desk.folders.data.parent / "output.txt", set[str]()
    command = [sys.executable, "-m", "tests.support.uploader_child", str(desk.folders.data), HURRY, "1"]
    with output.open("wb") as file, subprocess.Popen(command, cwd=REPOSITORY, stdout=file, stderr=file) as app:
        ends = time.monotonic() + 200
        while app.poll() is None and time.monotonic() < ends:
            arguments |= {" ".join(_arguments(one)) for one in psutil.Process().children(recursive=True)}
            for clip in desk.catalogue.queue():
                if clip.delivery.held:
                    desk.catalogue.try_again(clip.clip_id)
            time.sleep(0.05)
        app.kill()
    return output.read_text(), "\n".join(arguments)


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _found(desk: ChaosDesk, places: dict[str, str]) -> list[str]:
    assert len(desk.line.secrets) >= 2, "no token went over the line"
    return [f"a token is in {place}" for place, text in places.items() if any(one in text for one in desk.line.secrets)]
