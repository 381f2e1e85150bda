"""Portal addresses: what is safe to talk to, and what belongs to the same place. Pure rules; any thread."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from upload.errors import ForeignAddress, UnsafeAddress

DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: the place that a token may travel to (RFC 6454)."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def loopback(self) -> bool:
        """True where nothing leaves this computer."""
        return _is_loopback(self.host)

    def holds(self, address: str) -> bool:
        """True where address lies at this place."""
        try:
            return origin_of(address) == self
        except UnsafeAddress:
            return False

    def check(self, address: str) -> str:
        """Return address, or raise ForeignAddress where it lies elsewhere."""
        if not self.holds(address):
            raise ForeignAddress
        return address


def origin_of(address: str) -> Origin:
    """The place of an address; raises UnsafeAddress unless it is https, or http to this computer itself."""
    parts = _split(address)
    host = (parts.hostname or "").lower().rstrip(".")
    if parts.scheme not in DEFAULT_PORTS or not host or parts.username is not None:
        raise UnsafeAddress
    if parts.scheme == "http" and not _is_loopback(host):
        raise UnsafeAddress("This portal address is not safe: it should begin with https:// and not with http://")
    try:
        return Origin(parts.scheme, host, parts.port or DEFAULT_PORTS[parts.scheme])
    except ValueError as error:
        raise UnsafeAddress from error


def portal_address(typed: str) -> str:
    """What a person typed, as the portal's base address: https unless they wrote otherwise, no path, no slash."""
    text = typed.strip()
    if "://" not in text:
        text = f"https://{text}"
    return str(origin_of(text))


def _split(address: str) -> SplitResult:
    # Control characters and spaces are dropped silently by urlsplit, or by strip(): an address that has them is none.
    if any(letter.isspace() or not letter.isprintable() or letter == "\\" for letter in address):
        raise UnsafeAddress
    try:
        return urlsplit(address)
    except ValueError as error:
        raise UnsafeAddress from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
