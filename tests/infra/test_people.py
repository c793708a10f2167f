"""Sign-in as the stack has it: what Cognito allows, and what it does against guessing."""

from __future__ import annotations

import json

import pytest

from infra.people import CHALLENGE_MINUTES
from infra.stack import Deployment
from shared.routes import ROUTES, Permission
from tests.infra.synthesis import FEW_ROUTES, OPTIONS, Json, Synthesis, synthesise

ADMIN_SCOPE = "aws.cognito.signin.user.admin"


@pytest.fixture(scope="module")
def plain() -> Synthesis:
    return synthesise(routes=FEW_ROUTES)


@pytest.fixture(scope="module")
def federated() -> Synthesis:
    return synthesise(routes=FEW_ROUTES, options=True)


def get_client(stack: Synthesis, kind: str) -> Json:
    (client,) = (
        client
        for name, client in stack.list_properties("AWS::Cognito::UserPoolClient").items()
        if kind in name
    )
    return client


def test_nobody_can_register_and_a_second_factor_is_an_app_of_codes(plain: Synthesis) -> None:
    pool = plain.get_properties("AWS::Cognito::UserPool")

    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["MfaConfiguration"] == "OPTIONAL"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}


def test_passwords_have_px0s_rules(plain: Synthesis) -> None:
    policy = plain.get_properties("AWS::Cognito::UserPool")["Policies"]["PasswordPolicy"]

    assert policy["MinimumLength"] == 8
    assert {policy[f"Require{what}"] for what in ("Lowercase", "Uppercase", "Numbers", "Symbols")}


def test_only_functions_check_passwords(plain: Synthesis) -> None:
    """Cognito's lock-out holds for all flows, but ours counts what comes through functions."""
    client = get_client(plain, "Functions")

    assert set(client["ExplicitAuthFlows"]) == {
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    }
    assert client["AllowedOAuthFlowsUserPoolClient"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["AuthSessionValidity"] == CHALLENGE_MINUTES


@pytest.mark.parametrize("threat_protection", [False, True])
def test_threat_protection_is_an_option(threat_protection: bool) -> None:
    stack = synthesise(routes=FEW_ROUTES, threat_protection=threat_protection)
    pool = stack.get_properties("AWS::Cognito::UserPool")

    assert pool["UserPoolTier"] == ("PLUS" if threat_protection else "ESSENTIALS")
    mode = pool.get("UserPoolAddOns", {}).get("AdvancedSecurityMode")
    assert mode == ("ENFORCED" if threat_protection else None)


def test_without_an_identity_provider_there_is_no_page(plain: Synthesis) -> None:
    assert not plain.list_properties("AWS::Cognito::UserPoolDomain")
    assert len(plain.list_properties("AWS::Cognito::UserPoolClient")) == 1
    assert "SIGN_IN_URL" not in plain.environment


def test_the_page_gives_codes_to_public_clients_of_one_provider(federated: Synthesis) -> None:
    client = get_client(federated, "Page")

    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False  # with a secret, a page in a browser could not use it
    assert client["SupportedIdentityProviders"] == [OPTIONS["identity_provider"]]
    assert client["CallbackURLs"] == [
        *OPTIONS["callback_urls"].split(","),
        f"https://{OPTIONS['domain']}/console",
    ]


def test_the_console_of_a_domain_needs_no_callback_urls() -> None:
    names = ("domain", "certificate_arn", "identity_provider")
    single_sign_on = Deployment(**{name: OPTIONS[name] for name in names}).single_sign_on

    assert single_sign_on is not None
    assert single_sign_on.callback_urls == (f"https://{OPTIONS['domain']}/console",)


def test_nobody_can_change_the_groups_that_the_provider_says(federated: Synthesis) -> None:
    """Tokens with Cognito's scope for its API could; so could those of other flows."""
    client = get_client(federated, "Page")

    assert client["AllowedOAuthScopes"] == ["openid"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert set(client["ReadAttributes"]) == {"email", "custom:groups"}
    assert set(client["WriteAttributes"]) == {"email", "custom:groups"}  # by Cognito
    assert ADMIN_SCOPE not in json.dumps(federated.template)


def test_the_provider_says_address_and_groups(federated: Synthesis) -> None:
    provider = federated.get_properties("AWS::Cognito::UserPoolIdentityProvider")

    assert provider["ProviderType"] == "SAML"
    assert provider["ProviderName"] == OPTIONS["identity_provider"]
    assert provider["ProviderDetails"]["MetadataURL"] == OPTIONS["saml_metadata"]
    assert provider["AttributeMapping"] == {"email": "email", "custom:groups": "groups"}


def test_only_functions_for_everybody_know_of_single_sign_on(federated: Synthesis) -> None:
    names = {"SIGN_IN_URL", "SIGN_IN_CLIENT_ID", "GROUPS"}
    for route in FEW_ROUTES:
        environment = federated.functions[f"{route.module}.lambda_handler"]["Environment"]
        is_public = route.permission is Permission.PUBLIC

        assert names & environment["Variables"].keys() == (names if is_public else set())
    readers = [route for route in ROUTES if route.name in ("health_check", "exchange_code")]
    assert {route.permission for route in readers} == {Permission.PUBLIC}


def test_functions_are_told_where_the_page_is_and_who_comes_where(federated: Synthesis) -> None:
    environment = federated.environment
    names = {
        json.dumps(each["Domain"])
        for each in federated.list_properties("AWS::Cognito::UserPoolDomain").values()
    }

    assert len(names) == 1
    assert "AWS::AccountId" in names.pop()
    assert environment["GROUPS"] == OPTIONS["groups"]
    assert "amazoncognito.com" in json.dumps(environment["SIGN_IN_URL"])
    assert (
        environment["SIGN_IN_CLIENT_ID"] == federated.template["Outputs"]["SignInClientId"]["Value"]
    )
