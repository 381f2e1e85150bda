"""What journeys by command line share: joining a portal, and the portal's own copy of what was sent."""

import hashlib
import subprocess
from pathlib import Path

from tests.support.command_line import REPOSITORY, command, environment
from tests.support.portal_process import PortalProcess

SAME_SPEECH = 0.8
"""Strangers stay under 0.7."""


def portals_copy(portal_data: Path, sha256: str) -> Path:
    """The one file under the portal's data that has these bytes."""
    files = [path for path in portal_data.rglob("*") if path.is_file()]
    found = [path for path in files if hashlib.sha256(path.read_bytes()).hexdigest() == sha256]
    assert len(found) == 1, found
    return found[0]


def join(portal: PortalProcess) -> None:
    """Join the app to this portal as staff would: the short code, approved on the portal's side."""
    pairing = subprocess.Popen(
        command("pair", portal.url), cwd=REPOSITORY, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    with pairing:
        assert pairing.stderr is not None
        code = pairing.stderr.readline().split()[-1].rstrip(".")
        portal.approve(code)
        assert pairing.wait(60) == 0
