"""What a program does with prompts besides using them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from ._copies import is_name
from ._ids import is_id
from ._operations import InTasks, InThreads, Listing, Operation
from ._requests import load_with_etag, request
from .errors import (
    ConfigurationError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ._contents import Document
    from ._core import Core
    from ._effects import Program, Response
    from ._operations import Page
    from ._tasks import Tasks
    from ._threads import Threads

ROWS = 100  # of a page
Selector = int | str  # the number of a version, a tag, `live` or `latest`


class _Operations:
    """The operations of both clients; each is written once, as a program.

    Documents are those of the service's API: docs/applications.md lists its endpoints.
    """

    _core: Core

    # -- teams

    @Operation
    def teams(self) -> Program[list[Document]]:
        """List the teams of the key, or of the person: the `id` and the `name` of each."""
        return self._ask("GET", "/v1/me/teams", part="teams")

    # -- prompts

    @Listing
    def prompts(
        self,
        team_id: str,
        *,
        q: str | None = None,
        status: str | None = None,
        with_live: bool = False,
    ) -> Page[Document]:
        """List the prompts of a team, newest first.

        Args:
            team_id: The id of the team.
            q: A text that the name, the slug, the description or a keyword contains.
            status: `active` or `archived`; None for both.
            with_live: Whether each has its live version.
        """
        query = {"q": q, "status": status, "include": "live" if with_live else None}
        return self._list(_build_path("teams", team_id, "prompts"), "prompts", query)

    @Operation
    def prompts_page(
        self,
        team_id: str,
        cursor: str | None = None,
        *,
        q: str | None = None,
        status: str | None = None,
    ) -> Program[Document]:
        """List one page of a team's prompts, for a program that shows pages itself.

        Args:
            team_id: The id of the team.
            cursor: The `next_cursor` of the page before; None for the first page.
            q: As of `prompts`.
            status: As of `prompts`.
        """
        query = {"q": q, "status": status, "cursor": cursor}
        return self._ask("GET", _build_page_path(_build_path("teams", team_id, "prompts"), query))

    @Operation
    def prompt(self, name: str) -> Program[Document]:
        """Get a prompt without its texts.

        Args:
            name: The slug or the id.
        """
        return self._ask("GET", _build_path("prompts", name), part="prompt")

    @Operation
    def read(self, name: str, selector: Selector = "latest") -> Program[Document]:
        """Read a prompt with a version, for a write that is to happen only while both are so.

        Args:
            name: The slug or the id.
            selector: The number of the version, a tag, `live` or `latest`.

        Returns:
            The `prompt`, the `version`, which is None if there is none, and the `etag`: that of
            the version `latest` is for `change_prompt` and `create_version`.
        """
        path = _build_path("prompts", name)
        try:
            document: Document = yield from self._ask(
                "GET", f"{path}?{_build_query(version=selector)}", load=load_with_etag
            )
        except NotFoundError:
            document = yield from self._ask("GET", path, load=load_with_etag)
            document["version"] = None
        return document

    @Operation
    def create_prompt(
        self, team_id: str, name: str, *, slug: str | None = None, description: str = ""
    ) -> Program[Document]:
        """Create a prompt, which has no versions yet.

        Args:
            team_id: The id of the team.
            name: The name, which people see.
            slug: What programs ask for it by; None to make it from the name.
            description: What it is for.
        """
        body = {"name": name, "description": description}
        body |= {} if slug is None else {"slug": slug}
        return self._write("POST", _build_path("teams", team_id, "prompts"), body, part="prompt")

    @Operation
    def change_prompt(
        self,
        name: str,
        *,
        new_name: str | None = None,
        slug: str | None = None,
        description: str | None = None,
        keywords: Sequence[str] | None = None,
        if_match: str | None = None,
    ) -> Program[Document]:
        """Change what describes a prompt; what is None stays as it is.

        Args:
            name: The slug or the id.
            new_name: The name, which people see.
            slug: What programs ask for it by.
            description: What it is for.
            keywords: Words to find it by.
            if_match: The `etag` of a `read` of the newest version; None to write whatever is there.

        Raises:
            ConflictError: The prompt, or its newest version, is not what was read.
        """
        fields = {
            "name": new_name,
            "slug": slug,
            "description": description,
            "keywords": None if keywords is None else list(keywords),
        }
        body = {key: value for key, value in fields.items() if value is not None}
        path = _build_path("prompts", name)
        if if_match is not None:
            path = f"{path}?version=latest"
        return self._write("PATCH", path, body, name, part="prompt", if_match=if_match)

    @Operation
    def archive_prompt(self, name: str) -> Program[Document]:
        """Archive a prompt, which can still be used."""
        return self._write("POST", _build_path("prompts", name, "archive"), {}, name, part="prompt")

    @Operation
    def restore_prompt(self, name: str) -> Program[Document]:
        """Make an archived prompt active again."""
        return self._write("POST", _build_path("prompts", name, "restore"), {}, name, part="prompt")

    @Operation
    def delete_prompt(self, name: str) -> Program[None]:
        """Delete a prompt with its versions, for good."""
        return self._write("POST", _build_path("prompts", name, "delete"), {}, name)

    # -- versions

    @Listing
    def versions(self, name: str, *, status: str | None = None) -> Page[Document]:
        """List the versions of a prompt, highest number first.

        Args:
            name: The slug or the id.
            status: `draft`, `stable`, `live` or `archived`; None for all.
        """

        def get_page(cursor: str | None) -> Program[tuple[list[Document], str | None]]:
            prompt_id = yield from self._find_id(name)
            path = _build_path("prompts", prompt_id, "versions")
            page = yield from self._list(path, "versions", {"status": status})(cursor)
            return page

        return get_page

    @Operation
    def version(self, name: str, selector: Selector = "live") -> Program[Document]:
        """Get a version as it is written, without the texts that it includes."""
        path = f"{_build_path('prompts', name)}?{_build_query(version=selector)}"
        return self._ask("GET", path, part="version")

    @Operation
    def read_version(self, name: str, selector: Selector = "latest") -> Program[Document]:
        """Read a version, for a promotion that is to happen only while it is so.

        Args:
            name: The slug or the id.
            selector: The number of the version, a tag, `live` or `latest`.

        Returns:
            The `version`, and the `etag` for `promote` with the same selector.
        """
        prompt_id = yield from self._find_id(name)
        path = _build_path("prompts", prompt_id, "versions", selector)
        document: Document = yield from self._ask("GET", path, load=load_with_etag)
        return document

    @Operation
    def create_version(
        self,
        name: str,
        template: str | None = None,
        *,
        messages: Sequence[Mapping[str, Any]] | None = None,
        engine: str = "go",
        model: str | None = None,
        params: Mapping[str, Any] | None = None,
        tools: Sequence[Mapping[str, Any]] | None = None,
        response_format: Mapping[str, Any] | None = None,
        inputs: Sequence[Mapping[str, Any]] | None = None,
        message: str = "",
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> Program[Document]:
        """Create the next version of a prompt, as a draft.

        Args:
            name: The slug or the id.
            template: The text.
            messages: The messages of a conversation, instead of a template.
            engine: The template language of the texts.
            model: The model, such as `openai/gpt-4o`.
            params: Parameters of the model.
            tools: Tools that the model may call.
            response_format: The form of the model's output.
            inputs: Declared variables: the `name` of each, its `type`, its `description` and
                whether it is `required`.
            message: Why the version is created.
            idempotency_key: Calls with the same one create one version, within 24 hours; None
                for one of this call alone.
            if_match: The `etag` of a `read` of the newest version; None to write whatever is there.

        Raises:
            ConfigurationError: It has neither a template nor messages, or both.
            ConflictError: The prompt, or its newest version, is not what was read.
        """
        body = _build_version(
            template,
            messages,
            engine=engine,
            model=model,
            model_params=params,
            tools=tools,
            response_format=response_format,
            inputs=inputs,
            message=message,
        )
        prompt_id = yield from self._find_id(name)
        path = _build_path("prompts", prompt_id, "versions")
        version: Document = yield from self._write(
            "POST",
            path,
            body,
            name,
            part="version",
            idempotency_key=idempotency_key,
            if_match=if_match,
        )
        return version

    @Operation
    def check(
        self,
        template: str | None = None,
        *,
        messages: Sequence[Mapping[str, Any]] | None = None,
        name: str | None = None,
        team_id: str | None = None,
        engine: str | None = None,
        params: Mapping[str, Any] | None = None,
        tools: Sequence[Mapping[str, Any]] | None = None,
        response_format: Mapping[str, Any] | None = None,
        inputs: Sequence[Mapping[str, Any]] | None = None,
        variables: Mapping[str, Any] | None = None,
        payload_id: str | None = None,
        strict: bool = False,
    ) -> Program[Document]:
        """Check a text that is not saved, as `create_version` would, and write nothing.

        Args:
            template: The text.
            messages: The messages of a conversation, instead of a template.
            name: The slug or the id of the prompt that the text is for; None for a new one.
            team_id: The id of the team of a new prompt; None for the only one.
            engine: The template language; None for that of the prompt, or what the markup tells.
            params: As of `create_version`.
            tools: As of `create_version`.
            response_format: As of `create_version`.
            inputs: As of `create_version`.
            variables: Values by name, to render the text with; None for no rendering.
            payload_id: A payload of the prompt, whose variables count where there are no others.
            strict: Whether a missing variable is an error in every language.

        Returns:
            The `engine`, the `variables` of the text, the `errors` and the `warnings`, each with
            its `path`, `line`, `column` and `message`, the `rendering` and the
            `missing_variables`.

        Raises:
            ConfigurationError: It has neither a template nor messages, or both.
        """
        body = _build_version(
            template,
            messages,
            prompt_id=name,
            team_id=team_id,
            engine=engine,
            model_params=params,
            tools=tools,
            response_format=response_format,
            inputs=inputs,
            variables=variables,
            payload_id=payload_id,
            strict=strict or None,
        )
        return self._ask("POST", "/v1/check", body)

    @Operation
    def promote(
        self,
        name: str,
        version: Selector,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Program[Document]:
        """Make a draft stable, or a stable version live.

        Args:
            name: The slug or the id.
            version: The number of the version, a tag, `live` or `latest`.
            if_match: The `etag` of a `read_version`; None to promote it whatever it is.
            idempotency_key: As of `create_version`.

        Raises:
            ConflictError: The version is not what was read.
        """
        return self._write(
            "POST",
            _build_path("prompts", name, "versions", version, "promote"),
            {},
            name,
            part="version",
            if_match=if_match,
            idempotency_key=idempotency_key,
        )

    @Operation
    def demote(self, name: str, version: Selector = "live") -> Program[Document]:
        """Make the live version stable again, so that the prompt has no live version."""
        path = _build_path("prompts", name, "versions", version, "demote")
        return self._write("POST", path, {}, name, part="version")

    @Operation
    def delete_version(self, name: str, version: Selector) -> Program[None]:
        """Delete a draft, or archive a version with another status; both are for good."""
        return self._write("DELETE", _build_path("prompts", name, "versions", version), None, name)

    @Operation
    def archive_version(self, name: str, version: Selector) -> Program[Document]:
        """Archive a version, for good."""
        path = _build_path("prompts", name, "versions", version, "archive")
        return self._write("POST", path, {}, name, part="version")

    @Operation
    def rollback(
        self, name: str, version: int | None = None, *, reason: str = ""
    ) -> Program[Document]:
        """Make a version live that was live before.

        Args:
            name: The slug or the id.
            version: Its number; None for the one that was live before.
            reason: Why, for the history.
        """
        fields = {"target_version": version, "rollback_reason": reason or None}
        body = {key: value for key, value in fields.items() if value is not None}
        path = _build_path("prompts", name, "rollback")
        return self._write("POST", path, body, name, part="version")

    @Operation
    def diff(self, name: str, before: Selector, after: Selector) -> Program[Document]:
        """Compare two versions: their texts, and their settings."""
        query = _build_query(**{"from": before, "to": after})
        return self._ask("GET", f"{_build_path('prompts', name, 'versions', 'diff')}?{query}")

    @Operation
    def set_tag(self, name: str, version: Selector, tag: str) -> Program[Document]:
        """Set a tag to a version; if the prompt has the tag already, it is moved."""
        path = _build_path("prompts", name, "versions", version, "tags")
        return self._write("POST", path, {"tag": tag}, name, part="version")

    @Operation
    def remove_tag(self, name: str, tag: str) -> Program[None]:
        """Remove a tag from a prompt."""
        return self._write("DELETE", _build_path("prompts", name, "tags", tag), None, name)

    # -- splits

    @Operation
    def get_split(self, name: str, pointer: str = "live") -> Program[Document]:
        """Get the versions that a pointer hands out, with their weights."""
        return self._ask("GET", _build_path("prompts", name, "splits", pointer))

    @Operation
    def set_split(
        self, name: str, shares: Mapping[int, int], pointer: str = "live"
    ) -> Program[Document]:
        """Split a pointer between versions.

        Args:
            name: The slug or the id.
            shares: The weight of each version, by its number; together 10,000.
            pointer: `live` or a tag.
        """
        body = {"split": [{"version": number, "weight": shares[number]} for number in shares]}
        return self._write("PUT", _build_path("prompts", name, "splits", pointer), body, name)

    @Operation
    def end_split(self, name: str, pointer: str = "live") -> Program[None]:
        """End a split: the pointer stays at its first version."""
        return self._write("DELETE", _build_path("prompts", name, "splits", pointer), None, name)

    # -- payloads

    @Listing
    def payloads(self, name: str) -> Page[Document]:
        """List the sample variables of a prompt, newest first."""
        return self._list(_build_path("prompts", name, "payloads"), "payloads", {})

    @Operation
    def create_payload(
        self,
        name: str,
        title: str | None,
        variables: Mapping[str, Any],
        *,
        idempotency_key: str | None = None,
    ) -> Program[Document]:
        """Store sample variables with a prompt.

        Args:
            name: The slug or the id of the prompt.
            title: The name of the payload; None without one.
            variables: Values by name.
            idempotency_key: As of `create_version`.
        """
        body = {"name": title, "variables": variables}
        path = _build_path("prompts", name, "payloads")
        return self._write("POST", path, body, part="payload", idempotency_key=idempotency_key)

    @Operation
    def delete_payload(self, name: str, payload_id: str) -> Program[None]:
        """Delete a payload."""
        return self._write("DELETE", _build_path("prompts", name, "payloads", payload_id), None)

    # -- history, and rendering by the service

    @Listing
    def history(self, name: str) -> Page[Document]:
        """List the events of a prompt, newest first."""
        return self._list(_build_path("prompts", name, "history"), "events", {})

    @Operation
    def usage(self, name: str, *, days: int = 31) -> Program[Document]:
        """Get how a prompt was used, by day and version, and by whom.

        Args:
            name: The slug or the id of the prompt.
            days: How many days to look back, today among them.
        """
        path = _build_path("prompts", name, "usage")
        return self._ask("GET", f"{path}?{urlencode({'days': days})}")

    @Operation
    def render_remote(
        self,
        name: str,
        variables: Mapping[str, Any] | None = None,
        *,
        selector: Selector = "live",
        split_key: str | None = None,
        payload_id: str | None = None,
        strict: bool = False,
    ) -> Program[Document]:
        """Let the service render a prompt.

        Args:
            name: The slug or the id.
            variables: Values by name.
            selector: The number of a version, a tag, `live` or `latest`.
            split_key: Whose prompt it is, where the pointer is split.
            payload_id: A payload, whose variables count where there are no others.
            strict: Whether a missing variable is an error in every language.
        """
        fields = {"split_key": split_key, "payload_id": payload_id, "strict": strict or None}
        body = {key: value for key, value in fields.items() if value is not None}
        place = () if selector == "live" else ("versions", selector)
        path = _build_path("prompts", name, *place, "render")
        return self._ask("POST", path, {**body, "variables": variables or {}})

    # -- API keys, which only people manage: with a session instead of a key

    @Listing
    def api_keys(self) -> Page[Document]:
        """List the API keys that the person manages, newest first, without their secrets."""

        def get_page(cursor: str | None) -> Program[tuple[list[Document], str | None]]:
            query = {"org_id": (yield from self._find_organisation_id())}
            page = yield from self._list("/v1/api-keys", "api_keys", query)(cursor)
            return page

        return get_page

    @Operation
    def create_api_key(
        self,
        name: str,
        team_ids: Sequence[str],
        *,
        operation: str = "read_render",
        prompts: Sequence[str] | None = None,
        pointers: Sequence[str] | None = None,
        quota: int | None = None,
        expires_at: str | None = None,
    ) -> Program[Document]:
        """Create an API key, whose secret, `key`, is shown only now.

        It is sent once: the service does not note the response to a repetition, with the secret.

        Args:
            name: What the key is for.
            team_ids: The ids of its teams; none for the whole organisation.
            operation: `read_render`, `all` or `admin`.
            prompts: The slugs or ids of the only prompts that it reaches; None for all.
            pointers: The tags, or `live`, that are the only ones for it; None for all.
            quota: Its requests per minute; None for the default of the deployment.
            expires_at: When it stops working, as `2027-01-31T00:00:00Z`; None for never.
        """
        fields = {
            "name": name,
            "org_id": (yield from self._find_organisation_id()),
            "team_ids": list(team_ids),
            "operation": operation,
            "prompts": None if prompts is None else list(prompts),
            "pointers": None if pointers is None else list(pointers),
            "quota": quota,
            "expires_at": expires_at,
        }
        body = {key: value for key, value in fields.items() if value is not None}
        document: Document = yield from self._ask("POST", "/v1/api-keys", body, attempts=1)
        return document

    @Operation
    def revoke_api_key(self, key_id: str) -> Program[None]:
        """Revoke an API key."""
        return self._write("DELETE", _build_path("api-keys", key_id), None)

    # -- requests

    def _ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        part: str = "",
        headers: Mapping[str, str] | None = None,
        attempts: int | None = None,
        load: Callable[[Response, str], Any] | None = None,
    ) -> Program[Any]:
        options = self._core.options
        try:
            document = yield from request(
                method,
                path,
                body,
                seconds=options.timeout,
                attempts=attempts or options.attempts,
                headers=headers,
                load=load,
            )
        except InvalidRequestError as error:
            # To most calls a slug that no prompt has is a malformed id, which px0's clients expect.
            if error.code != "invalid_prompt_id":
                raise
            raise NotFoundError(
                f"{method} {path}: there is no such prompt",
                status=404,
                code="prompt_not_found",
                request_id=error.request_id,
            ) from error
        return _take(document, part, f"{method} {path}")

    def _write(
        self,
        method: str,
        path: str,
        body: Any,
        name: str = "",
        *,
        part: str = "",
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> Program[Any]:
        """Change something, once, however often the request is sent.

        Args:
            method: The HTTP method.
            path: The path.
            body: The body.
            name: The prompt, which this client holds no longer; empty for none.
            part: The field of the response that is wanted; empty for all of it.
            idempotency_key: What makes the call the same as another; None for a new one.
            if_match: The ETag of what is to be changed; None to change it whatever it is.
        """
        headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
        headers |= {} if if_match is None else {"If-Match": if_match}
        try:
            return (yield from self._ask(method, path, body, part=part, headers=headers))
        finally:
            if name:
                self._core.invalidate(name)

    def _list(self, path: str, rows: str, query: Mapping[str, Any]) -> Page[Document]:
        """Make a list whose pages are read when they are needed."""

        def get_page(cursor: str | None) -> Program[tuple[list[Document], str | None]]:
            document = yield from self._ask(
                "GET", _build_page_path(path, {**query, "cursor": cursor})
            )
            return _take(document, rows, f"GET {path}"), document.get("next_cursor") or None

        return get_page

    def _find_organisation_id(self) -> Program[str]:
        """Find the id of the organisation, which a deployment has one of."""
        rows = yield from self._ask("GET", "/v1/me/orgs", part="organizations")
        for row in rows:
            organisation_id: str = row["id"]
            return organisation_id
        raise NotFoundError("you are in no organisation: ask an admin to add you", status=404)

    def _find_id(self, name: str) -> Program[str]:
        """Find the id of a prompt, for the calls that take no slug."""
        if isinstance(name, str) and is_id(name):
            return name
        prompt = yield from self._ask("GET", _build_path("prompts", name), part="prompt")
        prompt_id: str = prompt["id"]
        return prompt_id


class Management(_Operations, InThreads):
    """What a program with threads does with prompts besides using them."""

    def __init__(self, core: Core, runner: Threads) -> None:
        InThreads.__init__(self, runner)
        self._core = core


class AsyncManagement(_Operations, InTasks):
    """What a program with asyncio does with prompts besides using them."""

    def __init__(self, core: Core, runner: Tasks) -> None:
        InTasks.__init__(self, runner)
        self._core = core


def _build_version(
    template: str | None, messages: Sequence[Mapping[str, Any]] | None, **fields: Any
) -> Document:
    """Build the body of a version, with what of its fields is not None.

    Raises:
        ConfigurationError: It has neither a template nor messages, or both.
    """
    if (template is None) == (messages is None):
        raise ConfigurationError("a version has either a template or messages")
    texts = {"template": template, "messages": None if messages is None else list(messages)}
    return {key: value for key, value in {**texts, **fields}.items() if value is not None}


def _build_path(*segments: str | int) -> str:
    """Build a path of the service's API.

    Raises:
        ConfigurationError: A segment is empty, or no text and no number.
    """
    for segment in segments:
        if not (is_name(segment) or isinstance(segment, int)) or segment in (".", ".."):
            raise ConfigurationError(f"{segment!r} names nothing: a name or a number is needed")
    return "/v1/" + "/".join(quote(str(segment), safe="") for segment in segments)


def _take(document: Any, part: str, what: str) -> Any:
    """Take the part that is wanted out of what the service has answered.

    Args:
        document: The JSON value of the response; None if it has none.
        part: The field of an object; empty for all of it.
        what: The request, for a message.

    Raises:
        PermissionDeniedError: The service has opened a release request instead.
        UnavailableError: The answer has another shape.
    """
    if not part and isinstance(document, dict | None):
        return document
    if isinstance(document, dict):
        if document.get(part) is not None:
            return document[part]
        if isinstance(release := document.get("release"), dict):
            raise PermissionDeniedError(
                f"{what}: this waits until somebody else approves it, as the release request "
                f"{release.get('id')}",
                status=202,
                code="review_required",
            )
    raise UnavailableError(f"{what}: the service has answered in an unknown form")


def _build_query(**selectors: Selector) -> str:
    """Build a query of what names versions.

    Raises:
        ConfigurationError: One of them names none.
    """
    for selector in selectors.values():
        if not is_name(selector) and not isinstance(selector, int):
            raise ConfigurationError(
                f"{selector!r} names no version: give a number, a tag, `live` or `latest`"
            )
    return urlencode(selectors)


def _build_page_path(path: str, query: Mapping[str, Any]) -> str:
    """Build the path of a page of a list, with what of its query is not None."""
    fields = {"limit": ROWS, **query}
    text = urlencode({key: value for key, value in fields.items() if value is not None})
    return f"{path}?{text}"
