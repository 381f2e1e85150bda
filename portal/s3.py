"""An S3-compatible bucket for films, sounds and posters, where DIARY_PORTAL_S3 names one. docs/portal.md.

What a put says is not believed: what was put is read back, and its SHA-256 compared, before anybody is told that the
portal holds it. That asks nothing of the bucket's maker but to give back what it was given.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portal import home
from portal.intake.disk import DiskFailed, NoRoom, NotHere, disk_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

S3_VARIABLE = "DIARY_PORTAL_S3"
REGION_VARIABLE = "DIARY_PORTAL_S3_REGION"
KEY_VARIABLE = "DIARY_PORTAL_S3_KEY_FILE"
EXAMPLE = "https://storage.example/diary"
MIB = 1024 * 1024
PART_BYTES = 16 * MIB
"""Larger files go in parts of this size, and a part that fails is sent again alone. At most 10,000 parts: 160 GB."""
PARTS_AT_ONCE = 4
CONNECTIONS = 48
"""Those of threads that read for viewers, and of four that put a film each."""


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, and the key that opens it. endpoint: the server's address."""

    endpoint: str
    bucket: str
    region: str
    key: str
    secret: str = field(repr=False)


def configured() -> Place | None:
    """What the settings name; None where they name none. Raises home.HomeError."""
    text = os.environ.get(S3_VARIABLE)
    if not text:
        return None
    address = urlsplit(text)
    bucket = address.path.strip("/")
    if not address.hostname or address.username is not None or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{2,62}", bucket):
        raise home.HomeError(f"{S3_VARIABLE} must be an address with the bucket at its end, for example {EXAMPLE}.")
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in ("127.0.0.1", "localhost")):
        raise home.HomeError(f"{S3_VARIABLE} must begin with https:// (http:// only for 127.0.0.1).")
    if importlib.util.find_spec("boto3") is None:
        raise home.HomeError(f"{S3_VARIABLE} needs the Python package boto3, which is not installed.")
    if not os.environ.get(KEY_VARIABLE):
        raise home.HomeError(f"{KEY_VARIABLE} must name a file with two lines: the key's name, and the key.")
    lines = home.secret_from(KEY_VARIABLE).split()
    if len(lines) != 2:
        raise home.HomeError(f"{os.environ[KEY_VARIABLE]} must have two lines: the key's name, and the key.")
    region = os.environ.get(REGION_VARIABLE) or "us-east-1"
    return Place(f"{address.scheme}://{address.netloc}", bucket, region, lines[0], lines[1])


@cache
def _client(place: Place) -> "S3Client":
    """One for the whole process; any thread may use it. It is made, and its library loaded, when it is first used."""
    import boto3
    from botocore.config import Config

    session = boto3.session.Session(aws_access_key_id=place.key, aws_secret_access_key=place.secret)
    return session.client(
        "s3",
        endpoint_url=place.endpoint,
        region_name=place.region,
        config=Config(
            connect_timeout=5,
            read_timeout=20,
            retries={"total_max_attempts": 2, "mode": "standard"},
            max_pool_connections=CONNECTIONS,
            # Not every S3-compatible server knows the newer checksums; ours is the SHA-256 of what is read back.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
        ),
    )


