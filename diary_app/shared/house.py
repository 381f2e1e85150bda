"""The door of a shared computer: its people, their PINs, who is here, and what goes on for those who are away.

    <data>/people/house.json           the computer's recovery key, sealed with the six words of staff
    <data>/people/<id>/owner.json      a person: name, look, public key, sealed private key
    <data>/people/<id>/tries.json      wrong PINs in a row
    <data>/people/<id>/diary/          their own data folder: catalogue, takes, renditions; sealed while they are away

Any thread; calls that derive a key or move files wait, and say so.
"""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from diary_app.editing.progress import Meter
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.rescue import passphrase
from diary_app.rescue.errors import WrongWords
from diary_app.shared.errors import ELSEWHERE, NOT_OPENED, Broken, MustWait, WrongPin
from diary_app.shared.keys import KeyCase
from diary_app.shared.owner import MARKS, Owner, OwnerId, check_pin, from_json, tidy_name, to_json
from diary_app.shared.porter import Porter
from diary_app.shared.sealed import new_key, public_of
from diary_app.shared.tries import Tries
from upload.files import locked, write_whole
from upload.tokens import Vault, open_vault

log = logging.getLogger(__name__)

SAME_NAME = "Somebody with this name is here already. Add a letter of your last name."
GONE = "This person is not on this computer any more."


