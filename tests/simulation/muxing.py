"""What the encoder child makes of its stream: a fragmented MP4 whose payload says which pictures and sound are in it.

As the real child does it (tests/simulation/test_encoder_contract.py compares the two): a picture is held back until
two more have come, sound is packed by 1024 samples behind one packet of priming, packets wait for those of the other
track, and a fragment ends when it covers 0.1 s of one of them.
"""

import itertools
import struct
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from capture.encoder import FRAGMENT_S, INTERLEAVE_S
from capture.fragments import PICTURE_HZ, PRIMING, SOUND_HZ
from capture.matroska import PICTURE_TRACK, SOUND_TRACK, TICKS_A_SECOND
from capture.model import PictureFormat

HELD_BACK = 0
"""Pictures that wait in the encoder for later ones."""
PACKET = 1024
"""Samples in one packet of sound."""
EVERY = 128
"""Every so many samples are kept, so that the sound can be known again."""
HZ = {PICTURE_TRACK: PICTURE_HZ, SOUND_TRACK: SOUND_HZ}
HANDLER = {PICTURE_TRACK: b"vide", SOUND_TRACK: b"soun"}
MASK = 0x5555
"""Laid over every value, so that silence is not the zeros of a hole in the file."""
NO_SOUND = struct.pack(">h", -0x8000 ^ MASK) * (PACKET // EVERY)
"""What stands in a packet of priming."""

GRID_ROWS, GRID_COLUMNS = 6, 8
"""A picture's number is drawn into it as black and white squares, so many down and so many across."""


@dataclass(slots=True, order=True)
class Packet:
    """One picture, or 1024 samples."""

    at_s: float
    track: int
    at: int = field(compare=False)
    duration: int = field(compare=False)
    """Ticks of its track's clock; 0 when only the next packet tells."""
    payload: bytes = field(compare=False)


def box(kind: bytes, *bodies: bytes) -> bytes:
    """One box."""
    return struct.pack(">I4s", 8 + sum(map(len, bodies)), kind) + b"".join(bodies)


def picture_number(planes: memoryview | bytes, picture: PictureFormat) -> int:
    """The number that is drawn into an I420 picture; 0 for black."""
    grey = np.frombuffer(planes, np.uint8, picture.width * picture.height).reshape(picture.height, picture.width)
    down, across = picture.height // GRID_ROWS, picture.width // GRID_COLUMNS
    squares = grey[down // 2 :: down, across // 2 :: across][:GRID_ROWS, :GRID_COLUMNS] > 128
    return int.from_bytes(np.packbits(squares).tobytes(), "big")


class Muxer:
    """One piece of a take: blocks in, bytes for the file out."""

    def __init__(self, picture: PictureFormat | None, *, sound: bool, goes_on: bool) -> None:
        self._picture = picture
        self._tracks = [track for track, there in ((PICTURE_TRACK, picture), (SOUND_TRACK, sound)) if there]
        self._stands = round(PICTURE_HZ / picture.fps) if picture else 1
        """How long a picture is thought to stand while the next one is not there."""
        self._goes_on = goes_on
        self._held: deque[tuple[int, int]] = deque()
        self._samples = np.zeros(0, np.int16)
        self._next_packet: int | None = None
        self._queues: dict[int, deque[Packet]] = {track: deque() for track in self._tracks}
        self._cluster: dict[int, list[Packet]] = {track: [] for track in self._tracks}
        self._ends: dict[int, int] = {}
        self._head_written = False
        self._sequence = 0
        self._out = bytearray()

    # -- encoding -----------------------------------------------------------------------------------------------------

    def block(self, track: int, ticks: int, data: memoryview | bytes) -> bytes:
        """Take in one block of the stream; return what goes into the file now."""
        if track == PICTURE_TRACK:
            assert self._picture is not None
            at = (ticks * PICTURE_HZ + TICKS_A_SECOND // 2) // TICKS_A_SECOND  # halves go up
            self._held.append((at, picture_number(data, self._picture)))
            if len(self._held) > HELD_BACK:
                self._encode_picture()
        else:
            self._hear(ticks, np.frombuffer(data, "<i2"))
        self._interleave()
        return self._take_out()

    def _encode_picture(self) -> None:
        at, number = self._held.popleft()
        self._queue(PICTURE_TRACK, at, 0, struct.pack(">IQ", number, at))

    def _hear(self, ticks: int, samples: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> None:
        if self._next_packet is None:
            # The first piece is moved by the edit list, so that its priming lies before zero; a later one is not.
            self._next_packet = round(ticks * SOUND_HZ / TICKS_A_SECOND) - (PRIMING if self._goes_on else 0)
            self._queue_sound(PRIMING, NO_SOUND)
        self._samples = np.concatenate((self._samples, samples))
        while len(self._samples) >= PACKET:
            packet, self._samples = self._samples[:PACKET], self._samples[PACKET:]
            self._queue_sound(PACKET, (packet[::EVERY] ^ MASK).astype(">i2").tobytes())

    def _queue_sound(self, duration: int, payload: bytes) -> None:
        assert self._next_packet is not None
        self._queue(SOUND_TRACK, self._next_packet, duration, payload)
        self._next_packet += duration

    # -- interleaving -------------------------------------------------------------------------------------------------

    def _queue(self, track: int, at: int, duration: int, payload: bytes) -> None:
        at_s = at / HZ[track]
        if track == SOUND_TRACK and not self._goes_on:
            at_s -= PRIMING / SOUND_HZ
        self._queues[track].append(Packet(at_s, track, at, duration, payload))

    def _interleave(self, *, all_of_it: bool = False) -> None:
        while queues := [queue for queue in self._queues.values() if queue]:
            first = min(queue[0] for queue in queues)
            newest_s = max(queue[-1].at_s for queue in queues)
            if len(queues) < len(self._queues) and newest_s - first.at_s <= INTERLEAVE_S and not all_of_it:
                return
            self._write(self._queues[first.track].popleft())

    # -- fragments ----------------------------------------------------------------------------------------------------

    def _write(self, packet: Packet) -> None:
        cluster = self._cluster[packet.track]
        if cluster and packet.at_s - cluster[0].at_s >= FRAGMENT_S - 1e-9:
            self._flush({packet.track: packet.at})
        self._cluster[packet.track].append(packet)

    def _flush(self, following: dict[int, int], *, force: bool = False) -> None:
        if not self._head_written:
            if not force and not all(self._cluster.values()):
                return
            self._write_head()
        tracks = [track for track in self._tracks if self._cluster[track]]
        if not tracks:
            return
        self._sequence += 1
        payload = b"".join(packet.payload for track in tracks for packet in self._cluster[track])
        runs = [self._run(track, following) for track in tracks]
        moof = box(b"moof", box(b"mfhd", struct.pack(">II", 0, self._sequence)), *runs)
        self._out += moof + box(b"mdat", payload)
        for track in tracks:
            self._cluster[track] = []

    def _run(self, track: int, following: dict[int, int]) -> bytes:
        packets = self._cluster[track]
        queued = self._queues[track][0].at if self._queues[track] else None
        after = following.get(track, queued)
        # A track whose last duration nobody knew goes on where that ended, and its packet lasts longer instead.
        start = self._ends.get(track, packets[0].at)
        if packets[0].duration:
            durations = [packet.duration for packet in packets]
            start = packets[0].at
        else:
            times = [start, *(packet.at for packet in packets[1:])]
            times.append(times[-1] + self._stands if after is None else after)
            durations = [max(1, later - earlier) for earlier, later in itertools.pairwise(times)]
        self._ends[track] = start + sum(durations)
        samples = b"".join(
            struct.pack(">II", duration, len(packet.payload))
            for duration, packet in zip(durations, packets, strict=True)
        )
        return box(
            b"traf",
            box(b"tfhd", struct.pack(">II", 0x020000, track)),
            box(b"tfdt", struct.pack(">IQ", 0x01000000, start)),
            box(b"trun", struct.pack(">III", 0x01000301, len(packets), 0), samples),
        )

    def _write_head(self) -> None:
        self._head_written = True
        traks = []
        for track in self._tracks:
            handler = box(b"hdlr", struct.pack(">II4s", 0, 0, HANDLER[track]), bytes(13))
            head = box(b"tkhd", struct.pack(">IIII", 0, 0, 0, track), b"\1" * 68)
            traks.append(box(b"trak", head, box(b"mdia", handler)))
        self._out += box(b"ftyp", b"isom", bytes(4)) + box(b"moov", box(b"mvhd", b"\1" * 100), *traks)

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> bytes:
        """The end of the stream; return the last bytes."""
        while self._held:
            self._encode_picture()
        if len(self._samples):
            rest = (self._samples[::EVERY] ^ MASK).astype(">i2").tobytes()
            self._queue_sound(len(self._samples), rest + NO_SOUND[len(rest) :])
        self._interleave(all_of_it=True)
        if any(self._cluster.values()):
            self._flush({}, force=True)
        return self._take_out()

    def _take_out(self) -> bytes:
        out, self._out = bytes(self._out), bytearray()
        return out
