"""A custom domain name of the API."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from infra.api import Api


class Domain(Construct):
    """A regional domain name, whose root is the API.

    Attributes:
        url: The URL of the API with this name.
        target: The name that a DNS record must point at.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        api: Api,
        name: str,
        certificate_arn: str,
        hosted_zone_id: str | None,
    ) -> None:
        """Define the domain name.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            api: The API.
            name: The domain name.
            certificate_arn: The ARN of a certificate for the name, in the region of the stack.
            hosted_zone_id: The id of the zone for the DNS record; None to create no record.
        """
        super().__init__(scope, id)
        domain = apigateway.DomainName(
            self,
            "Name",
            domain_name=name,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", certificate_arn),
            endpoint_type=apigateway.EndpointType.REGIONAL,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
        )
        domain.add_base_path_mapping(api.rest_api, stage=api.stage)
        self.url = f"https://{name}/"
        self.target = domain.domain_name_alias_domain_name
        if hosted_zone_id is not None:
            route53.CfnRecordSet(
                self,
                "Record",
                name=f"{name}.",
                type="A",
                hosted_zone_id=hosted_zone_id,
                alias_target=route53.CfnRecordSet.AliasTargetProperty(
                    dns_name=self.target,
                    hosted_zone_id=domain.domain_name_alias_hosted_zone_id,
                ),
            )
