"""Tools for development, which nothing else imports."""
