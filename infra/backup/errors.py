"""The error of exports, imports and restorations."""

from infra.operator import OperatorError


class BackupError(OperatorError):
    """An export, an import or a restoration has failed; the message says why, in one line."""
