"""Which addresses are safe, and which belong to the same place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upload.address import origin_of, portal_address
from upload.errors import ForeignAddress, UnsafeAddress


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("portal.example.org", "https://portal.example.org"),
        (" https://Portal.Example.org/queue?x=1 ", "https://portal.example.org"),
        ("https://portal.example.org:443", "https://portal.example.org"),
        ("https://portal.example.org:8443/", "https://portal.example.org:8443"),
        ("http://127.0.0.1:8400/", "http://127.0.0.1:8400"),
        ("http://localhost:8400", "http://localhost:8400"),
        ("http://[::1]:8400", "http://[::1]:8400"),
    ],
)
def test_what_a_person_types(typed: str, address: str) -> None:
    assert portal_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "http://portal.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "ftp://portal.example.org",
        "https://user:word@portal.example.org",
        "https://",
        "https://portal.example.org:99999",
        "https://a b.example.org",
        "https://good.example\\@bad.example",
        "file:///etc/passwd",
        "",
        "https://[::1",
    ],
)
def test_what_is_not_safe(typed: str) -> None:
    with pytest.raises(UnsafeAddress):
        portal_address(typed)


@pytest.mark.parametrize(
    "address",
    [
        "https://portal.example.org.evil.example/intake/1",
        "https://evil.example/https://portal.example.org/",
        "http://portal.example.org/intake/1",
        "https://portal.example.org:444/intake/1",
        "https://portal.example.org@evil.example/",
        "//portal.example.org/",
        "/intake/1",
        "https://portal.example.org\n.evil.example/",
    ],
)
def test_another_place_is_refused(address: str) -> None:
    with pytest.raises(ForeignAddress):
        origin_of("https://portal.example.org").check(address)


def test_the_same_place() -> None:
    origin = origin_of("https://portal.example.org")
    assert origin.check("https://PORTAL.example.org:443/intake/1") == "https://PORTAL.example.org:443/intake/1"


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = portal_address(text)
    except UnsafeAddress:
        return
    assert portal_address(address) == address
