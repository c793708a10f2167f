"""The call that an endpoint gets: the request, what its principal may reach, and responses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from shared.admission import Admission
from shared.paging import Page, PageRequest, build_page
from shared.problems import InvalidRequest, PreconditionFailed, Problem
from shared.responses import Response, matches_current
from shared.routes.route import OMITTED_BODIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shared.dialects.dialect import Dialect
    from shared.domain.access import Principal
    from shared.request import Request
    from shared.settings import Settings
    from shared.store.store import Store
    from shared.store.team import Annotations, TeamStore

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
            route=request.route,
            principal=principal,
            has_drafts=dialect.has_drafts,
            has_archived_versions=dialect.has_archived_versions,
            resolves=dialect.resolves,
            store=store,
            annotations=annotations,
        )
        self.request = request
        self.dialect = dialect
        self.settings = settings

    # -- the request

    def load_body(self, model: type[Model], *, before_permission: bool = False) -> Model:
        """Load the request's body, for a principal who has the route's permission in some team.

        Args:
            model: The dialect's model of the body.
            before_permission: Whether to load it for every principal, where a vendor tells about
                the body first.

        Raises:
            Forbidden: The principal has the route's permission in none of its teams.
            InvalidRequest: The body does not match the model.
        """
        if not before_permission:
            self.require_permission_anywhere()
        return self.dialect.load_body(self.request, model)

    def find_body(self, model: type[Model]) -> Model | None:
        """Load the request's body ahead of its turn; None where something is wrong with it.

        What that is, is told by `load_body`, after what else may be wrong with the request.
        """
        try:
            return self.load_body(model)
        except Problem:
            return None

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

    def require_match(self, read: Callable[[], Any]) -> None:
        """Check the header `If-Match`, if the request has it.

        Args:
            read: Makes the body of the read that the row of the route names; None if there is
                nothing to read.

        Raises:
            PreconditionFailed: The header does not match this body, or there is none.
            Problem: `read` raises it.
        """
        header = self.request.headers.get("if-match")
        if header is None:
            return
        current = read()
        if current is None or not matches_current(header, current):
            raise PreconditionFailed

    def open_own_team(self) -> TeamStore:
        """Open the store of the principal's team, for requests that name none.

        Raises:
            Forbidden: The principal does not have the route's permission in the team, or is in
                none.
            InvalidRequest: The principal is in several teams.
        """
        self.require_permission_anywhere()
        team_ids = [*self.principal.permissions]
        if len(team_ids) > 1:
            who = "you are in" if self.principal.is_person else "this API key has"
            raise InvalidRequest(f"{who} several teams; {self.dialect.team_choice}")
        return self.open_team(team_ids[0])

    # -- responses

    def respond(self, body: Body, *, headers: Mapping[str, str] | None = None) -> Response[Body]:
        """Build a response with the route's status of success."""
        return Response(status=self.request.route.status, body=body, headers=headers or {})

    def respond_page(
        self, page: Page[Any], body: Body, *, headers: Mapping[str, str] | None = None
    ) -> Response[Body]:
        """Build a response with a page of a list.

        The header `X-Omitted-Bodies` has the number of rows without their bodies, if any.

        Args:
            page: The page.
            body: The body of the response, which has the page's rows.
            headers: Further headers.
        """
        omissions = {OMITTED_BODIES: str(page.omissions)} if page.omissions else {}
        return replace(self.respond(body), headers={**(headers or {}), **omissions})

    def respond_rows(
        self, rows: Iterable[tuple[str, Row]], request: PageRequest[Any]
    ) -> Response[list[Row]]:
        """Build a response with a page of rows as a bare array.

        The cursor of the next page is in the header `X-Next-Cursor`. Vendors' clients do not know
        it, so a call without `limit` and `cursor` gets all rows that one response can hold.

        Args:
            rows: The rows, each with its position in the list.
            request: The page that the caller requests.
        """
        page = self.build_page(rows, request, is_unbounded=request.is_whole_list)
        headers = {"X-Next-Cursor": page.cursor} if page.cursor else {}
        return self.respond_page(page, page.rows, headers=headers)

    def build_page(
        self,
        rows: Iterable[tuple[str, Row | None]],
        request: PageRequest[Any],
        *,
        is_unbounded: bool = False,
    ) -> Page[Row]:
        """Build a page with as many rows as the caller requests and the response can hold.

        Args:
            rows: The rows, each with its position in the list; None for one that is left out.
            request: The page that the caller requests.
            is_unbounded: Whether to read however many rows the page can show, for callers that
                know no cursor.
        """
        return build_page(
            rows, request, max_bytes=self.settings.page_bytes, is_unbounded=is_unbounded
        )
