"""The pages: what everybody sees, what moderators see, and where a computer is let in."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import moderation, pairing
from portal.codes import read_user_code, show_user_code
from portal.forms import CodeForm, SignInForm
from portal.models import Audience, Clip, Computer, Stage

DEALT_WITH = 20
View = Callable[..., HttpResponse]


class SignInView(LoginView):
    """Name and password."""

    template_name = "portal/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The published clips, newest first: all that this viewer may watch."""
    published = Clip.objects.filter(stage=Stage.PUBLISHED).order_by("-published_at")
    if not request.user.is_authenticated:
        published = published.filter(audience=Audience.STAFF)
    return render(request, "portal/home.html", {"clips": published})


# -- moderators -----------------------------------------------------------------------------------------------------


def for_moderators(view: View) -> View:
    """Let moderators in; ask others to sign in, or say no."""

    @login_required
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not moderation.may_moderate(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_GET
@for_moderators
def queue(request: HttpRequest) -> HttpResponse:
    """What came in, oldest first; and what was dealt with lately."""
    clips = Clip.objects.select_related("owner")
    waiting = clips.filter(stage__in=moderation.OPEN).order_by("received_at")
    done = clips.exclude(stage__in=moderation.OPEN).order_by("-received_at")[:DEALT_WITH]
    return render(request, "portal/queue.html", {"waiting": waiting, "done": done})


def clip_for(request: HttpRequest, clip_id: UUID) -> Clip:
    """The clip, if the viewer may watch it; raises Http404, which says nothing about what exists."""
    clip = Clip.objects.select_related("owner").filter(clip_id=clip_id).first()
    if clip is None or not moderation.may_watch(request.user, clip):
        raise Http404
    return clip


@require_GET
def clip(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """A clip's page: for its moderator, its speaker or its audience."""
    try:
        found = clip_for(request, clip_id)
    except Http404:
        if request.user.is_authenticated:
            raise
        return redirect_to_login(request.get_full_path())
    if isinstance(request.user, User) and moderation.may_moderate(request.user):
        _note_that_it_is_looked_at(found, request.user)
        return _moderator_page(request, found)
    return render(request, "portal/clip.html", {"clip": found, "own": found.owner_id == request.user.pk})


def _note_that_it_is_looked_at(clip: Clip, moderator: User) -> None:
    """Two moderators may open it in the same moment: then the other one has noted it."""
    try:
        moderation.look_at(clip, moderator)
    except moderation.ModerationRefused:
        clip.refresh_from_db()


def _moderator_page(
    request: HttpRequest, clip: Clip, *, problem: str = "", note: str = "", status: int = 200
) -> HttpResponse:
    words = {"clip": clip, "problem": problem, "note": note, "events": clip.events.select_related("actor")}
    return render(request, "portal/moderate.html", words, status=status)


@require_POST
@for_moderators
def publish(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The moderator pressed Publish."""
    found = clip_for(request, clip_id)
    assert isinstance(request.user, User)
    try:
        moderation.publish(found, request.user)
    except moderation.ModerationRefused as refused:
        return _moderator_page(request, found, problem=str(refused), status=409)
    messages.success(request, f"“{found.title}” is published.")
    return redirect("clip", found.clip_id)


@require_POST
@for_moderators
def send_back(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The moderator pressed Send back."""
    found = clip_for(request, clip_id)
    note = request.POST.get("note", "")
    assert isinstance(request.user, User)
    try:
        moderation.send_back(found, request.user, note)
    except moderation.ModerationRefused as refused:
        return _moderator_page(request, found, problem=str(refused), note=note, status=409)
    messages.success(request, f"“{found.title}” was sent back, with your note.")
    return redirect("queue")


# -- letting a computer in ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def device(request: HttpRequest) -> HttpResponse:
    """Type the code, see which computer asks, allow it or not. Opening the page with a code never allows anything."""
    assert isinstance(request.user, User)
    who = str(request.user.pk)
    if request.method == "GET":
        code = show_user_code(read_user_code(request.GET.get("code", "")))
        return render(request, "portal/device.html", {"form": CodeForm(who=who, initial={"code": code})})
    form = CodeForm(request.POST, who=who)
    if not form.is_valid():
        return render(request, "portal/device.html", {"form": form}, status=400)
    return _decide(request, form.computer, request.user)


def _decide(request: HttpRequest, computer: Computer, user: User) -> HttpResponse:
    """The second half: the answer, or the question."""
    answer = request.POST.get("answer")
    code = show_user_code(computer.grant.user_code if computer.grant else "")
    if answer == "allow":
        pairing.allow(computer, user)
    elif answer == "refuse":
        pairing.refuse(computer, user)
    else:
        return render(request, "portal/device_ask.html", {"computer": computer, "code": code})
    return render(request, "portal/device_done.html", {"computer": computer, "allowed": answer == "allow"})
