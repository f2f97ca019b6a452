"""Asks a question, goes on with the conversation, and prints what it cost.

    LLM_PROVIDER=openai OPENAI_API_KEY=... python3 complete.py "What is 2+2?"

From a checkout without installation: PYTHONPATH=bindings/python/src python3 examples/python/complete.py
"""

import sys

from scaling_memory import Client, LLMError, RateLimitError

question = sys.argv[1] if len(sys.argv) > 1 else "What is the capital of France?"

try:
    with Client.from_env(max_tokens=200) as client:
        messages = [{"role": "user", "content": question}]
        response = client.complete(messages)
        print(response.content)

        # A response's message is appended as it is; the next question then knows of it.
        messages += [response.message, {"role": "user", "content": "Now say it in five words."}]
        response = client.complete(messages)
        print(response.content)

        usage = response.usage
        print(f"{response.model}: {usage.input_tokens} tokens in, {usage.output_tokens} out, {response.latency_ms:.0f} ms")
except RateLimitError as error:
    sys.exit(f"Too fast: try again in {error.retry_after_ms} ms.")
except LLMError as error:
    sys.exit(f"{error.status}: {error}")
