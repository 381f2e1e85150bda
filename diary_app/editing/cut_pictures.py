"""Moved: see samples.py."""

from diary_app.editing.samples import CannotCut

__all__ = ["CannotCut"]
