"""The pictures of a take as packets: how many bytes each has, and a short film made of a few stretches of them.

Read from the tables of an MP4 where those are understood, and else by going through the file. Decodes nothing. Any
thread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from diary_app.clip import KeptRange
from diary_app.editing.errors import EditRefused
from diary_app.editing.frames import until_damage
from diary_app.editing.media import address, open_media, read_only
from diary_app.editing.mp4.read import NotUnderstood, read_tracks
from diary_app.editing.mp4.samples import Track
from diary_app.editing.probe import MediaFacts, video_of
from diary_app.editing.progress import Meter

Seconds: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

CHECK_EVERY = 1000
TICKS = 90_000


@dataclass(frozen=True, slots=True, eq=False)
class StoredFilm:
    """One entry for each picture, in the order of decoding."""

    at_s: Seconds
    """When it is shown: take time."""
    sizes: Numbers
    """Bytes."""
    keys: Flags
    """True where decoding may start."""
    offsets: Numbers | None
    """Bytes from the beginning of the file; None where only going through the file finds a packet."""

    def kept(self, keep: Sequence[KeptRange]) -> Flags:
        """True for the pictures in these ranges."""
        inside = np.zeros(len(self.at_s), np.bool_)
        for part in keep:
            inside |= (self.at_s >= part.start_s) & (self.at_s < part.end_s)
        return inside


def stored_film(take: Path, facts: MediaFacts, meter: Meter) -> StoredFilm:
    """Where every picture of a take lies. Raises as open_media() does, and EditStopped."""
    if facts.container == "mov":
        try:
            track = read_tracks(take).pictures
        except NotUnderstood:
            track = None
        if track is not None and len(track.sizes):
            return _of_track(track, facts)
    return _gone_through(take, facts, meter)


def _of_track(track: Track, facts: MediaFacts) -> StoredFilm:
    at_s = track.shown / track.timescale + float(track.begins) - facts.origin_s
    return StoredFilm(at_s, track.sizes, track.keys, track.offsets)


def _gone_through(take: Path, facts: MediaFacts, meter: Meter) -> StoredFilm:
    at_s, sizes, keys = list[float](), list[int](), list[bool]()
    for packet in _packets(take, meter):
        at_s.append(float((packet.pts or 0) * packet.time_base) - facts.origin_s)
        sizes.append(packet.size)
        keys.append(packet.is_keyframe)
    if not sizes:
        raise EditRefused(f"{take.name} is damaged: no picture in it can be shown. Try another copy of it.")
    return StoredFilm(np.array(at_s), np.array(sizes, np.int64), np.array(keys, np.bool_), None)


def _packets(take: Path, meter: Meter) -> Iterator["Packet[VideoStream]"]:
    """Every packet of the pictures that has a time."""
    with open_media(take) as media:
        video = video_of(media)
        if video is None:
            return
        read_only(media, video)
        for number, packet in enumerate(until_damage(media.demux(video))):
            if number % CHECK_EVERY == 0:
                meter.check()
            if packet.pts is not None and packet.size and not packet.is_discard:
                yield packet


def write_short_film(
    take: Path, film: StoredFilm, chosen: Sequence[range], out: Path, meter: Meter
) -> tuple[float, ...]:
    """Put stretches of packets, each from a keyframe on, one after the other into a Matroska file without sound.

    The pictures keep the distances that they had. Returns where each stretch begins in that film, and where the last
    one ends (seconds). Raises as open_media() does, av.FFmpegError and EditStopped.
    """
    packets = _bytes_of(take, film, [number for stretch in chosen for number in stretch], meter)
    shown_s, decoded_s, begins_s = _one_after_the_other(film, chosen)
    late_s = float(np.max(decoded_s - shown_s))  # so much earlier than shown is everything decoded
    with open_media(take) as media:
        video = video_of(media)
        if video is None:
            raise EditRefused(f"{take.name} has no pictures.")
        with av.open(address(out), "w", format="matroska") as made:
            track = made.add_stream_from_template(video)
            numbers = (number for stretch in chosen for number in stretch)
            for number, shown, decoded in zip(numbers, shown_s, decoded_s, strict=True):
                packet = Packet(packets[number])
                packet.stream, packet.time_base = track, Fraction(1, TICKS)
                packet.is_keyframe = bool(film.keys[number])
                packet.pts, packet.dts = round(float(shown) * TICKS), round((float(decoded) - late_s) * TICKS)
                made.mux_one(packet)
    return begins_s


def _one_after_the_other(film: StoredFilm, chosen: Sequence[range]) -> tuple[Seconds, Seconds, tuple[float, ...]]:
    """When each packet is shown in a film of these stretches alone, the same times in rising order, and the seams."""
    shown: list[Seconds] = []
    seams = [0.0]
    for stretch in chosen:
        at_s = film.at_s[stretch.start : stretch.stop]
        shown.append(at_s - at_s.min() + seams[-1])
        step_s = float(np.median(np.diff(np.sort(at_s)))) if len(at_s) > 1 else 0.0
        seams.append(seams[-1] + float(np.ptp(at_s)) + step_s)
    return np.concatenate(shown), np.concatenate([np.sort(each) for each in shown]), tuple(seams)


def _bytes_of(take: Path, film: StoredFilm, wanted: Sequence[int], meter: Meter) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    if film.offsets is None:
        missing = set(wanted)
        for number, packet in enumerate(_packets(take, meter)):
            if number in missing:
                found[number] = bytes(packet)
            if len(found) == len(missing):
                break
        return found
    with take.open("rb") as file:
        for number in wanted:
            file.seek(int(film.offsets[number]))
            found[number] = file.read(int(film.sizes[number]))
    return found
