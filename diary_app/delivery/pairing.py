"""Which portal this app is joined to, and the signed-in line to it.

One pairing at a time, in settings.json under "portal"; the tokens are in the vault (upload.tokens) under a name made
for the pairing. Three ways to a pairing:

- **A person**: begin(url) gives a short code; staff type it at the portal; wait(...) returns when they pressed Allow.
- **The practice portal**: pair_with_practice() does the same over loopback and approves its own code.
- **A script**: either of `diary portal approve CODE` on the portal's own computer while wait() waits, or a token that
  somebody put into a file: pair_with_token(url, file) keeps a copy in the vault; DIARY_PORTAL_TOKEN_FILE=FILE keeps
  nothing, is read anew for each delivery (so that it may be a mounted secret), and wins over the kept tokens.

Blocking; never on the GUI thread.
"""

import contextlib
import json
import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event

from diary_app.delivery.practice import PracticePortal
from diary_app.folders import Folders
from upload.account import Account
from upload.address import origin_of, portal_address
from upload.discovery import Portal, discover
from upload.errors import DeliveryError, Identity, SignInNeeded, UnsafeAddress
from upload.files import locked, write_whole
from upload.receipt import fetch_stage
from upload.signin import DeviceCode, ask_for_code, wait_for_tokens
from upload.tokens import TokenFile, Tokens, Vault, open_vault, read_token_file
from upload.transport import Transport

log = logging.getLogger(__name__)

FROM_FILE_VARIABLE = "DIARY_PORTAL_TOKEN_FILE"
LOCK_S = 30.0


class NotPaired(Identity):
    """This app is joined to no portal yet."""

    default = "This app is not joined to a portal yet. Choose where your clips go. Your recording is safe."


@dataclass(frozen=True, slots=True)
class Pairing:
    """The portal that this app is joined to."""

    url: str
    """Scheme, host and port, without a slash at the end."""
    name: str
    practice: bool
    """The practice portal of this computer's own data, which the app starts by itself."""
    account: str
    """Under which name the vault keeps the tokens."""
    rescue_recipient: str = ""
    """The key to which the words of a rescue folder are sealed, as the portal published it last; empty: it has none."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code that waits for somebody to allow it: show `code.user_code` and `code.address`."""

    portal: Portal
    code: DeviceCode


def pairing_in(folders: Folders) -> Pairing | None:
    """The pairing of a data folder, or None. Raises OSError where the settings cannot be read."""
    found = _settings(folders).get("portal")
    if not isinstance(found, dict):
        return None
    try:
        return Pairing(
            url=str(origin_of(str(found["url"]))),
            name=str(found["name"]),
            practice=found["practice"] is True,
            account=str(found["account"]),
            rescue_recipient=str(found.get("rescue_recipient", "")),
        )
    except (KeyError, UnsafeAddress):
        return None


