"""The user's rules for sending, kept from one start of the app to the next in a small file of their own. Any thread.

What the organisation's settings file says comes before them.
"""

import json
import logging
import threading
from dataclasses import replace
from pathlib import Path

from diary_app.delivery.sending_rules import Cap, Rules
from diary_app.errors import Refused
from diary_app.settings import SettingsRead
from diary_app.settings_words import LOCKED, NOT_KEPT
from upload.files import write_whole

log = logging.getLogger(__name__)


class KeptRules:
    """The file is read whenever the rules are asked for, so every process of the app obeys the newest."""

    def __init__(self, path: Path, office: SettingsRead | None = None) -> None:
        self._path = path
        self._office = office or SettingsRead()
        self._guard = threading.Lock()
        self._complained = False

    def read(self) -> Rules:
        """The rules of the moment, the organisation's before the user's."""
        rules, office = self._read(), self._office.settings
        if "also_metered" in self._office.locked:
            rules = replace(rules, also_metered=office.also_metered, locked=rules.locked | {"also_metered"})
        if "cap_kbit" in self._office.locked:
            bytes_per_s = office.cap_kbit * 125 or None
            rules = replace(rules, locked_bytes_per_s=bytes_per_s, locked=rules.locked | {"cap"})
        return rules

    def _read(self) -> Rules:
        """The user's own; a file that is damaged or cannot be read counts as none, which the log says once."""
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
        changed = {"also_metered": also_metered is not None, "cap": cap is not None}
        if any(changed[name] for name in self.read().locked):
            raise Refused(LOCKED)
        with self._guard:
            rules = self._read()
            if also_metered is not None:
                rules = replace(rules, also_metered=also_metered)
            if cap is not None:
                rules = replace(rules, cap=cap)
            content = {"also_metered": rules.also_metered, "bytes_per_s": rules.cap.bytes_per_s}
            try:
                write_whole(self._path, json.dumps(content).encode())
            except OSError as error:
                raise Refused(NOT_KEPT) from error
        return self.read()


def _rules(content: bytes) -> Rules:
    """Raises ValueError where these are not our rules."""
    value = json.loads(content)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    also_metered = value.get("also_metered", False)
    if not isinstance(also_metered, bool):
        raise ValueError(f"also_metered: {also_metered!r}")
    return Rules(also_metered, Cap(value.get("bytes_per_s")))
