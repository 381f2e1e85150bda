"""A signed-in line to one portal: adds the token, and refreshes it once after a 401. One account per thread."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from upload.discovery import Portal
from upload.errors import SignInNeeded
from upload.secret import Secret
from upload.signin import refresh
from upload.tokens import Tokens, Vault
from upload.transport import Answer, Body, Transport

log = logging.getLogger(__name__)


class Account:
    """transport and portal belong together; name: under which the vault keeps the tokens.

    refreshing: a lock between processes, so that two of them do not use up the one refresh token at the same moment.
    """

    def __init__(
        self,
        transport: Transport,
        portal: Portal,
        *,
        vault: Vault,
        name: str,
        refreshing: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self.portal = portal
        self._transport = transport
        self._vault = vault
        self._name = name
        self._refreshing = refreshing
        self._tokens: Tokens | None = None

    @property
    def intake(self) -> str:
        """The address at which uploads are created."""
        return self.portal.intake

    def check(self, address: str) -> str:
        """Return address; raises ForeignAddress where it does not lie at this portal."""
        return self._transport.origin.check(address)

    def holds(self, address: str) -> bool:
        """True where address lies at this portal."""
        return self._transport.origin.holds(address)

    def request(
        self, method: str, address: str, *, headers: Mapping[str, str] | None = None, body: Body | None = None
    ) -> Answer:
        """Send one request with the token. Raises what Transport.request raises, and SignInNeeded."""
        token = self._access()
        answer = self._transport.request(method, address, token=token, headers=headers, body=body)
        if answer.status != 401:
            return answer
        token = self._renewed(token)
        answer = self._transport.request(method, address, token=token, headers=headers, body=body)
        if answer.status == 401:
            raise SignInNeeded
        return answer

    def _access(self) -> Secret:
        if self._tokens is None:
            self._tokens = self._vault.load(self._name)
        if self._tokens is None:
            raise SignInNeeded
        return self._tokens.access

    def _renewed(self, refused: Secret) -> Secret:
        with self._refreshing():
            kept = self._vault.load(self._name)
            if kept is None:
                raise SignInNeeded
            if kept.access == refused:  # else another process was faster, and has new ones for both of us
                kept = refresh(self._transport, self.portal, kept)
                self._keep(kept)
            self._tokens = kept
            return kept.access

    def _keep(self, tokens: Tokens) -> None:
        try:
            self._vault.save(self._name, tokens)
        except OSError:
            log.exception("the new sign-in could not be kept; it holds until the app is closed")
