"""The error of a local server that cannot start."""


class StartError(Exception):
    """The local server cannot start; the message says why and what to do, in one line."""
