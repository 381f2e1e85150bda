"""Claims, the history and withdrawal: two moderators never review the same clip, and what happened stays written."""

import contextlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import requests
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from selenium.webdriver.common.by import By

from portal import moderation, words
from portal.checks import arrival
from portal.models import Claim, Clip, Deed, Event, Stage
from portal.templatetags.diary import moment
from tests.support import browser as chromium
from tests.support.claim_race import Racer
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable
from tests.support.portal_database import lay_in
from tests.support.portal_pages import PASSWORD, sign_in
from tests.support.portal_people import bearer_of, browser_of, make_clip, make_people, set_stage
from tests.support.portal_process import PortalProcess
from tests.support.portal_rows import rows
from tests.support.wait import until

RACES = 25
FEW = 8


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Two moderators, a speaker and somebody who looks after the portal."""
    return make_people("Moira", "Ben", "Sam", "Ada", moderators=["Moira", "Ben"], admin="Ada")


@pytest.fixture
def moira(people: dict[str, User]) -> Client:
    return browser_of(people["Moira"])


@pytest.fixture
def ben(people: dict[str, User]) -> Client:
    return browser_of(people["Ben"])


@pytest.fixture
def sam(people: dict[str, User]) -> Client:
    return browser_of(people["Sam"])


@pytest.fixture
def clip(people: dict[str, User], settings: Settings, tmp_path: Path) -> Clip:
    """A clip of Sam's that waits."""
    settings.MEDIA = settings.POSTERS = tmp_path
    return make_clip(people["Sam"], tmp_path)


def page(clip: Clip, action: str = "") -> str:
    return f"/clips/{clip.clip_id}{action and '/'}{action}"


def text(answer: object) -> str:
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


def told() -> list[tuple[str, str]]:
    """The whole history: what, and by whom."""
    return [(event.what, str(event.actor)) for event in Event.objects.select_related("actor")]


def let_time_pass(clip: Clip) -> None:
    """The claim is over."""
    assert Claim.objects.filter(clip=clip).update(until=timezone.now() - timedelta(seconds=1))


def stage(clip: Clip) -> str:
    return Clip.objects.get(pk=clip.pk).stage


# -- claims ---------------------------------------------------------------------------------------------------------


def test_opening_claims_and_the_other_moderator_sees_who_has_it_and_can_only_watch(
    clip: Clip, moira: Client, ben: Client
) -> None:
    assert "You have this clip" in text(moira.get(page(clip)))
    seen = text(ben.get(page(clip)))
    assert "Moira is looking at this clip" in seen
    assert f"Since {timezone.localtime(Claim.objects.get().since):%H:%M}" in seen
    assert f'href="{page(clip, "take-over")}"' in seen
    assert f'action="{page(clip, "publish")}"' not in seen
    assert f'action="{page(clip, "send-back")}"' not in seen
    assert "Moira has it" in text(ben.get("/queue"))
    assert "You have it" in text(moira.get("/queue"))
    for action in ("publish", "send-back", "put-back", "keep"):
        refused = ben.post(page(clip, action), {"note": "Lovely, but please say less."})
        assert (refused.status_code, "Moira is looking at this clip now" in text(refused)) == (409, True), action
        if action == "send-back":
            assert "Lovely, but please say less.</textarea>" in text(refused)
    assert stage(clip) == Stage.IN_REVIEW
    with pytest.raises(moderation.ModerationRefused, match="Moira is looking"):
        moderation.publish(clip, None)  # the command line
    answer = ben.get(page(clip, "media"))
    assert answer.status_code == 200
    answer.close()
    assert moira.post(page(clip, "publish")).status_code == 302
    assert told() == [(Deed.CLAIMED, "Moira"), (Stage.PUBLISHED, "Moira")]
    assert not Claim.objects.exists()


