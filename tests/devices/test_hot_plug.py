"""The lists follow the plugs: a real device node comes and goes, seen by the watch in a process of its own."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.conftest import skips_without_device
from tests.support.virtual_camera import VirtualCamera, camera_comes_back, camera_node

SOON_S = 5.0
"""A second is promised; a test machine may be slow."""


class Watching:
    """The child process."""

    def __init__(self, camera: VirtualCamera) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.devices.watch_real"],
            env={**os.environ, **camera.environment()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def next(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.communicate("")


def test_a_camera_that_is_pulled_out_and_put_back_leaves_the_list_and_joins_it_again(camera: VirtualCamera) -> None:
    with ExitStack() as stack, ExitStack() as first:
        with skips_without_device():
            before = first.enter_context(camera_node(new=True))
        camera_comes_back(camera.folder, before)
        watching = Watching(camera)
        stack.callback(watching.end)
        assert watching.next()["cameras"] == [[camera.name, before]]

        pulled_s = time.monotonic()
        camera.unplug()
        first.close()  # the node vanishes
        told = watching.next()
        assert told["cameras"] == []
        print("pulled out, told after", told["at_s"] - pulled_s)
        assert told["at_s"] - pulled_s < SOON_S

        Path(before).write_bytes(b"")  # another device has its number by now, which is no camera
        stack.callback(Path(before).unlink)
        after = stack.enter_context(camera_node(new=True))
        put_back_s = time.monotonic()
        camera_comes_back(camera.folder, after)
        camera.plug_in()
        Path(after).chmod(0o660)  # as udev does
        told = watching.next()
        assert told["cameras"] == [[camera.name, after]]
        assert after != before
        print("put back, told after", told["at_s"] - put_back_s)
        assert told["at_s"] - put_back_s < SOON_S
