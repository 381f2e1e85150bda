"""`python -m tests.support.uploader_child DATA`: the app's uploader alone, in a process that a test may kill.

It reads the pairing from DATA, delivers what the catalogue has, and ends when the queue is empty.
"""

import logging
import random
import sys
import time
from pathlib import Path

from diary_app.catalogue import Catalogue
from diary_app.courier import Courier
from diary_app.delivery import Pace, Uploader
from diary_app.folders import Folders
from diary_app.news import News, Progress
from diary_app.pairing import PairingDesk
from diary_app.practice import PracticePortal


def main(data: str) -> None:
    """Deliver everything; each piece of progress becomes a line on stdout."""
    logging.basicConfig(level=logging.DEBUG)
    folders = Folders(Path(data))
    catalogue = Catalogue(folders.catalogue)
    courier = Courier(
        catalogue,
        PairingDesk(folders, PracticePortal(folders)),
        tell=_print,
        clock=time.monotonic,
        now=time.time,
        random=random.SystemRandom().random,
        lease_s=0.5,
    )
    uploader = Uploader(catalogue, courier, pace=Pace(look_s=0.05))
    uploader.start()
    while catalogue.queue():
        time.sleep(0.02)
    uploader.stop()
    catalogue.close()


def _print(news: News) -> None:
    if isinstance(news, Progress):
        print(f"{news.fraction:.3f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
