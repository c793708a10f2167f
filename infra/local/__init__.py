"""The API on this machine: API Gateway, Lambda, DynamoDB and S3 played by one process."""


class CannotStart(Exception):
    """Something that the local server needs is not there; the argument says what, on one line."""