def test_a_claim_that_is_over_is_anybodys(clip: Clip, moira: Client, ben: Client) -> None:
    moira.get(page(clip))
    where, mine = f"/api/clips/{clip.pk}", bearer_of(clip.owner)
    sam = browser_of(clip.owner)
    assert Client().get(where, headers=mine).json()["stage"] == "in_review"
    assert "A moderator is looking at your clip." in text(sam.get(page(clip)))
    let_time_pass(clip)
    assert Client().get(where, headers=mine).json()["stage"] == "received"  # its speaker is told so at once
    assert "A moderator will look at it." in text(sam.get(page(clip)))
    assert "nobody has it now" in text(ben.get("/queue"))
    assert "You have this clip" in text(ben.get(page(clip)))
    assert moira.post(page(clip, "publish")).status_code == 409
    assert told() == [(Deed.CLAIMED, "Moira"), (Deed.CLAIMED, "Ben")]


def test_a_page_in_use_keeps_its_claim(clip: Clip, moira: Client, ben: Client) -> None:
    moira.get(page(clip))
    let_time_pass(clip)
    assert moira.post(page(clip, "keep")).status_code == 200  # nobody took it meanwhile
    soon = timezone.now() + timedelta(minutes=5)
    Claim.objects.update(until=soon)
    assert moira.post(page(clip, "keep")).status_code == 200
    assert Claim.objects.get().until > soon + timedelta(minutes=20)
    Claim.objects.update(until=soon)
    moira.get(page(clip))
    assert Claim.objects.get().until > soon + timedelta(minutes=20)
    moira.post(page(clip, "publish"))
    assert moira.post(page(clip, "keep")).status_code == 409


def test_taking_over_asks_first_and_is_told(clip: Clip, moira: Client, ben: Client) -> None:
    moira.get(page(clip))
    question = text(ben.get(page(clip, "take-over")))
    assert "from Moira?" in question
    held = Claim.objects.get()
    assert held.moderator.username == "Moira"
    assert ben.post(page(clip, "take-over"), {"claim": "nonsense"}).status_code == 409
    assert ben.post(page(clip, "take-over"), {"claim": held.pk}).status_code == 302
    lost = moira.post(page(clip, "keep"))
    assert (lost.status_code, lost.json()["message"]) == (409, words.TAKEN.format(name="Ben"))
    assert "Ben is looking at this clip" in text(moira.get(page(clip)))
    assert moira.post(page(clip, "publish")).status_code == 409
    assert ben.post(page(clip, "publish")).status_code == 302
    assert told() == [(Deed.CLAIMED, "Moira"), (Deed.TAKEN_OVER, "Ben"), (Stage.PUBLISHED, "Ben")]


def test_putting_back_lets_others_have_it(clip: Clip, moira: Client, ben: Client) -> None:
    moira.get(page(clip))
    back = moira.post(page(clip, "put-back"), follow=True)
    assert "is waiting again" in text(back)
    assert stage(clip) == Stage.RECEIVED
    assert "You have this clip" in text(ben.get(page(clip)))
    assert told() == [(Deed.CLAIMED, "Moira"), (Deed.PUT_BACK, "Moira"), (Deed.CLAIMED, "Ben")]


def test_a_page_that_is_out_of_date_undoes_nothing(clip: Clip, moira: Client, ben: Client) -> None:
    moira.get(page(clip))
    let_time_pass(clip)
    ben.post(page(clip, "publish"))
    late = moira.post(page(clip, "send-back"), {"note": "Too quiet.", "stage": "in_review"})
    assert (late.status_code, words.SOMEBODY_ELSE in text(late)) == (409, True)
    assert stage(clip) == Stage.PUBLISHED