def _settings(folders: Folders) -> dict[str, object]:
    try:
        value = json.loads(folders.settings.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


class PairingDesk:
    """Everything about pairing, for one data folder. Any thread.

    portal: the only portal that account() may lead to, as a person types it (`diary send --portal`); None: the paired
    one. Raises UnsafeAddress where it is no safe address.
    """

    def __init__(
        self,
        folders: Folders,
        practice: PracticePortal,
        *,
        portal: str | None = None,
        vault: Vault | None = None,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders = folders
        self._practice = practice
        self._wanted = None if portal is None else portal_address(portal)
        token_file = (os.environ if environment is None else environment).get(FROM_FILE_VARIABLE)
        self._token_file = TokenFile(Path(token_file)) if token_file else None
        self._kept = vault or open_vault(folders.tokens)
        self._clock = clock

    @property
    def vault(self) -> Vault:
        """Where the tokens come from; its `where` says it in words."""
        return self._token_file or self._kept

    def paired(self) -> Pairing | None:
        """The pairing, or None. Raises OSError where the settings cannot be read."""
        return pairing_in(self._folders)

    # -- joining ----------------------------------------------------------------------------------------------------

    def begin(self, url: str, *, stop: Event | None = None) -> Invitation:
        """Ask the portal at url (as a person types it) for a short code. Raises DeliveryError."""
        with Transport(portal_address(url), stop=stop) as transport:
            portal = discover(transport)
            return Invitation(portal, ask_for_code(transport, portal))

    def wait(self, invitation: Invitation, stop: Event) -> Pairing:
        """Wait until somebody allowed the code; keeps the pairing and returns it.

        Raises CodeDenied, CodeExpired, other DeliveryErrors and Stopped.
        """
        portal = invitation.portal
        with Transport(portal.url, stop=stop) as transport:
            tokens = wait_for_tokens(transport, portal, invitation.code, stop=stop, clock=self._clock)
        return self._keep(portal, tokens)

    def pair_with_practice(self, stop: Event) -> Pairing:
        """Start the practice portal where it does not run, and join it unless this app has. Raises DeliveryError."""
        url = self._practice.ensure(stop)
        before = self.paired()
        if before is not None and before.practice and self._kept.load(before.account) is not None:
            return before if before.url == url else self._moved(before, url)
        invitation = self.begin(url, stop=stop)
        self._practice.admin("approve", invitation.code.user_code)
        return self.wait(invitation, stop)

    def pair_with_token(self, url: str, token_file: Path) -> Pairing:
        """Join with a token from a file, after asking the portal whether it is good. Raises DeliveryError, OSError."""
        tokens = read_token_file(token_file)
        address = portal_address(url)
        with Transport(address) as transport:
            portal = discover(transport)
            trial = Account(transport, portal, vault=TokenFile(token_file), name="", refreshing=contextlib.nullcontext)
            fetch_stage(trial, str(uuid.uuid4()))  # no such clip, or SignInNeeded
        return self._keep(portal, tokens)

    def unpair(self) -> None:
        """Forget the portal and its tokens. Raises OSError."""
        before = self.paired()
        if before is not None:
            self._kept.forget(before.account)
        self._change_settings(None)

    # -- the line to the portal -------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def account(self, stop: Event) -> Iterator[Account]:
        """A signed-in line to the paired portal; the practice portal is started where it does not run.

        Raises NotPaired, DeliveryError and Stopped.
        """
        pairing = self._target()
        if pairing.practice:
            pairing = self._moved(pairing, self._practice.ensure(stop))
        with Transport(pairing.url, stop=stop) as transport:
            portal = discover(transport)
            self._learn(pairing, portal)
            yield Account(
                transport,
                portal,
                vault=self.vault,
                name=pairing.account,
                refreshing=self._refreshing,
            )

    def _target(self) -> Pairing:
        pairing = self.paired()
        if pairing is not None and self._wanted in (None, pairing.url):
            return pairing
        if self._wanted is None:
            raise NotPaired
        if self._token_file is None:
            raise NotPaired(f"This app is not joined to {self._wanted}. Join it first, then try again.")
        return Pairing(self._wanted, self._wanted, practice=False, account="")

    def sign_in_again(self, stop: Event) -> bool:
        """After a SignInNeeded: True where no person is needed (practice), and the next attempt may go on."""
        pairing = self.paired()
        if pairing is None or not pairing.practice or self._token_file is not None:
            return False
        self.unpair()
        try:
            self.pair_with_practice(stop)
        except DeliveryError:
            self._change_settings(pairing)  # still the practice portal: the next attempt asks again
            raise
        return True

    def _refreshing(self) -> contextlib.AbstractContextManager[bool]:
        ends = time.monotonic() + LOCK_S
        return locked(self._folders.data / "sign-in.lock", give_up=lambda: time.monotonic() > ends)

    def _moved(self, pairing: Pairing, url: str) -> Pairing:
        """The practice portal may come back at another port: its data, and so the tokens, are the same."""
        if pairing.url == url:
            return pairing
        moved = replace(pairing, url=url)
        self._change_settings(moved)
        return moved

    def _learn(self, pairing: Pairing, portal: Portal) -> None:
        """Keep what the paired portal itself says now of its key; a delivery does not fail for it."""
        try:
            now = self.paired()
            if now is not None and now.account == pairing.account and now.rescue_recipient != portal.rescue_recipient:
                self._change_settings(replace(now, rescue_recipient=portal.rescue_recipient))
        except OSError:
            log.warning("the portal's key for memory sticks could not be kept", exc_info=True)

    # -- settings.json ----------------------------------------------------------------------------------------------

    def _keep(self, portal: Portal, tokens: Tokens) -> Pairing:
        before = self.paired()
        practice, account = self._practice.is_at(portal.url), str(uuid.uuid4())
        pairing = Pairing(portal.url, portal.name, practice, account, portal.rescue_recipient)
        try:
            self._kept.save(pairing.account, tokens)
            self._change_settings(pairing)
        except OSError as error:
            raise SignInNeeded("The sign-in could not be kept on this computer. Is there room on the disk?") from error
        if before is not None:
            self._kept.forget(before.account)
        return pairing

    def _change_settings(self, pairing: Pairing | None) -> None:
        """Replace our part of the settings and leave everybody else's as it is."""
        ends = time.monotonic() + LOCK_S
        lock = self._folders.settings.with_suffix(".lock")
        with locked(lock, give_up=lambda: time.monotonic() > ends):
            others = {key: value for key, value in _settings(self._folders).items() if key != "portal"}
            ours = {} if pairing is None else {"portal": asdict(pairing)}
            write_whole(self._folders.settings, json.dumps(others | ours, indent=2).encode())
