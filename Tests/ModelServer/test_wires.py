"""Both wires against a real model: answers, streams at once, the server's own errors, and canceling."""
import json
import re
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Iterator, List

import pytest
from recording_proxy import WAIT, RecordingProxy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "bindings/python/src"))

from scaling_memory import (BadRequestError, CanceledError, Client, ClosedError, ContextLengthError, Event,  # noqa: E402
                            Response, ResponseEvent, TextEvent)

MODEL = "SmolLM2-135M"
QUESTION = "What is the capital of France?"
BOUND = 40
SLOTS = 8           # of the model server
CONTEXT = 2048      # tokens
LONG_BOUND = 1500   # the model answers QUESTION until it is stopped
WIRES = ("openai", "anthropic")
OVER = {"openai": b"[DONE]", "anthropic": b"message_stop"}
# In the server's log; the tokens are those of prompt and answer.
CANCELED = "stop: cancel task"
RELEASED = re.compile(r"stop processing: n_tokens = (\d+)")

Ask = Callable[..., Response]


def client_at(base: str, wire: str) -> Client:
    return Client(wire, base_url=base + ("/v1" if wire == "openai" else ""), model=MODEL, max_tokens=BOUND,
                  temperature=0)


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(wire: str, model_server: str) -> Iterator[Client]:
    with client_at(model_server, wire) as client:
        yield client


@pytest.fixture(params=("complete", "stream"))
def ask(request: pytest.FixtureRequest, client: Client) -> Ask:
    """Asks in either way and gives the response."""
    if request.param == "complete":
        return client.complete
    return lambda prompt, **fields: client.stream(prompt, **fields).finish()


def test_an_answer_says_what_it_is(ask: Ask, wire: str) -> None:
    response = ask(QUESTION)
    assert response.content and response.message == {"role": "assistant", "content": response.content}
    assert (response.provider, response.model, response.attempts) == (wire, MODEL, 1)
    assert response.finish_reason == "length"
    assert response.usage.output_tokens == BOUND and response.usage.input_tokens > len(QUESTION.split())
    assert response.usage.total_tokens == response.usage.input_tokens + BOUND


def test_an_answer_that_ends_by_itself_is_a_stop(ask: Ask) -> None:
    response = ask("Hi")
    assert (response.finish_reason, response.usage.output_tokens < BOUND) == ("stop", True)


def test_stop_is_heeded(ask: Ask, client: Client) -> None:
    word = client.complete(QUESTION).content.split()[1]
    response = ask(QUESTION, stop=[word])
    assert response.finish_reason == "stop" and word not in response.content


def test_a_stream_has_the_answer_in_pieces(client: Client) -> None:
    events: List[Event] = list(client.stream(QUESTION))
    texts = [event.text for event in events if isinstance(event, TextEvent)]
    assert isinstance(events[-1], ResponseEvent) and len(texts) > 1
    assert "".join(texts) == events[-1].response.content


def test_a_conversation_goes_on(ask: Ask) -> None:
    first = ask(QUESTION)
    messages = [{"role": "user", "content": QUESTION}, first.message, {"role": "user", "content": "And of Spain?"}]
    second = ask(messages)
    assert second.content and second.usage.input_tokens > first.usage.input_tokens + BOUND


def test_eight_streams_at_once(client: Client) -> None:
    together = threading.Barrier(SLOTS)

    def stream(number: int) -> Response:
        texts = []
        with client.stream(f"Count up from {number}.", max_tokens=100) as stream:
            for text in stream.text:
                if not texts:
                    together.wait(WAIT)  # passes only when all eight have begun and none is over
                texts.append(text)
        assert "".join(texts) == stream.response.content
        return stream.response

    with ThreadPoolExecutor(SLOTS) as pool:
        responses = list(pool.map(stream, range(1, SLOTS + 1)))
    assert len({response.id for response in responses}) == SLOTS
    assert all(response.usage.output_tokens > 0 for response in responses)


