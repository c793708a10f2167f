"""The price list: AWS's public prices in one region, in US dollars, before any discount.

AWS's price pages insert their figures with a script and cannot be quoted. Each price comes from
documents that quote the named page, the newest of June 2026:

    API Gateway   a white paper of AWS on private APIs
    Lambda        guides of 2024 to 2026; for the billing of starts AWS's compute blog of April
                  2025; for provisioned concurrency and SnapStart guides of 2026
    DynamoDB      guides of 2025 and later for requests, after the reduction of November 2024, and
                  for recovery; no document for storage, whose price has not changed for years
    CloudWatch    guides of February and June 2026
    X-Ray         AWS's page itself, without a date
    EventBridge   a guide without a date, and AWS's page for what counts as one event
    S3, transfer  guides, the newest of 2025

Check them before you rely on a bill; only this file must change.

Not included: free tiers except that of data transfer (per month and account, a million calls and
400,000 GB-seconds of Lambda, 25 GB of DynamoDB, 5 GB of logs, ten alarms, ten metrics, three
dashboards and 100,000 traces), savings plans, taxes and support.
"""

from dataclasses import dataclass

AS_OF = "2026-06"
REGION = "us-east-1"
ARCHITECTURE = "arm64"

MILLION = 1_000_000
GB = 1024**3
HOURS = 730  # hours of a month, as AWS counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price of AWS.

    Attributes:
        dollars: The price of `per` units.
        per: A number of units.
        unit: What is counted.
        up_to: The number of units per month at this price; None for all.
        beyond: The price of `per` units above that number.
        free: The number of free units.
        page: The URL of AWS's price page.
    """

    dollars: float
    per: float = 1
    unit: str
    up_to: float | None = None
    beyond: float | None = None
    free: float = 0
    page: str

    def compute(self, units: float) -> float:
        """Compute the dollars for the units of a month."""
        billable_units = max(0.0, units - self.free)
        if self.up_to is None or self.beyond is None or billable_units <= self.up_to:
            return billable_units / self.per * self.dollars
        return (self.up_to * self.dollars + (billable_units - self.up_to) * self.beyond) / self.per


_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_S3 = "https://aws.amazon.com/s3/pricing/"
_CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
_LAMBDA = "https://aws.amazon.com/lambda/pricing/"

GATEWAY_CALLS = Price(
    dollars=3.50,
    per=MILLION,
    unit="REST call",
    up_to=333 * MILLION,
    beyond=2.80,
    page="https://aws.amazon.com/api-gateway/pricing/",
)
LAMBDA_CALLS = Price(dollars=0.20, per=MILLION, unit="call", page=_LAMBDA)
# Starts are billed like calls since August 2025.
LAMBDA_GB_SECONDS = Price(dollars=0.0000133334, unit="GB-second, arm64", page=_LAMBDA)
# What is started in advance is billed whether or not it is used, in steps of five minutes.
PROVISIONED_GB_SECONDS = Price(
    dollars=0.0000033334, unit="GB-second of provisioned concurrency, arm64", page=_LAMBDA
)
PROVISIONED_CALL_GB_SECONDS = Price(
    dollars=0.0000077778, unit="GB-second of a call there, arm64", page=_LAMBDA
)
# Of each published version, at least three hours. These two are the same for both architectures.
SNAPSHOT_GB_SECONDS = Price(
    dollars=0.0000015046, unit="GB-second of a snapshot that SnapStart keeps", page=_LAMBDA
)
SNAPSHOT_RESTORES = Price(dollars=0.0001397998, unit="GB that SnapStart restores", page=_LAMBDA)
DYNAMODB_READS = Price(dollars=0.125, per=MILLION, unit="read unit", page=_DYNAMODB)
DYNAMODB_WRITES = Price(dollars=0.625, per=MILLION, unit="write unit", page=_DYNAMODB)
DYNAMODB_STORAGE = Price(dollars=0.25, unit="GB-month", page=_DYNAMODB)
DYNAMODB_RECOVERY = Price(dollars=0.20, unit="GB-month", page=_DYNAMODB)
S3_PUTS = Price(dollars=0.005, per=1000, unit="PUT", page=_S3)
S3_GETS = Price(dollars=0.0004, per=1000, unit="GET", page=_S3)
LOG_BYTES = Price(dollars=0.50, unit="GB", page=_CLOUDWATCH)
LOG_STORAGE = Price(dollars=0.03, unit="GB-month, compressed", page=_CLOUDWATCH)
METRICS = Price(dollars=0.30, unit="metric and month", page=_CLOUDWATCH)
ALARMS = Price(dollars=0.10, unit="alarm and month", page=_CLOUDWATCH)
DASHBOARDS = Price(dollars=3.00, unit="dashboard and month", page=_CLOUDWATCH)
TRACES = Price(dollars=5.00, per=MILLION, unit="trace", page="https://aws.amazon.com/xray/pricing/")
EVENTS = Price(
    dollars=1.00,
    per=MILLION,
    unit="event of up to 64 KB",
    page="https://aws.amazon.com/eventbridge/pricing/",
)
DATA_OUT = Price(
    dollars=0.09,
    unit="GB to the internet",
    free=100,
    page="https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer",
)
