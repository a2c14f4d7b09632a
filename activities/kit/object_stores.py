"""Where payload storage puts its bytes: a folder, or a bucket that speaks S3."""

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_CONNECT_SECONDS = 5
_READ_SECONDS = 30
_ATTEMPTS = 3
_DELETED_AT_ONCE = 1_000


class StoreAway(OSError):
    """The bucket does not answer, or refuses; the folder is not there."""

    code = "payload_store_away"


class ObjectStore(Protocol):
    """Bytes by key; every call blocks. What a key holds never changes, since its last part is a hash."""

    def write(self, key: str, content: bytes) -> None:
        """Keeps the bytes, whole or not at all; raises `OSError`."""

    def read(self, key: str) -> bytes:
        """Raises `FileNotFoundError`, or another `OSError` when the store is away."""

    def delete_all(self, prefix: str) -> None:
        """Deletes every key that begins so; raises `OSError`."""


class FolderStore:
    """A folder of this machine, or one that all workers share."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, key: str, content: bytes) -> None:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            return
        mine = path.with_name(f".{secrets.token_hex(8)}")
        with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mine.replace(path)

    def read(self, key: str) -> bytes:
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            if not self._root.is_dir():
                raise StoreAway(f"the folder {self._root} is not there") from None
            raise

    def delete_all(self, prefix: str) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(self._root / prefix)


class BucketStore:
    """A bucket; credentials, region and endpoint are those of the environment, as every AWS tool reads them."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        timeouts = {"connect_timeout": _CONNECT_SECONDS, "read_timeout": _READ_SECONDS}
        self._client: Any = boto3.client("s3", config=Config(retries={"mode": "standard", "total_max_attempts": _ATTEMPTS}, **timeouts))

    def write(self, key: str, content: bytes) -> None:
        self._ask("put_object", Key=self._prefix + key, Body=content)

    def read(self, key: str) -> bytes:
        answer = self._ask("get_object", Key=self._prefix + key)
        try:
            content: bytes = answer["Body"].read()
        except BotoCoreError as error:
            raise StoreAway(f"the bucket broke off: {type(error).__name__}") from error
        return content

    def delete_all(self, prefix: str) -> None:
        while True:
            page = self._ask("list_objects_v2", Prefix=f"{self._prefix}{prefix.rstrip('/')}/", MaxKeys=_DELETED_AT_ONCE)
            found = [{"Key": one["Key"]} for one in page.get("Contents", ())]
            if not found:
                return
            self._ask("delete_objects", Delete={"Objects": found, "Quiet": True})

    def _ask(self, operation: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, operation)(Bucket=self._bucket, **arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in ("NoSuchKey", "404"):
                raise FileNotFoundError(f"there is no object {arguments.get('Key')}") from None
            raise StoreAway(f"the bucket {self._bucket} refused {operation}: {code}") from error
        except BotoCoreError as error:
            raise StoreAway(f"the bucket {self._bucket} does not answer: {type(error).__name__}") from error
