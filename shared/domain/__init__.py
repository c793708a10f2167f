"""Domain rules, independent of HTTP and AWS."""
