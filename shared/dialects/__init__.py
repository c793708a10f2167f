"""The dialects: pure mappings between the formats of the vendors' APIs and the domain."""