def test_of_moderators_at_the_same_instant_exactly_one_wins(tmp_path: Path) -> None:
    lay_in(tmp_path)
    with contextlib.ExitStack() as stack:
        moira, *racers = [stack.enter_context(Racer(tmp_path, name)) for name in ("Moira", "Ben", "Cleo")]
        assert [racer.answer() for racer in (moira, *racers)] == ["ready"] * 3
        for number in range(RACES):
            racers.reverse()  # who is told first often wins
            clip_id = moira.ask("make", str(number))
            (holder,) = set(race(racers, "look_at", clip_id))  # both were told the same name
            assert sorted(race(racers, "decide", clip_id, "publish"))[1] == "done"
            assert moira.ask("history", clip_id) == f"claimed:{holder} published:{holder}"
            clip_id = moira.ask("make", f"{number}-held")
            moira.ask("look_at", clip_id)
            answers = race(racers, "decide", clip_id, "take_over", moira.ask("claim", clip_id))
            winner = racers[answers.index("done")].name
            assert answers.count(words.HELD.format(name=winner)) == 1
            assert moira.ask("history", clip_id) == f"claimed:Moira taken_over:{winner}"
        for number in range(FEW):
            racers.reverse()
            clip_id = moira.ask("make", f"{number}-said")
            moira.ask("decide", clip_id, "publish")
            comment_id = moira.ask("say", clip_id)
            assert len(set(race(racers, "read", comment_id))) == 1
            assert sorted(race(racers, "approve", comment_id))[1] == "done"
            clip_id = moira.ask("make", f"{number}-withdrawn")
            racers[0].tell("decide", clip_id, "publish")
            racers[1].tell("withdraw", clip_id)
            said = [racer.answer() for racer in racers]  # whoever was first, it is withdrawn at the end
            first = {"done": f"published:{racers[0].name} ", words.WITHDRAWN: "", words.SOMEBODY_ELSE: ""}[said[0]]
            assert (said[1], moira.ask("history", clip_id)) == ("withdrawn", f"{first}withdrawn:None")


def race(racers: list[Racer], *order: str) -> list[str]:
    """Tell both at once; what each of them answers."""
    for racer in racers:
        racer.tell(*order)
    return [racer.answer() for racer in racers]


@pytest.mark.skipif(
    not chromium.is_installed(), reason="chromium and chromium-driver are not installed: no page is tried in a browser"
)
def test_an_open_page_keeps_the_claim_and_says_when_it_is_lost(portal: PortalProcess, carer: PortalClient) -> None:
    portal.run("adduser", "Ben", "--moderator", "--password-stdin", given=f"{PASSWORD}\n")
    sent = Sendable(b"no film", title="Held")
    carer.send(sent)
    until(lambda: carer.stage(sent.clip_id)["stage"] == "sent_back", what="the check")
    where = f"{portal.url}clips/{sent.clip_id}"
    with rows(portal) as database:  # as if it played: only the claim is of interest here
        database.execute("UPDATE portal_clip SET stage = 'received' WHERE clip_id = ?", (UUID(sent.clip_id).hex,))
    with chromium.browser() as page:
        sign_in(page, portal, "Moira")
        page.get(where)
        page.find_element(By.NAME, "note").send_keys("Lovely.")
        with rows(portal) as database:
            database.execute("UPDATE portal_claim SET until = since")
        page.execute_script("return renew()")
        ben = signed_in(portal, "Ben")
        assert "Moira is looking at this clip" in ben.get(where, timeout=TIMEOUT_S).text
        question = ben.get(f"{where}/take-over", timeout=TIMEOUT_S).text
        hidden = dict(re.findall(r'name="(claim|csrfmiddlewaretoken)" value="([^"]+)"', question))
        assert ben.post(f"{where}/take-over", data=hidden, timeout=TIMEOUT_S).status_code == 200
        page.execute_script("return renew()")
        assert "Ben is looking at this clip now" in page.find_element(By.ID, "lost").text
        assert page.find_element(By.NAME, "note").get_attribute("value") == "Lovely."
        decides = page.find_elements(By.CSS_SELECTOR, "[data-decides]")
        assert [button.is_enabled() for button in decides] == [False, False]