class House:
    """start() it once, close() it at the end. now: wall clock; work: scrypt's cost as a power of two.

    tell: called on the porter's thread whenever what goes on for those who are away is another thing.
    """

    def __init__(
        self,
        folders: Folders,
        *,
        vault: Vault | None = None,
        work: int | None = None,
        now: Callable[[], float] = time.time,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        self._folders = folders.make()
        self._people = folders.data / "people"
        self._people.mkdir(exist_ok=True, mode=0o700)
        case = self._people / "house.json"
        kept = vault or open_vault(self._people / "secret.json")
        self._keys = KeyCase(case, kept) if work is None else KeyCase(case, kept, work=work)
        self._now = now
        self._guard = threading.Lock()
        self._alone = ExitStack()
        self.porter = Porter(self._everybody, self.folders_of, tell=tell)

    def start(self) -> None:
        """Seal what an earlier run left open, and send what is on its way, in the background.

        Raises Refused where another process does so: it would seal what is in use here. Raises OSError.
        """
        if not self._alone.enter_context(locked(self._people / "house.lock", give_up=lambda: True)):
            self._alone.close()
            raise Refused(ELSEWHERE)
        log.info("what goes with the PINs is kept in %s", self.where)
        self.porter.start()

    def close(self) -> None:
        """Stop that. What is not sealed yet is sealed at the next start. Waits."""
        self.porter.close()
        self._alone.close()

    # -- the computer -----------------------------------------------------------------------------------------------

    @property
    def is_set_up(self) -> bool:
        """True once staff have written down the six words."""
        return self._keys.is_set_up

    @property
    def where(self) -> str:
        """Where the secrets that go with the PINs lie, in words."""
        return self._keys.where

    def set_up(self, words: tuple[str, ...]) -> None:
        """Make the keys of this computer, once; these words open every diary on it. Waits. Raises OSError."""
        self._keys.set_up(passphrase.joined(words))

    # -- its people -------------------------------------------------------------------------------------------------

    def owners(self) -> list[Owner]:
        """Everybody who has a tile, by name. Reads small files; what is damaged is left out, and the log says so."""
        return sorted((one for one in self._everybody() if not one.removed), key=lambda one: one.name.casefold())

    def _everybody(self) -> list[Owner]:
        found = []
        for file in sorted(self._people.glob("*/owner.json")):
            try:
                found.append(from_json(file.read_bytes()))
            except (Broken, OSError):
                log.exception("somebody's %s cannot be read", file)
        return found

    def owner(self, owner_id: OwnerId) -> Owner:
        """One of them. Raises Refused."""
        try:
            return from_json((self._people / owner_id / "owner.json").read_bytes())
        except OSError as error:
            raise Refused(GONE) from error

    def folders_of(self, owner_id: OwnerId) -> Folders:
        """Where their diary lies; the portal is the computer's."""
        return replace(self._folders, data=self._people / owner_id / "diary", common_data=self._folders.common.data)

    def check_name(self, name: str) -> str:
        """The name as it is kept. Raises Refused where it is none, or somebody has it."""
        tidied = tidy_name(name)
        if any(tidied.casefold() == one.name.casefold() for one in self.owners()):
            raise Refused(SAME_NAME)
        return tidied

    def add(self, name: str, pin: str) -> Owner:
        """A new tile. Waits. Raises Refused with a sentence, and OSError."""
        tidied = self.check_name(name)
        check_pin(pin)
        private = new_key()
        owner = Owner(
            OwnerId(str(uuid.uuid4())),
            tidied,
            self._next_mark(),
            public_of(private),
            lock=self._keys.lock(private, pin),
            by_words=self._keys.by_recovery(private),
        )
        self.folders_of(owner.owner_id).make()
        self._keep(owner)
        log.info("somebody shares this computer from now on: %s", owner.owner_id)
        return owner

    def _next_mark(self) -> int:
        used = [one.mark for one in self.owners()]
        return min(range(MARKS), key=used.count)

    def _keep(self, owner: Owner) -> None:
        write_whole(self._people / owner.owner_id / "owner.json", to_json(owner))

    def remove(self, owner_id: OwnerId) -> None:
        """Take a tile away. Their diary stays, sealed; restore() brings it back. Raises Refused, OSError."""
        self._keep(replace(self.owner(owner_id), removed=True))

    def removed(self) -> list[Owner]:
        """Those whose tile was taken away."""
        return [one for one in self._everybody() if one.removed]

    def restore(self, owner_id: OwnerId) -> None:
        """Bring a tile back. Raises Refused, OSError."""
        self._keep(replace(self.owner(owner_id), removed=False))

    # -- PINs -------------------------------------------------------------------------------------------------------

    def open_key(self, owner_id: OwnerId, pin: str) -> bytes:
        """Their private key. Waits. Raises WrongPin, MustWait, other Refused, OSError.

        The try is written down before the PIN is tried: whoever kills the app gains none.
        """
        with self._guard:
            owner, before = self.owner(owner_id), self._tries(owner_id)
            left_s = before.left_s(self._now())
            if left_s > 0:
                raise MustWait(left_s)
            after = before.one_more(self._now())
            self._keep_tries(owner_id, after)
            try:
                private = self._keys.open_with_pin(owner.lock, pin)
            except Refused:  # nobody could know whether it was wrong
                self._keep_tries(owner_id, before)
                raise
            if private is None:
                raise WrongPin(left=after.left, wait_s=after.wait_s)
            self._keep_tries(owner_id, Tries())
            return private

    def wait_s(self, owner_id: OwnerId) -> float:
        """How long nothing is tried for this person, in seconds."""
        return self._tries(owner_id).left_s(self._now())

    def new_pin(self, owner_id: OwnerId, words: tuple[str, ...], pin: str) -> None:
        """Another PIN, with the six words of staff; nothing is lost. Waits. Raises Refused, OSError.

        The person is told at their next sign-in.
        """
        check_pin(pin)
        owner = self.owner(owner_id)
        private = self._keys.open_with_words(owner.by_words, passphrase.joined(words))
        if private is None:
            raise WrongWords
        at = datetime.fromtimestamp(self._now(), UTC).isoformat()
        self._keep(replace(owner, lock=self._keys.lock(private, pin), renewed_at=at))
        self._keys.forget(owner.lock)
        self._keep_tries(owner_id, Tries())
        log.info("staff gave %s a new PIN", owner_id)

    def words_fit(self, words: tuple[str, ...]) -> bool:
        """True where these are this computer's six words. Waits. Raises Refused, OSError."""
        return self._keys.words_fit(passphrase.joined(words))

    def told(self, owner_id: OwnerId) -> str:
        """When staff gave this person a new PIN, once; '' where they did not, or it was said. Raises Refused."""
        owner = self.owner(owner_id)
        if owner.renewed_at:
            self._keep(replace(owner, renewed_at=""))
        return owner.renewed_at

    def _tries_file(self, owner_id: OwnerId) -> Path:
        return self._people / owner_id / "tries.json"

    def _tries(self, owner_id: OwnerId) -> Tries:
        try:
            facts = json.loads(self._tries_file(owner_id).read_bytes())
            return Tries(int(facts["wrong"]), float(facts["at"]))
        except FileNotFoundError:
            return Tries()
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("nobody knows how many PINs were wrong", exc_info=True)
            return Tries()

    def _keep_tries(self, owner_id: OwnerId, tries: Tries) -> None:
        write_whole(self._tries_file(owner_id), json.dumps(asdict(tries)).encode())

    # -- coming and going -------------------------------------------------------------------------------------------

    def come(self, owner_id: OwnerId, pin: str, *, meter: Meter | None = None) -> Folders:
        """Open somebody's diary: their folders, with every file readable, until leave(). Waits.

        Raises WrongPin, MustWait, other Refused, OSError, and EditStopped: then it is sealed again.
        """
        private = self.open_key(owner_id, pin)
        try:
            self.porter.open_for(owner_id, private, meter=meter or Meter())
        except OSError as error:
            log.exception("the diary of %s could not be opened", owner_id)
            raise Refused(NOT_OPENED) from error
        return self.folders_of(owner_id)

    def leave(self, owner_id: OwnerId) -> None:
        """They are away, and nothing of theirs is in use any more: it is sealed soon, and sent. Never waits."""
        self.porter.shut_for(owner_id)
