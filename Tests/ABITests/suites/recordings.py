"""What real providers sent, read through the C ABI by support/driver.c: each recorded exchange with an "expect".

A recording of openai-chat is read as provider "openai", whoever sent it, one of openai-responses as "openai-responses", and
both are asked for with the request that was recorded. Streams are served whole, and in pieces of 1 and of 7 bytes.
Embeddings, which have no "expect" but where they must fail, are held to the recorded body itself: every number, and the
counts.
"""
import collections
import json
import subprocess
import threading

from servers import replay

WIRES = {"openai-chat": "openai", "openai-responses": "openai-responses", "anthropic": "anthropic", "gemini": "gemini",
         "ollama": "ollama"}
EMBEDDING_WIRES = {"openai-embeddings": "openai", "gemini-embeddings": "gemini"}
SPLITS = {"as they came": 0, "split after each byte": 1, "split after 7 bytes": 7}
OK = 0
STATUSES = {400: -5, 401: -3, 402: -20, 403: -3, 404: -4, 413: -19, 422: -5, 429: -8}  # llm.h; 5xx: SERVER
SERVER, CONTEXT_LENGTH, AUTHENTICATION = -10, -6, -3
RESPONSE_EVENT = 5
ANTHROPIC_LIST = "models/anthropic"
REQUEST_FIELDS = {"messages", "model", "max_tokens", "temperature", "top_p", "stop", "seed", "tools", "tool_choice",
                  "response_format", "metadata"}
