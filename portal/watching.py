"""The page of a clip as its audience and its speaker see it, with what colleagues said about it."""

from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal import comments, moderation, plays, tickets
from portal.models import Clip, CommentState, Plays, Stage


def watch_page(
    request: HttpRequest, clip: Clip, *, problem: str = "", typed: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """The page. `typed` is what was written and not kept: it is shown again, so that nobody types it twice."""
    own = clip.owner_id == request.user.pk
    counts = clip.stage == Stage.PUBLISHED and not own and not moderation.may_moderate(request.user)
    facts = {
        **said_about(request, clip, ticket=(typed or {}).get("ticket", "")),
        "clip": clip,
        "own": own,
        "slip": moderation.slip_of(clip) if own and clip.stage != Stage.WITHDRAWN else "",
        "play_ticket": plays.ticket(clip) if counts else "",
        "play_seconds": plays.SECONDS,
        "problem": problem,
        "typed": typed or {},
    }
    return render(request, "portal/clip.html", facts, status=status)


def said_about(request: HttpRequest, clip: Clip, *, ticket: str = "") -> dict[str, object]:
    """The comments that everybody can read, and what the form for another one needs."""
    if clip.stage != Stage.PUBLISHED:
        return {}
    return {
        "comments": clip.comments.filter(state=CommentState.APPROVED),
        "comment_ticket": ticket if comments.is_good(ticket, clip) else comments.ticket(clip),
        "work_bits": tickets.BITS,
        "longest": comments.LONGEST,
        "longest_name": comments.LONGEST_NAME,
        "my_name": display_name(request.user) if isinstance(request.user, User) else "",
    }


def display_name(user: User) -> str:
    """What a person is called where others read it."""
    return (user.get_full_name() or user.get_username())[: comments.LONGEST_NAME]


def with_figures(clips: QuerySet[Clip]) -> QuerySet[Clip]:
    """The same, each with `view_count` and `reply_count`: for lists."""
    watched = Plays.objects.filter(clip=OuterRef("pk")).order_by().values("clip").annotate(all=Sum("count"))
    approved = Count("comments", filter=Q(comments__state=CommentState.APPROVED))
    found: QuerySet[Clip] = clips.annotate(view_count=Subquery(watched.values("all")), reply_count=approved)
    return found
