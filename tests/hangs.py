"""How long a test waits for what might never end."""

HANG_SECONDS = 600.0  # nothing takes as long on the busiest machine, unless it hangs
