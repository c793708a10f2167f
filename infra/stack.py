"""The whole deployment, composed of its capabilities."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast, get_args

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_logs as logs
from constructs import Construct, Node

from infra.alarms import Alarms
from infra.api import Api
from infra.content import Content
from infra.dashboard import Dashboard
from infra.domain import Domain
from infra.events import Events
from infra.firewall import Firewall
from infra.functions import Functions
from infra.packaging import Architecture, Bundle
from infra.signals import Signals
from infra.tables import Tables
from shared.routes import ROUTES, Route
from shared.store.tables import TABLES

Stage = Literal["dev", "prod"]

# The periods of CloudWatch that make sense for logs of requests.
LOG_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
}


# What the texts of the context look like.
TEXTS = {
    "domain": re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}"),
    "certificate_arn": re.compile(r"arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+"),
    "hosted_zone_id": re.compile(r"Z[A-Z0-9]+"),
    "replica_region": re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d"),
    "alarm_email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
}


class InvalidContext(Exception):
    """A value of cdk.json's context, or of `-c name=value`, that we cannot deploy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What may differ between deployments, from the app's context.

    Args:
        stage: `prod` keeps data and logs when the stack is deleted, and protects the tables.
        log_retention_days: of all logs.
        requests_per_second, burst: beyond which API Gateway answers 429.
        account_logging: see `infra.api.Api`.
        domain, certificate_arn, hosted_zone_id: see `infra.domain.Domain`.
        waf: whether the API has a firewall, see `infra.firewall`.
        replica_region: see `infra.tables.Tables`.
        monitoring: whether there are alarms and a dashboard.
        metrics_by_route: whether there are metrics for each route, see `shared.observe.report`.
        alarm_email: see `infra.alarms.Alarms`.
    """

    stage: Stage = "dev"
    architecture: Architecture = "arm64"
    log_retention_days: int = 30
    requests_per_second: int = 500
    burst: int = 1000
    account_logging: bool = True
    domain: str | None = None
    certificate_arn: str | None = None
    hosted_zone_id: str | None = None
    waf: bool = False
    replica_region: str | None = None
    monitoring: bool = True
    metrics_by_route: bool = True
    alarm_email: str | None = None

    def __post_init__(self) -> None:
        if (self.domain is None) is not (self.certificate_arn is None):
            raise InvalidContext("domain and certificate_arn go together")
        if self.hosted_zone_id and not self.domain:
            raise InvalidContext("hosted_zone_id needs a domain")
        if self.alarm_email and not self.monitoring:
            raise InvalidContext("alarm_email needs monitoring")

    @classmethod
    def read(cls, node: Node) -> "Deployment":
        """Raises InvalidContext."""
        return cls(
            stage=cast("Stage", _choice(node, "stage", get_args(Stage))),
            architecture=cast(
                "Architecture", _choice(node, "architecture", get_args(Architecture))
            ),
            log_retention_days=int(
                _choice(node, "log_retention_days", [str(days) for days in LOG_RETENTION])
            ),
            requests_per_second=_number(node, "requests_per_second"),
            burst=_number(node, "burst"),
            account_logging=_switch(node, "account_logging"),
            waf=_switch(node, "waf"),
            monitoring=_switch(node, "monitoring"),
            metrics_by_route=_switch(node, "metrics_by_route"),
            **{name: _text(node, name) for name in TEXTS},
        )


class CuebookStack(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        bundle: Bundle,
        routes: Iterable[Route] = ROUTES,
    ) -> None:
        retained = deployment.stage == "prod"
        super().__init__(
            scope,
            id,
            stack_name=f"cuebook-{deployment.stage}",
            description="Cuebook, a prompt registry",
            termination_protection=retained,
        )
        log_retention = LOG_RETENTION[deployment.log_retention_days]
        stage = deployment.stage
        tables = Tables(
            self,
            "Tables",
            tables=TABLES,
            replica_region=deployment.replica_region,
            retained=retained,
        )
        content = Content(self, "Content", retained=retained)
        functions = Functions(
            self,
            "Functions",
            routes=routes,
            stage=stage,
            bundle=bundle,
            architecture=deployment.architecture,
            tables=tables,
            content=content,
            log_retention=log_retention,
            metrics_by_route=deployment.metrics_by_route,
            retained=retained,
        )
        events = Events(
            self, "Events", functions=functions, tables=tables, stage=stage, retained=retained
        )
        api = Api(
            self,
            "Api",
            functions=functions.by_route,
            stage=stage,
            requests_per_second=deployment.requests_per_second,
            burst=deployment.burst,
            firewall=deployment.waf,
            account_logging=deployment.account_logging,
            log_retention=log_retention,
            retained=retained,
        )
        url = api.url
        if deployment.waf:
            # A fifth of what all may send together: applications often share one address.
            share = max(1, deployment.requests_per_second // 5)
            Firewall(self, "Firewall", api=api, stage=stage, requests_per_second=share)
        if deployment.domain and deployment.certificate_arn:
            domain = Domain(
                self,
                "Domain",
                api=api,
                name=deployment.domain,
                certificate_arn=deployment.certificate_arn,
                hosted_zone_id=deployment.hosted_zone_id,
            )
            url = domain.url
            CfnOutput(self, "DomainTarget", value=domain.target)
        if deployment.monitoring:
            signals = Signals(self, "Signals", stage=stage, api=api, tables=tables, events=events)
            alarms = Alarms(
                self, "Alarms", stage=stage, signals=signals, email=deployment.alarm_email
            )
            Dashboard(self, "Dashboard", stage=stage, signals=signals, alarms=alarms.all)
        CfnOutput(self, "ApiUrl", value=url)
        CfnOutput(self, "EventBus", value=events.bus.event_bus_name)
        CfnOutput(self, "UnpublishedQueue", value=events.unpublished.queue_url)
        CfnOutput(self, "ContentBucket", value=content.bucket.bucket_name)
        for name, table in tables.by_name.items():
            CfnOutput(self, f"{name.capitalize()}Table", value=table.table_name)


def _choice(node: Node, name: str, choices: Iterable[str]) -> str:
    """The command line gives words where cdk.json may have numbers and booleans."""
    default = getattr(Deployment(), name)
    value = node.try_get_context(name)
    word = str(default if value is None else value).lower()
    if word not in choices:
        raise InvalidContext(f"{name} must be one of {', '.join(choices)}, not {word}")
    return word


def _switch(node: Node, name: str) -> bool:
    return _choice(node, name, ("true", "false")) == "true"


def _text(node: Node, name: str) -> str | None:
    value = node.try_get_context(name)
    if value in (None, ""):
        return None
    if not TEXTS[name].fullmatch(str(value)):
        raise InvalidContext(f"{name} must look like {TEXTS[name].pattern}, not {value}")
    return str(value)


def _number(node: Node, name: str) -> int:
    value = node.try_get_context(name)
    word = str(getattr(Deployment(), name) if value is None else value)
    if not word.isdecimal() or int(word) < 1:
        raise InvalidContext(f"{name} must be a whole number above 0, not {word}")
    return int(word)
