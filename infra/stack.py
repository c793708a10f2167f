"""The stack, which composes the constructs of a deployment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_logs as logs

from infra.alarms import Alarms
from infra.api import Api
from infra.content import Content
from infra.dashboard import Dashboard
from infra.domain import Domain
from infra.events import Events
from infra.firewall import Firewall
from infra.functions import Functions
from infra.packaging import Architecture, Bundle
from infra.people import People, SingleSignOn
from infra.queries import Queries
from infra.signals import Signals
from infra.tables import Tables
from infra.uses import Uses
from shared.cors import ORIGIN, parse_origins
from shared.domain.federation import parse_rules
from shared.routes import ROUTES, Route
from shared.store.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct, Node

Stage = Literal["dev", "prod"]

# Those of CloudWatch's periods, in days, that are useful for logs of requests.
LOG_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
}


# Cognito accepts plain HTTP only from this machine.
CALLBACK = r"(?:https://[^\s,]+|http://localhost(?::\d+)?(?:/[^\s,]*)?)"
# The format of each text in the context, with an example.
TEXT_FORMATS = {
    "domain": (re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}"), "prompts.example.com"),
    "certificate_arn": (
        re.compile(r"arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+"),
        "arn:aws:acm:eu-west-1:123456789012:certificate/0b9d5f3e-6c4f-4a55",
    ),
    "hosted_zone_id": (re.compile(r"Z[A-Z0-9]+"), "Z0123456789ABC"),
    "replica_region": (re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d"), "eu-central-1"),
    "alarm_email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "team@example.com"),
    "cors_origins": (
        re.compile(rf"\*|(?:{ORIGIN.pattern})(?: *, *(?:{ORIGIN.pattern}))*"),
        "https://app.example.com,https://test.example.com",
    ),
    "identity_provider": (re.compile(r"[A-Za-z0-9_-]{1,32}"), "Corp"),
    "saml_metadata": (re.compile(r"https://[^\s,]+"), "https://idp.example.com/metadata.xml"),
    "callback_urls": (
        re.compile(rf"{CALLBACK}(?: *, *{CALLBACK})*"),
        "https://abcdef1234.execute-api.eu-west-1.amazonaws.com/prod/console",
    ),
    "groups": (
        # All environment variables of a function may have 4 KB.
        re.compile(r"[^\n]{1,1500}"),
        "writers=4f9c2d0e-6a3b-4c57-8e1d-0b2a97c5d613:editor",
    ),
}


class InvalidContextError(Exception):
    """A value in cdk.json's context, or in `-c name=value`, is invalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The parameters of a deployment, from the app's context.

    Attributes:
        stage: `prod` keeps data and logs when the stack is deleted, and protects the tables.
        architecture: The processor architecture of the functions.
        log_retention_days: The retention of all logs, in days.
        requests_per_second: The rate above which API Gateway responds with 429.
        burst: The number of requests that may arrive at once.
        account_logging: See `infra.api.Api`.
        domain: See `infra.domain.Domain`.
        certificate_arn: See `infra.domain.Domain`.
        hosted_zone_id: See `infra.domain.Domain`.
        waf: Whether the API has a firewall; see `infra.firewall`.
        threat_protection: See `infra.people.People`.
        replica_region: See `infra.tables.Tables`.
        monitoring: Whether there are alarms, a dashboard and saved queries.
        metrics_by_route: Whether there are metrics by route; see `shared.observe.report_call`.
        alarm_email: See `infra.alarms.Alarms`.
        quota_per_key: How many requests a minute an API key may make that has no quota of its own;
            None for any number.
        quota_per_team: How many the API keys of a team may make together; None for any number.
        provisioned: How many processes of each hot function are kept started, whether or not they
            are used; None for none. See `shared.routes.Route.is_hot`.
        cors_origins: The origins whose web pages may call the API; see
            `shared.cors.parse_origins`.
        identity_provider: The name of the identity provider for single sign-on.
        saml_metadata: See `infra.people.SingleSignOn`.
        callback_urls: Where people may be sent back to beside the console of `domain`, separated by
            commas.
        groups: Which groups come into which teams; see `shared.domain.federation.parse_rules`.
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
    threat_protection: bool = False
    replica_region: str | None = None
    monitoring: bool = True
    metrics_by_route: bool = True
    alarm_email: str | None = None
    quota_per_key: int | None = None
    quota_per_team: int | None = None
    provisioned: int | None = None
    cors_origins: str | None = None
    identity_provider: str | None = None
    saml_metadata: str | None = None
    callback_urls: str | None = None
    groups: str | None = None

    def __post_init__(self) -> None:
        if (self.domain is None) is not (self.certificate_arn is None):
            raise InvalidContextError("domain requires certificate_arn, and the reverse; set both")
        if self.hosted_zone_id and not self.domain:
            raise InvalidContextError("hosted_zone_id requires domain; set both")
        if self.alarm_email and not self.monitoring:
            raise InvalidContextError("alarm_email requires monitoring; set monitoring=true")

        if self.identity_provider and not (self.callback_urls or self.domain):
            raise InvalidContextError(
                "identity_provider requires callback_urls, unless there is a domain; set "
                "callback_urls to the output ConsoleUrl of the stack"
            )
        if (self.saml_metadata or self.callback_urls or self.groups) and not self.identity_provider:
            raise InvalidContextError(
                "saml_metadata, callback_urls and groups require identity_provider; set it"
            )
        try:
            parse_rules(self.groups or "")
        except ValueError as error:
            raise InvalidContextError(f"groups: {error}") from error

    @property
    def single_sign_on(self) -> SingleSignOn | None:
        """The identity provider whose people sign in here; None for none."""
        if not self.identity_provider:
            return None
        urls = [url.strip() for url in self.callback_urls.split(",")] if self.callback_urls else []
        if self.domain:  # any other address of the console is known only when it is deployed
            urls.append(f"https://{self.domain}/console")
        return SingleSignOn(
            provider=self.identity_provider,
            saml_metadata=self.saml_metadata,
            callback_urls=tuple(dict.fromkeys(urls)),
        )

    @classmethod
    def from_context(cls, node: Node) -> Deployment:
        """Read the parameters from the context of a node.

        Raises:
            InvalidContextError: A value is invalid.
        """
        return cls(
            stage=cast("Stage", _read_choice(node, "stage", get_args(Stage))),
            architecture=cast(
                "Architecture", _read_choice(node, "architecture", get_args(Architecture))
            ),
            log_retention_days=int(
                _read_choice(node, "log_retention_days", [str(days) for days in LOG_RETENTION])
            ),
            requests_per_second=_read_number(node, "requests_per_second"),
            burst=_read_number(node, "burst"),
            quota_per_key=_read_limit(node, "quota_per_key"),
            quota_per_team=_read_limit(node, "quota_per_team"),
            provisioned=_read_limit(node, "provisioned"),
            account_logging=_read_switch(node, "account_logging"),
            waf=_read_switch(node, "waf"),
            threat_protection=_read_switch(node, "threat_protection"),
            monitoring=_read_switch(node, "monitoring"),
            metrics_by_route=_read_switch(node, "metrics_by_route"),
            **{name: _read_text(node, name) for name in TEXT_FORMATS},
        )


