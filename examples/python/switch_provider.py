"""One conversation, two providers: the first answers, the second goes on from that answer.

    OPENAI_API_KEY=... ANTHROPIC_API_KEY=... python3 switch_provider.py "Name a river" openai anthropic

Each provider takes its settings from its own variables (OPENAI_MODEL, ANTHROPIC_MODEL, ..._BASE_URL).
From a checkout without installation: PYTHONPATH=bindings/python/src python3 examples/python/switch_provider.py
"""

import sys

from scaling_memory import Client, LLMError

question = sys.argv[1] if len(sys.argv) > 1 else "Name a river."
providers = sys.argv[2:] or ["openai", "anthropic"]

messages = [{"role": "user", "content": question}]
try:
    for provider in providers:
        # Nothing but the name changes: messages, tools and responses have the same shape everywhere.
        with Client.from_env(provider, max_tokens=200) as client:
            response = client.complete(messages)
        print(f"{response.provider} ({response.model}): {response.content}")
        messages += [response.message, {"role": "user", "content": "Tell me one more thing about that."}]
except LLMError as error:
    sys.exit(f"{provider}: {error.status}: {error}")
