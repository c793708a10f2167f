"""What LangWatch's Python SDK compiles of prompts.

compile_texts.py HANDLES-AND-VALUES-AS-JSON
"""

import json
import os
import sys
import warnings

import langwatch

warnings.simplefilter("ignore")
langwatch.setup(api_key=os.environ["LANGWATCH_API_KEY"])
asked = json.loads(sys.argv[1])
texts = {}
for handle in asked["handles"]:
    prompt = langwatch.prompts.get(handle)
    try:
        texts[handle] = prompt.compile(**asked["values"]).messages[0]["content"]
    except Exception as error:
        texts[handle] = type(error).__name__
sys.stdout.write(f"\n{json.dumps(texts)}\n")
