"""Types that the models of several dialects share."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import Field

Item = TypeVar("Item")

Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
# A list in a request. Its first invalid item ends its validation, because pydantic takes about 2 KB
# for each error, and a body can hold a hundred thousand invalid items.
Items = Annotated[list[Item], Field(fail_fast=True)]
# A time in a response, which has been converted to text.
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
# Of a row in a list that is larger than a response.
Omissions = Annotated[
    list[str],
    Field(
        description="The paths of the fields that are empty here, because the whole row is larger "
        "than a response of a list.",
        examples=[["template"]],
    ),
]
