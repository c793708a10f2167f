"""Storage of bodies (of versions, payloads, responses): small ones inline, others in the bucket."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.store import keys
from shared.store.aws import get_s3, translate_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Without the permission to list the bucket, S3 refuses what is missing as if it were forbidden.
MISSING = frozenset({"NoSuchKey", "AccessDenied"})


class MissingBodyError(LookupError):
    """The bucket does not have the body of an item."""


class Contents:
    """Bodies by their hash.

    An object never changes, and it is written before any item that refers to it. A writer that
    crashes in between leaves an object that no item refers to, which is harmless.
    """

    def __init__(self, *, bucket: str, inline_bytes: int) -> None:
        """Bind a bucket.

        Args:
            bucket: The name of the bucket.
            inline_bytes: The largest body, in bytes, that is stored in its item.
        """
        self._bucket = bucket
        self._inline_bytes = inline_bytes

    def put(self, body: str, *, is_there: bool = False) -> tuple[str, str | None]:
        """Store a body in the bucket if it is too large for its item.

        Args:
            body: The body.
            is_there: Whether it was read from the bucket, where nothing is ever changed or deleted.

        Returns:
            The SHA-256 of the body in hexadecimal digits, and the body to store in the item; None
            if the bucket has it.

        Raises:
            Unavailable: AWS is busy or cannot be reached.
        """
        raw = body.encode()
        digest = sha256(raw).hexdigest()
        if len(raw) <= self._inline_bytes:
            return digest, body
        if is_there:
            return digest, None
        with translate_errors():
            get_s3().put_object(
                Bucket=self._bucket,
                Key=keys.build_content(digest),
                Body=raw,
                ContentType="application/json",
            )
        return digest, None

    def get(self, item: Mapping[str, Any]) -> str:
        """Get the body of an item, from its `content` or from the bucket by its `content_hash`.

        Raises:
            MissingBodyError: The bucket does not have it.
            ValueError: It is not UTF-8.
            Unavailable: AWS is busy or cannot be reached.
        """
        if "content" in item:
            return str(item["content"]["S"])
        key = keys.build_content(item["content_hash"]["S"])
        try:
            with translate_errors():
                return get_s3().get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
            raise MissingBodyError(key) from error
