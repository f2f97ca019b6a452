"""The measures of a client whose calls wait. Where many are to be under way, each has a thread."""

import threading
import time
from typing import Callable, Iterable, Tuple, Type

from measuring import TEXT_WIDTH, between, now, percentile, resident_kb, say, words


class Client:
    """What a library is asked to do; one for a base URL."""

    def __init__(self, base: str) -> None:
        raise NotImplementedError

    def call(self) -> str:
        """Asks, and gives the answer's text."""
        raise NotImplementedError

    def pieces(self) -> Iterable[str]:
        """Streams, and gives the pieces of text as they come."""
        raise NotImplementedError

    def length(self) -> int:
        """Streams, and gives the length of what came: this is what is timed."""
        return sum(map(len, self.pieces()))

    def first(self) -> float:
        """Streams to the end, and gives the time at which the first piece came, as of perf_counter."""
        at = 0.0
        for _ in self.pieces():
            at = at or time.perf_counter()
        return at


def event(kind: Type[Client], base: str, streams: int, events: int) -> None:
    def per_stream(count: int, of: int) -> Tuple[float, float]:
        client = kind(f"{base}/s{of}")
        if "".join(client.pieces()) != words(of):
            raise RuntimeError("an event was lost or out of order")
        before = now()
        for _ in range(count):
            if client.length() != of * TEXT_WIDTH:
                raise RuntimeError("an event was lost")
        return between(before, count)

    empty, whole = per_stream(streams * 5, 0), per_stream(streams, events)
    say("event", wall_us=(whole[0] - empty[0]) / events, cpu_us=(whole[1] - empty[1]) / events)


def call(kind: Type[Client], base: str, count: int) -> None:
    client, walls = kind(f"{base}/c"), []
    for _ in range(count // 10 + 5):
        if "make four" not in client.call():
            raise RuntimeError("a wrong answer")
    before = now()
    for _ in range(count):
        start = time.perf_counter()
        client.call()
        walls.append((time.perf_counter() - start) * 1e6)
    wall, cpu = between(before, count)
    say("call", wall_us=wall, cpu_us=cpu, p50_us=percentile(walls, 0.5), p99_us=percentile(walls, 0.99))


def first(kind: Type[Client], base: str, count: int) -> None:
    client, times = kind(f"{base}/s1"), []
    for number in range(count + count // 10 + 5):
        start = time.perf_counter()
        times.append((client.first() - start) * 1e6)
    times = times[-count:]
    say("first", p50_us=percentile(times, 0.5), p99_us=percentile(times, 0.99))


def run_threads(count: int, run: Callable[[int], None]) -> None:
    failures = []

    def body(number: int) -> None:
        try:
            run(number)
        except Exception as error:  # noqa: BLE001: said below
            failures.append(error)

    threads = [threading.Thread(target=body, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def flight(kind: Type[Client], base: str, at_once: int, count: int) -> None:
    client = kind(f"{base}/c")
    each = max(count // at_once, 1)

    def run(_: int) -> None:
        for _ in range(each):
            client.call()

    run_threads(at_once, lambda _: client.call() and None)
    before = now()
    run_threads(at_once, run)
    wall, cpu = between(before, each * at_once)
    say("flight", in_flight=at_once, per_s=1e6 / wall, cpu_us=cpu)


def memory(kind: Type[Client], base: str, streams: int) -> None:
    for _ in range(3):
        kind(f"{base}/c").call()
    client, begun = kind(f"{base}/p3x0.5"), threading.Semaphore(0)

    def run(_: int) -> None:
        pieces = iter(client.pieces())
        next(pieces)
        begun.release()
        for _ in pieces:
            pass

    before, figures = resident_kb(), []

    def look() -> None:
        for _ in range(streams):
            begun.acquire()
        figures.append((resident_kb() - before) / streams)

    watcher = threading.Thread(target=look)
    watcher.start()
    run_threads(streams, run)
    watcher.join()
    say("memory", streams=streams, kb=figures[0])
