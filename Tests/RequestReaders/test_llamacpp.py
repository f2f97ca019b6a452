"""What is sent is taken by llama.cpp's server, which reads three of the wires with code of its own.

It counts a request's tokens: for that it reads all of it, its tools and schemas included, and asks no model. The shortest
requests are then answered.
"""
import collections
import json
import urllib.error
import urllib.request
from typing import Any, Callable, Counter, Dict, List, Tuple

import pytest
from conftest import Pair

Pairs = Callable[[str], List[Pair]]
SHOWN = 20
WAIT = 120     # seconds; only against a hang
ANSWERED = 3   # requests a wire
BOUND = 4      # tokens of their answers
PATHS = {"openai-chat": "/v1/chat/completions", "openai-responses": "/v1/responses", "anthropic": "/v1/messages"}
COUNTERS = {"openai-chat": "/v1/chat/completions/input_tokens", "openai-responses": "/v1/responses/input_tokens",
            "anthropic": "/v1/messages/count_tokens"}
BOUNDS = {"openai-chat": "max_completion_tokens", "openai-responses": "max_output_tokens", "anthropic": "max_tokens"}

#: What that server does not have, by what it says: the recorded requests themselves are refused in the same words.
LACKS = {
    "openai-chat": {
        "input is not supported": "images, sounds and videos, with this model",
        "unsupported content[].type": "documents"},
    "openai-responses": {
        "item['content'] is not an array": "reasoning that is not there to read",
        "does not support 'previous_response_id'": "answers that are kept"},
    "anthropic": {"schema must be an object": "a schema that is true or false"}}


def post(url: str, body: Any) -> Tuple[int, str]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=WAIT) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


@pytest.mark.parametrize("wire", PATHS)
def test_the_server_takes_what_is_sent(wire: str, model_server: str, pairs: Pairs, report: Callable[[str], None]) -> None:
    wrong: List[str] = []
    lacking: Counter[str] = collections.Counter()
    taken: Dict[str, Tuple[int, Pair]] = {}
    count = 0
    for pair in pairs(wire):
        if pair.sent is None:
            continue
        status, said = post(model_server + COUNTERS[wire], pair.sent.body)
        if status == 200:
            count += 1
            taken[json.dumps(pair.sent.body)] = (json.loads(said)["input_tokens"], pair)
            continue
        known = [lack for words, lack in LACKS[wire].items() if words in said]
        refuses_recorded = post(model_server + COUNTERS[wire], pair.recorded.body) == (status, said)
        if known and refuses_recorded:
            lacking.update(known)
        else:
            wrong.append(f"{pair.recorded.name}: {status} {said}")
    assert not wrong, "\n".join(wrong[:SHOWN])
    assert lacking.keys() == set(LACKS[wire].values())
    report(f"{wire}: {count} taken by llama.cpp's server")
    for lack, times in lacking.items():
        report(f"    {times:3} not taken, nor what was recorded; it lacks {lack}")

    for tokens, (_, sent, _) in sorted(taken.values(), key=lambda one: one[0])[:ANSWERED]:
        assert sent
        body = {name: value for name, value in sent.body.items() if name not in ("max_tokens", "n")}
        status, said = post(model_server + PATHS[wire], {**body, BOUNDS[wire]: BOUND})
        assert status == 200 and said, said
    report(f"    {min(ANSWERED, len(taken)):3} of the shortest answered")