class CuebookStack(Stack):
    """The stack of a deployment."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        bundle: Bundle,
        version: str,
        routes: Iterable[Route] = ROUTES,
    ) -> None:
        """Define the stack.

        Args:
            scope: The app.
            id: The id in the app.
            deployment: The parameters of the deployment.
            bundle: The code and the layer of the functions.
            version: The version of Cuebook.
            routes: The routes.
        """
        retain = deployment.stage == "prod"
        super().__init__(
            scope,
            id,
            stack_name=f"cuebook-{deployment.stage}",
            description="Cuebook, a prompt registry",
            termination_protection=retain,
            # Two fifths of the template would be spaces, and CloudFormation takes a megabyte.
            suppress_template_indentation=True,
        )
        log_retention = LOG_RETENTION[deployment.log_retention_days]
        stage = deployment.stage
        tables = Tables(
            self,
            "Tables",
            tables=TABLES,
            replica_region=deployment.replica_region,
            retain=retain,
        )
        content = Content(self, "Content", retain=retain)
        people = People(
            self,
            "People",
            stage=stage,
            single_sign_on=deployment.single_sign_on,
            threat_protection=deployment.threat_protection,
            retain=retain,
        )
        functions = Functions(
            self,
            "Functions",
            routes=routes,
            stage=stage,
            version=version,
            bundle=bundle,
            architecture=deployment.architecture,
            tables=tables,
            content=content,
            people=people,
            log_retention=log_retention,
            metrics_by_route=deployment.metrics_by_route,
            quotas={"key": deployment.quota_per_key, "team": deployment.quota_per_team},
            cors_origins=deployment.cors_origins,
            groups=deployment.groups,
            provisioned_concurrency=deployment.provisioned,
            retain=retain,
        )
        events = Events(
            self, "Events", functions=functions, tables=tables, stage=stage, retain=retain
        )
        Uses(self, "Uses", functions=functions, tables=tables)
        api = Api(
            self,
            "Api",
            functions=functions.by_route,
            stage=stage,
            requests_per_second=deployment.requests_per_second,
            burst=deployment.burst,
            firewall=deployment.waf,
            account_logging=deployment.account_logging,
            cors_origins=parse_origins(deployment.cors_origins or ""),
            log_retention=log_retention,
            retain=retain,
        )
        url = api.url
        if deployment.waf:
            # A fifth of the limit for all addresses, because applications often share one address.
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
            Queries(self, "Queries", stage=stage, log=functions.log)
        CfnOutput(self, "Version", value=version)
        CfnOutput(self, "ApiUrl", value=url)
        CfnOutput(self, "ConsoleUrl", value=f"{url}console")
        CfnOutput(self, "EventBus", value=events.bus.event_bus_name)
        CfnOutput(self, "UnpublishedQueue", value=events.unpublished.queue_url)
        CfnOutput(self, "ContentBucket", value=content.bucket.bucket_name)
        CfnOutput(self, "UserPoolId", value=people.pool.user_pool_id)
        CfnOutput(self, "UserPoolClientId", value=people.client.user_pool_client_id)
        if people.page:
            CfnOutput(self, "SignInUrl", value=people.page.url)
            CfnOutput(self, "SignInClientId", value=people.page.client_id)
        for name, table in tables.by_name.items():
            CfnOutput(self, f"{name.capitalize()}Table", value=table.table_name)


def _read_choice(node: Node, name: str, choices: Iterable[str]) -> str:
    """Read one of several texts; cdk.json can have other types, the command line only texts."""
    default = getattr(Deployment(), name)
    value = node.try_get_context(name)
    word = str(default if value is None else value).lower()
    if word not in choices:
        raise InvalidContextError(f"{name} must be one of {', '.join(choices)}, not {word}")
    return word


def _read_switch(node: Node, name: str) -> bool:
    return _read_choice(node, name, ("true", "false")) == "true"


def _read_text(node: Node, name: str) -> str | None:
    value = node.try_get_context(name)
    if value in (None, ""):
        return None
    pattern, example = TEXT_FORMATS[name]
    if not pattern.fullmatch(str(value)):
        raise InvalidContextError(f"{name} must be like {example}, not {value}")
    return str(value)


def _read_number(node: Node, name: str) -> int:
    value = node.try_get_context(name)
    word = str(getattr(Deployment(), name) if value is None else value)
    if not word.isdecimal() or int(word) < 1:
        raise InvalidContextError(f"{name} must be a whole number above 0, not {word}")
    return int(word)


def _read_limit(node: Node, name: str) -> int | None:
    return None if node.try_get_context(name) in (None, "") else _read_number(node, name)
