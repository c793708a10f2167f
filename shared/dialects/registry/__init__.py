"""The native dialect, which is px0's: each response has an envelope, and a problem is one text."""
