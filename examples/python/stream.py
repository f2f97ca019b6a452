"""Prints an answer while it comes, and then who gave it, its tokens and its timings.

    LLM_PROVIDER=anthropic ANTHROPIC_API_KEY=... python3 stream.py "Tell me about the sea"

From a checkout without installation: PYTHONPATH=bindings/python/src python3 examples/python/stream.py
"""

import sys

from scaling_memory import Client, LLMError

question = sys.argv[1] if len(sys.argv) > 1 else "Why is the sky blue? Answer in two sentences."

try:
    with Client.from_env() as client, client.stream(question) as stream:
        for text in stream.text:
            print(text, end="", flush=True)
    response = stream.response
    print(
        f"\n[{response.provider}, {response.model}: "
        f"{response.usage.input_tokens} tokens in, {response.usage.output_tokens} out; "
        f"first after {response.time_to_first_event_ms or 0:.0f} ms, all after {response.latency_ms or 0:.0f} ms]"
    )
except LLMError as error:
    sys.exit(f"\n{error.status}: {error}")
except KeyboardInterrupt:  # leaving the block has hung up
    sys.exit("\nstopped")
