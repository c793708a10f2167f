"""Storage: the only package that calls AWS."""
