"""The shape of a take's sound from a few packets of each stretch: soon there, and never louder than it will turn out.

Seeks to each place, decodes some 40 ms and goes on to the next, in an order that covers the whole take from the first
moment on. Any thread but the screen's own.
"""

import bisect
import contextlib
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

from diary_app.editing.excerpts import SOUND, Excerpts, open_excerpt
from diary_app.editing.frames import until_damage
from diary_app.editing.media import open_media, read_only
from diary_app.editing.probe import MediaFacts, sound_in

Values = NDArray[np.float64]
"""One peak a bucket, 0 to 1; NaN where nothing is known yet."""

WINDOW_S = 0.04
"""Heard at each place."""
EDGE_S = 0.03
"""So near the edge of a bucket a sample counts for neither: decoding everything may place it 20 ms elsewhere."""
SHARE = 0.9
"""Of what was heard. Noise that a decoder makes up (AAC has a tool for it) comes out otherwise after a seek."""
LEAST_BUCKET_S = 0.2
LEAST_S = 60.0
"""Shorter buckets and takes are decoded whole: that is as soon done."""
LONGEST_WAIT_S = 3.0
"""A file in which it takes so long to find one's way is decoded from its beginning instead."""
KEYS_EVERY_S = 3.0
READ_AT_MOST = 400
"""Packets passed over on the way from where a seek ended to the place: some 8 s."""
DECODE_AT_MOST = 16
SETTLING = {"aac": 1, "flac": 0, "alac": 0}
"""Packets decoded for nothing after a seek: each of AAC needs the one before. Others: 5 (Opus needs 80 ms)."""
BATCHES = (16, 48)
"""Places of the first and the second batch; then as many as FURTHER at a time."""
FURTHER = 128
FIRST, LATER = 0.5, (0.2, 0.8)
"""Where in its bucket a place lies: the first of each, and those that come after all have one, ..."""
LOOSE = 0.15
"""... that much of a bucket earlier or later."""
LONG_BUCKET_S = 1.0
"""In longer buckets one place is too little to go by."""

Stopped = Callable[[], bool]
Batch = tuple[float, Sequence[int]]
"""Where in each bucket, and which buckets."""


def evenly(count: int) -> list[int]:
    """0 to count - 1: both ends, the middle, and always the middle of what lies between two, the widest first."""
    order = [0, count - 1] if count > 1 else list(range(count))
    between = deque([(0, count - 1)])
    while between:
        left, right = between.popleft()
        if right - left > 1:
            middle = (left + right) // 2
            order.append(middle)
            between += ((left, middle), (middle, right))
    return order


