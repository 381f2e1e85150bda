"""What the courier needs of the way to a portal; PairingDesk is the real one."""

from contextlib import AbstractContextManager
from threading import Event
from typing import Protocol

from upload.account import Account


class Connector(Protocol):
    """The way to a signed-in line."""

    def account(self, stop: Event) -> AbstractContextManager[Account]:
        """A signed-in line to the portal. Raises DeliveryError and Stopped."""

    def sign_in_again(self, stop: Event) -> bool:
        """True where a new sign-in needed no person, and the clip may be tried again."""
