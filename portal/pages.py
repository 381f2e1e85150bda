"""The pages: what everybody sees, what moderators see, and where a computer is let in."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import comments, moderation, pairing
from portal.codes import read_user_code, show_user_code
from portal.forms import CodeForm, SignInForm
from portal.models import Audience, Clip, Computer, Stage
from portal.watching import said_about, watch_page, with_figures

DEALT_WITH = 20
COMMENTS_SHOWN = 50
View = Callable[..., HttpResponse]


class SignInView(LoginView):
    """Name and password."""

    template_name = "portal/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Answer what a form asks, and nothing else."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return super().dispatch(request, *args, **kwargs)


@require_http_methods(["GET", "POST"])
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin pages have no sign-in page of their own: ours rests after wrong passwords, and theirs does not."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", reverse("admin:index")))


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
    """What came in, longest waiting first, by who has it; and what was dealt with lately."""
    clips = Clip.objects.select_related("owner", "claim__moderator")
    waiting = list(clips.filter(stage__in=moderation.OPEN).order_by("received_at"))
    lists = {
        "mine": [clip for clip in waiting if clip.held and clip.held.moderator_id == request.user.pk],
        "free": [clip for clip in waiting if not clip.held],
        "others": [clip for clip in waiting if clip.held and clip.held.moderator_id != request.user.pk],
        "done": with_figures(clips.exclude(stage__in=moderation.OPEN)).order_by("-received_at")[:DEALT_WITH],
        "comments": comments.waiting()[:COMMENTS_SHOWN],
        "comments_waiting": comments.waiting().count(),
        "comments_done": comments.dealt_with()[:DEALT_WITH],
    }
    return render(request, "portal/queue.html", lists)


def clip_for(request: HttpRequest, clip_id: UUID) -> Clip:
    """The clip, if the viewer may have its film; raises Http404, which says nothing about what exists."""
    return find_clip(request, clip_id, moderation.may_watch)


def find_clip(request: HttpRequest, clip_id: UUID, may: Callable[[moderation.Viewer, Clip], bool]) -> Clip:
    """The clip, if `may` says so for this viewer; raises Http404."""
    clip = Clip.objects.select_related("owner", "claim").filter(clip_id=clip_id).first()
    if clip is None or not may(request.user, clip):
        raise Http404
    return clip


@require_GET
def clip(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """A clip's page: for its moderator, its speaker or its audience."""
    try:
        found = find_clip(request, clip_id, moderation.may_see)
    except Http404:
        if request.user.is_authenticated:
            raise
        return redirect_to_login(request.get_full_path())
    if isinstance(request.user, User) and moderation.may_moderate(request.user):
        moderation.look_at(found, request.user)
        return _moderator_page(request, found)
    return watch_page(request, found)


def _moderator_page(
    request: HttpRequest, clip: Clip, *, problem: str = "", note: str = "", status: int = 200
) -> HttpResponse:
    """As it stands now. `note` is what was typed and not sent: it is shown again, so that nobody types it twice."""
    clip.refresh_from_db()
    waits = clip.stage in moderation.OPEN
    held = clip.held if waits else None
    facts = {
        **said_about(request, clip),
        "clip": clip,
        "held": held,
        "mine": held is not None and held.moderator_id == request.user.pk,
        "own": clip.owner_id == request.user.pk,
        "waits": waits,
        "problem": problem,
        "note": note,
        "before": moderation.note_before(clip) if waits else None,
        "events": clip.events.select_related("actor"),
    }
    return render(request, "portal/moderate.html", facts, status=status)


def _as_seen(request: HttpRequest, clip_id: UUID) -> tuple[Clip, User]:
    """The clip at the stage and sending that the moderator's page showed at the press of the button; the moderator."""
    found = find_clip(request, clip_id, moderation.may_see)
    found.stage = request.POST.get("stage", found.stage)
    found.sending = _number(request.POST.get("sending", str(found.sending)))
    assert isinstance(request.user, User)
    return found, request.user


@require_POST
@for_moderators
def publish(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The moderator pressed Publish."""
    found, moderator = _as_seen(request, clip_id)
    try:
        moderation.publish(found, moderator)
    except moderation.ModerationRefused as refused:
        return _moderator_page(request, found, problem=str(refused), status=409)
    messages.success(request, f"“{found.title}” is published.")
    return redirect("clip", found.clip_id)


@require_POST
@for_moderators
def send_back(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The moderator pressed Send back."""
    found, moderator = _as_seen(request, clip_id)
    note = request.POST.get("note", "")
    try:
        moderation.send_back(found, moderator, note)
    except moderation.ModerationRefused as refused:
        return _moderator_page(request, found, problem=str(refused), note=note, status=409)
    messages.success(request, f"“{found.title}” was sent back, with your note.")
    return redirect("queue")


@require_POST
@for_moderators
def put_back(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The moderator leaves it to somebody else."""
    found, moderator = _as_seen(request, clip_id)
    try:
        moderation.put_back(found, moderator)
    except moderation.ModerationRefused as refused:
        return _moderator_page(request, found, problem=str(refused), status=409)
    messages.success(request, f"“{found.title}” is waiting again, for you or anybody else.")
    return redirect("queue")


@require_http_methods(["GET", "POST"])
@for_moderators
def take_over(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """Somebody else has it: ask first. Opening the question changes nothing."""
    found, moderator = _as_seen(request, clip_id)
    held = found.held
    if request.method == "GET":
        if found.stage not in moderation.OPEN or held is None or held.moderator_id == moderator.pk:
            return redirect("clip", found.clip_id)
        return render(request, "portal/take_over.html", {"clip": found, "held": held})
    try:
        moderation.take_over(found, moderator, claim_id=_number(request.POST.get("claim", "")))
    except moderation.ModerationRefused as refused:
        return _moderator_page(request, found, problem=str(refused), status=409)
    return redirect("clip", found.clip_id)


def _number(text: str) -> int:
    """0, which is no claim's number, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_POST
@for_moderators
def keep(request: HttpRequest, clip_id: UUID) -> JsonResponse:
    """The page's script: the moderator still has it open. 409 with a sentence where somebody else has it now."""
    found, moderator = _as_seen(request, clip_id)
    try:
        moderation.keep(found, moderator)
    except moderation.ModerationRefused as refused:
        return JsonResponse({"message": str(refused)}, status=409)
    return JsonResponse({})


@require_POST
@for_moderators
def note(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """A line for the other moderators."""
    found, moderator = _as_seen(request, clip_id)
    try:
        moderation.add_note(found, moderator, request.POST.get("text", ""))
    except moderation.ModerationRefused as refused:
        return _moderator_page(request, found, problem=str(refused), status=409)
    return redirect(f"{reverse('clip', args=[found.clip_id])}#history")


# -- the speaker ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def withdraw(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The speaker takes a clip back: the question, then the deed. Nobody else can, whatever they may see."""
    found = find_clip(request, clip_id, moderation.may_see)
    if found.owner_id != request.user.pk:
        raise PermissionDenied
    if request.method == "GET" and found.stage != Stage.WITHDRAWN:
        return render(request, "portal/withdraw.html", {"clip": found})
    if request.method == "POST":
        assert isinstance(request.user, User)
        moderation.withdraw(found, request.user)
    return redirect("clip", found.clip_id)


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
