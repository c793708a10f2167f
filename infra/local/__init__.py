"""The API on this machine: one process that simulates API Gateway, Lambda, DynamoDB and S3."""
