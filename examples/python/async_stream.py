"""Asks several questions at once and prints the answers while they come, a line each, in one thread.

    LLM_PROVIDER=openai OPENAI_API_KEY=... python3 async_stream.py "Name a river" "Name a mountain"

From a checkout without installation: PYTHONPATH=bindings/python/src python3 examples/python/async_stream.py
"""

import asyncio
import sys

from scaling_memory import AsyncClient, LLMError

questions = sys.argv[1:] or ["Name a river.", "Name a mountain.", "Name a sea."]
SECONDS = 60


async def ask(client: AsyncClient, number: int) -> str:
    """The answer to one question, shown as it grows."""
    answer = ""
    # Leaving the block hangs up: at the end, at a failure, and when the task is cancelled.
    async with client.stream(questions[number], max_tokens=200) as stream:
        async for text in stream.text:
            answer += text
            if sys.stderr.isatty():
                print(f"\r{number + 1}: {len(answer)} characters", end="", file=sys.stderr)
    return answer


async def main() -> int:
    failures = 0
    async with AsyncClient.from_env(rate_limit={"max_concurrent": 100}) as client:
        calls = (asyncio.wait_for(ask(client, number), SECONDS) for number in range(len(questions)))
        for question, answer in zip(questions, await asyncio.gather(*calls, return_exceptions=True)):
            if isinstance(answer, LLMError):
                failures += 1
                print(f"{question} - {answer.status}: {answer}", file=sys.stderr)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                print(f"{question} {answer}")
        tokens = client.stats().usage
        print(f"{len(questions)} calls: {tokens.input_tokens} tokens in, {tokens.output_tokens} out")
    return 1 if failures else 0


try:
    sys.exit(asyncio.run(main()))
except LLMError as error:
    sys.exit(f"{error.status}: {error}")
except KeyboardInterrupt:
    sys.exit("\nstopped")
