"""Documents that are served as they are: made at build time, shipped beside the code."""

from functools import cache
from pathlib import Path


@cache
def read(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
