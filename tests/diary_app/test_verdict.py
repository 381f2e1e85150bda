"""The pure rules of the queue: what a failure means, and when to ask for news."""

from hypothesis import given
from hypothesis import strategies as st

from diary_app.clip import Delivery, Stage
from diary_app.delivery.rounds import Rounds
from diary_app.delivery.verdict import judge
from upload.errors import (
    Bug,
    Damage,
    DeliveryError,
    Doubt,
    Gone,
    Identity,
    NotAPortal,
    PortalBusy,
    PortalFull,
    Refusal,
    World,
    WrongCertificate,
)
from upload.retry import LONGEST_WISH_S, is_due

worlds = st.builds(
    lambda kind, wish: kind(retry_after_s=wish),
    st.sampled_from([World, Doubt, NotAPortal, PortalBusy, PortalFull, WrongCertificate]),
    st.none() | st.floats(0, 1e7),
)
others = st.sampled_from([Identity, Refusal, Damage, Bug, Gone])
deliveries = st.builds(
    Delivery, attempts=st.integers(0, 1000), not_before=st.floats(0, 2e9), upload_url=st.none() | st.just("http://x/1")
)
walls = st.floats(1e9, 2e9)
luck = st.floats(0, 1, exclude_max=True)


@given(worlds, deliveries, walls, luck, st.booleans())
def test_the_world_is_waited_for_and_never_for_ever(
    error: World, before: Delivery, now: float, chance: float, moved: bool
) -> None:
    verdict = judge(error, before, now=now, random=lambda: chance, moved=moved)
    after = verdict.delivery
    assert (verdict.stage, after.held, after.upload_url) == (Stage.WAITING, False, before.upload_url)
    assert after.attempts == (1 if moved else before.attempts + 1)
    assert not is_due(after.not_before, now=now)
    assert is_due(after.not_before, now=now + LONGEST_WISH_S * 1.25)
    assert after.problem


@given(others, deliveries, walls, luck)
def test_everything_else_is_held_for_a_person(
    kind: type[DeliveryError], before: Delivery, now: float, chance: float
) -> None:
    verdict = judge(kind(), before, now=now, random=lambda: chance, moved=False)
    assert (verdict.stage, verdict.delivery.held) == (Stage.READY, True)
    assert verdict.delivery.problem == kind().sentence


@given(st.lists(st.booleans(), max_size=30))
def test_rounds_come_more_and_more_seldom_until_something_changes(news: list[bool]) -> None:
    now = 0.0
    rounds = Rounds(lambda: now, shortest_s=20, longest_s=300)
    assert rounds.due()
    last = 20.0
    for one in news:
        rounds.news() if one else rounds.quiet()
        assert not rounds.due()
        assert 20 <= rounds.wait_s <= 300
        assert rounds.wait_s == 20 if one else rounds.wait_s >= last
        last = rounds.wait_s
        now += rounds.wait_s
        assert rounds.due()
