"""Pages about comments and plays: writing one, seeing one's own by its code, and the moderators' desk."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import comments, plays, words
from portal.codes import show_private_code
from portal.forms import PrivateCodeForm
from portal.models import Clip, Comment, CommentState, Stage
from portal.pages import clip_for, for_moderators
from portal.watching import display_name, watch_page

# -- everybody ------------------------------------------------------------------------------------------------------


def _published(request: HttpRequest, clip_id: UUID) -> Clip:
    """A published clip that the viewer may watch; raises Http404."""
    found = clip_for(request, clip_id)
    if found.stage != Stage.PUBLISHED:
        raise Http404
    return found


@require_POST
@never_cache
def add(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """Somebody wrote a comment. The answer shows the private code; nothing of it is kept in a cookie or a session."""
    clip = _published(request, clip_id)
    typed = {name: request.POST.get(name, "") for name in ("text", "name", "signed", "ticket")}
    signed = bool(typed["signed"]) and isinstance(request.user, User)
    name = display_name(request.user) if signed and isinstance(request.user, User) else typed["name"]
    answer = request.POST.get("answer", "")
    try:
        code = comments.add(clip, typed["text"], ticket=typed["ticket"], answer=answer, name=name, signed=signed)
    except comments.CommentRefused as refused:
        return watch_page(request, clip, problem=str(refused), typed=typed, status=refused.status)
    return render(request, "portal/comment_done.html", {"clip": clip, "code": show_private_code(code)})


@require_POST
def view(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The page's script: the clip has been played for some seconds."""
    plays.count(_published(request, clip_id), request.POST.get("ticket", ""), at_least_s=plays.SECONDS)
    return HttpResponse(status=204)


@require_GET
def play(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """Without script: where the player looks for the film when somebody presses play, and only then."""
    plays.count(_published(request, clip_id), request.GET.get("ticket", ""))
    return redirect("media", clip_id)


@require_http_methods(["GET", "POST"])
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The writer types the private code, sees how the comment stands, and may take it back."""
    if request.method == "GET":
        return render(request, "portal/my_comment.html", {"form": _code_form()})
    form = _code_form(request)
    if not form.is_valid():
        return render(request, "portal/my_comment.html", {"form": form}, status=400)
    comment = form.found
    if request.POST.get("answer") == "take back":
        comments.take_back(comment)
        return render(request, "portal/my_comment_gone.html")
    shown = {"comment": comment, "code": show_private_code(form.cleaned_data["code"])}
    return render(request, "portal/my_comment_shown.html", shown)


def _code_form(request: HttpRequest | None = None) -> PrivateCodeForm[Comment]:
    data = None if request is None else request.POST
    return PrivateCodeForm(data, what="comment", find=comments.find, unknown=words.UNKNOWN_COMMENT)


# -- moderators -----------------------------------------------------------------------------------------------------

Deed = Callable[[HttpRequest, Comment, User], str]
"""What a moderator does; the sentence that says so."""


def _find(comment_id: int) -> Comment:
    found = Comment.objects.select_related("clip").filter(pk=comment_id).first()
    if found is None:
        raise Http404
    return found


@require_GET
@for_moderators
def comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """A comment that a moderator reads, who has it from then on."""
    found = _find(comment_id)
    assert isinstance(request.user, User)
    try:
        comments.look_at(found, request.user)
    except comments.CommentRefused as gone:
        raise Http404 from gone
    return _page(request, found)


def _page(
    request: HttpRequest, comment: Comment, *, problem: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    comment = _find(comment.pk)
    held = comment.held if comment.state == CommentState.WAITING else None
    facts = {
        "comment": comment,
        "held": held,
        "mine": held is not None and held.moderator_id == request.user.pk,
        "may_undo": comments.may_undo(comment),
        "problem": problem,
        "reason": reason,
        "events": comment.events.select_related("actor"),
    }
    return render(request, "portal/comment.html", facts, status=status)


def _does(deed: Deed) -> Callable[..., HttpResponse]:
    """The view of one deed: done and back to the desk, or the page again with the sentence why not."""

    @require_POST
    @for_moderators
    @wraps(deed)
    def view(request: HttpRequest, comment_id: int) -> HttpResponse:
        found = _find(comment_id)
        found.state = request.POST.get("state", found.state)
        assert isinstance(request.user, User)
        try:
            done = deed(request, found, request.user)
        except comments.CommentRefused as refused:
            reason = request.POST.get("reason", "")
            return _page(request, found, problem=str(refused), reason=reason, status=refused.status)
        messages.success(request, done)
        return redirect("queue")

    return view


@_does
def approve(request: HttpRequest, comment: Comment, moderator: User) -> str:
    """Everybody can read it."""
    comments.approve(comment, moderator)
    return f"The comment on “{comment.clip.title}” is on its page."


@_does
def refuse(request: HttpRequest, comment: Comment, moderator: User) -> str:
    """Nobody can read it, and its writer is told why."""
    comments.refuse(comment, moderator, request.POST.get("reason", ""))
    return f"The comment on “{comment.clip.title}” is not on its page. Its writer can read why."


@_does
def put_back(request: HttpRequest, comment: Comment, moderator: User) -> str:
    """Left to others."""
    comments.put_back(comment, moderator)
    return "The comment is waiting again, for you or anybody else."


@_does
def undo(request: HttpRequest, comment: Comment, moderator: User) -> str:
    """Undone."""
    comments.undo(comment, moderator)
    return "That is undone: the comment is waiting again."
