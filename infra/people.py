"""The user pool of people who sign in, in Amazon Cognito."""

from dataclasses import dataclass

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.acknowledgements import acknowledge

INVITATION_DAYS = 7  # within which the first password must be used
CHALLENGE_MINUTES = 5  # within which a question of sign-in must be answered
INVITATION = (
    "You are invited to the prompt registry Cuebook. Sign in with {username} and the password "
    f"{{####}} within {INVITATION_DAYS} days, and choose a password of your own."
)


GROUPS = "groups"  # the attribute that has the groups of a person
GROUPS_LENGTH = 2048  # Cognito's most


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleSignOn:
    """An identity provider whose people sign in here.

    Attributes:
        provider: The name of the provider in the user pool.
        saml_metadata: The URL of the provider's SAML metadata; None for a provider that an
            operator has added to the user pool, such as one of OIDC with its secret.
        callback_urls: Where people may be sent back to.
    """

    provider: str
    saml_metadata: str | None
    callback_urls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page of sign-in.

    Attributes:
        url: Its URL.
        client_id: The id of its client.
    """

    url: str
    client_id: str


class People(Construct):
    """A user pool without registration: admins invite people by e-mail.

    It depends on nothing else of the stack, not even on the address of the API, so that the
    functions can be told all of it.

    Attributes:
        pool: The user pool.
        client: The client of the functions.
        page: The page on which people of an identity provider sign in; None without one.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: str,
        single_sign_on: SingleSignOn | None,
        threat_protection: bool,
        retain: bool,
    ) -> None:
        """Define the user pool.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            stage: The name of the stage.
            single_sign_on: The identity provider; None for none.
            threat_protection: Whether Cognito judges the risk of each sign-in and refuses passwords
                that are known to have leaked, which costs more for each person.
            retain: Whether to keep the pool when the stack is deleted.
        """
        super().__init__(scope, id)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            custom_attributes={
                GROUPS: cognito.StringAttribute(max_len=GROUPS_LENGTH, mutable=True)
            },
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            # The rules of px0, whose clients check them too. Cognito locks accounts that are
            # guessed at by itself, for longer after each attempt.
            password_policy=cognito.PasswordPolicy(
                min_length=8,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(INVITATION_DAYS),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            feature_plan=(
                cognito.FeaturePlan.PLUS if threat_protection else cognito.FeaturePlan.ESSENTIALS
            ),
            standard_threat_protection_mode=(
                cognito.StandardThreatProtectionMode.FULL_FUNCTION if threat_protection else None
            ),
            user_invitation=cognito.UserInvitationConfig(
                email_subject="Your invitation to Cuebook", email_body=INVITATION
            ),
            deletion_protection=retain,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        self.client = self.pool.add_client(
            "Functions",
            auth_flows=cognito.AuthFlow(admin_user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            auth_session_validity=Duration.minutes(CHALLENGE_MINUTES),
        )
        self.page = self._create_page(stage, single_sign_on) if single_sign_on else None
        acknowledge(
            self.pool,
            {
                "AwsSolutions-COG2": "Each person decides about a second factor; an organisation "
                "that requires one signs in with its own identity provider.",
                **(
                    {}
                    if threat_protection
                    else {
                        "AwsSolutions-COG3": "Threat protection costs money for each person, so it "
                        "is optional; Cognito locks accounts without it too.",
                        "AwsSolutions-COG8": "The same.",
                    }
                ),
            },
        )

    def _create_page(self, stage: str, single_sign_on: SingleSignOn) -> Page:
        """Create Cognito's page, with a client for PKCE: it has no secret.

        Its tokens say who somebody is, and are good for nothing else: without Cognito's scope for
        its API nobody can change the attribute with the groups. Both clients name their flows,
        because without any Cognito would allow others.
        """
        attributes = cognito.ClientAttributes().with_standard_attributes(email=True)
        attributes = attributes.with_custom_attributes(GROUPS)
        client = self.pool.add_client(
            "Page",
            generate_secret=False,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID],
                callback_urls=[*single_sign_on.callback_urls],
            ),
            supported_identity_providers=[
                cognito.UserPoolClientIdentityProvider.custom(single_sign_on.provider)
            ],
            prevent_user_existence_errors=True,
            access_token_validity=Duration.minutes(5),
            id_token_validity=Duration.minutes(5),
            read_attributes=attributes,
            write_attributes=attributes,  # by Cognito, of what the provider says
        )
        resource = client.node.default_child
        assert isinstance(resource, cognito.CfnUserPoolClient)
        resource.explicit_auth_flows = ["ALLOW_REFRESH_TOKEN_AUTH"]
        if single_sign_on.saml_metadata:
            provider = cognito.UserPoolIdentityProviderSaml(
                self,
                "Saml",
                user_pool=self.pool,
                name=single_sign_on.provider,
                metadata=cognito.UserPoolIdentityProviderSamlMetadata.url(
                    single_sign_on.saml_metadata
                ),
                attribute_mapping=cognito.AttributeMapping(
                    email=cognito.ProviderAttribute.other("email"),
                    custom={f"custom:{GROUPS}": cognito.ProviderAttribute.other(GROUPS)},
                ),
            )
            client.node.add_dependency(provider)
        domain = self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(
                # All accounts of a region share these names.
                domain_prefix=f"cuebook-{stage}-{Aws.ACCOUNT_ID}"
            ),
        )
        return Page(url=domain.base_url(), client_id=client.user_pool_client_id)
