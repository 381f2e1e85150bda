"""`diary portal`: the portal as a process of its own."""

import contextlib
import os
import subprocess
from collections.abc import Sequence

from diary_app.child import own_python
from diary_app.delivery.practice import portal_command, remembered_port
from diary_app.folders import Folders


def run_portal(rest: Sequence[str], place: Folders) -> int:
    """Run `python -m portal` with these arguments; without --data, on the practice portal's own data."""
    if "--data" in rest or any(word.startswith("--data=") for word in rest) or "DIARY_PORTAL_DATA" in os.environ:
        command = own_python("portal", *rest)
    else:
        port = [] if "--port" in rest else ["--port", str(remembered_port(place))]
        command = portal_command(place, *port, *rest)
    child = subprocess.Popen(command)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl+C reaches the portal too, which ends by itself
        child.wait()
    return child.wait()
