"""`curl` as a rival: the same bytes to the same intake, a POST and a PATCH, and nothing else."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from diary_app.clip import Clip, Rendition
from diary_app.delivery.courier import parcel_of
from upload.tus import encode_metadata


def need_curl() -> None:
    """End the program with a sentence where there is none."""
    if shutil.which("curl") is None:
        sys.exit("curl is not installed, and ours is measured against it: sudo apt-get install curl")


class Curl:
    """Sends clips to the portal at url, as somebody would who knows its intake and has a token."""

    def __init__(self, folder: Path, url: str, token: Path) -> None:
        self._intake = f"{url}intake/"
        self._headers = folder / "answer.txt"
        self._secret = folder / "token.txt"  # not on the command line
        self._secret.write_text(f'header = "Authorization: Bearer {token.read_text().strip()}"\n')

    def send(self, clip: tuple[Clip, Rendition]) -> float:
        """Send it; how long that took, in seconds. Raises CalledProcessError where the portal refuses."""
        parcel = parcel_of(*clip)
        began_s = time.perf_counter()
        length, metadata = f"Upload-Length: {parcel.source.bytes}", encode_metadata(parcel.metadata)
        self._run("POST", self._intake, "-H", length, "-H", f"Upload-Metadata: {metadata}")
        told = dict(line.split(": ", 1) for line in self._headers.read_text().splitlines() if ": " in line)
        content = "Content-Type: application/offset+octet-stream"
        # Without "Expect: 100-continue", which would cost it a round trip.
        body = ["-H", content, "-H", "Upload-Offset: 0", "-H", "Expect:", "--data-binary", f"@{parcel.source.path}"]
        self._run("PATCH", told["location"], *body)
        return time.perf_counter() - began_s

    def _run(self, method: str, address: str, *more: str) -> None:
        command = ["curl", "-sS", "--fail", "--noproxy", "*", "-K", str(self._secret), "-D", str(self._headers)]
        command += ["-o", str(self._headers.with_name("body")), "-X", method, "-H", "Tus-Resumable: 1.0.0"]
        subprocess.run([*command, *more, address], check=True)
