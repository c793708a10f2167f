"""Export and import of teams: `make export-team`, `make import-team`, `make restore-tables`.

These commands run outside of the deployment with the operator's AWS credentials. Nothing here is
deployed to Lambda.
"""
