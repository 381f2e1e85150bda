"""Faults of a line: where it is cut or falls silent, and answers that somebody else gives. See chaos_proxy."""

from collections.abc import Callable, Mapping

from tests.support.chaos_proxy import BLOCK, Fault, Passage

Place = Callable[[int, int], int]
"""A place in a message: from the bytes of its head and of its body to how many bytes come before the place."""

UP: Mapping[str, Place] = {
    "before the first byte": lambda head, body: 0,
    "within the head": lambda head, body: head // 2,
    "one byte before the head's end": lambda head, body: head - 1,
    "the head's end": lambda head, body: head,
    "first byte of the body": lambda head, body: head + min(body, 1),
    "one byte before a block's border": lambda head, body: head + min(body, BLOCK - 1),
    "a block's border": lambda head, body: head + min(body, BLOCK),
    "one byte after a block's border": lambda head, body: head + min(body, BLOCK + 1),
    "before the last byte": lambda head, body: head + max(0, body - 1),
    "after the last byte, before the reply": lambda head, body: head + body,
}
DOWN: Mapping[str, Place] = {
    "the whole reply": lambda head, body: 0,
    "all but the first byte": lambda head, body: 1,
    "from within the head on": lambda head, body: head // 2,
    "the head's last byte, and the body": lambda head, body: head - 1,
    "the body": lambda head, body: head if body else head - 2,
    "the last byte": lambda head, body: head + body - 1,
}


def delayed(seconds: float) -> Fault:
    """The answer comes later."""

    def fault(passage: Passage) -> None:
        passage.up()
        raw = passage.reply()
        passage.line.closing.wait(seconds)
        passage.down(raw)

    return fault


def cut_up(place: Place, *, reset: bool = False) -> Fault:
    """The connection ends at this place of the request; after its last byte, only when the portal had done it."""

    def fault(passage: Passage) -> None:
        count = place(len(passage.head), passage.body_bytes)
        passage.up(count)
        if count == passage.size:
            passage.reply()
        passage.end(reset=reset)

    return fault


def cut_down(place: Place, *, reset: bool = False) -> Fault:
    """The portal does what was asked, and from this place on its reply is lost."""

    def fault(passage: Passage) -> None:
        passage.up()
        raw = passage.reply()
        head = raw.find(b"\r\n\r\n") + 4
        passage.down(raw[: place(head, len(raw) - head)], whole=False)
        passage.end(reset=reset)

    return fault


def stalled_up(place: Place) -> Fault:
    """From this place of the request on nothing moves, in either direction."""

    def fault(passage: Passage) -> None:
        passage.up(place(len(passage.head), passage.body_bytes))
        passage.silence()

    return fault


def stalled_down(place: Place) -> Fault:
    """The portal does what was asked; from this place of its reply on nothing moves."""

    def fault(passage: Passage) -> None:
        passage.up()
        raw = passage.reply()
        head = raw.find(b"\r\n\r\n") + 4
        passage.down(raw[: place(head, len(raw) - head)] or b"\r\n", whole=False)
        passage.silence()

    return fault


def twice(passage: Passage) -> None:
    """The reply comes two times, and the second one lies in the way of the next."""
    passage.up()
    raw = passage.reply()
    passage.down(raw + raw)


def instead(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"", *, done: bool = False) -> Fault:
    """Another answer in place of the portal's; done: the portal has done what was asked, else it never heard of it."""
    said = {"Content-Length": str(len(body)), **(headers or {})}
    lines = [f"HTTP/1.1 {status} Chaos", *(f"{name}: {value}" for name, value in said.items()), "", ""]

    def fault(passage: Passage) -> None:
        if done:
            passage.up()
            passage.reply()
        else:
            passage.swallow()
        passage.down("\r\n".join(lines).encode() + (b"" if passage.method == "HEAD" else body))

    return fault


def refused(status: int, *, done: bool = False) -> Fault:
    """A refusal as docs/protocol.md, section 5 has it."""
    body = b'{"error": "chaos", "message": "The line says no. Your recording is safe."}'
    return instead(status, {"Content-Type": "application/json", "Tus-Resumable": "1.0.0"}, body, done=done)


HOTEL = b"<html><title>Welcome to our Wi-Fi</title>Room number?</html>"
CAPTIVE = instead(200, {"Content-Type": "text/html"}, HOTEL)
