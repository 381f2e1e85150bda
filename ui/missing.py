"""What is still missing before a clip may be sent: a pure rule over the answers. No Qt."""

from dataclasses import dataclass

from diary_app.clip import About
from ui import words


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, and the field that it is about."""

    text: str
    field: str
    """Object name of the field to go to."""


def missing(about: About) -> tuple[Missing, ...]:
    """Everything that is missing, in the order of the screen; the first person is the speaker."""
    found: list[Missing] = []
    if not about.title.strip():
        found.append(Missing(words.MISSING_TITLE, "title"))
    if not about.people or not about.people[0].agrees:
        found.append(Missing(words.MISSING_ME, "agree-0"))
    for number, person in enumerate(about.people[1:], start=1):
        if not person.name.strip():
            found.append(Missing(words.MISSING_NAME, f"person-{number}"))
        if not person.agrees:
            name = person.name.strip() or words.THE_OTHER
            found.append(Missing(words.MISSING_OTHER.format(name=name), f"agree-{number}"))
    return tuple(found)
