"""Models of how prompts are used, as `models` explains."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from shared.dialects.schemas import Id, Time

Day = Annotated[str, Field(json_schema_extra={"format": "date"}, description="A day in UTC.")]
Number = Annotated[
    int | None,
    Field(
        description="The version; null for errors without one, and for versions beyond 50 a day."
    ),
]

# -- responses


class Outcomes(TypedDict):
    renders: Annotated[int, Field(description="Renderings.")]
    gets: Annotated[
        int,
        Field(
            description="Reads of the version, through any dialect. A client that holds prompts "
            "reads them when it refreshes them, not whenever it uses them."
        ),
    ]
    errors: Annotated[int, Field(description="Calls of either kind that were not successful.")]


class UseOnDay(Outcomes):
    day: Day
    version: Number


class Caller(TypedDict):
    id: Id
    kind: Annotated[str, Field(json_schema_extra={"enum": ["api_key", "person"]})]
    name: Annotated[
        str | None,
        Field(
            description="The name of the API key or the e-mail address of the person, as it is "
            "now; null where it is no longer there, or is not the team's."
        ),
    ]
    calls: int
    last_day: Annotated[Day, Field(description="The last day with a call, in UTC.")]
    calls_on_last_day: Annotated[int, Field(description="The calls of this day.")]


class UseOfVersion(Outcomes):
    version: Number
    last_day: Annotated[Day, Field(description="The last day with a call, in UTC.")]
    callers: Annotated[
        list[Caller], Field(description="Who called, of `callers`, whoever did last first.")
    ]


class PromptUsage(TypedDict):
    prompt_id: Id
    counted_to: Annotated[
        Time | None,
        Field(description="The time up to which calls are counted; null before the first count."),
    ]
    days: Annotated[
        list[UseOnDay], Field(description="Newest first; a day without calls has none.")
    ]
    versions: Annotated[
        list[UseOfVersion], Field(description="The version that was used last comes first.")
    ]
    callers: Annotated[
        list[Caller], Field(description="Up to 100 callers, whoever called last first.")
    ]
    other_calls: Annotated[int, Field(description="Calls of callers that are not in the list.")]
    syncs: Annotated[
        list[Caller],
        Field(
            description="Who reads all prompts of the team together, as Maxim's SDKs do: such a "
            "program may use any version that is live or deployed, without another call."
        ),
    ]
