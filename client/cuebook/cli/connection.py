"""Where the service is for a command, and the client that it uses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..client import Cuebook

if TYPE_CHECKING:
    import typer

    from ..management import Management


@dataclass(slots=False)
class Connection:
    """What `--url` and `--api-key` say, or else the environment, or else `cuebook login`.

    Attributes:
        url: The address of the service; None if it is not given.
        api_key: The API key; None if it is not given.
    """

    url: str | None
    api_key: str | None

    @cached_property
    def client(self) -> Cuebook:
        """The client of the command; it is made when it is needed.

        Raises:
            ConfigurationError: The address or the key is missing.
        """
        return Cuebook(self.url, self.api_key)

    @property
    def manage(self) -> Management:
        """What the client does with prompts besides using them."""
        return self.client.manage


def get_connection(context: typer.Context) -> Connection:
    """Get the connection of a command."""
    return context.find_object(Connection) or Connection(None, None)
