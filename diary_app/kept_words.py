"""English words for what comes back of a clip, and for how long its files stay here: shared by screens and commands."""

from datetime import date, datetime, timedelta

from diary_app import language
from diary_app.clip import Clip, Stage
from diary_app.keep_rule import KeepRule, moment
from diary_app.language import Plural, _

STAYS_UNTIL = _("Stays on this computer until {day}")
LEAVES_SOON = _("Will soon be removed from this computer")
STAYS_SHORT = _("Here until {day}")
LEAVES_SHORT = _("Removed soon")
REMOVED = _("Removed from this computer on {day}")
REMOVED_SHORT = _("Removed on {day}")
AS_ASKED = _("{removed}, as {portal} asks.")
THE_PORTAL = _("the portal")
PORTAL_HAS_IT = _("The portal has it.")
OWN_FILE = _("The file that you recorded stays where you put it.")
"""A take that was recorded to a place of the user's own."""
TAKEN_BACK = _("It was withdrawn: nobody can watch it any more.")
SENT_BACK_GONE = _("The recording is not on this computer any more. To hand in another one, record it again.")
VIEWS = Plural("{number} view", "{number} views")
NO_VIEWS = _("no views")
REPLIES = Plural("{number} reply", "{number} replies")
TOLD_STAGES = (Stage.RECEIVED, Stage.IN_REVIEW, Stage.PUBLISHED)


def day_words(day: date, today: date) -> str:
    """A day as people say it: 3 May; with its year where that is another one."""
    return language.day_words(day, year=day.year != today.year)


def figures(clip: Clip) -> str:
    """How a published clip is received: 12 views, 2 replies; empty where nothing is known."""
    if clip.stage is not Stage.PUBLISHED:
        return ""
    views = "" if clip.views is None else VIEWS.of(clip.views) if clip.views else NO_VIEWS
    replies = REPLIES.of(clip.replies) if clip.replies else ""
    return ", ".join(part for part in (views, replies) if part)


def stays(clip: Clip, rule: KeepRule, now: datetime, *, short: bool = False) -> str:
    """Until when its files stay; empty where no rule removes them, or they are gone. now: local time.

    short: for a line that has room for few words.
    """
    received = moment(clip.receipt.received_at) if clip.receipt is not None else None
    told = clip.stage in TOLD_STAGES and clip.removed_at is None
    if rule.days is None or received is None or not told:
        return ""
    until = (received + timedelta(days=rule.days)).astimezone(now.tzinfo).date()
    if until < now.date():
        return LEAVES_SHORT if short else LEAVES_SOON
    return (STAYS_SHORT if short else STAYS_UNTIL).format(day=day_words(until, now.date()))


def removed(clip: Clip, now: datetime, *, short: bool = False) -> str:
    """That its files are gone, for a line of a list; empty where they are here. now: local time."""
    if clip.removed_at is None:
        return ""
    return (REMOVED_SHORT if short else REMOVED).format(
        day=day_words(clip.removed_at.astimezone(now.tzinfo).date(), now.date())
    )


def removed_because(clip: Clip, portal: str, now: datetime) -> str:
    """The same with who asked for it; portal: its name, empty where it is not known."""
    if clip.removed_at is None:
        return ""
    return AS_ASKED.format(removed=removed(clip, now), portal=portal or THE_PORTAL)


def where_it_is(clip: Clip, *, own_file: bool) -> str:
    """Where a clip is whose files are gone from here. own_file: its take lies where its owner put it, and stays."""
    where = {Stage.WITHDRAWN: TAKEN_BACK, Stage.SENT_BACK: SENT_BACK_GONE}.get(clip.stage, PORTAL_HAS_IT)
    return f"{where} {OWN_FILE}" if own_file else where
