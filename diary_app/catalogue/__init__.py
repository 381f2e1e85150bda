"""The catalogue: every clip, its edits, its place in the queue and its receipt. All of the app's SQL is here.

SQLite beside the takes, in WAL mode with synchronous=FULL, so that what was written survives a power cut. Any thread
may call any method: one connection, one lock. Two processes may hold the catalogue open; leases keep them apart.
"""

from diary_app.catalogue.captions import Captioned
from diary_app.catalogue.edits import Edits
from diary_app.catalogue.errors import (
    CatalogueDamaged,
    CatalogueError,
    CatalogueTooNew,
    CatalogueUnwritable,
    UnknownClip,
)
from diary_app.catalogue.news import News
from diary_app.catalogue.queue import Queue

__all__ = ["Catalogue", "CatalogueDamaged", "CatalogueError", "CatalogueTooNew", "CatalogueUnwritable", "UnknownClip"]


class Catalogue(Edits, Queue, News, Captioned):
    """The open catalogue. Raises CatalogueError where it cannot be opened."""
