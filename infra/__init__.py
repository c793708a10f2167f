"""The CDK stack, and commands for operators and developers; nothing here is deployed to Lambda."""
