"""The cost of the service, computed from recorded calls and prices.

    samples   typical calls
    worker    makes these calls in a separate process, like Lambda, and records what they use
    machine   the services that the worker needs: DynamoDB Local, simulated S3 and EventBridge
    record    the recorded data, in `units.json`
    prices    the price list
    bill      the cost of one call and of a month, from a record and the price list
    memory    how much memory a function should have
    report    the tables

Waiting for AWS cannot be measured on one machine; `bill.WAIT_MS` has the assumptions.

An endpoint needs a sample only if its costs are of interest.
"""
