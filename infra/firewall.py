"""An optional web application firewall in front of the API."""

from aws_cdk import Aws
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.api import Api

WebAcl = wafv2.CfnWebACL

SECONDS = 300  # the period in which the firewall counts requests of an address
COMMON = "AWSManagedRulesCommonRuleSet"
# Rules of the common set that would block valid requests: prompts can be longer than 8 KB, and can
# contain markup, paths and addresses; and clients need not send a user agent.
COUNT_ONLY_RULES = (
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "NoUserAgent_HEADER",
    "SizeRestrictions_BODY",
)


class Firewall(Construct):
    """Limits requests per address, and blocks what AWS's common rules classify as attacks."""

    def __init__(
        self, scope: Construct, id: str, *, api: Api, stage: str, requests_per_second: int
    ) -> None:
        """Define the firewall.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            api: The API.
            stage: The name of the stage.
            requests_per_second: The average rate that one address may send.
        """
        super().__init__(scope, id)
        acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=WebAcl.DefaultActionProperty(allow={}),
            visibility_config=_build_visibility(f"cuebook-{stage}"),
            rules=[
                WebAcl.RuleProperty(
                    name="flood",
                    priority=0,
                    action=WebAcl.RuleActionProperty(block={}),
                    statement=WebAcl.StatementProperty(
                        rate_based_statement=WebAcl.RateBasedStatementProperty(
                            aggregate_key_type="IP",
                            evaluation_window_sec=SECONDS,
                            limit=requests_per_second * SECONDS,
                        )
                    ),
                    visibility_config=_build_visibility(f"cuebook-{stage}-flood"),
                ),
                WebAcl.RuleProperty(
                    name="common",
                    priority=1,
                    override_action=WebAcl.OverrideActionProperty(none={}),
                    statement=WebAcl.StatementProperty(
                        managed_rule_group_statement=WebAcl.ManagedRuleGroupStatementProperty(
                            vendor_name="AWS",
                            name=COMMON,
                            rule_action_overrides=[
                                WebAcl.RuleActionOverrideProperty(
                                    name=name,
                                    action_to_use=WebAcl.RuleActionProperty(count={}),
                                )
                                for name in COUNT_ONLY_RULES
                            ],
                        )
                    ),
                    visibility_config=_build_visibility(f"cuebook-{stage}-common"),
                ),
            ],
        )
        wafv2.CfnWebACLAssociation(
            self,
            "Association",
            web_acl_arn=acl.attr_arn,
            resource_arn=f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}::/restapis/"
            f"{api.rest_api.rest_api_id}/stages/{api.stage.stage_name}",
        )


def _build_visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """Build it with metrics, but without samples, which contain headers and so API keys."""
    return WebAcl.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
