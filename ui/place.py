"""Where the user is: one small state. Pure; no Qt."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from diary_app.clip import Clip, ClipId, Kind, Stage


class Name(StrEnum):
    """The screens, in the order of the journey."""

    WELCOME = "welcome"
    HOME = "home"
    GET_READY = "get-ready"
    RECORDING = "recording"
    WATCH = "watch"
    ABOUT = "about"
    AS_OTHERS = "as-others"
    CAPTIONS = "captions"
    SENDING = "sending"
    CLIPS = "clips"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Place:
    """A screen, and the clip or the kind of clip that it is about."""

    name: Name
    clip_id: ClipId | None = None
    kind: Kind = Kind.VIDEO
    note: str = ""
    """A sentence to say on arrival: why the user is led there."""
    at_s: float = 0.0
    """Where in the clip, as it is kept, in seconds."""
    back: Name | None = None
    """Where Back leads, where that depends on where the user came from."""


HOME = Place(Name.HOME)


def back_from(place: Place) -> Place | None:
    """Where Back and Escape lead; None where they lead nowhere."""
    match place.name:
        case Name.HOME | Name.RECORDING:
            return None
        case Name.WELCOME:  # at the first start there is nowhere to go back to
            return Place(Name.SETTINGS) if place.note else None
        case Name.GET_READY | Name.WATCH | Name.CLIPS | Name.SENDING | Name.SETTINGS:
            return HOME
        case Name.ABOUT:
            return Place(Name.WATCH, place.clip_id)
        case Name.AS_OTHERS:
            return Place(Name.ABOUT, place.clip_id)
        case Name.CAPTIONS:
            return Place(place.back or Name.ABOUT, place.clip_id)
        case _:
            assert_never(place.name)


def place_of(clip: Clip) -> Place:
    """Where a clip that is pressed in a list opens: being made, or on its way."""
    on_its_way = clip.wanted or clip.stage not in (Stage.SAVED, Stage.RECORDING)
    return Place(Name.SENDING if on_its_way else Name.WATCH, clip.clip_id)
