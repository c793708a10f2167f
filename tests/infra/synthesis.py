"""The template as data, synthesised once for every question that the tests ask of it."""

import atexit
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from infra.stack import Stage
from shared.routes import ROUTES, Parameter, Route

Json = dict[str, Any]

VERSION = "1.2.3"
# Where the endpoints to come will live; the registry's own are all there already.
FUTURE_DIALECTS = ("identity", "tela", "maxim", "langwatch")

# For what does not depend on the routes: one for everybody, one of each dialect and one that is
# hot, which synthesises ten times as fast.
FEW_ROUTES = (
    ROUTES[0],
    *{route.dialect: route for route in ROUTES if route.falls_back_to is None}.values(),
    next(route for route in ROUTES if route.is_hot),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """A finished synthesis: the file, what is in it, and what cdk-nag has against it."""

    path: Path
    template: Json
    findings: tuple[str, ...]

    def list_properties(self, kind: str) -> dict[str, Json]:
        """Properties by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.template["Resources"].items()
            if resource["Type"] == kind
        }

    def get_properties(self, kind: str) -> Json:
        (properties,) = self.list_properties(kind).values()
        return properties

    @property
    def document(self) -> Json:
        """What the gateway imports."""
        body: Json = self.get_properties("AWS::ApiGateway::RestApi")["Body"]
        return body

    @property
    def functions(self) -> dict[str, Json]:
        """By handler."""
        return {
            properties["Handler"]: {"id": name, **properties}
            for name, properties in self.list_properties("AWS::Lambda::Function").items()
        }

    def get_role(self, function: Json) -> Json:
        properties: Json = self.template["Resources"][function["Role"]["Fn::GetAtt"][0]]
        return properties["Properties"]  # type: ignore[no-any-return]  # JSON knows no types

    def get_table_id(self, name: str) -> str:
        """The logical id that the functions get as the name of this table."""
        return self.environment[f"{name.upper()}_TABLE"]["Ref"]  # type: ignore[no-any-return]

    @property
    def environment(self) -> Json:
        """Of the function of a route for everybody, which alone knows of single sign-on."""
        function = self.functions[f"{ROUTES[0].module}.lambda_handler"]
        variables: Json = function["Environment"]["Variables"]
        return variables


# Every option of the context turned on.
OPTIONS: dict[str, Any] = {
    "domain": "prompts.example.com",
    "certificate_arn": "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d",
    "hosted_zone_id": "Z0123456789ABC",
    "waf": True,
    "replica_region": "eu-west-1",
    "alarm_email": "nights@example.com",
    "cors_origins": "https://app.example.com,http://localhost:3000",
    "identity_provider": "Corp",
    "saml_metadata": "https://idp.example.com/metadata.xml",
    "callback_urls": "https://app.example.com/signed-in,http://localhost:3000/signed-in",
    "groups": "writers=4f9c2d0e-6a3b-4c57-8e1d-0b2a97c5d613:editor",
    "quota_per_key": 600,
    "quota_per_team": 6000,
    "provisioned": 2,
}


@cache
def synthesise(
    *,
    stage: Stage = "dev",
    routes: tuple[Route, ...] = ROUTES,
    options: bool = False,
    monitoring: bool = True,
    threat_protection: bool = False,
    layer: str = "layer",
) -> Synthesis:
    """Synthesise with assets that hold nothing: neither network nor build.

    Args:
        stage: Of the deployment.
        routes: Of the API.
        options: Whether every option of the context is turned on.
        monitoring: Whether there are alarms and a dashboard.
        threat_protection: Whether Cognito judges the risk of each sign-in.
        layer: The hash of the layer.
    """
    if shutil.which("node") is None:
        pytest.fail("the tests of the stack need node (20 or later) on the PATH", pytrace=False)
    from aws_cdk import App, Validations
    from cdk_nag import AwsSolutionsChecks

    from infra.packaging import Bundle
    from infra.stack import CuebookStack, Deployment

    work = Path(mkdtemp(prefix="cuebook-"))
    atexit.register(shutil.rmtree, work, ignore_errors=True)
    for asset in ("code", layer):
        (work / asset).mkdir()
        (work / asset / "nothing.py").touch()
    output = work / "cdk.out"
    app = App(outdir=str(output), analytics_reporting=False)
    CuebookStack(
        app,
        "Cuebook",
        deployment=Deployment(
            stage=stage,
            monitoring=monitoring,
            threat_protection=threat_protection,
            **(OPTIONS if options else {}),
        ),
        bundle=Bundle.from_folders(code=work / "code", layer=work / layer),
        version=VERSION,
        routes=routes,
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError:  # findings are an error; the tests look at the report
        if not (output / "validation-report.json").exists():
            raise
    report = json.loads((output / "validation-report.json").read_text())
    path = output / "Cuebook.template.json"
    return Synthesis(
        path=path,
        template=json.loads(path.read_text()),
        findings=tuple(
            f"{violation['ruleName']} at {construct['constructPath']}"
            for plugin in report["pluginReports"]
            for violation in plugin["violations"]
            for construct in violation["violatingConstructs"]
        ),
    )


def build_future_routes(count: int) -> Iterator[Route]:
    """Endpoints to come, as needy as the neediest of today."""
    neediest = max(ROUTES, key=lambda route: len(route.role_actions))
    for number in range(count):
        dialect = FUTURE_DIALECTS[number % len(FUTURE_DIALECTS)]
        yield replace(
            neediest,
            name=f"an_endpoint_of_the_future_{number}",
            dialect=dialect,
            path=f"/{dialect}/things_{number}/{{thing_id}}/parts/{{part_id}}",
            segments=(Parameter("thing_id", ""), Parameter("part_id", "")),
            spread=None,
        )


def list_statements(role: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The actions and the resource of each statement of a role's policies."""
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            yield (actions,) if isinstance(actions, str) else tuple(actions), statement["Resource"]
