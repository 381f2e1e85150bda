"""`python -m tests.support.uploader_child DATA [HURRY [BUGS [LARGE]]]`: the app's uploader alone, to be killed.

It reads the pairing from DATA, delivers what the catalogue has, and ends when the queue is empty. HURRY: how many times
faster its clocks go, so that no pause is waited for. BUGS: how often it fails in the middle of a block, as a bug does.
LARGE: a clip of more bytes sends its small copy first, whatever the line. LEASE_S in the environment: how long a clip
stays with it where it dies, or stands still on a busy computer.
"""

import logging
import os
import random
import sys
import time
from pathlib import Path

from diary_app.catalogue import Catalogue
from diary_app.delivery.courier import Courier
from diary_app.delivery.pairing import PairingDesk
from diary_app.delivery.practice import PracticePortal
from diary_app.delivery.uploader import Pace, Uploader
from diary_app.editing import small_copy
from diary_app.folders import Folders
from diary_app.logbook import catch_bugs, keep_log
from diary_app.news import News, Progress


def main(data: str, hurry: float = 1.0, bugs: float = 0.0, large: float | None = None) -> None:
    """Deliver everything; each piece of progress becomes a line on stdout."""
    if large is not None:
        small_copy.FROM_BYTES, small_copy.SOONER_S = int(large), 0.0

    def clock() -> float:
        return time.monotonic() * hurry

    def now() -> float:
        return time.time() * hurry

    folders = Folders(Path(data))
    keep_log(folders)
    catch_bugs()
    logging.getLogger().addHandler(logging.StreamHandler())
    logging.getLogger().setLevel(logging.DEBUG)
    catalogue = Catalogue(folders.catalogue)
    courier = Courier(
        catalogue,
        PairingDesk(folders, PracticePortal(folders)),
        tell=Screen(int(bugs)).show,
        clock=clock,
        now=now,
        random=random.SystemRandom().random,
        lease_s=float(os.environ.get("LEASE_S", "0.5")),
    )
    uploader = Uploader(catalogue, courier, pace=Pace(look_s=0.05), clock=clock, now=now)
    uploader.start()
    while catalogue.queue():
        time.sleep(0.02)
    uploader.stop()
    catalogue.close()


class Screen:
    """Shows progress as lines on stdout, and has so many bugs left."""

    def __init__(self, bugs: int) -> None:
        self._bugs = bugs

    def show(self, news: News) -> None:
        """Called by the courier, from within the sending of a block."""
        if not isinstance(news, Progress):
            return
        print(f"{news.fraction:.3f}", flush=True)
        if self._bugs and news.fraction > 0:
            self._bugs -= 1
            raise ZeroDivisionError("a bug that the test wished for")


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:]))
