"""Functions that consume the stream of the table `prompts`."""
