"""Types that the models of several dialects share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
# A time in a response, which has been converted to text.
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
