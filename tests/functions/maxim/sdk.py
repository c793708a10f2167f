"""Maxim's Python SDK as an oracle: it takes a bundle as strictly, and chooses from it alike.

Source: what maxim-py 3.14 does with an answer whose fields are taken away one by one, and with
queries against rules. Where it is lenient only by chance, this is strict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAF = {"field", "value", "operator", "valueSource", "exactMatch"}


class DroppedError(AssertionError):
    """The SDK would raise here, and with it lose the prompt, or in a list every prompt."""


def require(condition: bool, what: str) -> None:
    if not condition:
        raise DroppedError(what)


def is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_object(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)


def require_texts(of: Mapping[str, Any], *names: str) -> None:
    for name in names:
        require(isinstance(of.get(name), str), f"{name} is a text")


@dataclass(frozen=True)
class Bundle:
    """A bundle that the SDK could parse."""

    bundle: Mapping[str, Any]

    @classmethod
    def parse(cls, bundle: Any) -> Bundle:
        """Raises Dropped."""
        require(is_object(bundle), "a bundle is an object")
        require_texts(bundle, "promptId")
        require(is_object(bundle.get("rules")), "rules are an object")
        require(isinstance(bundle.get("versions"), list), "versions are a list")
        require(isinstance(bundle.get("folderId"), str | None), "folderId is a text or null")
        for version in bundle["versions"]:
            parse_version(version)
        if bundle.get("fallbackVersion") is not None:
            parse_version(bundle["fallbackVersion"])
        ids = {version["id"]: version["version"] for version in bundle["versions"]}
        for version_id, deployments in bundle["rules"].items():
            require(version_id in ids, "rules are for versions that are there")
            require(isinstance(deployments, list), "deployments are a list")
            for deployment in deployments:
                parse_deployment(deployment, ids[version_id])
        return cls(bundle)

    @property
    def numbers(self) -> list[int]:
        return [version["version"] for version in self.bundle["versions"]]

    @property
    def fallback(self) -> int | None:
        version = self.bundle.get("fallbackVersion")
        return version and int(version["version"])

    def get(self, **query: str) -> int | None:
        """The number of the version that `get_prompt` returns for enforced deployment variables."""
        best, score = self.fallback, 0
        for version in self.bundle["versions"]:
            for deployment in self.bundle["rules"].get(version["id"], ()):
                group = deployment["rules"]["query"]
                if len(group["rules"]) > score and matches_group(group, query):
                    best, score = version["version"], len(group["rules"])
        return best

    def message(self, number: int = 0) -> Any:
        return self.bundle["versions"][0]["config"]["messages"][number]


def matches_group(group: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Whether all leaves match, and every enforced condition of the query matched one."""
    leaves = group["rules"]
    matched = [leaf for leaf in leaves if leaf["field"] in query and matches_rule(leaf, query)]
    return len(matched) == len(leaves) and query.keys() <= {leaf["field"] for leaf in matched}


def matches_rule(leaf: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """The rule's value is the left operand, and texts are compared as texts."""
    left, right = leaf["value"], query[leaf["field"]]
    outcomes: dict[str, bool] = {
        "=": left == right,
        ">": left > right,
        "<": left < right,
        ">=": left >= right,
        "<=": left <= right,
    }
    return outcomes[leaf["operator"]]


def parse_deployment(deployment: Any, number: int) -> None:
    require(is_object(deployment), "a deployment is an object")
    require({"id", "timestamp", "rules"} <= deployment.keys(), "a deployment has its fields")
    rules = deployment["rules"]
    require(is_object(rules) and is_number(rules.get("version")), "rules name a version by number")
    require(rules["version"] == number, "rules name their own version")
    parse_group(rules["query"])


def parse_group(group: Any) -> None:
    require(is_object(group), "a group is an object")
    require(group.get("combinator") == "AND", "any other combinator is an or")
    require(isinstance(group.get("rules"), list), "a group has rules")
    require(bool(group["rules"]), "a group of none can never win")
    for leaf in group["rules"]:
        require(is_object(leaf), "a leaf is an object")
        require_texts(leaf, "field", "value", "operator")
        require(leaf.keys() <= LEAF, "another key of a leaf is a TypeError")


def parse_version(version: Any) -> None:
    require(is_object(version), "a version is an object")
    require_texts(version, "id", "promptId", "createdAt", "updatedAt", "description")
    require(is_number(version.get("version")), "version is a number")
    config = version.get("config")
    require(is_object(config), "config is an object")
    require_texts(config, "model", "provider")
    require(is_object(config.get("modelParameters")), "modelParameters are an object")
    require(is_object(config.get("tags")), "tags are an object")
    require(all(is_scalar(tag) for tag in config["tags"].values()), "tags are scalars")
    require(isinstance(config.get("messages"), list), "messages are a list")
    for message in config["messages"]:
        parse_message(message)


def is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | None)


def parse_message(message: Any) -> None:
    require(is_object(message), "a message is an object")
    require_texts(message, "role")
    content = message.get("content")
    require(isinstance(content, str | list), "null content is a TypeError")
    for part in content if isinstance(content, list) else ():
        parse_part(part)
    for spelling in ("toolCalls", "tool_calls"):
        if spelling in message:
            parse_calls(message[spelling])
    require(message.get("toolCalls") == message.get("tool_calls"), "one spelling for each SDK")
    if "tool_call_id" in message:
        require_texts(message, "tool_call_id")


def parse_part(part: Any) -> None:
    require(is_object(part), "a part is an object")
    if part.get("type") == "text":
        require_texts(part, "text")
        return
    require(part.get("type") == "image_url", "a part is a text or an image")
    require(is_object(part.get("image_url")), "image_url is an object")
    require_texts(part["image_url"], "url")
    require(part["image_url"].get("detail", "auto") in ("auto", "low", "high"), "detail is known")


def parse_calls(calls: Any) -> None:
    require(isinstance(calls, list) and bool(calls), "tool calls are left out when there are none")
    for call in calls:
        require(is_object(call), "a call is an object")
        require_texts(call, "id")
        require(call.get("type") == "function", "a call is of a function")
        require(is_object(call.get("function")), "the function is an object")
        require_texts(call["function"], "name", "arguments")
