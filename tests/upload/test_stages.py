"""Where many clips are: a hundred in one request where the portal offers that, else one by one."""

import uuid
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.scripted_server import Exchange, ScriptedPortal
from tests.support.sending import signed_in
from upload.errors import ForeignAddress, NotAPortal
from upload.receipt import PortalStage, fetch_stages

IDS = [str(uuid.UUID(int=number)) for number in range(250)]
HERE = IDS[::2]


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    """Has every second clip."""
    with ScriptedPortal() as portal:
        for clip_id in HERE:
            portal.honest.stages[clip_id] = ("in_review", None)
        yield portal


def together(portal: ScriptedPortal, *more: object) -> None:
    """From now on it tells many at once, and `more` with them."""

    def tell(exchange: Exchange) -> None:
        (ids,) = parse_qs(urlsplit(exchange.path).query)["ids"]
        told = [{"clip_id": each, "stage": "in_review", "note": None, "views": 3} for each in ids.split(",")[::2]]
        exchange.reply_json(200, {"clips": [*told, *more]})

    portal.honest.more["stages"] = f"{portal.url}/many"
    portal.always("GET", tell)


def ask(portal: ScriptedPortal, ids: list[str]) -> dict[str, PortalStage]:
    with signed_in(portal.url) as account:
        return fetch_stages(account, ids)


def test_a_hundred_at_a_time(portal: ScriptedPortal) -> None:
    together(portal, {"clip_id": "of somebody else", "stage": "published", "note": None})
    found = ask(portal, IDS)
    assert list(found) == HERE
    assert set(found.values()) == {PortalStage("in_review", None, 3)}
    assert (portal.asked("GET"), portal.asked("stage")) == (3, 0)
    assert ask(portal, []) == {}
    assert portal.asked("GET") == 3


def test_one_by_one_from_an_older_portal(portal: ScriptedPortal) -> None:
    assert list(ask(portal, IDS[:10])) == IDS[:10:2]
    assert portal.asked("stage") == 10


@pytest.mark.parametrize("lie", [{"stage": "received"}, {"clip_id": "1", "stage": "eaten", "note": None}, "a clip"])
def test_what_makes_no_sense_counts_for_nothing(portal: ScriptedPortal, lie: object) -> None:
    together(portal, lie)
    with pytest.raises(NotAPortal):
        ask(portal, IDS[:4])


def test_another_place_is_not_asked(portal: ScriptedPortal) -> None:
    portal.honest.more["stages"] = "https://elsewhere.example/many"
    with pytest.raises(ForeignAddress):
        ask(portal, IDS[:4])
