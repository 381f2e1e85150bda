"""One attempt against a portal that lies, cuts and forgets: it ends with a true receipt, or with the right family."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.honest_portal import TUS
from tests.support.scripted_server import (
    CAPTIVE,
    Exchange,
    ScriptedPortal,
    answer,
    cut_after,
    lose_the_reply,
    refuse,
)
from tests.support.sending import CLIP, MemoryVault, Notes, make_parcel, signed_in
from upload.attempt import MOST_DAMAGED, Parcel, attempt
from upload.errors import (
    Damage,
    FileChanged,
    ForeignAddress,
    NoConnection,
    NotAPortal,
    PortalBusy,
    PortalFull,
    Refusal,
    TooLarge,
    Unfaithful,
    World,
)
from upload.receipt import PortalReceipt, fetch_stage

SIZE = 400_000


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    with ScriptedPortal() as portal:
        yield portal


@pytest.fixture
def parcel(tmp_path: Path, rng: random.Random) -> Parcel:
    return make_parcel(tmp_path, size=SIZE, rng=rng)


def _send(
    portal: ScriptedPortal,
    parcel: Parcel,
    *,
    notes: Notes | None = None,
    kept: str | None = None,
    chunk: int | None = None,
    vault: MemoryVault | None = None,
) -> PortalReceipt:
    with signed_in(portal.url, vault) as account:
        return attempt(account, parcel, kept=kept, watcher=(notes or Notes()).watcher, chunk=chunk)


def _arrived(portal: ScriptedPortal, parcel: Parcel) -> bool:
    return bytes(portal.honest.received[parcel.clip_id].data) == parcel.source.path.read_bytes()


def test_a_file_arrives_with_what_is_said_about_it(portal: ScriptedPortal, parcel: Parcel) -> None:
    notes = Notes()
    receipt = _send(portal, parcel, notes=notes)
    assert (receipt.sha256, receipt.bytes, receipt.clip_id) == (parcel.sha256, SIZE, CLIP)
    assert _arrived(portal, parcel)
    assert portal.honest.received[CLIP].metadata == dict(parcel.metadata)
    assert portal.asked("PATCH") == 1, "our portal takes the whole rest in one request"
    assert notes.progress == sorted(notes.progress)
    assert (notes.progress[0], notes.progress[-1]) == (0, SIZE)


def test_in_chunks_where_a_server_wants_them(portal: ScriptedPortal, parcel: Parcel) -> None:
    assert _send(portal, parcel, chunk=150_000).sha256 == parcel.sha256
    assert portal.asked("PATCH") == 3
    assert _arrived(portal, parcel)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, SIZE // 3), max_size=6), chunk=st.none() | st.integers(20_000, SIZE * 2))
def test_cuts_anywhere_cost_nothing_that_arrived(
    portal: ScriptedPortal, tmp_path: Path, cuts: list[int], chunk: int | None
) -> None:
    portal.honest.uploads.clear()
    portal.honest.received.clear()
    parcel = make_parcel(tmp_path, size=SIZE, rng=random.Random(sum(cuts)))
    for count in cuts:
        portal.next("PATCH", cut_after(count))
    notes = Notes()
    address = None
    for _ in range(len(cuts) + 1):
        try:
            assert _send(portal, parcel, notes=notes, kept=address, chunk=chunk).sha256 == parcel.sha256
            break
        except NoConnection:
            address = notes.address
    portal.forget_steps()
    assert _arrived(portal, parcel)
    assert notes.held == sorted(notes.held), "nothing that arrived was sent again"


def test_a_restart_resumes_where_it_stood(portal: ScriptedPortal, parcel: Parcel) -> None:
    notes = Notes()
    portal.next("PATCH", cut_after(100_000))
    portal.next("HEAD", lambda exchange: exchange.reply(200, {**TUS, "Upload-Offset": "0", "Upload-Length": str(SIZE)}))
    portal.next("HEAD", Exchange.cut)
    with pytest.raises(World):
        _send(portal, parcel, notes=notes)
    again = Notes()
    assert _send(portal, parcel, notes=again, kept=notes.address).sha256 == parcel.sha256
    assert again.held[0] == again.progress[0] > 0
    assert portal.asked("POST") == 1, "the upload was not created twice"


@pytest.mark.parametrize("what", ["POST", "HEAD", "PATCH", "receipt"])
def test_a_lost_reply_to_what_was_done(portal: ScriptedPortal, parcel: Parcel, what: str) -> None:
    portal.next(what, lose_the_reply)
    notes = Notes()
    try:
        _send(portal, parcel, notes=notes)
    except NoConnection:
        assert _send(portal, parcel, kept=notes.address).sha256 == parcel.sha256
    assert _arrived(portal, parcel)
    assert portal.asked("PATCH") == 1, "not one byte was sent twice"


def test_an_upload_that_the_portal_lost_is_created_again(portal: ScriptedPortal, parcel: Parcel) -> None:
    notes = Notes()
    assert _send(portal, parcel, notes=notes, kept=f"{portal.url}/intake/gone").sha256 == parcel.sha256
    assert notes.created == [None, f"{portal.url}/intake/{CLIP}"]


def test_a_kept_address_at_another_place_is_not_used(portal: ScriptedPortal, parcel: Parcel) -> None:
    with ScriptedPortal() as other:
        assert _send(portal, parcel, kept=f"{other.url}/intake/{CLIP}").sha256 == parcel.sha256
        assert not other.seen


def test_a_location_at_another_place_is_refused(portal: ScriptedPortal, parcel: Parcel) -> None:
    with ScriptedPortal() as other:
        portal.next("POST", answer(201, {**TUS, "Location": f"{other.url}/intake/1"}))
        with pytest.raises(ForeignAddress):
            _send(portal, parcel)
        assert not other.seen


@pytest.mark.parametrize("page", ["http://evil.example/", "javascript:alert(1)", "file:///etc/passwd"])
def test_a_page_at_another_place_is_refused(portal: ScriptedPortal, parcel: Parcel, page: str) -> None:
    portal.next("receipt", lambda exchange: exchange.reply_json(200, portal.honest.receipt(CLIP) | {"page": page}))
    with pytest.raises(ForeignAddress):
        _send(portal, parcel)


# -- lies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", ["-1", "1e3", "", "many", "99999999999999999999", str(SIZE + 1), "٣"])
def test_an_offset_that_is_none(portal: ScriptedPortal, parcel: Parcel, offset: str) -> None:
    headers = {**TUS, "Upload-Offset": offset.encode().decode("latin-1"), "Upload-Length": str(SIZE)}
    portal.always("HEAD", answer(200, headers))
    with pytest.raises(NotAPortal):
        _send(portal, parcel)


def test_a_length_that_is_not_ours(portal: ScriptedPortal, parcel: Parcel) -> None:
    portal.always("HEAD", answer(200, {**TUS, "Upload-Offset": "0", "Upload-Length": "17"}))
    with pytest.raises(Unfaithful):
        _send(portal, parcel)
    assert portal.asked("PATCH") == 0


def test_a_portal_that_says_it_has_everything_and_has_nothing(portal: ScriptedPortal, parcel: Parcel) -> None:
    portal.always("HEAD", answer(200, {**TUS, "Upload-Offset": str(SIZE), "Upload-Length": str(SIZE)}))
    with pytest.raises(Unfaithful):
        _send(portal, parcel)


def test_a_portal_that_never_keeps_anything_does_not_trap_us(portal: ScriptedPortal, parcel: Parcel) -> None:
    portal.always("PATCH", answer(204, {**TUS, "Upload-Offset": "5"}))
    with pytest.raises(Unfaithful):
        _send(portal, parcel)
    assert portal.asked("PATCH") == 1


def test_an_offset_further_than_what_was_sent(portal: ScriptedPortal, parcel: Parcel) -> None:
    portal.next("PATCH", answer(204, {**TUS, "Upload-Offset": str(SIZE + 1)}))
    portal.always("HEAD", answer(200, {**TUS, "Upload-Offset": "0", "Upload-Length": str(SIZE)}))
    with pytest.raises(Unfaithful):
        _send(portal, parcel)


@pytest.mark.parametrize("lie", [{"sha256": "0" * 64}, {"bytes": SIZE - 1}])
def test_a_receipt_for_something_else_is_no_receipt(
    portal: ScriptedPortal, parcel: Parcel, lie: dict[str, object]
) -> None:
    portal.always("receipt", lambda exchange: exchange.reply_json(200, portal.honest.receipt(CLIP) | lie))
    with pytest.raises(Damage):
        _send(portal, parcel)
    assert portal.asked("receipt") == MOST_DAMAGED


def test_a_receipt_of_another_sending_is_none(portal: ScriptedPortal, parcel: Parcel) -> None:
    portal.always("receipt", lambda exchange: exchange.reply_json(200, portal.honest.receipt(CLIP) | {"sending": 2}))
    with pytest.raises(Unfaithful):
        _send(portal, parcel)


@pytest.mark.parametrize(
    "lie",
    [{"clip_id": "other"}, {"bytes": "1"}, {"sha256": None}, {"page": 5}, {"received_at": ""}, {"sending": "1"}],
)
def test_a_receipt_of_another_shape(portal: ScriptedPortal, parcel: Parcel, lie: dict[str, object]) -> None:
    portal.always("receipt", lambda exchange: exchange.reply_json(200, portal.honest.receipt(CLIP) | lie))
    with pytest.raises(NotAPortal):
        _send(portal, parcel)


@pytest.mark.parametrize(
    ("told", "kept"),
    [("BCDF-GHJK-LMNP", "BCDF-GHJK-LMNP"), (None, ""), (12, ""), ("Call 0800 123 now", ""), ("B\u202eCDF-GHJK", "")],
)
def test_a_slip_is_kept_where_it_can_be_one_and_is_in_no_log(
    portal: ScriptedPortal, parcel: Parcel, told: object, kept: str
) -> None:
    portal.always("receipt", lambda exchange: exchange.reply_json(200, portal.honest.receipt(CLIP) | {"slip": told}))
    receipt = _send(portal, parcel)
    assert (receipt.slip, "BCDF" in repr(receipt)) == (kept, False)


def test_damage_on_the_way_is_sent_again_from_the_first_byte(portal: ScriptedPortal, parcel: Parcel) -> None:
    def damage(exchange: Exchange) -> None:
        del portal.honest.uploads[CLIP]
        refuse(460, "Damaged.")(exchange)

    portal.next("PATCH", damage)
    portal.next("PATCH", damage)
    assert _send(portal, parcel).sha256 == parcel.sha256
    assert portal.asked("PATCH") == 3
    assert _arrived(portal, parcel)


def test_damage_every_time_gives_up_after_three(portal: ScriptedPortal, parcel: Parcel) -> None:
    portal.always("PATCH", refuse(460, "Damaged."))
    with pytest.raises(Damage, match="safe on this computer"):
        _send(portal, parcel)
    assert portal.asked("PATCH") == MOST_DAMAGED


# -- answers and their families -------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["POST", "HEAD", "PATCH", "receipt"])
@pytest.mark.parametrize(
    "case",
    [
        (200, {}, NotAPortal),
        (302, {"Location": "http://portal.hotel.example/"}, NotAPortal),
        (408, {}, PortalBusy),
        (429, {"Retry-After": "17"}, PortalBusy),
        (500, {}, PortalBusy),
        (503, {"Retry-After": "17"}, PortalBusy),
        (507, {"Retry-After": "17"}, PortalFull),
        (418, {}, NotAPortal),
        (511, {}, PortalBusy),
    ],
)
def test_the_world_is_waited_for(
    portal: ScriptedPortal, parcel: Parcel, what: str, case: tuple[int, dict[str, str], type[World]]
) -> None:
    status, headers, kind = case
    portal.always(what, answer(status, headers, b"<html>"))
    with pytest.raises(kind) as caught:
        _send(portal, parcel)
    assert caught.value.retry_after_s == (17 if "Retry-After" in headers else None)


@pytest.mark.parametrize("what", ["discovery", "POST", "HEAD", "PATCH", "receipt"])
def test_a_captive_portal_is_never_believed(portal: ScriptedPortal, parcel: Parcel, what: str) -> None:
    portal.always(what, CAPTIVE)
    with pytest.raises(NotAPortal, match="sign-in page"):
        _send(portal, parcel)


@pytest.mark.parametrize("status", [400, 403, 409, 413, 415])
def test_a_refusal_says_why_in_the_portals_words(portal: ScriptedPortal, parcel: Parcel, status: int) -> None:
    portal.always("POST", refuse(status, " This clip is\n not for \x1b us. "))
    with pytest.raises(Refusal) as caught:
        _send(portal, parcel)
    assert caught.value.sentence == "This clip is not for us."


@pytest.mark.parametrize("status", [400, 403, 409, 415])
@pytest.mark.parametrize("body", [b"<html>no</html>", b"[]", b'{"message": "x"}', b'{"error": "x", "message": ""}'])
def test_a_refusal_that_is_not_the_protocols_is_somebody_else(
    portal: ScriptedPortal, parcel: Parcel, status: int, body: bytes
) -> None:
    portal.always("POST", answer(status, {}, body))
    with pytest.raises(NotAPortal):
        _send(portal, parcel)


@pytest.mark.parametrize("what", ["POST", "PATCH"])
def test_a_front_servers_own_limit_is_a_refusal(portal: ScriptedPortal, parcel: Parcel, what: str) -> None:
    portal.always(what, answer(413, {"Content-Type": "text/html"}, b"<html>413 Request Entity Too Large</html>"))
    with pytest.raises(TooLarge, match="no file of this size"):
        _send(portal, parcel)
    assert portal.asked("POST") == 1


def test_too_large_is_known_before_anything_is_sent(portal: ScriptedPortal, parcel: Parcel) -> None:
    portal.honest.max_bytes = SIZE - 1
    with pytest.raises(Refusal, match="too large"):
        _send(portal, parcel)
    assert portal.asked("POST") == 0


# -- the file -------------------------------------------------------------------------------------------------------


def test_a_missing_or_shorter_file_is_noticed_before_anything_is_sent(portal: ScriptedPortal, parcel: Parcel) -> None:
    parcel.source.path.write_bytes(b"short")
    with pytest.raises(FileChanged):
        _send(portal, parcel)
    parcel.source.path.unlink()
    with pytest.raises(FileChanged):
        _send(portal, parcel)
    assert portal.asked("POST") == 0


def test_a_file_with_other_content_is_noticed_after_the_portal_did(portal: ScriptedPortal, parcel: Parcel) -> None:
    parcel.source.path.write_bytes(b"x" * SIZE)
    with pytest.raises(FileChanged):
        _send(portal, parcel)
    assert portal.asked("PATCH") == 1, "it was not sent three times"
    assert not portal.honest.received


# -- stages ---------------------------------------------------------------------------------------------------------


def test_where_a_clip_is(portal: ScriptedPortal) -> None:
    portal.honest.stages[CLIP] = ("sent_back", "Lovely. Could you say it once more, at 1:10?")
    with signed_in(portal.url) as account:
        found = fetch_stage(account, CLIP)
        assert found is not None
        assert (found.stage, found.note) == portal.honest.stages[CLIP]
        assert fetch_stage(account, "another") is None


@pytest.mark.parametrize("lie", [{"stage": "lost"}, {"note": 5}, {"clip_id": "other"}, {"stage": None}])
def test_a_stage_of_another_shape(portal: ScriptedPortal, lie: dict[str, object]) -> None:
    honest: dict[str, object] = {"clip_id": CLIP, "stage": "received", "page": None, "note": None}
    portal.always("stage", lambda exchange: exchange.reply_json(200, honest | lie))
    with signed_in(portal.url) as account, pytest.raises(NotAPortal):
        fetch_stage(account, CLIP)
