"""What `cuebook login` keeps: the key or the session of each service, in a file of the user."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import typer

from .._files import replace_file
from ..errors import ConfigurationError

SESSION = "sess_"  # how the secrets of sessions begin


@dataclass(slots=True)
class Credentials:
    """The content of the file.

    Attributes:
        url: The service that was logged in to last; empty for none.
        secrets: The API key, or the session, of each service by its address.
    """

    url: str = ""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)

    def add(self, url: str, secret: str) -> None:
        """Note the secret of a service, which commands use from now on by default."""
        self.url = url
        self.secrets[url] = secret

    def remove(self, url: str) -> str | None:
        """Remove the secret of a service, and return it; None if there is none."""
        if self.url == url:
            self.url = ""
        return self.secrets.pop(url, None)

    def save(self) -> None:
        """Write the file as a whole; nobody else may read it."""
        file = get_file()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replace_file(file, mode=0o600) as draft:
            json.dump(asdict(self), draft, indent=2)


def load_credentials() -> Credentials:
    """Load the file; without one there are no credentials.

    Raises:
        ConfigurationError: The file is damaged.
    """
    file = get_file()
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        url, secrets = document["url"], document["secrets"]
        texts = [url, *secrets, *secrets.values()]
    except FileNotFoundError:
        return Credentials()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        texts = [None]
    if not all(isinstance(text, str) for text in texts):
        raise ConfigurationError(f"{file} is damaged: delete it, and run `cuebook login` again")
    return Credentials(url, secrets)


def get_file() -> Path:
    """Get the path of the file, in the user's folder for settings."""
    return Path(typer.get_app_dir("cuebook")) / "credentials.json"
