"""Patches of moto, which simulates AWS in this process.

They replace what is unsafe in several threads, slow, or not as in AWS.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from joserfc.jwk import RSAKey
from moto.cognitoidp import models as cognito
from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpUser
from moto.core import responses, utils
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.dynamodb import responses as dynamo_responses
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_to_dict
from moto.dynamodb.parsing import ast_nodes, expressions
from moto.dynamodb.responses import DynamoHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CONDITIONS = 1000  # that are kept at most
BINARY = re.compile(rb'"BS?":')  # a binary value in JSON, or an attribute of that name
CONTENT_TYPE = "application/x-amz-json-1.0"
# Their responses consist of items, which are JSON as they are but for binary values.
ITEM_OPERATIONS = frozenset(
    {
        "BatchGetItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)


@contextmanager
def patch_moto(region: str | None) -> Iterator[None]:
    """Replace what is unsafe in several threads, slow, or not as in AWS.

    Args:
        region: The region of the tables; None if another server has them.
    """
    with ExitStack() as stack:
        if region is not None:
            stack.enter_context(patch_requests(region))
        # Whatever processes a request is within the lock.
        stack.enter_context(serialize_calls())
        stack.enter_context(patch_items())
        stack.enter_context(patch_values())
        stack.enter_context(patch_conditions())
        stack.enter_context(patch_updates())
        stack.enter_context(patch_queries())
        stack.enter_context(patch_transactions())
        stack.enter_context(patch_responses())
        stack.enter_context(patch_invitations())
        stack.enter_context(patch_keys())
        yield


@contextmanager
def replace_attribute(owner: object, name: str, value: object) -> Iterator[None]:
    """Replace an attribute of a foreign object temporarily."""
    before = vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is None:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


@contextmanager
def serialize_calls() -> Iterator[None]:
    """Make moto process one call at a time, because its checks and writes are not atomic.

    The lock covers only moto's part of a call: clients sign requests and parse responses
    concurrently.
    """
    lock = threading.RLock()
    process = botocore_stubber.process_request

    def process_request(request: Any) -> Any:
        with lock:
            return process(request)

    with replace_attribute(botocore_stubber, "process_request", process_request):
        yield


@contextmanager
def patch_requests(region: str) -> Iterator[None]:
    """Make moto find an operation of DynamoDB by the header that names it.

    moto compares the URL with those of all services, makes a request for a web server, and looks
    through all methods of a class, which takes longer than most operations do.
    """
    process = botocore_stubber.process_request

    def process_request(request: Any) -> Any:
        is_dynamodb = request.headers.get("X-Amz-Target", b"").startswith(b"DynamoDB")
        # moto decodes binary values as it finds them in the shape of the request.
        if is_dynamodb and not BINARY.search(request.body):
            return run_operation(request, region)
        return process(request)

    names = cache(utils.method_names_from_class)
    with (
        replace_attribute(botocore_stubber, "process_request", process_request),
        replace_attribute(responses, "method_names_from_class", names),
    ):
        yield


def run_operation(request: Any, region: str) -> Any:
    """Run an operation of DynamoDB in moto, as moto itself does in the end."""
    handler: Any = DynamoHandler()
    handler.region, handler.current_account = region, DEFAULT_ACCOUNT_ID
    handler.headers = {
        name: str(request.headers[name], "ascii") for name in ("X-Amz-Target", "Content-Type")
    }
    handler.response_headers = {"server": "amazon.com"}
    handler._enrich_response = add_request_id
    handler.querystring, handler.params = {}, json.loads(request.body)
    return handler.call_action()


def add_request_id(headers: dict[str, str], body: str) -> tuple[dict[str, str], str]:
    """Add the id of a request to the headers; moto also looks through the whole body, for XML."""
    headers["x-amzn-requestid"] = str(uuid4())
    return headers, body


@contextmanager
def patch_items() -> Iterator[None]:
    """Make an update replace an item, as a put does, where moto changes it in place.

    So whoever holds an item has it as it was: none needs a copy, and each is measured once. moto
    copies and measures what a query finds, and measures a new item for each of its attributes.
    """
    replicate, measure, update = Item.__deepcopy__, Item.size, DynamoDBBackend.update_item

    def create(
        self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]
    ) -> None:
        self.hash_key, self.range_key = hash_key, range_key
        self.attrs = LimitedSizeDict()
        dict.update(self.attrs, {name: DynamoType(value) for name, value in attrs.items()})
        for name in [*attrs][-1:]:
            self.attrs[name] = self.attrs[name]  # moto refuses what is too large

    def get_size(self: Item) -> int:
        if "bytes" not in vars(self):
            vars(self)["bytes"] = measure(self)
        size: int = vars(self)["bytes"]
        return size

    def update_item(
        self: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **options: Any
    ) -> Any:
        place = find_place(self, {"TableName": table_name, "Key": key})
        if place is not None:
            items, name, item = place
            if item is not None:
                items[name] = replicate(item, {})
        return update(self, table_name, key, *args, **options)

    with (
        replace_attribute(Item, "__init__", create),
        replace_attribute(Item, "__deepcopy__", lambda item, memo: item),
        replace_attribute(Item, "size", get_size),
        replace_attribute(DynamoDBBackend, "update_item", update_item),
    ):
        yield


@contextmanager
def patch_values() -> Iterator[None]:
    """Make moto take a text as it is: it looks for all other types first, for each comparison."""
    cast = DynamoType.cast_value

    def get_value(self: DynamoType) -> Any:
        return self.value if self.type == "S" else cast.__get__(self)

    with replace_attribute(DynamoType, "cast_value", property(get_value)):
        yield


@contextmanager
def patch_conditions() -> Iterator[None]:
    """Make moto parse a condition once for a transaction, not before it and twice in each write."""
    parse = ConditionExpressionParser.parse
    memo: dict[tuple[str, str, str], tuple[Any, list[str], list[str]]] = {}

    def parse_once(self: ConditionExpressionParser) -> Any:
        if not self.condition_expression:
            return parse(self)
        names, values = self.expression_attribute_names, self.expression_attribute_values
        key = (self.condition_expression, repr(names), repr(values))
        if key not in memo:
            if len(memo) == CONDITIONS:
                memo.clear()
            memo[key] = parse(self), self.expr_attr_names_found, self.expr_attr_values_found
        condition, *lists = memo[key]
        self.expr_attr_names_found, self.expr_attr_values_found = map(list, lists)
        return condition

    with replace_attribute(ConditionExpressionParser, "parse", parse_once):
        yield


@contextmanager
def patch_updates() -> Iterator[None]:
    """Make moto parse the text of an update once; ours are few, and each is used often.

    moto goes through the nodes of an update ten times to validate it, and asks of every node for
    its class in a way that takes longer than all the rest.
    """
    nodes: Any = ast_nodes
    parser: Any = vars(expressions)["UpdateExpressionParser"]
    inner = (nodes.Expression, nodes.UpdateExpressionFunction)
    is_node: Callable[[Any], bool] = cache(lambda kind: issubclass(kind, nodes.Node))
    has_clauses: Callable[[Any], bool] = cache(lambda kind: issubclass(kind, inner))

    def copy_node(self: Any, memo: Any) -> Any:
        node = object.__new__(type(self))
        vars(node).update(vars(self))
        if self.children is not None:
            node.children = [
                copy_node(child, memo) if is_node(type(child)) else child for child in self.children
            ]
            for child in node.children:
                if is_node(type(child)):
                    child.parent = node
        return node

    def find_clauses(self: Any, kinds: Any) -> list[Any]:
        clauses = []
        for child in self.children or ():
            if type(child) in kinds:
                clauses.append(child)
            elif has_clauses(type(child)):
                clauses += find_clauses(child, kinds)
        return clauses

    kinds: dict[tuple[Any, Any], Any] = {}  # those that a processor has for the kind of a node

    def traverse(self: Any, root: Any) -> Any:
        processors = self._processing_map()
        owner = type(self)

        def find_processor(kind: Any) -> Any:
            if (owner, kind) not in kinds:
                matches = (each for each in processors if issubclass(kind, each))
                kinds[owner, kind] = next(matches, None)
            return processors.get(kinds[owner, kind])

        def visit(node: Any, place: int) -> Any:
            parent = node.parent
            for number, child in enumerate(node.children or ()):
                self.pre_processing_of_child(node, number)
                if is_node(type(child)):
                    visit(child, number)
            if process := find_processor(type(node)):
                node = process(node)
                node.parent = parent
                if parent:
                    parent.children[place] = node
            return node

        return visit(root, -1)

    with (
        replace_attribute(parser, "make", staticmethod(cache(parser.make))),
        replace_attribute(nodes.Node, "__deepcopy__", copy_node),
        replace_attribute(nodes.Node, "find_clauses", find_clauses),
        replace_attribute(nodes.DepthFirstTraverser, "traverse", traverse),
    ):
        yield


@contextmanager
def patch_queries() -> Iterator[None]:
    """Make the time of a query depend on its partition, not on the size of its table."""
    query = Table.query

    def query_partition(self: Table, hash_key: DynamoType, *args: Any, **options: Any) -> Any:
        items = list(self.items.get(hash_key, {}).values())
        with replace_attribute(self, "all_items", lambda: items):
            return query(self, hash_key, *args, **options)

    with replace_attribute(Table, "query", query_partition):
        yield


@contextmanager
def patch_transactions() -> Iterator[None]:
    """Make the time of a transaction depend on what it writes, not on the size of its tables.

    To roll back, moto copies every table of a transaction first, which takes half a second for
    tables of 10 MB. This patch keeps only the items of the transaction, and restores those; it
    needs `patch_items`.
    """
    transact = DynamoDBBackend.transact_write_items

    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        undo = [
            partial(restore_item, *place)
            for place in (find_place(self, *item.values()) for item in transact_items)
            if place is not None
        ]
        with replace_attribute(Table, "__deepcopy__", lambda table, memo: table):
            try:
                transact(self, transact_items)
            except BaseException:
                for put in undo:
                    put()
                raise

    with replace_attribute(DynamoDBBackend, "transact_write_items", transact_write_items):
        yield


@contextmanager
def patch_responses() -> Iterator[None]:
    """Make moto send items as it stores them.

    They already have the format of DynamoDB's responses, but moto copies them with a look at the
    kind of each value, then looks for each of the ten types of each attribute under several names:
    ten milliseconds per item, seconds for a long list.
    """
    serialize, dump = DynamoHandler.serialized, dynamo_to_dict

    def serialize_response(self: DynamoHandler, response: Any) -> Any:
        if self._get_action() in ITEM_OPERATIONS and isinstance(response.result, dict):
            try:
                body = json.dumps(response.result)
            except TypeError:  # a binary value, which must be encoded
                return serialize(self, response)
            return 200, {**self.response_headers, "Content-Type": CONTENT_TYPE}, body
        return serialize(self, response)

    def dump_value(value: Any) -> Any:
        match value:
            case DynamoType(type="B" | "BS"):
                return dump(value)
            case DynamoType():
                return {value.type: dump_value(value.value)}
            case str() | bool() | None:
                return value
            case dict():
                return {name: dump_value(each) for name, each in value.items()}
            case list():
                return [dump_value(each) for each in value]
            case _:
                return dump(value)

    with (
        replace_attribute(DynamoHandler, "serialized", serialize_response),
        replace_attribute(dynamo_responses, "dynamo_to_dict", dump_value),
    ):
        yield


@contextmanager
def patch_invitations() -> Iterator[None]:
    """Make moto send an invitation again to the same person, as Cognito does.

    moto adds another person with the same address.
    """
    create = CognitoIdpBackend.admin_create_user

    def admin_create_user(
        self: CognitoIdpBackend,
        user_pool_id: str,
        username: str,
        message_action: str,
        temporary_password: str,
        attributes: list[dict[str, str]],
    ) -> CognitoIdpUser:
        if message_action == "RESEND":
            return self.admin_get_user(user_pool_id, username)
        return create(self, user_pool_id, username, message_action, temporary_password, attributes)

    with replace_attribute(CognitoIdpBackend, "admin_create_user", admin_create_user):
        yield


@contextmanager
def patch_keys() -> Iterator[None]:
    """Make moto load the key of its user pools once: that takes longer than to make all tables."""
    loader = SimpleNamespace(import_key=lambda key: import_key(json.dumps(key)))
    with replace_attribute(cognito, "jwk", SimpleNamespace(RSAKey=loader)):
        yield


@cache
def import_key(text: str) -> RSAKey:
    """Import an RSA key, which is the same object each time."""
    return RSAKey.import_key(json.loads(text))


def has_bytes(attribute: Mapping[str, Any]) -> bool:
    """Tell whether an attribute contains a binary value, which must be encoded for JSON."""
    ((kind, value),) = attribute.items()
    match kind:
        case "B" | "BS":
            return True
        case "M":
            return any(map(has_bytes, value.values()))
        case "L":
            return any(map(has_bytes, value))
        case _:
            return False


def find_place(
    backend: DynamoDBBackend, operation: Mapping[str, Any]
) -> tuple[dict[Any, Any], DynamoType, Any] | None:
    """Find where moto stores the item that a write is about.

    Returns:
        The items of its partition, its key there, and the current item; None if moto will reject
        the write.
    """
    table = backend.tables.get(operation.get("TableName", ""))
    keys = operation.get("Key") or operation.get("Item") or {}
    if table is None or not {*table.table_key_attrs} <= keys.keys():
        return None
    *outer, key = (DynamoType(keys[name]) for name in table.table_key_attrs)
    items: dict[Any, Any] = table.items
    for partition in outer:
        items = items[partition]
    return items, key, items.get(key)


def restore_item(items: dict[Any, Any], key: DynamoType, item: Any) -> None:
    """Restore the item of a key; None for no item."""
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item
