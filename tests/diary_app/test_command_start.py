"""What a command loads before it begins: a quick answer must not wait for libraries that it does not use."""

import json
import subprocess
import sys

from tests.support.command_line import REPOSITORY, environment

HEAVY = ["PySide6", "av", "cryptography", "cv2", "django", "ffmpeg", "keyring", "numpy", "requests", "sounddevice"]
LOOK = """
import contextlib, io, json, sys
from ui.launch import main

def loaded(*words):
    with contextlib.suppress(SystemExit), contextlib.redirect_stderr(io.StringIO()):
        with contextlib.redirect_stdout(io.StringIO()):
            main(words)
    return sorted(set(sys.modules) & set(json.loads(sys.argv[1])))

print(json.dumps({words: loaded(*words.split()) for words in sys.argv[2:]}))
"""


def test_help_mistakes_and_the_library_load_nothing_heavy() -> None:
    quick = ["--help", "record --help", "frobnicate", "trim a.mp4 b.mp4 --keep 3-1", "clips"]
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(HEAVY), *quick, "devices"],
        cwd=REPOSITORY, env=environment(), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    loaded = json.loads(done.stdout)
    assert [loaded[words] for words in quick] == [[] for _ in quick]
    assert {"cv2", "numpy"} <= set(loaded["devices"]), "what is heavy has other names now"
