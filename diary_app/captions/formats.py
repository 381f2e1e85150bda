"""Captions as files: WebVTT (W3C), SRT, and a transcript to read. Pure; any thread."""

from collections.abc import Sequence

from diary_app.captions.cues import Cue

PARAGRAPH_S = 2.0
"""A silence of so long begins a new paragraph of the transcript."""


def webvtt(cues: Sequence[Cue]) -> str:
    """The file that a browser's `track` reads; also without any caption a whole one."""
    blocks = [
        f"{number}\n{_time(start, '.')} --> {_time(end, '.')}\n" + "\n".join(map(_escaped, cue.rows))
        for number, (cue, start, end) in enumerate(_whole(cues), 1)
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def srt(cues: Sequence[Cue]) -> str:
    """The file that most players read."""
    blocks = [
        f"{number}\n{_time(start, ',')} --> {_time(end, ',')}\n" + "\n".join(map(_unarrowed, cue.rows))
        for number, (cue, start, end) in enumerate(_whole(cues), 1)
    ]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def transcript(cues: Sequence[Cue]) -> str:
    """Text to read, without times."""
    paragraphs: list[list[str]] = []
    before: Cue | None = None
    for cue in cues:
        if before is None or cue.start_s - before.end_s >= PARAGRAPH_S:
            paragraphs.append([])
        paragraphs[-1].append(cue.text)
        before = cue
    return "".join(" ".join(texts) + "\n\n" for texts in paragraphs).rstrip("\n") + "\n" if paragraphs else ""


def _whole(cues: Sequence[Cue]) -> list[tuple[Cue, int, int]]:
    """Each with its times in whole thousandths of a second, the end after the beginning."""
    times = [(cue, round(cue.start_s * 1000), round(cue.end_s * 1000)) for cue in cues]
    return [(cue, start, max(end, start + 1)) for cue, start, end in times]


def _time(thousandths: int, point: str) -> str:
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _escaped(row: str) -> str:
    """As WebVTT wants it: else a `<` begins a tag, and an arrow a time."""
    return row.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unarrowed(row: str) -> str:
    """SRT has no way to escape an arrow, which begins a time."""
    return row.replace("-->", "->")
