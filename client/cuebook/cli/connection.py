"""Where the service is for a command, and the client that it uses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .._address import find_url
from .._ids import is_id
from .._names import find_prompt_id
from ..client import Cuebook
from ..errors import ConfigurationError, CuebookError
from .credentials import load_credentials

if TYPE_CHECKING:
    import typer

    from ..management import Management


@dataclass
class Connection:
    """What `--url` and `--api-key` say, or else the environment, or else `cuebook login`.

    Attributes:
        given_url: The address of the service; None if it is not given.
        given_key: The API key; None if it is not given.
        given_team: The id or the name of the team; None if it is not given.
    """

    given_url: str | None
    given_key: str | None
    given_team: str | None = None

    @cached_property
    def url(self) -> str:
        """The address of the service.

        Raises:
            ConfigurationError: There is none.
        """
        url = (self.given_url or load_credentials().url).rstrip("/")
        if not url:
            raise ConfigurationError(
                "no address of a service: run `cuebook login`, give --url, or set CUEBOOK_URL"
            )
        return find_url(url)

    @cached_property
    def client(self) -> Cuebook:
        """The client of the command; it is made when it is needed.

        Raises:
            ConfigurationError: The address or the key is missing.
        """
        secret = self.given_key or load_credentials().secrets.get(self.url)
        if not secret:
            raise ConfigurationError(
                f"no API key for {self.url}: run `cuebook login`, give --api-key, or set "
                "CUEBOOK_API_KEY"
            )
        return Cuebook(self.url, secret)

    @property
    def manage(self) -> Management:
        """What the client does with prompts besides using them."""
        return self.client.manage

    def close(self) -> None:
        """Close the connections of the client, if there are any."""
        if "client" in vars(self):
            self.client.close()

    def find_team(self, team: str | None) -> str:
        """Find the id of the team that a command is about.

        Args:
            team: The id or the name; None for that of all commands, or else the only one.

        Raises:
            ConfigurationError: It is not clear which team is meant.
            CuebookError: The key has no team, or the service does not say which.
        """
        team = team or self.given_team
        if team and is_id(team):
            return team
        teams = self.manage.teams()
        names = ", ".join(f"{each['name']} ({each['id']})" for each in teams)
        if not teams:
            raise CuebookError("you are in no team: ask an admin to add you to one")
        matches = [each for each in teams if team in (None, "", each["name"])]
        if not matches:
            raise ConfigurationError(f"you have no team {team!r}, but {names}")
        if len(matches) > 1:
            raise ConfigurationError(
                f"you have several teams: choose one with --team or CUEBOOK_TEAM: {names}"
            )
        team_id: str = matches[0]["id"]
        return team_id

    def find_prompt(self, name: str) -> str:
        """Find what names a prompt of the team to the service, which looks in all teams of a key.

        Args:
            name: The slug, or the id.

        Raises:
            ConfigurationError: It is not clear which team is meant.
            NotFoundError: The team has no such prompt.
        """
        if is_id(name):
            return name
        if not self.given_team and len(self.manage.teams()) < 2:
            return name
        return find_prompt_id(self.manage, self.find_team(None), name)


def get_connection(context: typer.Context) -> Connection:
    """Get the connection of a command."""
    return context.find_object(Connection) or Connection(None, None)