def signed_in(portal: PortalProcess, name: str) -> requests.Session:
    """A moderator without a browser."""
    session = requests.Session()
    form = session.get(f"{portal.url}sign-in", timeout=TIMEOUT_S).text
    (word,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    data = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": word}
    session.post(f"{portal.url}sign-in", data=data, timeout=TIMEOUT_S).raise_for_status()
    return session


# -- the history ----------------------------------------------------------------------------------------------------


def test_the_history_is_for_moderators_and_nobody_edits_it(
    clip: Clip, people: dict[str, User], moira: Client, sam: Client
) -> None:
    moira.get(page(clip))
    assert moira.post(page(clip, "note"), {"text": " "}).status_code == 409
    assert moira.post(page(clip, "note"), {"text": "I rang Sam."}).status_code == 302
    seen = text(moira.get(page(clip)))
    assert seen.index("Opened") < seen.index("Note for moderators") < seen.index("I rang Sam.")
    assert "by Moira" in seen
    assert "today at" in seen
    assert "I rang Sam." not in text(sam.get(page(clip)))
    event, admin = Event.objects.filter(what=Deed.NOTE).get(), browser_of(people["Ada"])
    for action in ("change", "delete"):
        where = f"/admin/portal/event/{event.pk}/{action}/"
        assert admin.post(where, {"note": "He rang us.", "post": "yes"}).status_code == 403
    assert admin.post("/admin/portal/event/add/", {"note": "invented"}).status_code == 403
    assert Event.objects.filter(what=Deed.NOTE).get().note == "I rang Sam."
    # Nothing says from where: no address, no browser.
    assert {field.name for field in Event._meta.get_fields()} == {"id", "clip", "at", "actor", "what", "note"}


def test_moments_are_in_words(settings: Settings) -> None:
    now = timezone.localtime()

    def at(days: int) -> datetime:
        return (now - timedelta(days=days)).replace(hour=17, minute=5)

    assert [moment(at(days)) for days in (0, 1, 2, 7)] == [
        "today at 17:05",
        "yesterday at 17:05",
        f"on {at(2):%A} at 17:05",
        f"on {at(7).day} {at(7):%B %Y} at 17:05",
    ]


# -- withdrawal -----------------------------------------------------------------------------------------------------


def test_the_speaker_withdraws_on_the_page(clip: Clip, moira: Client, sam: Client) -> None:
    set_stage(clip, Stage.PUBLISHED)
    assert "Withdraw this clip?" in text(sam.get(page(clip, "withdraw")))
    assert stage(clip) == Stage.PUBLISHED
    assert moira.post(page(clip, "withdraw")).status_code == 403
    assert "nobody can watch it" in text(sam.post(page(clip, "withdraw"), follow=True))
    assert stage(clip) == Stage.WITHDRAWN
    for browser in (Client(), moira, sam):
        for part in ("media", "poster"):
            assert browser.get(page(clip, part)).status_code == 404
    for browser in (moira, sam):
        seen = text(browser.get(page(clip)))
        assert "obody can watch" in seen
        assert "/media" not in seen
    assert "walk" not in text(Client().get("/"))
    assert "/poster" not in text(moira.get("/queue"))
    assert told() == [(Stage.WITHDRAWN, "Sam")]


def test_the_app_withdraws_whoever_has_it_and_nothing_undoes_it(
    clip: Clip, people: dict[str, User], moira: Client
) -> None:
    Clip.objects.update(checked_at=None, playable=False)
    moira.get(page(clip))
    where = f"/api/clips/{clip.clip_id}/withdraw"
    mine, others = bearer_of(people["Sam"]), bearer_of(people["Ben"])
    assert Client().post(where, headers=others).status_code == 404
    for _ in range(2):
        answer = Client().post(where, headers=mine)
        assert (answer.status_code, answer.json()["stage"]) == (200, "withdrawn")
    arrival.check(str(clip.clip_id))  # a check that comes late: the file is no film, and would be sent back
    for action in ("publish", "send-back", "put-back", "keep"):
        assert moira.post(page(clip, action), {"note": "No.", "stage": "in_review"}).status_code == 409
    assert stage(clip) == Stage.WITHDRAWN
    assert told() == [(Deed.CLAIMED, "Moira"), (Stage.WITHDRAWN, "Sam")]
    assert not Claim.objects.exists()
