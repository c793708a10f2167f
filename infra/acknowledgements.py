"""Acknowledgement of cdk-nag's findings, beside the resources that they are about."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Acknowledge findings of a construct and of all constructs inside it.

    Args:
        construct: The construct.
        reasons: The reason for each finding, by the finding's id.
    """
    Validations.of(construct).acknowledge(
        *(Acknowledgment(id=finding, reason=reason) for finding, reason in reasons.items())
    )
