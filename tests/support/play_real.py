"""Run in a child process on a virtual sound device: the contract of the real output, then one take, played.

python -m tests.support.play_real TAKE START-END ...     prints JSON: {states, samples: [[clock, position, index]]}
"""

import json
import sys
import time
from pathlib import Path

from diary_app.clip import KeptRange
from diary_app.playback import Player, PlayerState, PortAudioOutput
from tests.support.loudspeaker import keeps_the_contract
from tests.support.stamp import read_stamp


def main(take: Path, keep: list[KeptRange]) -> None:
    keeps_the_contract(PortAudioOutput())
    states: list[str] = []
    samples: list[tuple[float, float, int]] = []
    print("contract kept", file=sys.stderr, flush=True)
    player = Player(take, keep=keep, output=PortAudioOutput(), on_state=states.append)
    player.play()
    deadline = time.monotonic() + 30
    while player.state is PlayerState.PLAYING and time.monotonic() < deadline:
        picture, at_s = player.latest_frame(), player.position_s
        if picture is not None:
            samples.append((time.monotonic(), at_s, read_stamp(picture)[0]))
        time.sleep(0.01)
    heard = player.has_sound_output
    player.close()
    print(json.dumps({"states": states, "samples": samples, "has_sound_output": heard}))


if __name__ == "__main__":
    parts = [part.split("-") for part in sys.argv[2:]]
    main(Path(sys.argv[1]), [KeptRange(float(start), float(end)) for start, end in parts])
