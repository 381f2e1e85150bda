"""Delivery over a slow line of our own (benchmarks/_shaper.py): beside `curl`, through cuts, and from Send to received.

Every byte goes through the line to a real portal. `curl` sends the same bytes with POST and PATCH to the same intake
over the same line, and takes turns with ours, which is the app's own courier: it also asks what the portal is, where
the upload stands, and for the receipt. A clip that is sent from a take goes through the app's own diary, as the window
does it: promises, then the preparation while the form is filled in, Send, and everything else in the background.

`./scripts/bench deliver` takes some nine minutes on free processors, and 1 GB of the temporary folder.
"""

import os
import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._curl import Curl, need_curl
from benchmarks._sending import FORM_S, Sender, Sent, sent_take
from benchmarks._sent_takes import hour_in_720p, minute_in_720p
from benchmarks._shaper import MEGABIT, Shaper
from diary_app.delivery.pairing import FROM_FILE_VARIABLE
from tests.support.portal_client import PortalClient
from tests.support.portal_process import PortalProcess

ROUND_TRIP_MS = 80.0
MBITS = (5.0, 20.0)
ROUNDS = 3
LINE_S = 10.0
"""How long the bytes of one round need on the line."""
CUT_BYTES, CUTS, SEED = 30_000_000, 20, 6
MINUTE_MBIT, HOUR_MBIT = 5.0, 20.0


def run() -> dict[str, object]:
    """The report."""
    need_curl()
    with tempfile.TemporaryDirectory() as name, _portal(Path(name)) as (portal, token):
        folder = Path(name)
        beside = {mbit: _beside_curl(folder / f"{mbit:g}", portal, token, mbit) for mbit in MBITS}
        cut = _cut(folder / "cut", portal, token)
        minute = sent_take(folder / "minute", portal, minute_in_720p, mbit=MINUTE_MBIT, round_trip_ms=ROUND_TRIP_MS)
        hour = sent_take(folder / "hour", portal, hour_in_720p, mbit=HOUR_MBIT, round_trip_ms=ROUND_TRIP_MS)
    return {
        "goodput_over_curl": {f"{mbit:g}": found["goodput_over_curl"] for mbit, found in beside.items()},
        "wire_over_file": max(found["wire_over_file"] for found in beside.values()),
        **cut,
        "received_over_link_1min": minute.over_line,
        "received_over_link_60min": hour.over_line,
        "received_over_link_60min_encoded": _reckoned_hour(minute),
        "each": {f"{mbit:g}": found for mbit, found in beside.items()},
        "1min": minute.told,
        "60min": hour.told,
    }


@contextmanager
def _portal(folder: Path) -> Iterator[tuple[str, Path]]:
    """A portal's address, and the file with a token for it; the app finds that by its environment."""
    with PortalProcess(folder / "portal") as portal:
        token = folder / "token"
        token.write_text(PortalClient(portal).tokens["access_token"])
        os.environ[FROM_FILE_VARIABLE] = str(token)
        try:
            yield portal.url, token
        finally:
            del os.environ[FROM_FILE_VARIABLE]


def _beside_curl(folder: Path, portal: str, token: Path, mbit: float) -> dict[str, float]:
    with Shaper(portal, mbit=mbit, round_trip_ms=ROUND_TRIP_MS) as line:
        size = round(line.bytes_per_s * LINE_S)
        sender, curl = Sender(folder, line.url, token, seed=SEED), Curl(folder, line.url, token)
        ours, theirs, wire = list[float](), list[float](), list[int]()
        for _ in range(ROUNDS):
            clip = sender.clip(size)
            before = line.passed()
            ours.append(sender.carry(clip))
            after = line.passed()
            wire.append(after.up + after.down - before.up - before.down)
            theirs.append(curl.send(sender.clip(size)))
        sender.close()
    return {
        "goodput_over_curl": round(statistics.median(theirs) / statistics.median(ours), 3),
        "ours_over_line": round(statistics.median(ours) / LINE_S, 3),
        "curl_over_line": round(statistics.median(theirs) / LINE_S, 3),
        "wire_over_file": round(statistics.median(wire) / size, 4),
    }


def _cut(folder: Path, portal: str, token: Path) -> dict[str, object]:
    """One file over a line that is cut at random places; what was on its way is lost each time."""
    rng = random.Random(SEED)
    with Shaper(portal, mbit=MINUTE_MBIT, round_trip_ms=ROUND_TRIP_MS) as line:
        sender = Sender(folder, line.url, token, seed=SEED)
        clip = sender.clip(CUT_BYTES)
        line.passed(cut_at=sorted(rng.randrange(CUT_BYTES // 50, CUT_BYTES) for _ in range(CUTS)))
        sender.carry(clip)
        passed = line.passed()
        sender.close()
    return {
        "wire_over_file_20_cuts": round((passed.up + passed.down) / CUT_BYTES, 4),
        "cuts": passed.cuts,
    }


def _reckoned_hour(minute: Sent) -> float:
    """The same for an hour of the one-minute take, which has to be encoded: nobody waits for that here.

    Sixty times the bytes on the faster line, and sixty times the work on processors that have nothing else to do.
    """
    line_s = 60 * minute.bytes / (HOUR_MBIT * MEGABIT)
    left_s = max(0.0, 60 * minute.processor_s / (os.cpu_count() or 1) - FORM_S)
    return round((left_s + line_s) / line_s, 2)