HOTTEST = 2
HELLO = {"model": "recorded", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
GUARD_S = 300  # only against a hang
SHOWN = 300    # characters of a value in a report


def tests(context):
    program = context.builder.program(context.here / "support" / "driver.c", with_support=False)
    for wire, provider in WIRES.items():
        for how, split in SPLITS.items():
            yield (f"wire {wire}, streams {how}",
                   lambda w=wire, p=provider, s=split: check_wire(context, program, w, p, s))
    for wire, provider in EMBEDDING_WIRES.items():
        yield f"wire {wire}", lambda w=wire, p=provider: check_embeddings(context, program, w, p)
    yield "the lists of models", lambda: check_models(context, program)


def recordings_of(context, wire):
    """("wire/provider/name", the recording) for each that says what a client must read out of it."""
    folder = context.recordings / wire
    paths = sorted(folder.glob("*/*.json"))
    assert paths, f"There are no recordings in {folder}: LLM_RECORDINGS says where they are."
    for path in paths:
        yield str(path.relative_to(context.recordings).with_suffix("")), json.loads(path.read_text(encoding="utf-8"))


class Driver:
    """A process of support/driver.c."""

    def __init__(self, context, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
                                        env=context.environment())
        self.guard = threading.Timer(GUARD_S, self.process.kill)
        self.guard.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.guard.cancel()
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def call(self, base_url, provider, operation, request):
        """One job and its result. A result that is not JSON, such as none, raises."""
        config = {"provider": provider, "base_url": base_url, "api_key": "sk-recorded", "retry": {"max_retries": 0},
                  "rate_limit": {"per_minute": 0, "per_hour": 0, "max_concurrent": 0}}
        job = {"config": config, "operation": operation, "request": request}
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        assert line, f"the driver ended with {self.process.wait()} at {base_url} (a negative number is a signal)"
        # An embedding's numbers are compared as the text that they are.
        return json.loads(line, parse_float=str if operation == "embed" else float)


def request_of(wire, recording):
    """The recorded request in llm.h's words. What those have no place for goes into "extra": other fields, and a
    temperature that the library would refuse before the provider could."""
    if wire == "openai-responses" and recording["request"]["body"]:
        return responses_request_of(json.loads(recording["request"]["body"]))
    if wire != "openai-chat":
        return HELLO
    body = json.loads(recording["request"]["body"])
    known = REQUEST_FIELDS if body.get("temperature", 0) <= HOTTEST else REQUEST_FIELDS - {"temperature"}
    request = {name: value for name, value in body.items() if name in known}
    extra = {name: value for name, value in body.items() if name not in known | {"stream", "stream_options"}}
    return {**request, "extra": extra} if extra else request


def responses_request_of(body):
    """A request of OpenAI's responses in llm.h's words."""
    input_items = body["input"]
    request = {"messages": list(responses_messages(input_items))}
    if body.get("instructions"):
        request["messages"].insert(0, {"role": "system", "content": body["instructions"]})
    request |= {name: body[name] for name in ("model", "temperature", "top_p", "reasoning", "metadata") if name in body}
    if "max_output_tokens" in body:
        request["max_tokens"] = body["max_output_tokens"]
    if "tools" in body:
        request["tools"] = [{"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}
                            for tool in body["tools"]]
    choice = body.get("tool_choice")
    if choice:
        named = isinstance(choice, dict) and "name" in choice
        request["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}} if named else choice
    if "text" in body:
        form = body["text"]["format"]
        request["response_format"] = {"type": form["type"], form["type"]: {k: v for k, v in form.items() if k != "type"}}
    others = {"include", "parallel_tool_calls", "previous_response_id", "prompt_cache_key", "store"}
    extra = {name: value for name, value in body.items() if name in others}
    return {**request, "extra": extra} if extra else request


def responses_messages(items):
    """Messages of input items. What the model said between two messages of the user's is one message, with its items."""
    said = []
    for item in items + [{"type": "end"}]:
        if item["type"] in ("reasoning", "function_call") or item.get("role") == "assistant":
            said.append(item)
            continue
        if said:
            yield assistant_message(said)
            said = []
        if item["type"] == "function_call_output":
            yield {"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]}
        elif item["type"] == "message":
            yield {"role": item["role"], "content": chat_content(item["content"])}


def assistant_message(items):
    calls = [{"id": item["call_id"], "type": "function",
              "function": {"name": item["name"], "arguments": item["arguments"]}}
             for item in items if item["type"] == "function_call"]
    texts = [item["content"] for item in items if item["type"] == "message"]
    text = "".join(part if isinstance(part, str) else "".join(piece["text"] for piece in part) for part in texts)
    return {"role": "assistant", "content": text or None, "native": {"wire": "openai-responses", "content": items},
            **({"tool_calls": calls} if calls else {})}


def chat_content(content):
    if isinstance(content, str):
        return content
    return [{"type": "text", "text": part["text"]} for part in content]


class Tally:
    """How many of how many were read rightly, by provider, and what was wrong with the others."""

    def __init__(self):
        self.right, self.all, self.misses = collections.Counter(), collections.Counter(), []

    def add(self, name, problems):
        provider = name.split("/")[1]
        self.all[provider] += 1
        self.right[provider] += not problems
        self.misses += [f"{name}: {problem}" for problem in problems]

    def result(self, more=""):
        figures = ", ".join(f"{provider} {self.right[provider]} of {count}" for provider, count in self.all.items())
        text = f"{self.right.total()} of {self.all.total()}{more}: {figures}"
        assert not self.misses, "\n".join([*self.misses, text])
        assert self.all, "no recording says what to expect"
        return text


def check_wire(context, program, wire, provider, split):
    tally, unknown = Tally(), 0
    with replay(context.recordings, split) as server, Driver(context, program) as driver:
        for name, recording in recordings_of(context, wire):
            expect = recording.get("expect")
            if expect is None:
                unknown += 1
                continue
            operation = "stream" if recording["stream"] else "complete"
            got = driver.call(f"{server.address}/{name}", provider, operation, request_of(wire, recording))
            tally.add(name, list(failure_problems(expect["status"], got) if expect.get("error")
                                 else answer_problems(recording["stream"], expect, got)))
    return tally.result(f" ({unknown} that say nothing left out)" if unknown else "")


def differ(what, want, got):
    if want != got:
        yield f"{what}: expected {json.dumps(want)[:SHOWN]}, got {json.dumps(got)[:SHOWN]}"


def as_json(arguments):
    """Arguments as a value: they are text that holds JSON, or nothing at all for no arguments."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments) if arguments else {}
    except ValueError:
        return arguments


def answer_problems(streamed, expect, got):
    """What is wrong with a call that must have succeeded."""
    if got["status"] != OK:
        yield f"expected an answer, got {got['status']}: {json.dumps(got['error'])[:SHOWN]}"
        return
    response = got["response"]
    usage, message = response.get("usage", {}), response["message"]
    calls = [call["function"] for call in message.get("tool_calls", [])]
    found = {"content": response.get("content") or "", "finish_reason": response.get("finish_reason"),
             "tool_calls": [[call["name"], as_json(call["arguments"])] for call in calls],
             "input_tokens": usage.get("input_tokens"), "output_tokens": usage.get("output_tokens")}
    expect = dict(expect)
    if "tool_calls" in expect:
        expect["tool_calls"] = [[call["name"], as_json(call["arguments"])] for call in expect["tool_calls"]]
    for what, want in expect.items():
        yield from differ(what, want, found[what])
    # A message that only calls tools has null there, as in the chat format.
    yield from differ("message.content", response.get("content") or "", message.get("content") or "")
    if streamed:
        yield from differ("TEXT events", response.get("content") or "", got["text"])
        whole = [[call["id"], call["function"]["name"], call["function"]["arguments"]]
                 for call in message.get("tool_calls", [])]
        yield from differ("TOOL_CALL events", whole,
                          [[call["id"], call["name"], call["arguments"]] for call in got["tool_calls"]])
        yield from differ("indexes of TOOL_CALL events", list(range(len(whole))),
                          [call["index"] for call in got["tool_calls"]])
        yield from differ("kind of the last event", RESPONSE_EVENT, got["last"])


def failure_problems(http_status, got):
    """What is wrong with a call that the provider answered with an error."""
    if got["status"] == OK:
        yield f"expected HTTP status {http_status} to fail, got {json.dumps(got['response'])[:SHOWN]}"
        return
    error = got["error"]
    want = SERVER if http_status >= 500 else STATUSES[http_status]
    if http_status == 400 and "context" in json.dumps(error.get("provider_message", "")):
        want = CONTEXT_LENGTH
    if http_status == 400 and error.get("provider_code") == "API_KEY_INVALID":
        want = AUTHENTICATION  # Google has no 401 for it
    yield from differ("status", want, got["status"])
    yield from differ("llm_error_status", got["status"], got["reported"])
    yield from differ("the error's code", got["status"], error.get("code"))
    yield from differ("http_status", http_status, error.get("http_status"))
    yield from differ("partial", None, error.get("partial"))


def embedding_request_of(wire, recording):
    """The recorded request in llm.h's words."""
    body = json.loads(recording["request"]["body"])
    if wire == "gemini-embeddings":
        texts = ["".join(part["text"] for part in one["content"]["parts"]) for one in body["requests"]]
        first = body["requests"][0]
        return {"input": texts, "model": first["model"], "dimensions": first["output_dimensionality"]}
    known = {"input", "model", "dimensions", "encoding_format"}
    request = {name: value for name, value in body.items() if name in known}
    extra = {name: value for name, value in body.items() if name not in known}
    return {**request, "extra": extra} if extra else request


def check_embeddings(context, program, wire, provider):
    tally, numbers = Tally(), 0
    with replay(context.recordings) as server, Driver(context, program) as driver:
        for name, recording in recordings_of(context, wire):
            request = embedding_request_of(wire, recording)
            got = driver.call(f"{server.address}/{name}", provider, "embed", request)
            if recording.get("expect"):
                assert recording["expect"]["error"], f"{name}: this test knows of no other expectation"
                tally.add(name, list(failure_problems(recording["expect"]["status"], got)))
            else:
                body = json.loads(recording["response"]["body"], parse_float=str)
                tally.add(name, list(embedding_problems(wire, body, request, got)))
                numbers += sum(map(len, vectors_of(wire, body)))
    return tally.result(f", {numbers} numbers")


def vectors_of(wire, body):
    if wire == "gemini-embeddings":
        return [embedding["values"] for embedding in body["embeddings"]]
    return [element["embedding"] for element in sorted(body["data"], key=lambda element: element["index"])]


def embedding_problems(wire, body, request, got):
    """What is wrong with embeddings, whose numbers must come through to the last digit."""
    if got["status"] != OK:
        yield f"expected embeddings, got {got['status']}: {json.dumps(got['error'])[:SHOWN]}"
        return
    response, usage = got["response"], body.get("usage", {})
    yield from differ("how many", len(request["input"]), len(response["embeddings"]))
    yield from differ("embeddings", vectors_of(wire, body), response["embeddings"])
    yield from differ("model", body.get("model"), response.get("model"))
    yield from differ("input_tokens", usage.get("prompt_tokens"), response["usage"].get("input_tokens"))
    yield from differ("total_tokens", usage.get("total_tokens"), response["usage"].get("total_tokens"))


def check_models(context, program):
    tally = Tally()
    with replay(context.recordings) as server, Driver(context, program) as driver:
        for name, recording in recordings_of(context, "models"):
            provider = "anthropic" if name.startswith(ANTHROPIC_LIST) else "openai"
            got = driver.call(f"{server.address}/{name}", provider, "list_models", {})
            status = recording["response"]["status"]
            tally.add(name, list(failure_problems(status, got) if status != 200
                                 else list_problems(json.loads(recording["response"]["body"]), got)))
    return tally.result()


def list_problems(body, got):
    if got["status"] != OK:
        yield f"expected a list, got {got['status']}: {json.dumps(got['error'])[:SHOWN]}"
        return
    yield from differ("ids", [model["id"] for model in body["data"]], [m["id"] for m in got["response"]["models"]])
