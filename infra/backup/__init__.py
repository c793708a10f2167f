"""A team as a file, and back again: `make export-team`, `make import-team`, `make restore-tables`.

Run with the operator's own AWS credentials, from outside of the deployment; nothing here is shipped
to Lambda.
"""

from typing import Any

# What a line of the file holds: its kind, and the values of an item.
Values = dict[str, Any]
Record = tuple[str, Values]


class CannotBackUp(Exception):
    """The argument says why, on one line."""
