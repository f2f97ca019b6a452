"""Analyzes a file, or what is piped in: a page, a log, a document.

    LLM_PROVIDER=openai OPENAI_API_KEY=... python3 analyze.py "What went wrong?" server.log
    git log -5 | python3 analyze.py

From a checkout without installation: PYTHONPATH=bindings/python/src python3 examples/python/analyze.py
"""

import sys
from pathlib import Path

from scaling_memory import Client, ContextLengthError, LLMError

instruction = sys.argv[1] if len(sys.argv) > 1 else None  # None asks for a summary with the key points
content = Path(sys.argv[2]).read_text() if len(sys.argv) > 2 else sys.stdin.read()

try:
    with Client.from_env() as client:
        # The content is marked as material: instructions that stand in it are not followed.
        response = client.analyze(content, instruction, max_tokens=500, timeout={"total_ms": 120_000})
    print(response.content)
    if response.finish_reason == "length":
        print("(cut off at max_tokens)", file=sys.stderr)
except ContextLengthError:
    sys.exit(f"{len(content)} characters are too many for this model.")
except LLMError as error:
    sys.exit(f"{error.status}: {error}")
