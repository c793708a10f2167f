"""What an operator sees and is told, and the options that a deployment may have."""

import json
import re
from itertools import count
from typing import Any

import pytest

from infra.firewall import COUNT_ONLY_RULES
from infra.queries import QUERIES
from infra.signals import OUTCOMES
from shared import observe, settings
from shared.observe import classify_status, logs
from shared.observe.metrics import NAMESPACE
from shared.routes import EVENT_PUBLISHER, ROUTES, USE_COUNTER
from tests.documents import read_document
from tests.infra.synthesis import FEW_ROUTES, OPTIONS, Json, Synthesis, list_statements, synthesise

ALARMS = {
    "server-errors",
    "read-failures",
    "write-failures",
    "sign-in-failures",
    "latency",
    "throttles",
    "conflicts",
    "authentication-failures",
    "stream-lag",
    "unpublished-events",
}
KINDS = {route.kind for route in ROUTES}
FREE_ALARMS = 10  # in an account


@pytest.fixture(scope="module")
def stack() -> Synthesis:
    return synthesise()


@pytest.fixture(scope="module")
def everything() -> Synthesis:
    return synthesise(stage="prod", options=True)


def list_alarms(synthesis: Synthesis) -> dict[str, Json]:
    return {
        alarm["AlarmName"]: alarm
        for alarm in synthesis.list_properties("AWS::CloudWatch::Alarm").values()
    }


def write_text(tree: Any) -> str:
    return json.dumps(tree, sort_keys=True)


# -- alarms


def test_what_can_go_wrong_has_an_alarm(stack: Synthesis) -> None:
    assert set(list_alarms(stack)) == {f"cuebook-dev-{name}" for name in ALARMS}


def test_alarms_tell_what_to_do_and_let_an_idle_service_sleep(stack: Synthesis) -> None:
    for name, alarm in list_alarms(stack).items():
        assert 60 < len(alarm["AlarmDescription"]) <= 1024, name
        assert "\n" not in alarm["AlarmDescription"]
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"], name


def test_alarms_are_free_for_one_deployment_in_an_account(everything: Synthesis) -> None:
    for alarm in list_alarms(everything).values():
        assert "Metrics" not in alarm  # an expression is billed for each metric in it
    assert len(list_alarms(everything)) <= FREE_ALARMS


def test_alarms_are_about_this_deployment_only(stack: Synthesis) -> None:
    for name, alarm in list_alarms(stack).items():
        values = write_text([dimension["Value"] for dimension in alarm["Dimensions"]])
        ours = "cuebook-dev" in values or "Events" in values  # by name, or by reference
        assert ours, name


def test_somebody_is_told_if_somebody_is_named(stack: Synthesis, everything: Synthesis) -> None:
    (topic,) = everything.list_properties("AWS::SNS::Topic")
    subscription = everything.get_properties("AWS::SNS::Subscription")

    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", OPTIONS["alarm_email"])
    for alarm in list_alarms(everything).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]
    assert not stack.list_properties("AWS::SNS::Topic")
    assert not stack.list_properties("AWS::KMS::Key")  # which costs a dollar a month
    for alarm in list_alarms(stack).values():
        assert "AlarmActions" not in alarm


def test_cloudwatch_may_use_the_topic_and_its_key_and_nobody_may_in_the_clear(
    everything: Synthesis,
) -> None:
    grants = [
        statement
        for kind, document in (
            ("AWS::SNS::TopicPolicy", "PolicyDocument"),
            ("AWS::KMS::Key", "KeyPolicy"),
        )
        for statement in everything.get_properties(kind)[document]["Statement"]
        if statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    ]

    assert [grant["Action"] for grant in grants] == [
        "sns:Publish",
        ["kms:Decrypt", "kms:GenerateDataKey*"],
    ]
    for grant in grants:
        assert grant["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        }
    denials = [
        statement
        for statement in everything.get_properties("AWS::SNS::TopicPolicy")["PolicyDocument"][
            "Statement"
        ]
        if statement["Effect"] == "Deny"
    ]
    assert [denial["Condition"] for denial in denials] == [
        {"Bool": {"aws:SecureTransport": "false"}}
    ]
    assert everything.get_properties("AWS::SNS::Topic")["KmsMasterKeyId"]
    assert everything.get_properties("AWS::KMS::Key")["EnableKeyRotation"] is True


def test_refusals_of_the_gateway_and_of_lambda_count_as_throttled(stack: Synthesis) -> None:
    counted = stack.get_properties("AWS::Logs::MetricFilter")
    line = json.loads(stack.get_properties("AWS::ApiGateway::Stage")["AccessLogSetting"]["Format"])

    # A function that refuses what is beyond a quota has run: Lambda's own status is 200.
    assert counted["FilterPattern"] == (
        '{ (($.status = "429") && ($.lambda_status != "200")) || ($.lambda_status = "429") }'
    )
    assert {"status", "lambda_status", "service"} <= set(line)
    (transformation,) = counted["MetricTransformations"]
    assert transformation["Dimensions"] == [{"Key": "service", "Value": "$.service"}]
    assert "DefaultValue" not in transformation  # a metric without data costs nothing
    throttled = list_alarms(stack)["cuebook-dev-throttles"]
    assert throttled["Dimensions"] == [{"Name": "service", "Value": line["service"]}]
    assert throttled["Namespace"] == transformation["MetricNamespace"]
    assert throttled["MetricName"] == transformation["MetricName"]


def test_alarms_look_at_metrics_that_functions_write(stack: Synthesis) -> None:
    ours = [alarm for alarm in list_alarms(stack).values() if alarm["Namespace"] == NAMESPACE]

    for one in ours:
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in one["Dimensions"]}
        assert dimensions["service"] == stack.environment["POWERTOOLS_SERVICE_NAME"]
        if one["MetricName"] == "failures":
            assert dimensions.keys() == {"service", "kind"}
        elif one["MetricName"] != "throttled":
            assert one["MetricName"] in ("calls", "raced")
            assert dimensions["outcome"] in OUTCOMES
    assert len(ours) == 3 + len(KINDS)