class Soundings:
    """What is known of the buckets so far."""

    def __init__(self, facts: MediaFacts, buckets: int) -> None:
        self._facts = facts
        total = max(1, round(facts.seconds * facts.sample_rate))
        self._edges = [total * at // buckets for at in range(buckets + 1)]
        self._settling = SETTLING.get(facts.sound_codec or "", 0 if (facts.sound_codec or "").startswith("pcm") else 5)
        self.values: Values = np.full(buckets, np.nan)
        self.packets = 0
        """How many were decoded: what it cost."""

    def moment_s(self, bucket: int, share: float = 0.0) -> float:
        """The moment in a bucket, 0 its beginning and 1 its end, on the file's own clock in seconds."""
        begin, end = self._edges[bucket], self._edges[bucket + 1]
        return (begin + share * (end - begin)) / self._facts.sample_rate + self._facts.origin_s

    def listen(self, media: InputContainer, places: Sequence[tuple[int, float]], stopped: Stopped) -> None:
        """Hear each place: the bucket that it is about, and the moment on the file's own clock (seconds) to go to."""
        sound = sound_in(media)
        if sound is None or sound.time_base is None:
            return
        read_only(media, sound)
        guide = _guide(media, sound, self._facts)
        for bucket, at_s in places:
            if stopped():
                return
            try:
                self._hear(media, sound, guide, at_s)
            except (av.FFmpegError, _TooFar):
                continue  # nothing is known of this place; the others may be well
            if np.isnan(self.values[bucket]):
                self.values[bucket] = 0.0  # a gap in the sound

    def _hear(self, media: InputContainer, sound: AudioStream, guide: Stream, at_s: float) -> None:
        assert guide.time_base is not None
        media.seek(round(at_s / guide.time_base), stream=guide)
        settling, heard_s = self._settling, 0.0
        for packet in itertools.islice(_row(media, sound, at_s), DECODE_AT_MOST):
            self.packets += 1
            for frame in packet.decode():
                if settling > 0:
                    settling -= 1
                else:
                    self._count(frame, mono=sound.codec_context.channels == 1)
                    heard_s += frame.samples / frame.sample_rate
            if heard_s >= WINDOW_S:
                return

    def _count(self, frame: AudioFrame, *, mono: bool) -> None:
        """Put what was heard into the bucket that it belongs to, wherever the seek ended."""
        if frame.time is None:
            return
        rate = self._facts.sample_rate
        at = round((frame.time - self._facts.origin_s) * rate)
        bucket = bisect.bisect_right(self._edges, at) - 1
        if not 0 <= bucket < len(self.values):
            return
        loud = _loud(frame, rate=rate, layout="mono" if mono or self._facts.channels == 1 else "stereo")
        edge = round(EDGE_S * rate)
        inside = loud[max(0, self._edges[bucket] + edge - at) : max(0, self._edges[bucket + 1] - edge - at)]
        if len(inside):
            self.values[bucket] = np.fmax(self.values[bucket], SHARE * min(1.0, float(inside.max())))


class _TooFar(Exception):
    """A seek ended so long before the place that the way there is not worth it."""


def _row(media: InputContainer, sound: AudioStream, at_s: float) -> Iterator["Packet[AudioStream]"]:
    """The packets from this moment on, as long as one follows the other: in an excerpt the next is far away."""
    base, expected_s = float(sound.time_base or 0), None
    for number, packet in enumerate(until_damage(media.demux(sound))):
        if packet.pts is None or not packet.size:
            return
        if number > READ_AT_MOST:
            raise _TooFar
        start_s, length_s = packet.pts * base, (packet.duration or 0) * base
        if expected_s is None and start_s + length_s <= at_s:
            continue
        if expected_s is not None and length_s and abs(start_s - expected_s) > length_s / 2:
            return
        yield packet
        expected_s = start_s + length_s


def _loud(frame: AudioFrame, *, rate: int, layout: str) -> NDArray[np.float32]:
    """The loudest of all channels for each sample, as sound_of() makes them."""
    blocks = [frame]
    if (frame.format.name, frame.layout.name, frame.sample_rate) != ("fltp", layout, rate):
        resampler = AudioResampler(format="fltp", layout=layout, rate=rate)
        blocks = [*resampler.resample(frame), *resampler.resample(None)]
    loud = [np.abs(block.to_ndarray().astype(np.float32, copy=False)).max(axis=0) for block in blocks]
    return np.concatenate(loud) if loud else np.zeros(0, np.float32)


def _guide(media: InputContainer, sound: AudioStream, facts: MediaFacts) -> Stream:
    """The track to seek by. Matroska often has only pictures in its index: by sound, all is read till there, once.

    That takes less time than passing over the sound from a keyframe on again and again, where keyframes are rare.
    """
    if facts.container != "matroska":
        return sound
    with contextlib.suppress(av.FFmpegError):
        media.seek(0)  # only now is the index read
    for stream in media.streams.video:
        entries, base = stream.index_entries, stream.time_base
        often = len(entries) * KEYS_EVERY_S >= facts.seconds
        if base and often and entries[-1].timestamp * base > facts.origin_s + facts.seconds / 2:
            return stream
    return sound


def is_worth_it(facts: MediaFacts, buckets: int) -> bool:
    """False where decoding everything takes less than a second, or a place heard would be most of a bucket."""
    return facts.seconds >= LEAST_S and facts.seconds / buckets >= LEAST_BUCKET_S


def rough_wave(
    take: Path, soundings: Soundings, *, facts: MediaFacts, stop: threading.Event | None = None
) -> Iterator[Values]:
    """Yield what is known of all buckets: of more and more of them, and then more of each, unless it takes too long.

    Costs the same whatever the length. Raises EditError as open_media() does.
    """
    until = time.monotonic() + LONGEST_WAIT_S

    def stopped() -> bool:
        return (stop is not None and stop.is_set()) or time.monotonic() > until

    waiting = deque(_batches(len(soundings.values), facts.seconds / len(soundings.values)))
    excerpts = Excerpts.of(take, SOUND)
    if excerpts is not None:
        with excerpts:
            while waiting and not stopped() and _listen_to_excerpt(excerpts, soundings, waiting[0], stopped):
                waiting.popleft()
                yield soundings.values.copy()
    if not waiting or stopped():
        return
    with open_media(take) as media:
        while waiting and not stopped():
            share, buckets = waiting.popleft()
            soundings.listen(media, [(bucket, soundings.moment_s(bucket, share)) for bucket in buckets], stopped)
            yield soundings.values.copy()


def _batches(buckets: int, bucket_s: float) -> Iterator[Batch]:
    """All buckets, in parts that each cover the take, every part in the order of time; of long ones more places."""
    order = evenly(buckets)
    edges = [0, *itertools.accumulate(BATCHES)]
    edges = [edge for edge in edges if edge < buckets] + list(range(edges[-1] + FURTHER, buckets, FURTHER))
    for begin, end in itertools.pairwise([*edges, buckets]):
        yield FIRST, sorted(order[begin:end])
    for share in LATER if bucket_s >= LONG_BUCKET_S else ():
        for begin in range(0, buckets, FURTHER):
            yield share, sorted(order[begin : begin + FURTHER])


def _listen_to_excerpt(excerpts: Excerpts, soundings: Soundings, batch: Batch, stopped: Stopped) -> bool:
    """Hear a batch of buckets in a file of one fragment for each; False where that does not work."""
    fragments, places = [], []
    share, buckets = batch
    for bucket in buckets:
        if stopped():
            return True
        early_s, late_s = (soundings.moment_s(bucket, share + loose) for loose in (-LOOSE, LOOSE))
        fragment = excerpts.find(late_s, near_s=late_s - early_s)
        fragments.append(fragment)
        inside = soundings.moment_s(bucket) <= fragment.start_s <= late_s
        places.append((bucket, fragment.start_s if inside else late_s))
    try:
        with open_excerpt(excerpts.single(fragments)) as media:
            soundings.listen(media, places, stopped)
    except av.FFmpegError:
        return False
    return True
