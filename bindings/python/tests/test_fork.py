"""After os.fork() the child has the parent's objects, which it may free but not use."""

from __future__ import annotations

import threading

import child
from conftest import Serve
from loopback import Exchange, answer_ok

FORK = """
import gc, os, sys, threading, warnings
from scaling_memory import Client, ForkedError
warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of any fork with threads


def make():
    return Client("openai", base_url=sys.argv[1], api_key="sk-test", model="m")


def refused(call):
    try:
        call()
    except ForkedError as error:
        return error.status == "forked"
    return False
"""

USED = """
client = make()
assert client.complete("?").content == "4"
stream = client.stream("wait")
assert next(stream).text == "first"
waiting = client.stream("wait")
next(waiting)
threading.Thread(target=lambda: list(waiting), daemon=True).start()
while not waiting._call._reading.locked():
    pass

pid = os.fork()
if pid == 0:
    problems = []
    for name, call in {
        "complete": lambda: client.complete("?"),
        "list_models": client.list_models,
        "health_check": client.health_check,
        "stream": lambda: client.stream("?"),
        "callback": lambda: client.stream("?", on_event=print),
        "next": lambda: next(stream),
        "read by another thread": lambda: next(waiting),
    }.items():
        if not refused(call):
            problems.append(name)
    fresh = make()
    if fresh.complete("?").content != "4":
        problems.append("new client")
    stream.close()
    client.close()
    del stream, waiting, client
    gc.collect()
    if fresh.stream("?").finish().content != "4":
        problems.append("new client after the old one is gone")
    print("problems:", problems, flush=True)
    sys.exit(len(problems))

assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert client.complete("?").content == "4"
print("the parent goes on")
"""

ASYNC = """
import asyncio
from scaling_memory import AsyncClient


def make_async():
    return AsyncClient("openai", base_url=sys.argv[1], api_key="sk-test", model="m")


async def refused_there(call):
    try:
        await call()
    except ForkedError as error:
        return error.status == "forked"
    return False


async def child_main():
    problems = []
    for name, call in {
        "complete": lambda: client.complete("?"),
        "list_models": client.list_models,
        "stream": lambda: client.stream("?").finish(),
        "callback": lambda: client.stream("?", on_event=print),
    }.items():
        if not await refused_there(call):
            problems.append(name)
    async with make_async() as fresh:
        if (await fresh.complete("?")).content != "4":
            problems.append("new client")
        stream.close()
        client.close()
        gc.collect()
        if (await fresh.stream("?").finish()).content != "4":
            problems.append("new client after the old one is closed")
    return problems


async def main():
    global client, stream
    client = make_async()
    stream = client.stream("wait")
    assert (await stream.__anext__()).text == "first"
    waiting = asyncio.ensure_future(client.stream("wait").finish())
    await asyncio.sleep(0.05)
    pid = os.fork()
    if pid == 0:
        asyncio.events._set_running_loop(None)  # asyncio does it by itself, from 3.12 on
        problems = asyncio.run(child_main())
        print("problems:", problems, flush=True)
        os._exit(len(problems))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert (await client.complete("?")).content == "4"
    assert (await client.stream("?").finish()).content == "4"
    waiting.cancel()
    print("the parent goes on")

asyncio.run(main())
"""

UNUSED = """
import scaling_memory
scaling_memory.library_version()
pid = os.fork()
answer = make().complete("?").content
if pid:
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    print(answer)
"""


def answer(exchange: Exchange) -> None:
    if exchange.json["messages"][0]["content"] != "wait":
        return answer_ok(exchange)
    exchange.begin_stream()
    exchange.text("first")
    exchange.stall()


def test_a_forked_child_cannot_use_the_parents_client_but_a_new_one(serve: Serve) -> None:
    ended = child.run(FORK + USED, serve(answer).url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "problems: []\nthe parent goes on\n"


def test_a_child_forked_in_an_event_loop_cannot_use_the_parents_client_but_a_new_one(serve: Serve) -> None:
    ended = child.run(FORK + ASYNC, serve(answer).url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "problems: []\nthe parent goes on\n"


def test_a_fork_before_the_first_client_is_no_matter(serve: Serve) -> None:
    ended = child.run(FORK + UNUSED, serve(answer).url)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "4\n", "")


def test_freeing_in_a_child_leaves_the_parents_stream_alone(serve: Serve) -> None:
    def two_parts(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("first")
        forked.wait()
        exchange.text(" second")
        exchange.finish()

    forked = threading.Event()
    server = serve(two_parts)
    script = f"""{FORK}
client = make()
stream = client.stream("?")
next(stream)
pid = os.fork()
if pid == 0:
    stream.close()
    client.close()
    del stream, client
    gc.collect()
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
print("child is gone", flush=True)
print(stream.finish().content)
"""
    with child.start(script, server.url) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "child is gone\n"
            forked.set()
            output, errors = process.communicate(timeout=60)
        finally:
            forked.set()
            process.kill()
    assert (output, errors, process.returncode) == ("first second\n", "", 0)