def test_the_servers_refusal_is_a_bad_request_in_its_own_words(ask: Ask, wire: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        ask(QUESTION, extra={"top_k": "many"})
    error = refused.value
    assert (error.http_status, error.provider, error.retryable, error.partial) == (400, wire, False, None)
    assert error.provider_code == "invalid_request_error"
    assert "top_k" in (error.provider_message or "") and (error.provider_message or "-") in str(error)


def test_a_prompt_longer_than_the_context(ask: Ask) -> None:
    with pytest.raises(ContextLengthError) as refused:
        ask("word " * (CONTEXT + 100))
    assert refused.value.http_status == 400 and not refused.value.retryable
    assert str(CONTEXT) in str(refused.value)


def test_calls_share_a_connection_until_the_server_closes_it(wire: str, model_server: str) -> None:
    with RecordingProxy(model_server.split("//")[1]) as proxy, client_at(proxy.base, wire) as client:
        assert client.complete(QUESTION).content and client.complete(QUESTION).content
        assert len(proxy.connections) == 1
        with pytest.raises(BadRequestError):
            client.complete(QUESTION, extra={"top_k": "many"})  # this server closes after an error
        assert client.complete(QUESTION).content
        first, second = proxy.connections
        assert b"Connection: close" in first.sent and b"Connection: close" not in second.sent


def slots_at_work(base: str) -> int:
    with urllib.request.urlopen(base + "/slots", timeout=WAIT) as reply:
        return sum(slot["is_processing"] for slot in json.load(reply))


@pytest.fixture
def new_log(model_server: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """What the model server has logged since the test began."""
    path = tmp_path_factory.getbasetemp() / "model-server0" / "server.log"
    began = path.stat().st_size
    return lambda: path.read_bytes()[began:].decode(errors="replace")


def check_that_the_server_stopped(proxy: RecordingProxy, new_log: Callable[[], str], base: str, wire: str) -> None:
    """The client closed the connection in mid-answer, and the model's work has ended with that."""
    [connection] = proxy.connections
    assert connection.ended.wait(WAIT) and connection.ended_by == "client"
    assert b"200 OK" in connection.sent and OVER[wire] not in connection.sent
    end = time.monotonic() + WAIT
    while (slots_at_work(base) or CANCELED not in new_log()) and time.monotonic() < end:
        time.sleep(0.02)
    log = new_log()
    assert slots_at_work(base) == 0 and CANCELED in log, log
    assert all(int(tokens) < LONG_BOUND for tokens in RELEASED.findall(log)), log


@pytest.mark.parametrize("how", ("the stream is closed", "the block is left", "an exception in on_event",
                                 "closed by another thread", "the client is closed"))
def test_canceling_in_the_middle_of_an_answer_closes_the_connection(how: str, wire: str, model_server: str,
                                                                       new_log: Callable[[], str]) -> None:
    with RecordingProxy(model_server.split("//")[1]) as proxy, client_at(proxy.base, wire) as client:
        if how == "an exception in on_event":
            def fail(event: Event) -> None:
                raise KeyError("enough")
            with pytest.raises(KeyError, match="enough"):
                client.stream(QUESTION, max_tokens=LONG_BOUND, on_event=fail)
        elif how == "the block is left":
            with client.stream(QUESTION, max_tokens=LONG_BOUND) as stream:
                assert next(stream.text)
        else:
            stream = client.stream(QUESTION, max_tokens=LONG_BOUND)
            first = next(stream.text)
            assert slots_at_work(model_server) == 1
            if how == "the stream is closed":
                stream.close()
            elif how == "closed by another thread":
                other = threading.Thread(target=stream.close)
                other.start()
                with pytest.raises((CanceledError, ClosedError)):  # while it waited for an event, or before that
                    stream.finish()
                other.join()
            else:
                client.close()
                with pytest.raises(CanceledError) as canceled:
                    stream.finish()
                assert canceled.value.partial and canceled.value.partial.content.startswith(first)
        check_that_the_server_stopped(proxy, new_log, model_server, wire)
