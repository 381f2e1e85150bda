"""Captions of a clip, as its speaker approved them: taken in as strict WebVTT, and given to whoever may watch the clip.

`PUT /api/clips/<id>/captions` replaces what was there; the same again changes nothing. Only what is plain is taken: a
time and rows of text, no settings, styles, regions or tags. What is kept is written anew from what was understood.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal import api, words
from portal import caption_words as says
from portal.models import Clip, Stage
from portal.pages import clip_for

LARGEST = 1_000_000
"""Bytes; an hour of quick speech is a tenth of it."""
MOST_CUES = 10_000
MOST_ROWS = 3
LONGEST_ROW = 100
TYPE = "text/vtt"
PARAGRAPH_MS = 2000
"""A silence of so long begins a new paragraph of the transcript."""
_TIME = re.compile(r"(\d{2,3}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,3}):([0-5]\d):([0-5]\d)\.(\d{3})", re.ASCII)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ENTITY = re.compile("|".join(_ENTITIES))


class NotWebVTT(Exception):
    """The text is not as it should be; the message says what, with the number of the cue where there is one."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: thousandths of a second, and its rows as people read them."""

    start: int
    end: int
    rows: tuple[str, ...]


# -- WebVTT (W3C), the plain part of it -----------------------------------------------------------------------------


def parse(text: str) -> list[Cue]:
    """The cues of a file. Raises NotWebVTT."""
    head, *blocks = re.split(r"\n{2,}", text.replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
    if head != "WEBVTT":
        raise NotWebVTT("it does not begin with WEBVTT and an empty line.")
    if len(blocks) > MOST_CUES:
        raise NotWebVTT(f"more than {MOST_CUES} cues.")
    cues: list[Cue] = []
    for number, block in enumerate(blocks, 1):
        cue = _cue(block.split("\n"), number)
        if cues and cue.start < cues[-1].start:
            raise NotWebVTT(f"cue {number} begins before the one before it.")
        cues.append(cue)
    return cues


def _cue(lines: list[str], number: int) -> Cue:
    if len(lines) > 1 and "-->" not in lines[0] and re.fullmatch(r"\d{1,6}", lines[0], re.ASCII):
        lines = lines[1:]
    times = _TIME.fullmatch(lines[0])
    if times is None:
        raise NotWebVTT(f"cue {number} has no time such as 00:00:01.000 --> 00:00:02.500, and nothing else.")
    start, end = _thousandths(*times.groups()[:4]), _thousandths(*times.groups()[4:])
    if end <= start:
        raise NotWebVTT(f"cue {number} ends before it begins.")
    rows = tuple(_row(line, number) for line in lines[1:])
    if not 1 <= len(rows) <= MOST_ROWS:
        raise NotWebVTT(f"cue {number} has no text, or more than {MOST_ROWS} rows.")
    return Cue(start, end, rows)


def _thousandths(hours: str, minutes: str, seconds: str, rest: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)


def _row(line: str, number: int) -> str:
    if "<" in line or "-->" in line or "&" in _ENTITY.sub("", line):
        raise NotWebVTT(f"cue {number} has a tag, an arrow or a bare “&” in its text.")
    row = _ENTITY.sub(lambda found: _ENTITIES[found[0]], line)
    if not row.strip() or len(row) > LONGEST_ROW or not row.isprintable():
        raise NotWebVTT(f"cue {number} has a row that is empty, too long, or holds signs that nobody can read.")
    return row


def write(cues: list[Cue]) -> str:
    """The file of these cues; empty where there is none."""
    blocks = [f"{_time(cue.start)} --> {_time(cue.end)}\n" + "\n".join(map(_escaped, cue.rows)) for cue in cues]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n" if blocks else ""


def _time(thousandths: int) -> str:
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _escaped(row: str) -> str:
    return row.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def paragraphs(text: str) -> list[str]:
    """The transcript of captions that are kept, in paragraphs."""
    found: list[list[str]] = []
    end = 0
    for cue in parse(text) if text else ():
        if not found or cue.start - end >= PARAGRAPH_MS:
            found.append([])
        found[-1] += cue.rows
        end = cue.end
    return [" ".join(rows) for rows in found]


# -- what the app asks ----------------------------------------------------------------------------------------------


@api.for_accounts("PUT")
def put(request: HttpRequest, user: User, clip_id: str) -> JsonResponse:
    """The captions that the speaker approved, of the file with the SHA-256 in If-Match."""
    if request.content_type != TYPE:
        return api.refusal(415, "not_vtt", says.NO_VTT)
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return api.refusal(413, "too_large", says.TOO_LARGE)
    try:
        text = write(parse(request.read(LARGEST + 1).decode("utf-8")))
    except UnicodeDecodeError:
        return api.refusal(400, "not_webvtt", says.NOT_WEBVTT.format(what="it is not UTF-8."))
    except NotWebVTT as error:
        return api.refusal(400, "not_webvtt", says.NOT_WEBVTT.format(what=error))
    with transaction.atomic():
        return _keep(request, user, clip_id, text)


def _keep(request: HttpRequest, user: User, clip_id: str, text: str) -> JsonResponse:
    """Under a lock on the row: it may be withdrawn, or replaced by its next sending, in this very moment."""
    clip = _locked(user, clip_id)
    if clip is None:
        return api.refusal(404, "no_such_clip", words.NO_SUCH_CLIP)
    if clip.stage == Stage.WITHDRAWN:
        return api.refusal(409, "withdrawn", says.WITHDRAWN)
    if not clip.whole:
        return api.refusal(404, "not_whole_yet", words.NOT_WHOLE_YET)
    if request.headers.get("If-Match", f'"{clip.sha256}"') != f'"{clip.sha256}"':
        return api.refusal(412, "other_file", says.OTHER_FILE)
    if clip.captions != text:
        clip.captions, clip.captions_at = text, timezone.now() if text else None
        clip.save(update_fields=["captions", "captions_at"])
    return JsonResponse({"clip_id": str(clip.clip_id), "cues": text.count(" --> ")})


def _locked(user: User, clip_id: str) -> Clip | None:
    try:
        return Clip.objects.select_for_update().filter(clip_id=UUID(clip_id), owner=user).first()
    except ValueError:
        return None


# -- what a page asks -----------------------------------------------------------------------------------------------


@require_safe
def track(request: HttpRequest, clip_id: UUID) -> HttpResponse:
    """The captions of a clip, for those who may watch it."""
    clip = clip_for(request, clip_id)
    if not clip.captions:
        raise Http404
    headers = {"Cache-Control": "private, no-cache"}  # a clip can be withdrawn: ask each time
    return HttpResponse(clip.captions, content_type=f"{TYPE}; charset=utf-8", headers=headers)
