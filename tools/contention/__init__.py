"""Many writers of one prompt at once, each a process of its own, as Lambda has them."""
