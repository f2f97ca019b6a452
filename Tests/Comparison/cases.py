"""The cases: what the server sends, and what a client is to make of it, each with the document that says so."""

from typing import NamedTuple, Optional, Tuple, Union

import wire
from wire import ALL, DONE, HELLO, Reply


class Answer(NamedTuple):
    """A whole answer. What is None here is not looked at."""

    text: Optional[str] = "Hello there"
    finish_reason: str = "stop"
    reasoning: Optional[str] = None
    tool_calls: Tuple[Tuple[str, str, str], ...] = ()  # id, name, arguments
    usage: Optional[Tuple[int, int]] = None  # tokens in and out


class Failure(NamedTuple):
    """An error, which has these words of the server's in its message."""

    words: str = ""


class Case(NamedTuple):
    name: str
    sent: str
    expected: str
    source: str
    replies: Tuple[Reply, ...]  # to the first attempt, the second, and so on; the last one also to all after it
    wanted: Union[Answer, Failure] = Answer()
    #: The client's timeout in seconds, its retries, and how long it is waited for.
    timeout: int = 30
    retries: int = 0
    patience: int = 8
    #: The attempts that there have to be, and the seconds that have to lie between two of them.
    attempts: int = 1
    gap: float = 0


CHAT = "OpenAI, chat completion chunks"
SSE = "HTML standard, 9.2.6"
HTTP = "RFC 9110, 10.2.3"
PRACTICE = "servers in use"
DEEPSEEK = "DeepSeek, reasoning models"
OPENROUTER = "OpenRouter, errors in streams"
#: su-kaka/gcli2api, pull request 406; omnigent-ai/omnigent, pull request 28
GATEWAYS = "gateways to Gemini"
OWN = "the client's own option"

