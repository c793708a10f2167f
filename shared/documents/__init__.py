"""Documents that endpoints return unchanged."""
