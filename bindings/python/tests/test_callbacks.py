"""Streams with a callback."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import List

import pytest

from conftest import Connect, Serve
from loopback import DEADLINE, Exchange, answer_ok, answer_slowly
from scaling_memory import CanceledError, Event, Response, ResponseEvent, TextEvent, TruncatedError


def test_a_callback_gets_every_event_on_the_callers_thread(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("one", " two")
        exchange.finish()

    events: List[Event] = []
    threads = set()

    def on_event(event: Event) -> bool:
        events.append(event)
        threads.add(threading.get_ident())
        return True  # what it returns does not matter

    response = connect(serve(answer).url).stream("?", on_event=on_event)
    assert isinstance(response, Response) and response.content == "one two"
    assert "".join(event.text for event in events if isinstance(event, TextEvent)) == "one two"
    assert events[-1] == ResponseEvent(response)
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit, StopIteration])
def test_an_exception_in_a_callback_hangs_up_and_comes_out_itself(
    connect: Connect, serve: Serve, kind: "type[BaseException]"
) -> None:
    server = serve(answer_slowly)
    thrown = kind("mine")

    def on_event(event: Event) -> None:
        raise thrown

    with pytest.raises(kind) as caught:
        connect(server.url).stream("?", on_event=on_event)
    assert caught.value is thrown
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"


def test_an_exception_at_the_last_event_comes_out_too(connect: Connect, serve: Serve) -> None:
    def on_event(event: Event) -> None:
        if isinstance(event, ResponseEvent):
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        connect(serve(answer_ok).url).stream("?", on_event=on_event)


def test_calls_may_be_made_inside_a_callback(connect: Connect, serve: Serve) -> None:
    client = connect(serve(answer_ok).url)
    answers: List[str] = []

    def inner(event: Event) -> None:
        if isinstance(event, TextEvent):
            answers.append(client.complete("inner").content)

    def outer(event: Event) -> None:
        if isinstance(event, TextEvent):
            answers.append(client.stream("middle", on_event=inner).content)

    assert client.stream("outer", on_event=outer).content == "4"
    assert answers == ["4", "4"]


def test_closing_the_client_inside_a_callback_ends_the_call(connect: Connect, serve: Serve) -> None:
    server = serve(answer_slowly)
    client = connect(server.url)
    with pytest.raises(CanceledError):
        client.stream("?", on_event=lambda event: client.close())
    assert server.hang_ups.acquire(timeout=DEADLINE), "the server still waits"


def test_a_failure_comes_out_after_the_events_before_it(connect: Connect, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("half")

    events: List[Event] = []
    with pytest.raises(TruncatedError) as caught:
        connect(serve(answer).url).stream("?", on_event=events.append)
    assert events == [TextEvent("half")]
    assert caught.value.partial is not None and caught.value.partial.content == "half"


def test_a_callback_is_not_kept(connect: Connect, serve: Serve) -> None:
    class Collector:
        def __call__(self, event: Event) -> None:
            pass

    client = connect(serve(answer_ok).url)
    collector = Collector()
    gone = weakref.ref(collector)
    client.stream("?", on_event=collector)
    del collector
    gc.collect()
    assert gone() is None
