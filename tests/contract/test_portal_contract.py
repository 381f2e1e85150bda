"""docs/protocol.md, asked by the app's own client of the real portal and of the scripted one: both must agree."""

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.portal_process import PortalProcess
from tests.support.scripted_server import ScriptedPortal
from tests.support.sending import MemoryVault, Notes, good_tokens, make_parcel, signed_in
from upload import tus
from upload.account import Account
from upload.address import portal_address
from upload.attempt import Parcel, attempt
from upload.discovery import discover
from upload.errors import Damage, Doubt, Gone, Refusal, SignInNeeded, WrongOffset
from upload.receipt import fetch_receipt, fetch_stage, fetch_stages
from upload.secret import Secret
from upload.signin import ask_for_code, wait_for_tokens
from upload.tokens import Tokens
from upload.transport import Transport

SIZE = 300_000


@dataclass
class Side:
    """A portal to ask, and the tokens that it knows."""

    url: str
    vault: MemoryVault

    def line(self, vault: MemoryVault | None = None) -> AbstractContextManager[Account]:
        return signed_in(self.url, vault or self.vault)


def _join(url: str, allow: Callable[[str], None]) -> Tokens:
    with Transport(url) as transport:
        portal = discover(transport)
        code = ask_for_code(transport, portal)
        allow(code.user_code)
        stop = threading.Event()
        return wait_for_tokens(transport, portal, code, stop=stop, clock=lambda: 0.0)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    with PortalProcess(tmp_path_factory.mktemp("portal")) as portal:
        url = portal_address(portal.url)
        yield Side(url, MemoryVault(_join(url, portal.approve)))


@pytest.fixture(scope="module")
def scripted() -> Iterator[Side]:
    with ScriptedPortal() as portal:
        yield Side(portal.url, MemoryVault(good_tokens()))


@pytest.fixture(scope="module", params=["real", "scripted"])
def side(request: pytest.FixtureRequest) -> Side:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Side)
    return found


@pytest.fixture
def parcel(tmp_path: Path, rng: random.Random) -> Parcel:
    return make_parcel(tmp_path, size=SIZE, rng=rng, clip_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)))


def _create(account: Account, parcel: Parcel) -> str:
    return tus.create(account, length=parcel.source.bytes, metadata=parcel.metadata)


def _nothing(sent: int) -> None:
    """Nobody listens."""


def test_the_whole_way(side: Side, parcel: Parcel) -> None:
    with side.line() as account:
        assert fetch_receipt(account, parcel.clip_id) is None
        assert fetch_stage(account, parcel.clip_id) is None
        receipt = attempt(account, parcel, kept=None, watcher=Notes().watcher)
        assert (receipt.sha256, receipt.bytes) == (parcel.sha256, SIZE)
        stage = fetch_stage(account, parcel.clip_id)
        assert stage is not None
        assert fetch_stages(account, [str(uuid.uuid4()), parcel.clip_id]) == {parcel.clip_id: stage}


def test_a_second_delivery_gets_the_first_ones_receipt(side: Side, parcel: Parcel) -> None:
    with side.line() as account:
        first = attempt(account, parcel, kept=None, watcher=Notes().watcher)
        notes = Notes()
        assert attempt(account, parcel, kept=None, watcher=notes.watcher) == first
        assert notes.progress == [SIZE], "not one byte was sent again"


def test_creating_twice_finds_the_same_upload(side: Side, parcel: Parcel) -> None:
    with side.line() as account:
        address = _create(account, parcel)
        assert _create(account, parcel) == address
        assert tus.offset(account, address, length=SIZE) == 0


def test_in_chunks(side: Side, parcel: Parcel) -> None:
    with side.line() as account:
        assert attempt(account, parcel, kept=None, watcher=Notes().watcher, chunk=70_001).sha256 == parcel.sha256


def test_a_wrong_offset_is_said(side: Side, parcel: Parcel) -> None:
    with side.line() as account:
        address = _create(account, parcel)
        with pytest.raises((WrongOffset, Doubt)):  # a portal may answer, or cut, before it has read the body
            tus.send(account, address, parcel.source, start=1000, chunk=10, progress=_nothing)
        assert tus.offset(account, address, length=SIZE) == 0


def test_an_upload_that_never_was(side: Side, parcel: Parcel) -> None:
    with side.line() as account, pytest.raises(Gone):
        tus.offset(account, f"{account.portal.intake}{uuid.uuid4()}", length=SIZE)


def test_other_content_while_unfinished_begins_anew(side: Side, parcel: Parcel, tmp_path: Path) -> None:
    with side.line() as account:
        old = _create(account, parcel)
        tus.send(account, old, replace(parcel.source, bytes=1000), start=0, chunk=1000, progress=_nothing)
        other = make_parcel(tmp_path, size=SIZE + 1, rng=random.Random(5), clip_id=parcel.clip_id)
        assert attempt(account, other, kept=old, watcher=Notes().watcher).sha256 == other.sha256


def test_other_content_after_the_receipt_is_refused(side: Side, parcel: Parcel, tmp_path: Path) -> None:
    with side.line() as account:
        attempt(account, parcel, kept=None, watcher=Notes().watcher)
        other = make_parcel(tmp_path, size=SIZE + 1, rng=random.Random(5), clip_id=parcel.clip_id)
        with pytest.raises(Refusal):
            attempt(account, other, kept=None, watcher=Notes().watcher)


def test_damage_is_said_and_thrown_away(side: Side, parcel: Parcel) -> None:
    parcel.source.path.write_bytes(b"x" * SIZE)
    with side.line() as account:
        address = _create(account, parcel)
        with pytest.raises(Damage):
            tus.send(account, address, parcel.source, start=0, chunk=None, progress=_nothing)
        assert fetch_receipt(account, parcel.clip_id) is None
        with pytest.raises(Gone):
            tus.offset(account, address, length=SIZE)


def test_a_token_that_the_portal_does_not_know(side: Side, parcel: Parcel) -> None:
    with side.line(MemoryVault(Tokens(Secret("wrong")))) as account:
        with pytest.raises(SignInNeeded):
            _create(account, parcel)
        with pytest.raises(SignInNeeded):
            fetch_receipt(account, parcel.clip_id)


def test_a_refresh(side: Side, parcel: Parcel) -> None:
    assert side.vault.tokens is not None
    vault = MemoryVault(replace(side.vault.tokens, access=Secret("ran-out")))
    with side.line(vault) as account:
        assert attempt(account, parcel, kept=None, watcher=Notes().watcher).sha256 == parcel.sha256
    side.vault.tokens = vault.tokens
    with side.line() as account:
        assert fetch_receipt(account, parcel.clip_id) is not None
