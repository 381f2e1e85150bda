"""Watches the real devices and prints each change as a line of JSON: {at_s, cameras: [[name, address]], microphones}.

Run as a child process, with the devices' environment: python -m tests.devices.watch_real. Ends when its input does.
"""

import json
import sys
import time

from capture.hotplug import DeviceWatch, real_devices
from capture.model import Camera, Microphone


def main() -> None:
    def on_change(cameras: tuple[Camera, ...], microphones: tuple[Microphone, ...]) -> None:
        names = [[camera.name, camera.address] for camera in cameras]
        told = {"at_s": time.monotonic(), "cameras": names, "microphones": [one.name for one in microphones]}
        print(json.dumps(told), flush=True)

    watch = DeviceWatch(real_devices, on_change)
    sys.stdin.read()
    watch.close()


if __name__ == "__main__":
    main()
