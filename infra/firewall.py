"""A web application firewall before the API, for those who want one."""

from aws_cdk import Aws
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.api import Api

Property = wafv2.CfnWebACL

SECONDS = 300  # over which the firewall counts the requests of an address
COMMON = "AWSManagedRulesCommonRuleSet"
# Rules of the common set that would refuse what the API is for. A prompt may be longer than 8 KB,
# and may show markup, paths and addresses; and clients of machines need not say what they are.
COUNTED = (
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "NoUserAgent_HEADER",
    "SizeRestrictions_BODY",
)


class Firewall(Construct):
    """Holds off floods from one address, and what AWS's common rules know as attacks.

    Args:
        requests_per_second: that one address may send on average.
    """

    def __init__(
        self, scope: Construct, id: str, *, api: Api, stage: str, requests_per_second: int
    ) -> None:
        super().__init__(scope, id)
        acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=Property.DefaultActionProperty(allow={}),
            visibility_config=_seen_as(f"cuebook-{stage}"),
            rules=[
                Property.RuleProperty(
                    name="flood",
                    priority=0,
                    action=Property.RuleActionProperty(block={}),
                    statement=Property.StatementProperty(
                        rate_based_statement=Property.RateBasedStatementProperty(
                            aggregate_key_type="IP",
                            evaluation_window_sec=SECONDS,
                            limit=requests_per_second * SECONDS,
                        )
                    ),
                    visibility_config=_seen_as(f"cuebook-{stage}-flood"),
                ),
                Property.RuleProperty(
                    name="common",
                    priority=1,
                    override_action=Property.OverrideActionProperty(none={}),
                    statement=Property.StatementProperty(
                        managed_rule_group_statement=Property.ManagedRuleGroupStatementProperty(
                            vendor_name="AWS",
                            name=COMMON,
                            rule_action_overrides=[
                                Property.RuleActionOverrideProperty(
                                    name=name,
                                    action_to_use=Property.RuleActionProperty(count={}),
                                )
                                for name in COUNTED
                            ],
                        )
                    ),
                    visibility_config=_seen_as(f"cuebook-{stage}-common"),
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


def _seen_as(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """Metrics, but no samples: those would show headers, and so the keys of callers."""
    return Property.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
