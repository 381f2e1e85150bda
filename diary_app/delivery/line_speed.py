"""How fast bytes went to each portal the last time, kept from one start of the app to the next. Any thread."""

import json
import logging
import threading
from pathlib import Path

from upload.files import write_whole

log = logging.getLogger(__name__)

MOST = 20
"""Portals that are remembered, the latest last."""


class LineSpeeds:
    """Kept in a small file of its own: one that cannot be read counts as empty, and nothing depends on it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()

    def of(self, portal: str) -> float | None:
        """Bytes a second to the portal at this address; None where nothing is known."""
        return self._read().get(portal)

    def keep(self, portal: str, bytes_per_s: float) -> None:
        """Remember how fast it went just now."""
        with self._guard:
            known = self._read()
            if known.pop(portal, None) == bytes_per_s:
                return
            latest = [*known.items(), (portal, bytes_per_s)][-MOST:]
            try:
                write_whole(self._path, json.dumps(dict(latest)).encode())
            except OSError:
                log.warning("the speed of the connection could not be kept", exc_info=True)

    def _read(self) -> dict[str, float]:
        try:
            value = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        if not isinstance(value, dict):
            return {}
        return {
            str(portal): float(speed) for portal, speed in value.items() if isinstance(speed, int | float) and speed > 0
        }
