"""Ctrl-C, and other signals, while a call waits for a provider that says nothing."""

from __future__ import annotations

import signal

import pytest

import child
from conftest import Serve
from loopback import DEADLINE, Exchange, answer_slowly, completion

PREPARE = """
import signal, sys
from scaling_memory import Client
client = Client("openai", base_url=sys.argv[1], api_key="sk-test", model="m")
"""

WAITS = {
    "complete": "client.complete('?')",
    "stream": "list(client.stream('?'))",
    "stream with a callback": "client.stream('?', on_event=lambda event: None)",
    "text": "''.join(client.stream('?').text)",
    "finish": "client.stream('?').finish()",
    "analyze": "client.analyze('?')",
    "list_models": "client.list_models(timeout={'first_byte_ms': 0})",
    "health_check": "client.health_check(timeout={'total_ms': 0, 'first_byte_ms': 0})",
}


@pytest.mark.parametrize("wait", WAITS)
def test_ctrl_c_ends_the_call_and_hangs_up(serve: Serve, wait: str) -> None:
    server = serve(answer_slowly)
    script = f"""{PREPARE}
try:
    {WAITS[wait]}
except KeyboardInterrupt as error:
    print("interrupted", flush=True)
    sys.stdin.read()  # the process lives on: it is the call that hangs up
"""
    with child.start(script, server.url) as process:
        try:
            assert server.arrivals.acquire(timeout=DEADLINE)
            child.wait_until_idle(process)
            process.send_signal(signal.SIGINT)
            assert server.hang_ups.acquire(timeout=DEADLINE), "the call goes on"
            assert process.poll() is None
            output, errors = process.communicate("", timeout=DEADLINE)
        finally:
            process.kill()
    assert (output, errors, process.returncode) == ("interrupted\n", "", 0)


def test_a_handler_that_returns_lets_the_call_go_on(serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        process.send_signal(signal.SIGUSR1)
        assert process.stdout is not None
        assert process.stdout.readline() == "handled\n"  # while the call waits
        exchange.send(200, completion())

    server = serve(answer)
    script = f"""{PREPARE}
signal.signal(signal.SIGUSR1, lambda *_: print("handled", flush=True))
print(client.complete('?').content)
"""
    with child.start(script, server.url) as process:
        try:
            process.wait(DEADLINE)  # and no communicate(): it would take the line that the server waits for
            assert process.stdout is not None and process.stderr is not None
            output, errors = process.stdout.read(), process.stderr.read()
        finally:
            process.kill()
    assert (output, errors, process.returncode) == ("4\n", "", 0)


def test_a_handler_may_close_the_stream_that_is_waited_for(serve: Serve) -> None:
    server = serve(answer_slowly)
    script = f"""{PREPARE}
stream = client.stream('?')
signal.signal(signal.SIGUSR1, lambda *_: stream.close())
print(next(stream).text, flush=True)
print(list(stream), stream, flush=True)
"""
    with child.start(script, server.url) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "first\n"
            child.wait_until_idle(process)
            process.send_signal(signal.SIGUSR1)
            output, errors = process.communicate(timeout=DEADLINE)
        finally:
            process.kill()
    assert (output, errors, process.returncode) == ("[] <Stream closed>\n", "", 0)
