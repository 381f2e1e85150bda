"""How long can be recorded before the disk is full. Pure."""

from capture.disk import LEAST_FREE_BYTES
from diary_app.clip import Kind

VIDEO_BYTES_A_SECOND = 600_000
SOUND_BYTES_A_SECOND = 20_000
"""What a take needs on disk, rather too much than too little, for the words 'room for 9 hours'."""


def room_s(free_bytes: int, kind: Kind) -> float:
    """So many seconds, where so many bytes are free."""
    a_second = VIDEO_BYTES_A_SECOND if kind is Kind.VIDEO else SOUND_BYTES_A_SECOND
    return max(0.0, (free_bytes - LEAST_FREE_BYTES) / a_second)
