"""Where bodies lie: in their item while they fit, else in the bucket under their hash."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from shared.store import keys
from shared.store.aws import s3, translated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Contents:
    """Bodies by content hash; an object is written before any item that names it, and stays as is.

    A writer that dies in between leaves an object that nothing names, which does no harm.
    """

    def __init__(self, *, bucket: str, inline_bytes: int) -> None:
        self._bucket = bucket
        self._inline_bytes = inline_bytes

    def put(self, body: str) -> tuple[str, str | None]:
        """The body's hash, and the body itself when it belongs into the item."""
        raw = body.encode()
        digest = sha256(raw).hexdigest()
        if len(raw) <= self._inline_bytes:
            return digest, body
        with translated():
            s3().put_object(
                Bucket=self._bucket,
                Key=keys.content(digest),
                Body=raw,
                ContentType="application/json",
            )
        return digest, None

    def get(self, item: Mapping[str, Any]) -> str:
        """The body that an item holds, or names in its `content_hash`."""
        if "content" in item:
            return str(item["content"]["S"])
        key = keys.content(item["content_hash"]["S"])
        with translated():
            return s3().get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()
