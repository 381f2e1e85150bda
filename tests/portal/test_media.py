"""Byte ranges: the arithmetic, and the real server (RFC 9110, section 14)."""

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from portal.media import ByteRange, NoSuchRange, read_range
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable
from tests.support.portal_pages import PASSWORD
from tests.support.portal_process import PortalProcess


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-", ByteRange(0, 99)),
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=10-19", ByteRange(10, 19)),
        ("bytes=90-1000", ByteRange(90, 99)),
        ("bytes=-10", ByteRange(90, 99)),
        ("bytes=-1000", ByteRange(0, 99)),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("nonsense", None),
    ],
)
def test_reading_a_range(header: str | None, expected: ByteRange | None) -> None:
    assert read_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=1000-2000", "bytes=-0"])
def test_ranges_outside_the_file(header: str) -> None:
    with pytest.raises(NoSuchRange):
        read_range(header, 100)


@given(st.text(max_size=30), st.integers(min_value=1, max_value=10**12))
def test_a_range_never_leaves_the_file(header: str, size: int) -> None:
    for text in (header, f"bytes={header}"):
        try:
            found = read_range(text, size)
        except NoSuchRange:
            continue
        assert found is None or 0 <= found.first <= found.last < size


@pytest.fixture(scope="module")
def moderator(portal: PortalProcess) -> dict[str, str]:
    """The cookies of a moderator's browser."""
    with requests.Session() as session:
        page = session.get(f"{portal.url}sign-in", timeout=TIMEOUT_S).text
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        fields = {"username": "Moira", "password": PASSWORD, "csrfmiddlewaretoken": token}
        signed_in = session.post(f"{portal.url}sign-in", data=fields, timeout=TIMEOUT_S, allow_redirects=False)
        assert signed_in.status_code == 302
        return dict(session.cookies)


CONTENT = bytes(range(256)) * 4000


def test_the_server_serves_ranges(portal: PortalProcess, carer: PortalClient, moderator: dict[str, str]) -> None:
    clip = Sendable(CONTENT)
    carer.send(clip)
    place = f"{portal.url}clips/{clip.clip_id}/media"

    def get(method: str = "GET", **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, place, headers=named, cookies=moderator, timeout=TIMEOUT_S)

    whole = get()
    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Cache-Control"] == "private, no-cache"
    part = get(Range="bytes=1000-600000")
    assert (part.status_code, part.content) == (206, CONTENT[1000:600001])
    assert part.headers["Content-Range"] == f"bytes 1000-600000/{len(CONTENT)}"
    assert get(Range="bytes=-5").content == CONTENT[-5:]
    beyond = get(Range=f"bytes={len(CONTENT)}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")
    assert get(If_None_Match=whole.headers["ETag"]).status_code == 304
    assert get(Range="bytes=0-1", If_Range='"another"').content == CONTENT
    head = get("HEAD")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(len(CONTENT)), b"")


def test_nobody_else_gets_it(portal: PortalProcess, carer: PortalClient) -> None:
    clip = Sendable(CONTENT)
    carer.send(clip)
    for part in ("media", "poster"):
        answer = requests.get(f"{portal.url}clips/{clip.clip_id}/{part}", timeout=TIMEOUT_S)
        assert answer.status_code == 404
