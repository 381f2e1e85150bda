"""A real S3 server of one's own (SeaweedFS, whole in a wheel), with its files in a folder.

with Seaweed() as server:
    environment = server.bucket()           # a new one: DIARY_PORTAL_S3 and its key's file
    with server.gateway() as gateway:       # another way to the same buckets
        environment = server.bucket(gateway)
        gateway.go()                        # connections are refused, as when it is started anew ...
        gateway.come_back()                 # ... on the same port, with all that it was given
"""

import contextlib
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from mypy_boto3_s3 import S3Client

from portal import s3
from tests.support.wait import until

HERE = "127.0.0.1"
KEY = "diary"
START_TRIES = 3
START_S = 60


class Unavailable(Exception):
    """This computer has no such server; the text says what is not tried."""


class _Taken(Exception):
    """Somebody else took one of the ports between our look and the server's."""


class Gateway:
    """What speaks S3, in front of what keeps the files."""

    def __init__(self, command: Sequence[str], *, port: int, folder: Path) -> None:
        self.port = port
        self._command, self._folder = command, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.come_back()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def come_back(self) -> None:
        """Start it, and wait until it listens."""
        self._process = begin(self._command, self._folder)
        until(self._listens, what="the gateway of S3", limit_s=START_S)

    def go(self) -> None:
        """Kill it: its port refuses."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _listens(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise _Taken((self._folder / "log").read_text()[-2000:])
        with contextlib.suppress(OSError), socket.create_connection((HERE, self.port), timeout=1):
            return True
        return False


class Seaweed:
    """What keeps the files, and a gateway."""

    def __init__(self) -> None:
        """Start it; raises Unavailable."""
        beside = Path(sys.executable).with_name("weed")
        program = str(beside) if beside.exists() else shutil.which("weed")
        if program is None:
            raise Unavailable("SeaweedFS is not installed: no bucket is tried")
        self._program = program
        self._secret = secrets.token_urlsafe(24)
        self._folder = Path(tempfile.mkdtemp(prefix="diary-s3-"))
        self._key_file = self._folder / "key"
        self._key_file.write_text(f"{KEY}\n{self._secret}\n")
        self._write_settings()
        self._stack = ExitStack()
        self._start()

    def _write_settings(self) -> None:
        identity = {
            "name": "portal",
            "credentials": [{"accessKey": KEY, "secretKey": self._secret}],
            "actions": ["Admin"],
        }
        (self._folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
        (self._folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n")
        (self._folder / "data").mkdir()

    def _start(self) -> None:
        for attempt in range(1, START_TRIES + 1):
            try:
                self._start_store()
                self._gateway = self._stack.enter_context(self.gateway())
                until(self._answers, what="the S3 server", limit_s=START_S)
            except _Taken:
                self._stack.close()
                if attempt == START_TRIES:
                    raise
            else:
                return

    def _start_store(self) -> None:
        master, master_grpc, volume, volume_grpc, filer, filer_grpc = free_ports(6)
        command = (
            *(self._program, "server", "-filer", f"-ip={HERE}", f"-ip.bind={HERE}", f"-dir={self._folder / 'data'}"),
            *(f"-master.port={master}", f"-master.port.grpc={master_grpc}", "-master.telemetry=false"),
            *("-master.volumeSizeLimitMB=64", "-volume.max=50"),
            *(f"-volume.port={volume}", f"-volume.port.grpc={volume_grpc}"),
            *(f"-filer.port={filer}", f"-filer.port.grpc={filer_grpc}"),
            f"-filer.localSocket={self._folder / 'filer.sock'}",
        )
        self._filer = f"{HERE}:{filer}.{filer_grpc}"
        self._store = begin(command, self._folder)
        self._stack.callback(_kill, self._store)

    @contextmanager
    def gateway(self) -> Iterator[Gateway]:
        """One more way to what is kept."""
        port, grpc = free_ports(2)
        command = (
            *(self._program, "s3", f"-ip.bind={HERE}", f"-port={port}", f"-port.grpc={grpc}", f"-filer={self._filer}"),
            *(f"-config={self._folder / 'identities.json'}", f"-localSocket={self._folder / f'{port}.sock'}"),
            *("-port.iceberg=0", "-port.lance=0"),
        )
        made = Gateway(command, port=port, folder=self._folder)
        try:
            yield made
        finally:
            made.go()

    def _answers(self) -> bool:
        if self._store.poll() is not None:
            raise _Taken((self._folder / "log").read_text()[-2000:])
        try:
            with self.client() as client:
                client.list_buckets()
        except (BotoCoreError, ClientError):
            return False
        return True

    @contextmanager
    def client(self) -> Iterator[S3Client]:
        """A client of the tests' own."""
        session = boto3.session.Session(aws_access_key_id=KEY, aws_secret_access_key=self._secret)
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
        client = session.client(
            "s3", endpoint_url=f"http://{HERE}:{self._gateway.port}", region_name="us-east-1", config=once
        )
        with closing(client):
            yield client

    def bucket(self, gateway: Gateway | None = None) -> dict[str, str]:
        """A new one; returns the environment that tells a portal to use it, by this gateway."""
        name = f"diary-{secrets.token_hex(6)}"
        with self.client() as client:
            client.create_bucket(Bucket=name)
        return {
            s3.S3_VARIABLE: f"http://{HERE}:{(gateway or self._gateway).port}/{name}",
            s3.KEY_VARIABLE: str(self._key_file),
        }

    def held(self, environment: dict[str, str]) -> dict[str, bytes]:
        """All that lies in the bucket of this environment, by its key."""
        name = environment[s3.S3_VARIABLE].rpartition("/")[2]
        with self.client() as client:
            keys = [each["Key"] for each in client.list_objects_v2(Bucket=name).get("Contents", ())]
            return {key: client.get_object(Bucket=name, Key=key)["Body"].read() for key in keys}

    def close(self) -> None:
        """Kill it, and leave nothing."""
        self._stack.close()
        shutil.rmtree(self._folder)

    def __enter__(self) -> "Seaweed":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def begin(command: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start a server, whose words go into the folder's log."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def free_ports(count: int) -> list[int]:
    """Ports that nobody has just now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HERE, 0))
        return [each.getsockname()[1] for each in sockets]
