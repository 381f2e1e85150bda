"""The command line: the same jobs as the screens, for scripts and for support."""

from diary_app.cli.main import main

__all__ = ["main"]
