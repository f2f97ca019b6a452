"""One client, many threads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import List

import pytest

from conftest import Connect, Serve
from loopback import DEADLINE, Exchange, answer_slowly
from scaling_memory import CanceledError, InvalidArgumentError, TextEvent

NO_LIMITS = {"per_minute": 0, "per_hour": 0, "max_concurrent": 0}


def echo(exchange: Exchange) -> None:
    """Sends the question back, a word at a time."""
    question = exchange.json["messages"][0]["content"]
    exchange.begin_stream()
    exchange.text(*(f"{word} " for word in question.split()))
    exchange.finish()


def test_eight_threads_stream_through_one_client(connect: Connect, serve: Serve) -> None:
    client = connect(serve(echo).url, rate_limit=NO_LIMITS)

    def ask(number: int) -> bool:
        question = " ".join(f"{number}-{word}" for word in range(50)) + " "
        return "".join(client.stream(question).text) == question

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(160)))


def test_other_threads_run_while_a_call_waits(connect: Connect, serve: Serve) -> None:
    asked = threading.Event()
    worked = threading.Event()

    def answer(exchange: Exchange) -> None:
        asked.set()
        assert worked.wait(DEADLINE), "the waiting call holds up the whole interpreter"
        echo(exchange)

    def work() -> None:
        if asked.wait(DEADLINE):
            worked.set()

    worker = threading.Thread(target=work)
    worker.start()
    assert connect(serve(answer).url).stream("hello").finish().content == "hello "
    worker.join()


def test_two_threads_that_read_one_stream_at_once_do_no_harm(connect: Connect, serve: Serve) -> None:
    stream = connect(serve(answer_slowly).url).stream("?")
    assert next(stream) == TextEvent("first")

    def wait() -> None:
        with pytest.raises(CanceledError):
            next(stream)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not stream._call._reading.locked():
        time.sleep(0.001)
    with pytest.raises(InvalidArgumentError, match="another thread is reading"):
        next(stream)
    assert repr(stream) == "<Stream open>", "the refusal is not the stream's end"
    stream.close()
    waiting.join(DEADLINE)
    assert not waiting.is_alive()


def test_many_threads_that_share_a_stream_get_each_event_once(connect: Connect, serve: Serve) -> None:
    words = " ".join(str(number) for number in range(2000)) + " "
    stream = connect(serve(echo).url).stream(words)
    texts: List[List[str]] = [[] for _ in range(4)]

    def read(mine: List[str]) -> None:
        while True:
            try:
                event = next(stream)
            except InvalidArgumentError:
                time.sleep(0)  # another thread has its turn
                continue
            except StopIteration:
                return
            if isinstance(event, TextEvent):
                mine.append(event.text)

    threads = [threading.Thread(target=read, args=(mine,)) for mine in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert sorted("".join(sum(texts, [])).split()) == sorted(words.split())
    assert stream.response.content == words
