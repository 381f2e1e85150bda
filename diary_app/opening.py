"""Opens a diary whose list of clips may be damaged."""

from datetime import datetime

from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.mending import make_room


def open_diary(folders: Folders) -> Diary:
    """The open diary; a damaged list is set aside first, and Diary.mending finds the recordings again.

    Raises CatalogueError and OSError.
    """
    make_room(folders, datetime.now().astimezone())
    return Diary(folders)
