"""An open diary for the commands that need all of it; it loads the libraries of cameras, sound and the network."""

import contextlib
from collections.abc import Iterator

from diary_app.diary import Diary
from diary_app.folders import Folders


@contextlib.contextmanager
def open_diary(place: Folders, *, portal: str | None = None) -> Iterator[Diary]:
    """The diary of this data folder, closed at the end."""
    diary = Diary(place, portal=portal)
    try:
        yield diary
    finally:
        diary.close()
