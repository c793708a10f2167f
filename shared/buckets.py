"""Buckets, by which a key gets the same version of a split from the service and from clients."""

from __future__ import annotations

TOTAL_WEIGHT = 10_000


def compute_bucket(prompt_id: str, pointer: str, split_key: str) -> int:
    """Compute the bucket of a key: the same for ever, and evenly spread over all keys.

    It is the first 8 bytes of SHA-256 of the three texts joined by line feeds, as an unsigned
    big-endian number, modulo `TOTAL_WEIGHT`.

    Args:
        prompt_id: The id of the prompt, so that a key is in another bucket of each prompt.
        pointer: `live` or a tag.
        split_key: The caller's key, such as the id of a user.
    """
    from hashlib import sha256  # which programs without splits do not need

    text = f"{prompt_id}\n{pointer}\n{split_key}"
    # A lone surrogate is a character of a key like any other.
    digest = sha256(text.encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8]) % TOTAL_WEIGHT
