"""The end-of-day sheet in words: for the screen, for a file, for whoever reads it aloud. Pure; no Qt."""

from diary_app.booth.sheet import Sheet, Tally
from diary_app.language import day_words, moment_words, shown
from ui import booth_words as words


def tally_lines(tally: Tally) -> list[tuple[str, str]]:
    """Each line of one column: its words and its number; what is still here is told apart below its sum."""
    lines = [
        (words.RECORDED, str(tally.recorded)),
        (words.RECEIVED, str(tally.received)),
        (words.STILL_HERE, str(tally.still_here)),
    ]
    lines += [(words.OF_THESE.format(why=words.HERE[why]), str(number)) for why, number in tally.here.items()]
    return [*lines, (words.BINNED, str(tally.binned))]


def sum_words(tally: Tally) -> str:
    """The sum in one line, for whoever checks it."""
    return words.ADDS_UP.format(
        recorded=tally.recorded, received=tally.received, here=tally.still_here, binned=tally.binned
    )


def warnings(sheet: Sheet, *, joined: bool) -> list[str]:
    """What the staff should know beside the numbers."""
    found = [] if joined else [words.NOT_JOINED]
    found += [words.DAMAGED.of(sheet.damaged)] if sheet.damaged else []
    return [*found, *map(shown, sheet.problems)]


def sheet_text(sheet: Sheet, *, joined: bool) -> str:
    """The sheet as a file."""
    lines = [f"{words.SHEET}: {sheet.event or words.BOOTH}", moment_words(sheet.at), ""]
    for heading, tally in ((words.TODAY, sheet.today), (words.WHOLE_EVENT, sheet.whole_event)):
        lines += [heading, *(f"  {text}: {number}" for text, number in tally_lines(tally)), f"  {sum_words(tally)}", ""]
    return "\n".join([*lines, *warnings(sheet, joined=joined)]).rstrip() + "\n"


def file_name(sheet: Sheet) -> str:
    """What the file is called."""
    return words.SHEET_FILE.format(day=day_words(sheet.at.date(), year=True))
