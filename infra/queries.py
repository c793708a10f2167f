"""Saved queries of CloudWatch Logs Insights over the log of all functions."""

from collections.abc import Mapping

from aws_cdk import aws_logs as logs
from constructs import Construct

# The queries by name; fields are those of the line that `shared.observe` writes for each call.
QUERIES: Mapping[str, str] = {
    "busiest": """\
filter message = "call"
| stats count(*) as calls by team_id, principal_id, outcome
| sort calls desc
| limit 50""",
    "refused-keys": """\
filter message = "call" and outcome in ["unauthorized", "refused"]
| stats count(*) as calls, latest(route) as last_route, latest(request_id) as last_request
  by team_id, principal_id, status, code
| sort calls desc
| limit 50""",
    "slowest-prompts": """\
filter message = "call" and ispresent(prompt_id)
| stats count(*) as calls, pct(milliseconds, 50) as median, pct(milliseconds, 99) as p99
  by team_id, prompt_id, route
| sort p99 desc
| limit 50""",
    "failures": """\
filter message = "call" and outcome in ["failed", "refused"]
| stats count(*) as calls, latest(request_id) as last_request
  by outcome, route, code, team_id, prompt_id
| sort outcome asc, calls desc
| limit 50""",
}


class Queries(Construct):
    """The saved queries of a deployment, in a folder with its name."""

    def __init__(self, scope: Construct, id: str, *, stage: str, log: logs.LogGroup) -> None:
        """Define the queries.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            stage: The name of the stage.
            log: The log of all functions.
        """
        super().__init__(scope, id)
        for name, text in QUERIES.items():
            logs.CfnQueryDefinition(
                self,
                "".join(word.capitalize() for word in name.split("-")),
                name=f"cuebook-{stage}/{name}",
                query_string=text,
                log_group_names=[log.log_group_name],
            )
