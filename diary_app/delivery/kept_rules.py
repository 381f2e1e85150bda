"""The user's rules for sending, kept from one start of the app to the next in a small file of their own. Any thread."""

import json
import logging
import threading
from dataclasses import replace
from pathlib import Path

from diary_app.delivery.sending_rules import Cap, Rules
from diary_app.errors import Refused
from upload.files import write_whole

log = logging.getLogger(__name__)


class KeptRules:
    """The file is read whenever the rules are asked for, so every process of the app obeys the newest."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._complained = False

    def read(self) -> Rules:
        """The rules of the moment; a file that is damaged or cannot be read counts as none, which the log says once."""
        try:
            content = self._path.read_bytes()
            rules = _rules(content)
        except FileNotFoundError:
            rules = Rules()
        except (OSError, ValueError):
            if not self._complained:
                log.warning("the rules for sending cannot be read, so there are none", exc_info=True)
            self._complained = True
            return Rules()
        self._complained = False
        return rules

    def change(self, *, also_metered: bool | None = None, cap: Cap | None = None) -> Rules:
        """Keep another rule; None leaves one as it is. Waits for the disk. Raises Refused with a sentence."""
        with self._guard:
            rules = self.read()
            if also_metered is not None:
                rules = replace(rules, also_metered=also_metered)
            if cap is not None:
                rules = replace(rules, cap=cap)
            content = {"also_metered": rules.also_metered, "bytes_per_s": rules.cap.bytes_per_s}
            try:
                write_whole(self._path, json.dumps(content).encode())
            except OSError as error:
                raise Refused("This could not be kept. Is the disk full?") from error
            return rules


def _rules(content: bytes) -> Rules:
    """Raises ValueError where these are not our rules."""
    value = json.loads(content)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    also_metered = value.get("also_metered", False)
    if not isinstance(also_metered, bool):
        raise ValueError(f"also_metered: {also_metered!r}")
    return Rules(also_metered, Cap(value.get("bytes_per_s")))
