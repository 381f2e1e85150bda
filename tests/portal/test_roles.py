"""Every address times every role times every method: who gets what. An address that is not in the table fails."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from portal import comments, moderation, tickets
from portal.models import Claim, Clip, Comment, Stage
from tests.support.comment_forms import worked
from tests.support.portal_client import TIMEOUT_S, PortalClient, Sendable
from tests.support.portal_people import WHEN, bearer_of, browser_of, make_clip, make_people
from tests.support.portal_process import PortalProcess

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PEOPLE = ("other", "owner", "holder", "moderator", "admin")
TOKENS = {"own": "owner", "other": "other"}
OF_PUBLISHED = ("/comment", "/view", "/play")
"""The ends of addresses that are about a published clip alone."""
ROLES = ("nobody", *PEOPLE, "own token", "other token")
TABLE = """
                               nobody  other  owner  holder  moderator  admin  own token  other token
home                  GET      200     200    200    200     200        200    200        200
queue                 GET      in      403    403    200     200        200    in         in
clip                  GET      in      404    200    200     200        200    in         in
publish               POST     in      403    403    302     409        409    in         in
send-back             POST     in      403    403    302     409        409    in         in
put-back              POST     in      403    403    302     409        409    in         in
take-over             GET      in      403    403    302     200        200    in         in
take-over             POST     in      403    403    302     302        302    in         in
keep                  POST     in      403    403    200     409        409    in         in
note                  POST     in      403    403    302     302        302    in         in
withdraw              GET      in      404    200    403     403        403    in         in
withdraw              POST     in      404    302    403     403        403    in         in
certificate           GET      in      404    302    403     403        403    in         in
comment-add           POST     200     200    200    200     200        200    200        200
view                  POST     204     204    204    204     204        204    204        204
play                  GET      302     302    302    302     302        302    302        302
comment               GET      in      403    403    200     200        200    in         in
comment-approve       POST     in      403    403    302     409        409    in         in
comment-refuse        POST     in      403    403    302     409        409    in         in
comment-put-back      POST     in      403    403    302     409        409    in         in
comment-undo          POST     in      403    403    409     409        409    in         in
my-comment            GET      200     200    200    200     200        200    200        200
my-comment            POST     400     400    400    400     400        400    400        400
slip                  GET      200     200    200    200     200        200    200        200
slip                  POST     400     400    400    400     400        400    400        400
media                 GET      404     404    200    200     200        200    404        404
media                 HEAD     404     404    200    200     200        200    404        404
poster                GET      404     404    200    200     200        200    404        404
poster                HEAD     404     404    200    200     200        200    404        404
captions              GET      404     404    200    200     200        200    404        404
captions              HEAD     404     404    200    200     200        200    404        404
device                GET      in      200    200    200     200        200    in         in
device                POST     in      400    400    400     400        400    in         in
sign-in               GET      200     302    302    302     302        302    200        200
sign-in               HEAD     200     302    302    302     302        302    200        200
sign-in               POST     200     302    302    302     302        302    200        200
sign-out              OPTIONS  200     200    200    200     200        200    200        200
sign-out              POST     302     302    302    302     302        302    302        302
health                GET      200     200    200    200     200        200    200        200
health                HEAD     200     200    200    200     200        200    200        200
discovery             GET      200     200    200    200     200        200    200        200
openapi               GET      200     200    200    200     200        200    200        200
device-authorization  OPTIONS  200     200    200    200     200        200    200        200
device-authorization  POST     400     400    400    400     400        400    400        400
token                 OPTIONS  200     200    200    200     200        200    200        200
token                 POST     400     400    400    400     400        400    400        400
receipt               GET      401     401    401    401     401        401    200        404
clip-stages           GET      401     401    401    401     401        401    200        200
clip-stage            GET      401     401    401    401     401        401    200        404
clip-captions         PUT      401     401    401    401     401        401    200        404
clip-certificate      GET      401     401    401    401     401        401    404        404
clip-withdraw         POST     401     401    401    401     401        401    200        404
admin-sign-in         GET      in      403    403    403     403        in     in         in
admin-sign-in         POST     in      403    403    403     403        in     in         in
"""
"""The clip waits, and `holder` has it; another is published, and `holder` has a comment on it. “in” is the way to the
sign-in page; what is not named is 405 for everybody."""
EXPECTED = {
    (line.split()[0], line.split()[1]): dict(zip(ROLES, line.split()[2:], strict=True))
    for line in TABLE.strip().splitlines()[1:]
}


class Rollback(Exception):
    """Each request finds the portal as the first one did."""


class World:
    """A portal with one clip, and everybody who may come by."""

    def __init__(self, folder: Path) -> None:
        self.people = make_people(*PEOPLE, moderators=["holder", "moderator"], admin="admin")
        self.clip = make_clip(self.people["owner"], folder)
        Clip.objects.filter(pk=self.clip.pk).update(captions="WEBVTT\n")
        moderation.look_at(self.clip, self.people["holder"])
        self.claim = Claim.objects.get()
        self.published = make_clip(self.people["owner"], folder, media_name="other.mp4", stage=Stage.PUBLISHED)
        self.comment = Comment.objects.create(clip=self.published, day=WHEN.date(), text="Well said.", code="0")
        comments.look_at(self.comment, self.people["holder"])
        self._clients = {strict: Client(enforce_csrf_checks=strict) for strict in (False, True)}
        self._cookies = {
            role: browser_of(user).cookies.output(header="", sep=";") for role, user in self.people.items()
        }
        self._headers = {f"{token} token": bearer_of(self.people[role]) for token, role in TOKENS.items()}

    def ask(self, role: str, method: str, path: str, *, strict: bool = False) -> str:
        """What comes of it: the status, or “in”. Nothing of it stays."""
        client = self._clients[strict]
        client.cookies = SimpleCookie(self._cookies.get(role))
        try:
            with transaction.atomic():
                answer = self._send(client, role, method, path)
                said = _said(answer)
                answer.close()
                raise Rollback
        except Rollback:
            return said

    def _send(self, client: Client, role: str, method: str, path: str) -> HttpResponseBase:
        words = {"note": "A word", "text": "A word", "reason": "A word", "claim": self.claim.pk}
        ticket = comments.ticket(self.published)
        form = urlencode({**words, "ticket": ticket, "answer": worked(ticket)})
        bodies = {"POST": (form, "application/x-www-form-urlencoded"), "PUT": ("WEBVTT\n", "text/vtt")}
        body, kind = bodies.get(method, ("", "application/octet-stream"))
        answer: HttpResponseBase = client.generic(method, path, body, kind, headers=self._headers.get(role))
        return answer

    def path(self, route: str) -> str:
        """An address of this route: the clip's, where it is about a clip."""
        clip = self.published if route.endswith(OF_PUBLISHED) else self.clip
        for part in ("<uuid:clip_id>", "<str:clip_id>"):
            route = route.replace(part, str(clip.pk))
        return f"/{route}".replace("<int:comment_id>", str(self.comment.pk))


