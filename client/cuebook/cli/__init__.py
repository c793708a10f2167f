"""The command `cuebook`: what people and scripts do with prompts from a shell."""
