"""What there is to say about a take once it is closed: its sound, its gaps, what is missing of it. Pure; no Qt.

Nobody is alarmed for trifles: gaps of less than half a second are not told, nor what is lost of a take when it is less
than a second and less than a hundredth of it.
"""

from dataclasses import dataclass

from capture.model import Gap, Missing, TakeReport
from diary_app import phrases
from ui import words

SHORTEST_GAP_S = 0.5
NOTICED_S = 1.0
NOTICED_SHARE = 0.01
LEAST_S = 0.5
"""A hundredth of a few seconds is nothing."""
TOLD = 3
"""So many gaps are told one by one; the others are only marked."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A gap on the film strip, in seconds of the take."""

    start_s: float
    end_s: float
    word: str
    sentence: str


def marks(report: TakeReport) -> tuple[Mark, ...]:
    """The gaps worth marking, earliest first."""
    noticed = (gap for gap in report.gaps if _noticed(gap))
    return tuple(Mark(gap.start_s, gap.end_s, words.GAP_WORDS[gap.missing], _sentence(gap)) for gap in noticed)


def notes(report: TakeReport) -> str:
    """Gaps and losses in one paragraph; empty when there is nothing to say."""
    found = marks(report)
    told = [mark.sentence for mark in found[:TOLD]]
    if len(found) > TOLD:
        told.append(words.GAPS_MORE.format(count=len(found) - TOLD))
    return " ".join((*told, *_losses(report)))


def _noticed(gap: Gap) -> bool:
    return gap.missing is Missing.ASLEEP or gap.end_s - gap.start_s >= SHORTEST_GAP_S


def _sentence(gap: Gap) -> str:
    start = phrases.clock(gap.start_s)
    if gap.missing is Missing.ASLEEP:
        return words.GAP_ASLEEP.format(start=start, length=phrases.spoken(max(1.0, gap.outside_s)))
    end = phrases.clock(max(gap.end_s, gap.start_s + 1.0))  # never from 0:10 to 0:10
    return words.GAP_SENTENCES[gap.missing].format(start=start, end=end)


def _gap_s(report: TakeReport, *causes: Missing) -> float:
    return sum(gap.end_s - gap.start_s for gap in report.gaps if gap.missing in causes and _noticed(gap))


def _losses(report: TakeReport) -> list[str]:
    """What is missing in small pieces, beside the gaps that are told of already."""
    told = []
    away_s = _gap_s(report, Missing.CAMERA, Missing.ENCODER)
    lost = report.lost
    frames = lost.device + lost.queue + lost.encoder
    if report.frames_captured:
        pictures_s = frames / report.frames_captured * report.seconds - away_s
        if _is_noticed(pictures_s, report.seconds):
            busy = lost.queue + lost.encoder > lost.device - away_s * report.frames_captured / report.seconds
            sentence = words.LOST_PICTURES_BUSY if busy else words.LOST_PICTURES_CAMERA
            told.append(sentence.format(length=_about(pictures_s)))
    sound_s = report.sound_lost_s - _gap_s(report, Missing.MICROPHONE, Missing.ENCODER)
    if _is_noticed(sound_s, report.seconds):
        told.append(words.LOST_SOUND.format(length=_about(sound_s)))
    return told


def _is_noticed(lost_s: float, seconds: float) -> bool:
    return lost_s > NOTICED_S or (lost_s > LEAST_S and lost_s > NOTICED_SHARE * seconds)


def _about(seconds: float) -> str:
    return (
        words.ABOUT_LENGTH.format(length=phrases.spoken(round(seconds))) if seconds >= 1 else words.LESS_THAN_A_SECOND
    )
