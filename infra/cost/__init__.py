"""What the service costs: recorded calls, times prices, and nothing guessed in between.

    samples   a typical call of every route
    worker    makes those calls in a process of its own, as Lambda does, and records what they use
    machine   what the worker needs around it: DynamoDB Local, and stand-ins for S3 and EventBridge
    record    what was recorded, kept in `units.json`
    prices    the price list
    bill      a record times the price list: of one call, and of a month
    memory    how much memory a function should have
    report    the tables that people read

Waiting cannot be measured on one machine: `bill.WAIT_MS` says what is assumed of it.
"""
