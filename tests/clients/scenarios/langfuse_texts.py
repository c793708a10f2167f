"""What Langfuse's SDK for Python compiles of prompts, or a prompt that it writes.

langfuse_texts.py compile HANDLES-AND-VALUES-AS-JSON
langfuse_texts.py write NAME TEXT
"""

import json
import os
import sys

from langfuse import Langfuse

client = Langfuse(
    public_key="pk-lf-1", secret_key=os.environ["API_KEY"], host=os.environ["BASE_URL"]
)


def compile_prompts(handles: list[str], values: dict[str, str]) -> dict[str, str]:
    texts = {}
    for handle in handles:
        compiled = client.get_prompt(handle, cache_ttl_seconds=0).compile(**values)
        texts[handle] = compiled if isinstance(compiled, str) else compiled[0]["content"]
    return texts


command, *arguments = sys.argv[1:]
if command == "write":
    name, text = arguments
    found: object = client.create_prompt(name=name, prompt=text).version
else:
    found = compile_prompts(**json.loads(arguments[0]))
sys.stdout.write(f"\n{json.dumps(found)}\n")
