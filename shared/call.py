"""The call that an endpoint gets: the request, what its principal may reach, and responses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from shared.admission import Admission
from shared.paging import PageRequest, build_page
from shared.problems import PreconditionFailed
from shared.responses import Response, matches_current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.dialects.dialect import Dialect
    from shared.domain.access import Principal
    from shared.request import Request
    from shared.settings import Settings
    from shared.store.store import Store
    from shared.store.team import Annotations

Body = TypeVar("Body")
Model = TypeVar("Model")
Position = TypeVar("Position")
Row = TypeVar("Row")


class Call(Admission):
    """A request, its principal, and the deployment's settings.

    `shared.writing` makes changes.

    Attributes:
        request: The request.
        dialect: The dialect of the request's route.
        settings: The settings of the deployment.
    """

    def __init__(
        self,
        *,
        request: Request,
        dialect: Dialect,
        principal: Principal | None,
        store: Store,
        settings: Settings,
        annotations: Annotations,
    ) -> None:
        super().__init__(
            route=request.route, principal=principal, store=store, annotations=annotations
        )
        self.request = request
        self.dialect = dialect
        self.settings = settings

    # -- the request

    def load_body(self, model: type[Model]) -> Model:
        """Load the request's body.

        Raises:
            InvalidRequest: The body does not match the model.
        """
        return self.dialect.load_body(self.request, model)

    def parse_page(self, parse_position: Callable[[str], Position]) -> PageRequest[Position]:
        """Parse the query parameters that select a page of a list.

        Args:
            parse_position: Parses the text of a position in the list; raises ValueError.

        Raises:
            InvalidRequest: A parameter is malformed, or the cursor belongs to another list.
        """
        return PageRequest.parse(
            self.request.query, path=self.request.path, parse_position=parse_position
        )

    def require_match(self, current: Any) -> None:
        """Check the header `If-Match`, if the request has it.

        Args:
            current: The body that a read would return now.

        Raises:
            PreconditionFailed: The header does not match this body.
        """
        header = self.request.headers.get("if-match")
        if header is not None and not matches_current(header, current):
            raise PreconditionFailed

    # -- responses

    def respond(self, body: Body) -> Response[Body]:
        """Build a response with the route's status of success."""
        return Response(status=self.request.route.status, body=body)

    def respond_rows(
        self, rows: Iterable[tuple[str, Row]], page: PageRequest[Any]
    ) -> Response[list[Row]]:
        """Build a response with a page of rows as a bare array.

        The cursor of the next page is in the header `X-Next-Cursor`.

        Args:
            rows: The rows, each with its position in the list.
            page: The page that the caller requests.
        """
        body, cursor = self.build_page(rows, page)
        headers = {"X-Next-Cursor": cursor} if cursor else {}
        return replace(self.respond(body), headers=headers)

    def build_page(
        self, rows: Iterable[tuple[str, Row]], page: PageRequest[Any]
    ) -> tuple[list[Row], str | None]:
        """Build a page with as many rows as the caller requests and the response can hold.

        Args:
            rows: The rows, each with its position in the list.
            page: The page that the caller requests.

        Returns:
            The rows, and the cursor of the next page; None if there are no more rows.
        """
        # Half: Lambda wraps the body in JSON, which in the worst case doubles every byte.
        return build_page(rows, page, max_bytes=self.settings.response_bytes // 2)