def become_deployed(monkeypatch: pytest.MonkeyPatch, **given: int) -> None:
    """Write metrics as functions of the stack do."""
    monkeypatch.setattr(logs.logger, "service", "cuebook-dev")
    monkeypatch.setattr(settings, "get_metric_settings", lambda: settings.MetricSettings(**given))


def test_each_kind_of_route_has_an_alarm_that_sees_one_route_fail(
    stack: Synthesis, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    become_deployed(monkeypatch)
    for route in {route.kind: route for route in ROUTES}.values():
        alarm = list_alarms(stack)[f"cuebook-dev-{route.kind}-failures"]
        # One failure a minute: three of the last five minutes are bad at the latest after five.
        assert (alarm["Threshold"], alarm["Statistic"], alarm["Period"]) == (0, "Sum", 60)
        assert alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"] == 5

        observe.report_call(
            route, request_id="r", status=500, code=None, milliseconds=1.5, annotations={}
        )

        record = json.loads(capsys.readouterr().out.splitlines()[-1])
        (directive,) = record["_aws"]["CloudWatchMetrics"]
        assert [metric["Name"] for metric in directive["Metrics"]] == ["failures"]
        wanted = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
        assert sorted(wanted) in [sorted(names) for names in directive["Dimensions"]]
        assert {name: record[name] for name in wanted} == wanted
        assert ["dialect", "service"] in [sorted(names) for names in directive["Dimensions"]]


def test_queries_are_saved_over_the_log_of_all_functions(stack: Synthesis) -> None:
    saved = stack.list_properties("AWS::Logs::QueryDefinition").values()
    (log,) = {json.dumps(f["LoggingConfig"]["LogGroup"]) for f in stack.functions.values()}

    assert {query["Name"] for query in saved} == {f"cuebook-dev/{name}" for name in QUERIES}
    table = read_document("docs/operate.md").get_table("Logs, metrics and traces", "query")
    assert [row[0] for row in table.rows] == [f"`{name}`" for name in QUERIES]
    for query in saved:
        assert [json.dumps(group) for group in query["LogGroupNames"]] == [log]


def test_queries_use_fields_of_the_line_that_each_call_writes() -> None:
    (table,) = (t for t in read_document("docs/operate.md").tables if t.head[0] == "field")
    fields = {name for row in table.rows for name in re.findall(r"`(\w+)`", row[0])}
    for name, text in QUERIES.items():
        used = re.findall(r"\b(?:by|ispresent\(|latest\(|pct\(|and)\s*(\w[\w, ]*)", text)
        names = {word for group in used for word in re.findall(r"[a-z]\w*", group)}
        assert names - {"in", "ispresent"} <= fields, name


def test_what_a_call_writes_costs_little_and_says_which_route(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    become_deployed(monkeypatch)

    observe.report_call(
        ROUTES[0],
        request_id="r",
        status=404,
        code="prompt_not_found",
        milliseconds=1.5,
        annotations={"prompt_id": "p", "raced": 2},
    )

    record = json.loads(capsys.readouterr().out.splitlines()[-1])
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    # Each combination of values is billed: nothing else may have more than a handful of them.
    assert sorted(map(sorted, directive["Dimensions"])) == [
        ["outcome", "route", "service"],
        ["outcome", "service"],
    ]
    assert [metric["Name"] for metric in directive["Metrics"]] == ["calls", "latency", "raced"]
    values = ("service", "route", "outcome", "calls", "latency", "raced")
    assert [record[name] for name in values] == [
        "cuebook-dev",
        ROUTES[0].name,
        "refused",
        [1.0],
        [1.5],
        [2.0],
    ]


def test_a_deployment_may_do_without_metrics_by_route(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    become_deployed(monkeypatch, metrics_by_route=0)

    observe.report_call(
        ROUTES[0], request_id="r", status=200, code=None, milliseconds=1.5, annotations={}
    )

    record = json.loads(capsys.readouterr().out.splitlines()[-1])
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert [sorted(one) for one in directive["Dimensions"]] == [["outcome", "service"]]


def test_every_outcome_is_shown() -> None:
    assert {classify_status(status) for status in range(200, 600)} == set(OUTCOMES)


# -- dashboard


def test_one_page_answers_both_questions(stack: Synthesis) -> None:
    page = stack.get_properties("AWS::CloudWatch::Dashboard")
    body = write_text(page["DashboardBody"])

    assert page["DashboardName"] == "cuebook-dev"
    for shown in (
        "Are prompts being served?",
        "Are the resources healthy?",
        "5XXError",
        "IteratorAge",
        "ApproximateNumberOfMessagesVisible",
        "ReadThrottleEvents",
        "ConsumedWriteCapacityUnits",
        "p99",
        *OUTCOMES,
    ):
        assert shown in body, shown


def test_monitoring_can_be_left_out() -> None:
    bare = synthesise(monitoring=False, routes=FEW_ROUTES)

    for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::Logs::MetricFilter"):
        assert not bare.list_properties(kind)
    assert bare.list_properties("AWS::Lambda::EventSourceMapping")


# -- events


def test_the_stream_of_prompts_is_read_in_order_and_nothing_is_given_up_early(
    stack: Synthesis,
) -> None:
    mapping = stack.get_properties("AWS::Lambda::EventSourceMapping")
    (queue,) = stack.list_properties("AWS::SQS::Queue")

    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [stack.get_table_id("prompts"), "StreamArn"]}
    assert mapping["FunctionName"] == {
        "Ref": stack.functions[f"{EVENT_PUBLISHER}.lambda_handler"]["id"]
    }
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == -1
    assert 20 * 3600 <= mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": [queue, "Arn"]
    }
    assert "FilterCriteria" not in mapping


def test_the_publisher_may_read_its_stream_and_write_to_its_bus_and_queue(
    stack: Synthesis,
) -> None:
    function = stack.functions[f"{EVENT_PUBLISHER}.lambda_handler"]
    (queue,), (bus,) = (
        stack.list_properties("AWS::SQS::Queue"),
        stack.list_properties("AWS::Events::EventBus"),
    )

    allowed = {
        action: resource
        for actions, resource in list_statements(stack.get_role(function))
        for action in actions
        if not action.startswith(("logs:", "xray:"))
    }

    stream = {"Fn::GetAtt": [stack.get_table_id("prompts"), "StreamArn"]}
    assert allowed == {
        "dynamodb:DescribeStream": stream,
        "dynamodb:GetRecords": stream,
        "dynamodb:GetShardIterator": stream,
        "dynamodb:ListStreams": "*",
        "events:PutEvents": {"Fn::GetAtt": [bus, "Arn"]},
        "sqs:SendMessage": {"Fn::GetAtt": [queue, "Arn"]},
    }
    variables = function["Environment"]["Variables"]
    assert variables["EVENT_BUS"] == {"Ref": bus}
    assert variables["UNPUBLISHED_QUEUE"] == {"Ref": queue}
    assert stack.get_properties("AWS::Events::EventBus")["Name"] == "cuebook-dev"


# -- uses


def test_uses_are_counted_from_the_log_of_all_functions_every_five_minutes(
    stack: Synthesis,
) -> None:
    function = stack.functions[f"{USE_COUNTER}.lambda_handler"]
    access = {"Fn::GetAtt": [stack.get_table_id("access"), "Arn"]}
    log = function["LoggingConfig"]["LogGroup"]
    log_arn = {"Fn::GetAtt": [log["Ref"], "Arn"]}
    rule = stack.get_properties("AWS::Events::Rule")

    allowed = {
        action: resource
        for actions, resource in list_statements(stack.get_role(function))
        for action in actions
        if not action.startswith("xray:")
    }

    assert allowed == {
        "dynamodb:BatchGetItem": access,
        "dynamodb:GetItem": access,
        "dynamodb:UpdateItem": access,
        "logs:CreateLogStream": log_arn,
        "logs:FilterLogEvents": log_arn,
        "logs:PutLogEvents": log_arn,
    }
    assert function["Environment"]["Variables"]["LOG_GROUP"] == log
    assert rule["ScheduleExpression"] == "cron(2/5 * * * ? *)"
    assert [target["Arn"] for target in rule["Targets"]] == [
        {"Fn::GetAtt": [function["id"], "Arn"]}
    ]


def test_what_could_not_be_published_is_kept_encrypted_for_two_weeks(stack: Synthesis) -> None:
    queue = stack.get_properties("AWS::SQS::Queue")
    (denial,) = stack.get_properties("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]

    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert (denial["Effect"], denial["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )


# -- options


def test_options_that_cost_something_are_off(stack: Synthesis) -> None:
    for kind in ("WAFv2::WebACL", "ApiGateway::DomainName", "Route53::RecordSet", "KMS::Key"):
        assert not stack.list_properties(f"AWS::{kind}")
    for table in stack.list_properties("AWS::DynamoDB::GlobalTable").values():
        assert [replica["Region"] for replica in table["Replicas"]] == [{"Ref": "AWS::Region"}]


def test_every_table_has_a_copy_in_the_other_region(everything: Synthesis) -> None:
    for table in everything.list_properties("AWS::DynamoDB::GlobalTable").values():
        here, there = table["Replicas"]
        assert there["Region"] == OPTIONS["replica_region"]
        same = ("PointInTimeRecoverySpecification", "DeletionProtectionEnabled")
        assert [here[name] for name in same] == [there[name] for name in same]
        # CloudFormation takes several replicas with this one only.
        assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_a_copy_changes_neither_the_tables_nor_the_stream_that_is_read(
    everything: Synthesis,
) -> None:
    plain = synthesise(stage="prod", routes=FEW_ROUTES)
    before, after = (s.list_properties("AWS::DynamoDB::GlobalTable") for s in (plain, everything))

    assert set(before) == set(after)
    prompts = everything.get_table_id("prompts")
    assert before[prompts]["StreamSpecification"] == after[prompts]["StreamSpecification"]


def test_a_domain_leads_to_the_api_over_modern_tls(everything: Synthesis) -> None:
    name = everything.get_properties("AWS::ApiGateway::DomainName")
    mapping = everything.get_properties("AWS::ApiGateway::BasePathMapping")
    record = everything.get_properties("AWS::Route53::RecordSet")
    (domain,) = everything.list_properties("AWS::ApiGateway::DomainName")
    (stage,) = everything.list_properties("AWS::ApiGateway::Stage")

    assert name["DomainName"] == OPTIONS["domain"]
    assert name["RegionalCertificateArn"] == OPTIONS["certificate_arn"]
    assert name["SecurityPolicy"] == "TLS_1_2"
    assert mapping["Stage"] == {"Ref": stage}
    assert "BasePath" not in mapping
    assert record["Name"] == f"{OPTIONS['domain']}."
    assert record["HostedZoneId"] == OPTIONS["hosted_zone_id"]
    assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": [domain, "RegionalDomainName"]}
    outputs = everything.template["Outputs"]
    assert outputs["ApiUrl"]["Value"] == f"https://{OPTIONS['domain']}/"
    assert outputs["ConsoleUrl"]["Value"] == f"https://{OPTIONS['domain']}/console"
    assert "DomainTarget" in outputs


def test_the_firewall_stands_before_the_stage_and_lets_prompts_through(
    everything: Synthesis,
) -> None:
    acl = everything.get_properties("AWS::WAFv2::WebACL")
    (api,), (stage,) = (
        everything.list_properties(f"AWS::ApiGateway::{kind}") for kind in ("RestApi", "Stage")
    )
    resource = everything.get_properties("AWS::WAFv2::WebACLAssociation")["ResourceArn"]
    flood, common = acl["Rules"]

    assert acl["DefaultAction"] == {"Allow": {}}
    assert resource["Fn::Join"][1][-3:] == [{"Ref": api}, "/stages/", {"Ref": stage}]
    assert flood["Action"] == {"Block": {}}
    assert flood["Statement"]["RateBasedStatement"]["Limit"] == 500 // 5 * 300
    group = common["Statement"]["ManagedRuleGroupStatement"]
    assert (group["VendorName"], group["Name"]) == ("AWS", "AWSManagedRulesCommonRuleSet")
    counted = {rule["Name"]: rule["ActionToUse"] for rule in group["RuleActionOverrides"]}
    assert counted == {name: {"Count": {}} for name in COUNT_ONLY_RULES}
    assert "SizeRestrictions_BODY" in counted  # it refuses bodies over 8 KB; ours take 4 MB
    seen = [acl, flood, common]
    assert {one["VisibilityConfig"]["SampledRequestsEnabled"] for one in seen} == {False}
    assert sorted(rule["Priority"] for rule in acl["Rules"]) == [
        number for number, _ in zip(count(), acl["Rules"], strict=False)
    ]