@contextlib.contextmanager
def _in_our_words(name: str) -> Iterator[None]:
    """What the bucket, or the way to it, refuses. Raises NotHere, NoRoom, DiskFailed."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        kind = {404: NotHere, 507: NoRoom}.get(status or 0, DiskFailed)
        raise kind(f"{name}: {error}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise DiskFailed(f"{name}: {error}") from error


class Bucket:
    """The files of one kind in a bucket: portal.files.Files. kind: what their keys begin with."""

    piece_bytes = MIB  # each is a request of its own
    moves = False

    def __init__(self, place: Place, kind: str, *, nearby: Path) -> None:
        """nearby: a folder of this computer for files that other programs read; what a kill leaves is cleared there."""
        self._place, self._kind, self._nearby = place, kind, nearby

    def _key(self, name: str) -> str:
        return f"{self._kind}/{name}"

    def keep(self, whole: Path, name: str, *, sha256: str) -> None:
        """Put it, read it back and compare; what lies there whole from an earlier try is only read."""
        from boto3.s3.transfer import TransferConfig

        if not whole.exists() or self._holds(name, whole.stat().st_size, sha256):
            return
        how = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=PARTS_AT_ONCE
        )
        with _in_our_words(name):
            _client(self._place).upload_file(str(whole), self._place.bucket, self._key(name), Config=how)
        if self.sha256(name) != sha256:
            raise DiskFailed(f"{name}: the bucket gives back other bytes than it was given.")

    def _holds(self, name: str, size: int, sha256: str) -> bool:
        return self.size(name) == size and self.sha256(name) == sha256

    def size(self, name: str) -> int | None:
        """As the bucket says."""
        with contextlib.suppress(NotHere), _in_our_words(name):
            return _client(self._place).head_object(Bucket=self._place.bucket, Key=self._key(name))["ContentLength"]
        return None

    def sha256(self, name: str) -> str:
        """Of all that the bucket gives back."""
        digest = hashlib.sha256()
        for block in self._blocks(name):
            digest.update(block)
        return digest.hexdigest()

    def _blocks(self, name: str) -> Iterator[bytes]:
        with _in_our_words(name):
            found = _client(self._place).get_object(Bucket=self._place.bucket, Key=self._key(name))
            with contextlib.closing(found["Body"]) as body:
                yield from body.iter_chunks(MIB)

    def read(self, name: str, place: int, length: int) -> bytes:
        """One request for one piece: nothing is held open while somebody watches slowly."""
        asked = f"bytes={place}-{place + length - 1}"
        with _in_our_words(name):
            found = _client(self._place).get_object(Bucket=self._place.bucket, Key=self._key(name), Range=asked)
            with contextlib.closing(found["Body"]) as body:
                return body.read(length)

    @contextlib.contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """A copy, which goes at the end."""
        with disk_errors():
            handle, path = tempfile.mkstemp(dir=self._nearby, prefix="copy-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                for block in self._blocks(name):
                    with disk_errors():
                        file.write(block)
                with disk_errors():
                    file.flush()
            yield Path(path)
        finally:
            Path(path).unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Delete it; a bucket says yes also where there is nothing."""
        with contextlib.suppress(NotHere), _in_our_words(name):
            _client(self._place).delete_object(Bucket=self._place.bucket, Key=self._key(name))

    def where(self, name: str) -> str:
        """Its address in the bucket."""
        return f"s3://{self._place.bucket}/{self._key(name)}"


def check(place: Place) -> None:
    """Whether the bucket takes, gives and deletes; raises home.HomeError with the reason."""
    client, key = _client(place), f"check-{secrets.token_hex(8)}"
    try:
        with _in_our_words(place.bucket):
            client.put_object(Bucket=place.bucket, Key=key, Body=key.encode())
            found = client.get_object(Bucket=place.bucket, Key=key)["Body"].read()
            client.delete_object(Bucket=place.bucket, Key=key)
    except DiskFailed as error:
        raise home.HomeError(f"The portal cannot use the bucket of {S3_VARIABLE}: {error}") from error
    if found != key.encode():
        raise home.HomeError(f"The bucket of {S3_VARIABLE} gives back other bytes than it was given.")


def is_well(place: Place) -> bool:
    """Whether the bucket answers."""
    with contextlib.suppress(DiskFailed, NoRoom), _in_our_words(place.bucket):
        _client(place).head_bucket(Bucket=place.bucket)
        return True
    return False


def forget_half_puts(place: Place, kind: str) -> None:
    """Tell the bucket to forget parts of films whose putting a kill ended; else they lie there, and cost, for ever."""
    client = _client(place)
    with _in_our_words(place.bucket):
        for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=place.bucket, Prefix=f"{kind}/"):
            for each in page.get("Uploads", ()):
                client.abort_multipart_upload(Bucket=place.bucket, Key=each["Key"], UploadId=each["UploadId"])
