"""Rate limits, held by 64 threads on one client against a server that counts arrivals by its own clock."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from typing import Any, Dict, Iterator, List

import pytest

from calls import Client, Outcome, fixed
from conftest import Table
from tools import HERE

THREADS = 64
#: How much later than it was admitted a request may be seen, on a machine with other things to do.
LATENESS_S = 0.4
table = Table("counting server")


class Counting:
    """counting_server.py: every request takes `hold_ms`."""

    def __init__(self, hold_ms: int) -> None:
        self._process = subprocess.Popen([sys.executable, str(HERE / "counting_server.py"), str(hold_ms)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/v1"

    def report(self) -> Dict[str, Any]:
        """Ends the server: {"arrivals": seconds by its clock, "most_at_once": number}."""
        said, _ = self._process.communicate(timeout=30)
        return dict(json.loads(said))

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def counting() -> Iterator[Any]:
    servers: List[Counting] = []

    def start(hold_ms: int) -> Counting:
        servers.append(Counting(hold_ms))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def hammer(url: str, calls: int, seconds: float, **rate_limit: int) -> List[Outcome]:
    """What 64 threads got that made `calls` calls each, or as many as they could begin in `seconds`."""
    outcomes: List[Outcome] = []
    limits = {"per_minute": 0, "per_hour": 0, "max_concurrent": 0, "max_wait_ms": 60_000, **rate_limit}
    with Client(url, rate_limit=limits, retry=fixed(0)) as client:
        end = time.monotonic() + seconds

        def run(index: int) -> None:
            for _ in range(calls):
                if time.monotonic() > end:
                    break
                outcomes.append(client.call(("complete", "stream")[index % 2]))

        threads = [threading.Thread(target=run, args=(index,)) for index in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return outcomes


def most_in_any_window(arrivals: List[float], rate: float) -> float:
    """The least burst with which `rate` a second explains the arrivals: the most, over all windows, of what came in one
    beyond what the rate brings in its time. In one pass: the excess up to now less the lowest one before."""
    lowest = best = 0.0
    for index, at in enumerate(sorted(arrivals)):
        before = index - rate * (at - arrivals[0])
        lowest = min(lowest, before) if index else before
        best = max(best, before + 1 - lowest)
    return best


def test_no_window_sees_more_than_the_rate_and_the_burst(counting: Any) -> None:
    """1200 a minute with a burst of 20: 64 threads at once, and then as fast as they may."""
    per_minute, burst = 1200, 20
    server = counting(0)
    outcomes = hammer(server.url, calls=2, seconds=60, per_minute=per_minute, burst=burst)
    arrivals = sorted(server.report()["arrivals"])
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    # 128 calls, 20 at once, the others twenty a second.
    least = (2 * THREADS - burst) / (per_minute / 60) - LATENESS_S
    table.check(f"1200 a minute, burst 20, {len(arrivals)} arrivals: the slowest", "both", slowest, "ok", 1, at_least=1.5,
                at_most=20)
    assert [outcome.status for outcome in outcomes] == ["ok"] * 2 * THREADS
    assert len(arrivals) == 2 * THREADS
    assert arrivals[-1] - arrivals[0] >= least
    assert most_in_any_window(arrivals, per_minute / 60) <= burst + 1 + LATENESS_S * per_minute / 60


def test_no_more_run_at_once_than_may(counting: Any) -> None:
    server = counting(20)
    outcomes = hammer(server.url, calls=6, seconds=60, max_concurrent=7)
    report = server.report()
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    table.check(f"max_concurrent 7, {len(outcomes)} calls: the slowest", "both", slowest, "ok", 1, at_least=0.02, at_most=20)
    assert [outcome.status for outcome in outcomes] == ["ok"] * 6 * THREADS
    assert len(report["arrivals"]) == 6 * THREADS
    assert report["most_at_once"] == 7


def test_who_would_wait_too_long_is_refused_at_once_and_costs_nothing(counting: Any) -> None:
    """Ten at once and one a second after them; who would have to wait for longer than 1.5 s is not let in."""
    server = counting(0)
    outcomes = hammer(server.url, calls=1, seconds=60, per_minute=60, burst=10, max_wait_ms=1500)
    arrivals = server.report()["arrivals"]
    refused = [outcome for outcome in outcomes if outcome.status != "ok"]
    slowest = max(refused, key=lambda outcome: outcome.seconds)
    table.check(f"60 a minute, burst 10, max_wait_ms 1500: {len(refused)} refused", "both", slowest, "local_limit", 0,
                at_most=1.4)
    assert {outcome.status for outcome in refused} == {"local_limit"}
    assert len(arrivals) == len(outcomes) - len(refused)
    assert 10 <= len(arrivals) <= 12 + LATENESS_S
    assert all(outcome.error["retry_after_ms"] > 0 for outcome in refused)
