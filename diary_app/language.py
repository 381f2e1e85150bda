"""The language of the screens: English stands in the source, other languages in catalogues of gettext's text form.

How new words become translatable:

- A constant of a words module: `WELCOME = _("Welcome")`. The language is chosen before the first words module is
  imported (`choose`, called by ui/launch.py), so a constant is what people read. One whole sentence a constant, with
  placeholders by name (`_("Room for {room}")`, then `.format(room=…)`); never two halves put together.
- A sentence with a count: `SENT = Plural("{number} clip was sent", "{number} clips were sent")`, then `SENT.of(3)`.
  Never `ONE if n == 1 else MANY`: Welsh has six forms.
- A sentence that another module makes, and that is shown by its `str(error)`: write it plainly in English, with
  placeholders as in any f-string. Nothing is marked there, and the log, the command line and the catalogue of clips
  stay English. `shown(sentence)` finds it again where it is shown (Banner does so by itself); tests/support/wording.py
  gathers such sentences from capture, upload and diary_app.
- Then: `./scripts/words` adds the new entries to assets/words/LANGUAGE/diary.po, and a test fails until each one is
  translated there.

The command line chooses no language, so it speaks English. The choice stands in the environment of this process, where
its children find it too. Any thread.
"""

import gettext
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ENGLISH = "en"
LANGUAGES = {"en": "English", "cy": "Cymraeg"}
"""The languages that there are, each by its own name."""
CHOSEN = "DIARY_LANGUAGE"
"""The environment variable that holds the choice of this process."""
FEWEST_LETTERS = 12
"""A sentence with less fixed text than this around its placeholders is not looked for: it would fit anything."""


def choose(*wanted: str) -> str:
    """Speak the first of these languages that there is, else English; returns it. Before any words module is imported.

    wanted: as systems write them ("cy", "cy-GB", "cy_GB.UTF-8"); empty ones count for nothing.
    """
    found = next((code for each in wanted if (code := re.split(r"[-_.@]", each)[0].lower()) in LANGUAGES), ENGLISH)
    os.environ[CHOSEN] = found
    return found


def chosen() -> str:
    """The language of this process."""
    return os.environ.get(CHOSEN, ENGLISH)


def _(english: str, about: str = "") -> str:
    """These words in the language of this process; English where the catalogue has none.

    about: tells two meanings of the same English words apart, for the translator.
    """
    book = _book(chosen())
    return book.pgettext(about, english) if about else book.gettext(english)


@dataclass(frozen=True, slots=True)
class Plural:
    """A sentence with a count in it, as English has it for one and for more; `{number}` is the count."""

    one: str
    many: str

    def of(self, number: int, **values: object) -> str:
        """The sentence for this count; values: what its other placeholders stand for."""
        return _book(chosen()).ngettext(self.one, self.many, number).format(number=number, **values)


def shown(sentence: str) -> str:
    """A sentence of ours as the user reads it: errors, and what was kept in English. Anything else comes back.

    Several sentences that were put together are found one after the other.
    """
    if chosen() == ENGLISH or not sentence:
        return sentence
    whole = _known(sentence)
    if whole is not None:
        return whole
    ends = [found.end() for found in re.finditer(r"[.?!]”? ", sentence)]
    for end in reversed(ends):
        first = _known(sentence[:end].rstrip())
        if first is not None:
            return f"{first} {shown(sentence[end:])}"
    return sentence[: ends[0]] + shown(sentence[ends[0] :]) if ends else sentence


def _known(sentence: str) -> str | None:
    """The translation of one entry, also of one that was made from a template; its values are translated too."""
    translation = _book(chosen()).gettext(sentence)
    if translation != sentence:
        return translation
    for pattern, template in _templates(chosen()):
        if found := pattern.fullmatch(sentence):
            return template.format(**{name: shown(value) for name, value in found.groupdict().items()})
    return None


@cache
def _templates(language: str) -> Sequence[tuple[re.Pattern[str], str]]:
    """Every entry with placeholders, as a pattern and its translation; the one with the most fixed text first."""
    found: list[tuple[int, re.Pattern[str], str]] = []
    for entry in _catalogue(language):
        english, translation = entry.id, entry.string
        if not isinstance(english, str) or not isinstance(translation, str) or not translation or entry.context:
            continue
        pieces = re.split(r"\{(\w+)\}", english)
        fixed = sum(map(len, pieces[::2]))
        if len(pieces) > 1 and fixed >= FEWEST_LETTERS:
            found.append((fixed, re.compile(_pattern(pieces), re.DOTALL), translation))
    return [(pattern, translation) for _fixed, pattern, translation in sorted(found, key=lambda each: -each[0])]


def _pattern(pieces: Sequence[str]) -> str:
    """A pattern for fixed text at even places and names of placeholders between; the same name is the same value."""
    pattern, seen = "", set[str]()
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            pattern += re.escape(piece)
        else:
            pattern += f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)"
            seen.add(piece)
    return pattern


def words_file(name: str) -> str:
    """A text of assets/words in the language of this process; the English one where it has none."""
    folder = resources.files("assets").joinpath("words")
    own = folder.joinpath(chosen(), name)
    return (own if own.is_file() else folder.joinpath(name)).read_text(encoding="utf-8")


def day_words(day: date, *, year: bool = False) -> str:
    """A day as people say it: 3 May, or 3 May 2026."""
    return _dated(day, "d MMMM y" if year else "d MMMM")


def moment_words(moment: datetime) -> str:
    """A moment as people say it: Tuesday 3 May, 14:05. In the moment's own time zone."""
    return _dated(moment, "EEEE d MMMM, HH:mm")


def _dated(day: date, pattern: str) -> str:
    """Babel knows the names of days and months, whatever the system's own setting is."""
    from babel.dates import format_date, format_datetime  # takes some 20 ms: most starts need no date

    if isinstance(day, datetime):
        return format_datetime(day, pattern, locale=chosen())
    return format_date(day, pattern, locale=chosen())


@cache
def _book(language: str) -> gettext.NullTranslations:
    """The translations of a language; English has none."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _catalogue(language: str) -> "Catalog":
    """The catalogue as it stands in assets/words."""
    from babel.messages.pofile import read_po

    text = resources.files("assets").joinpath("words", language, "diary.po").read_text(encoding="utf-8")
    return read_po(io.StringIO(text), locale=language)
