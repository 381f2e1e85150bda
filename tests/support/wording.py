"""Every English word that a user of the app reads, found in the source, and the catalogues brought up to it.

`python -m tests.support.wording` (or ./scripts/words) writes the catalogues again: new entries are added, those that
nobody says any more are taken out, and it tells how many have no translation yet.
"""

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

REPOSITORY = Path(__file__).resolve().parents[2]
CATALOGUES = REPOSITORY / "assets" / "words"
PACKAGES = ("ui", "diary_app", "capture", "upload")
NOT_ON_A_SCREEN = {
    "diary_app/cli": "what the command line alone says; it speaks English",
    "diary_app/delivery/plain_delivery.py": "`diary send --tus`",
    "diary_app/editing/compress.py": "`diary render --size`",
    "diary_app/editing/finish.py": "`diary render`: where the new file goes",
    "diary_app/editing/files.py": "`diary render`: where the new file goes",
    "diary_app/editing/ranges.py": "`diary render --trim`",
    "diary_app/editing/songs.py": "`diary render --cover`",
    "diary_app/editing/to_size.py": "`diary render --size`",
    "upload/plain.py": "`diary send --tus`",
}
"""Places whose sentences no screen shows, and why."""
PORTAL = "portal/words.py"
TO_THE_APP = (("NOT_SIGNED_IN", "UNKNOWN_CODE"), ("CANNOT_PLAY", "STALE_FORM"))
"""The portal's sentences that travel to the app: from the first of these constants to before the second."""
SENTENCE = re.compile(r"[A-Z“{].* .*[.?!]”?\s?")
NO_SENTENCE = re.compile(r"[A-Z]{2}|.* \?")
"""Of a database."""
PLACEHOLDER = re.compile(r"\{(\w*)\}")

Key = str | tuple[str, str]
"""A text, or its forms for one and for more."""


@dataclass
class Found:
    """Where a text is said, in the order of the source."""

    context: str | None = None
    places: list[str] = field(default_factory=list)


@cache
def gather() -> dict[Key, Found]:
    """Every text for users, with the files that hold it."""
    found: dict[Key, Found] = {}
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            _gather_file(path, found)
    _note(found, PORTAL, [(text, None) for text in _from_the_portal()])
    return found


def _gather_file(path: Path, found: dict[Key, Found]) -> None:
    place = path.relative_to(REPOSITORY).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"), place)
    marked = list(_marked(tree))
    plain = [] if place.startswith(("ui/", *NOT_ON_A_SCREEN)) else list(_sentences(tree))
    _note(found, place, marked + [(text, None) for text in plain])


def _note(found: dict[Key, Found], place: str, texts: Iterable[tuple[Key, str | None]]) -> None:
    for key, context in texts:
        entry = found.setdefault(key, Found(context))
        if place not in entry.places:
            entry.places.append(place)


def _marked(tree: ast.Module) -> Iterator[tuple[Key, str | None]]:
    """What stands in _(…) and Plural(…, …)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _is_marked(node):
            words = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            assert len(words) == len(node.args), f"line {node.lineno}: plain words must stand in {node.func.id}(…)"
            if node.func.id == "Plural":
                yield (words[0], words[1]), None
            else:
                yield words[0], words[1] if len(words) > 1 else None


def _sentences(tree: ast.Module) -> Iterator[str]:
    """Whole sentences that stand in the source of what knows no screen: the texts of errors, above all."""
    silent = _unread(tree)
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            text = template(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if SENTENCE.fullmatch(text) and not NO_SENTENCE.match(text):
            yield text.strip()


def _unread(tree: ast.Module) -> set[int]:
    """Docstrings, the log's lines, the pieces of f-strings, and what is marked."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        elif isinstance(node, ast.Assert) or _is_log(node) or _is_marked(node):
            silent |= {id(each) for each in ast.walk(node)}
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(each) for each in ast.walk(node) if each is not node}
    return silent


def _is_marked(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "Plural")


def _is_log(node: ast.AST) -> bool:
    of = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    return isinstance(of, ast.Name) and of.id == "log"


def template(node: ast.JoinedStr) -> str:
    """An f-string as a text with placeholders by name: the last name of what stands in each."""
    text, named = "", dict[str, str]()
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            text += str(piece.value)
        elif isinstance(piece, ast.FormattedValue):
            source = ast.unparse(piece.value)
            name = named.setdefault(source, _name(piece.value))
            if list(named.values()).count(name) > 1:
                name = named[source] = f"{name}{len(named)}"
            text += f"{{{name}}}"
    return text


def _name(value: ast.expr) -> str:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(func=of) | ast.Subscript(value=of):
            return _name(of)
    return "value"


def placeholders(text: str) -> set[str]:
    """The names of the placeholders of a text."""
    return set(PLACEHOLDER.findall(text))


def catalogue(language: str) -> Catalog:
    """The catalogue as it stands."""
    text = (CATALOGUES / language / "diary.po").read_text(encoding="utf-8")
    return read_po(io.StringIO(text), locale=language)


def _from_the_portal() -> Iterator[str]:
    """What it answers to the app."""
    told, ends = False, ""
    for node in ast.parse((REPOSITORY / PORTAL).read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name = node.targets[0].id
        if name in dict(TO_THE_APP):
            told, ends = True, dict(TO_THE_APP)[name]
        told = told and name != ends
        values = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
        yield from (str(each.value) for each in values if told and isinstance(each, ast.Constant))


def bring_up(language: str) -> int:
    """Write the catalogue with the same translations for what is said now; returns how many are missing."""
    path = CATALOGUES / language / "diary.po"
    said_now, kept = Catalog(), catalogue(language)
    for key, entry in gather().items():
        said_now.add(key, locations=[(place, 0) for place in entry.places], context=entry.context)
    kept.update(said_now, no_fuzzy_matching=True)
    head = path.read_text(encoding="utf-8").split("\n\n")[0].rstrip()
    body = io.BytesIO()
    write_po(body, kept, width=120, omit_header=True, include_lineno=False, ignore_obsolete=True)
    path.write_text(f"{head}\n\n{body.getvalue().decode().strip()}\n", encoding="utf-8")
    return sum(not translated(entry) for entry in kept if entry.id)


def translated(entry: Message) -> bool:
    """True where an entry has its translation, in all forms."""
    return bool(forms(entry)) and all(forms(entry))


def forms(entry: Message) -> tuple[str, ...]:
    """The translation, or one for each form of the plural."""
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def main() -> int:
    """Write every catalogue again."""
    for path in sorted(CATALOGUES.glob("*/diary.po")):
        print(f"{path.relative_to(REPOSITORY)}: {bring_up(path.parent.name)} without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
