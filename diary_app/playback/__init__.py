"""Plays kept ranges of a take: PyAV decodes, PortAudio plays, and the sound is the clock. No Qt."""

from diary_app.playback.output import PortAudioOutput, SoundOutput, find_output
from diary_app.playback.player import Player, PlayerState

__all__ = ["Player", "PlayerState", "PortAudioOutput", "SoundOutput", "find_output"]
