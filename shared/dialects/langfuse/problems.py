"""Problems that only Langfuse has."""

from __future__ import annotations

from shared.problems import InvalidRequest


class InvalidData(InvalidRequest):
    """A body or a query does not match its schema; details are issues in the format of Zod."""

    code, default = "invalid_data", "Invalid request data"

    @classmethod
    def at(cls, *path: int | str, message: str, code: str = "custom") -> InvalidData:
        """Build the problem of one issue.

        Args:
            *path: Where it is.
            message: What is wrong.
            code: Its kind.
        """
        return cls(details=[{"code": code, "path": [*path], "message": message}])
