"""The captions of a clip on their way to the portal (docs/protocol.md, section 4). Blocking."""

from collections.abc import Iterator
from dataclasses import dataclass

from upload.account import Account
from upload.answers import error_of, text

WILL_NOT = (400, 403, 404, 405, 409, 410, 412, 413, 415)
"""Answers that another try does not change: it has not this clip, or another version, or takes no captions."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """A small body, in one block."""

    data: bytes

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[bytes]:
        yield self.data


def put_captions(account: Account, clip_id: str, webvtt: str, *, sha256: str) -> bool:
    """Give the portal the captions of the file with this SHA-256, in place of any others; True when it has them.

    The same again changes nothing there. False where it will not have them. Raises DeliveryError.
    """
    headers = {"Content-Type": "text/vtt", "If-Match": f'"{sha256}"', "Accept": "application/json"}
    address = f"{account.portal.clips.rstrip('/')}/{clip_id}/captions"
    answer = account.request("PUT", address, headers=headers, body=_Whole(webvtt.encode()))
    if answer.status in WILL_NOT:
        return False
    if answer.status != 200:
        raise error_of("PUT", answer)
    return text(answer.json_object(), "clip_id") == clip_id