def _said(answer: HttpResponseBase) -> str:
    if answer.status_code == 302 and answer["Location"].startswith("/sign-in?next="):
        return "in"
    return str(answer.status_code)


@pytest.fixture
def world(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    monkeypatch.setattr(comments, "WORKED_S", 0)
    monkeypatch.setattr(tickets, "BITS", 4)
    settings.MEDIA = settings.POSTERS = settings.INCOMING = tmp_path
    return World(tmp_path)


def routes(resolver: URLResolver, *, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Every address that Django knows, and its name."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inside = f"{entry.namespace}:" if entry.namespace else space
            yield from routes(entry, before=f"{before}{entry.pattern}", space=inside)
        else:
            assert isinstance(entry, URLPattern)
            yield f"{before}{entry.pattern}", f"{space}{entry.name}"


OURS = {name: route for route, name in routes(get_resolver()) if not name.startswith("admin:")}
ADMINS = [route for route, name in routes(get_resolver()) if name.startswith("admin:") and name != "admin:login"]


def test_every_address_is_in_the_table() -> None:
    assert OURS.keys() == {name for name, _ in EXPECTED}
    assert len(ADMINS) > 50


def test_who_gets_what(world: World) -> None:
    wrong = {}
    for name, route in OURS.items():
        for method in METHODS:
            row = EXPECTED.get((name, method)) or {"nobody": "405", "admin": "405", "own token": "405"}
            for role, status in row.items():
                said = world.ask(role, method, world.path(route))
                if said != status:
                    wrong[name, method, role] = f"{said} instead of {status}"
    assert wrong == {}


def test_a_form_of_another_site_does_nothing(world: World) -> None:
    outside = {"device-authorization": "400", "token": "400", "clip-withdraw": "401"}  # no cookie counts there
    for name in [name for name, method in EXPECTED if method == "POST"]:
        for role in ("owner", "holder", "admin"):
            said = world.ask(role, "POST", world.path(OURS[name]), strict=True)
            assert said == outside.get(name, "403"), (name, role)


def test_nobody_else_opens_the_admin_pages(world: World) -> None:
    event = str(world.clip.events.get().pk)
    for route in ADMINS:
        path = "/" + route.replace("<path:object_id>", event).replace("<int:content_type_id>", "1")
        for role in ("nobody", "moderator"):
            for method in ("GET", "POST"):
                assert world.ask(role, method, path) in ("302", "403"), (role, method, route)


def test_a_token_counts_in_its_header_alone_and_for_an_open_account(world: World) -> None:
    owner, path = world.people["owner"], world.path(OURS["clip-stage"])
    head = bearer_of(owner)
    word = head["Authorization"].removeprefix("Bearer ")
    assert Client().get(path, headers=head).status_code == 200
    assert Client().get(path, {"access_token": word}).status_code == 401
    assert Client().post(f"{path}/withdraw", {"access_token": word}).status_code == 401
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert Client().get(path, headers=head).status_code == 401
    assert world.ask("owner", "GET", f"/clips/{world.clip.pk}") == "in"
    assert Clip.objects.get(pk=world.clip.pk).stage == "in_review"


def test_who_gets_what_at_the_intake(portal: PortalProcess, carer: PortalClient, stranger: PortalClient) -> None:
    sent = Sendable(b"some bytes")
    upload = carer.create(sent).headers["Location"]
    assert stranger.create(sent).status_code == 409
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    asking: tuple[dict[str, str], ...] = ({}, {"Authorization": "Bearer nonsense"}, stranger.headers(), carer.headers())
    expected = {  # nobody, a wrong token, somebody else, the owner
        ("OPTIONS", ""): (204, 204, 204, 204),
        ("POST", ""): (401, 401, 400, 400),
        ("HEAD", "/"): (401, 401, 404, 200),
        ("PATCH", "/"): (401, 401, 404, 204),
        ("OPTIONS", "/"): (204, 204, 204, 204),
    }
    with requests.Session() as session:
        for where, path in (("", carer.places["intake"]), ("/", upload)):
            for method in METHODS:
                row = tuple(
                    session.request(method, path, headers={**tus, **head}, timeout=TIMEOUT_S).status_code
                    for head in asking
                )
                assert row == expected.get((method, where), (401, 401, 405, 405)), (method, path)
