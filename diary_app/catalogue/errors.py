"""What can be wrong with the catalogue. The text of every error is one plain sentence for the user."""


class CatalogueError(Exception):
    """The catalogue cannot be used; the text is a sentence for the user."""


class CatalogueTooNew(CatalogueError):
    """A newer version of the app wrote this catalogue."""


class CatalogueDamaged(CatalogueError):
    """The file is not a catalogue, or SQLite finds it broken."""


class CatalogueUnwritable(CatalogueError):
    """The disk is full, fails, or another process holds the catalogue for too long; nothing has changed."""


class UnknownClip(CatalogueError):
    """No clip has this id."""
