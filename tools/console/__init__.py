"""The libraries of the console, and how they are bundled."""