OVERLOADED = {"error": {"message": "The engine is overloaded", "type": "server_error", "param": None, "code": None}}
LIMITED = {"error": {"message": "Rate limit reached", "type": "requests", "param": None, "code": "rate_limit_exceeded"}}
PLAIN = b"".join(ALL)
FIRST = wire.event(wire.chunk({"role": "assistant", "content": "Hello"}))
LARGE = "0123456789abcdef" * (10 * 1024 * 1024 // 16)
WEATHER = '{"city":"Paris"}'
TIME = '{"zone":"UTC"}'
CALLS = (("call_a", "get_weather", WEATHER), ("call_b", "get_time", TIME))


def split_in_lines(value: object) -> bytes:
    """An event whose JSON is written over several data: lines, one for each member."""
    lines = wire.compact(value).replace(',"', ',\n"').split("\n")
    return b"".join(f"data: {line}\n".encode() for line in lines) + b"\n"


def cut_inside(body: bytes, inside: bytes, after: int) -> Tuple[bytes, bytes]:
    place = body.index(inside) + after
    return body[:place], body[place:]


CASES = (
    Case("plain", "an ordinary stream", "the answer", CHAT, (Reply(ALL),)),
    Case(
        "usage", "usage in a last chunk whose `choices` are empty", "the answer with its usage", CHAT,
        (Reply((*HELLO, wire.finish(), wire.event({**wire.chunk(), "choices": [], "usage": {
            "prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}), DONE)),),
        Answer(usage=(11, 7)),
    ),
    Case(
        "reasoning", "`delta.reasoning_content` before `delta.content`", "text and reasoning, apart", DEEPSEEK,
        (Reply((wire.ROLE, wire.event(wire.chunk({"reasoning_content": "Let me"})),
                wire.event(wire.chunk({"reasoning_content": " think"})), *ALL[1:])),),
        Answer(reasoning="Let me think"),
    ),
    Case(
        "tools-interleaved", "two tool calls, their pieces in turn, told apart by `index`", "both calls, whole", CHAT,
        (Reply((wire.ROLE, wire.tool_call(0, "", "call_a", "get_weather"), wire.tool_call(1, "", "call_b", "get_time"),
                wire.tool_call(0, WEATHER[:8]), wire.tool_call(1, TIME[:6]), wire.tool_call(0, WEATHER[8:]),
                wire.tool_call(1, TIME[6:]), wire.finish("tool_calls"), DONE)),),
        Answer(None, "tool_calls", tool_calls=CALLS),
    ),
    Case(
        "tools-one-index", "two whole tool calls with ids of their own, both with `index` 0", "both calls, whole", GATEWAYS,
        (Reply((wire.ROLE, wire.tool_call(0, WEATHER, "call_a", "get_weather"), wire.tool_call(0, TIME, "call_b", "get_time"),
                wire.finish("tool_calls"), DONE)),),
        Answer(None, "tool_calls", tool_calls=CALLS),
    ),
    Case("cr", "lines that end in CR", "the answer", SSE, (Reply((PLAIN.replace(b"\n", b"\r"),)),)),
    Case("crlf", "lines that end in CR LF, cut between the two", "the answer", SSE,
         (Reply(tuple(piece for line in PLAIN.split(b"\n")[:-1] for piece in (line + b"\r", b"\n"))),)),
    Case("no-space", "`data:` without a space after it", "the answer", SSE, (Reply((PLAIN.replace(b"data: ", b"data:"),)),)),
    Case("comments", "comments, `: keep-alive`, between and inside events", "the answer", SSE,
         (Reply((PLAIN.replace(b"data: ", b": keep-alive\n\n: keep-alive\ndata: "),)),)),
    Case("bom", "a byte-order mark before the first event", "the answer", SSE, (Reply((b"\xef\xbb\xbf" + FIRST + b"".join(ALL[2:]),)),)),
    Case("several-lines", "one event's JSON in several `data:` lines", "the answer", SSE,
         (Reply((*(split_in_lines(wire.chunk({"content": words})) for words in ("Hello", " there")), wire.finish(), DONE)),)),
    Case("split-character", "a UTF-8 character cut in two by the network", "the character", SSE,
         (Reply((*cut_inside(wire.text("Grüße 🙂"), "🙂".encode(), 2), wire.finish(), DONE)),), Answer("Grüße 🙂")),
    Case("large-event", "an event of 10 MB", "the answer", PRACTICE, (Reply((wire.text(LARGE), wire.finish(), DONE)),),
         Answer(LARGE), patience=60),
    Case("no-done", "a finish reason, and then the end without `[DONE]`", "the answer", PRACTICE, (Reply(ALL[:-1]),)),
    Case("done-open", "`[DONE]`, and the connection stays open", "the answer, at once", CHAT, (Reply(ALL, "open"),)),
    Case("cut", "the end, well-formed, before a finish reason and `[DONE]`", "an error", CHAT, (Reply(HELLO),), Failure()),
    Case("cut-in-event", "the connection's end inside an event, in a body that ends with it", "an error", CHAT,
         (Reply((*HELLO, wire.text(" and more")[:40]), chunked=False),), Failure()),
    Case("cut-in-chunk", "the connection's end inside a chunked body", "an error", "RFC 9112, 8",
         (Reply((*HELLO, wire.text(" and more")[:40]), "broken"),), Failure()),
    Case("error-inside", "text, and then an event with an `error`", "an error with the server's words", OPENROUTER,
         (Reply((*HELLO, wire.event(OVERLOADED))),), Failure("engine is overloaded")),
    Case("error-first", "status 200, and an `error` as the only event", "an error with the server's words", OPENROUTER,
         (Reply((wire.event(OVERLOADED),)),), Failure("engine is overloaded")),
    Case("silent", "text, and then nothing, with a timeout of 2 s", "an error within 8 s", OWN,
         (Reply(HELLO, "open"),), Failure(), timeout=2),
    Case("retry-after", "status 429 with `Retry-After: 1`, then the answer; 2 retries allowed",
         "the answer, asked for again after 1 s", HTTP,
         (Reply((wire.compact(LIMITED).encode(),), status=429, content_type="application/json", fields=(("Retry-After", "1"),)),
          Reply(ALL)), retries=2, attempts=2, gap=1.0, patience=15),
)
