"""The measures of one call and one stream at a time, and of many calls: round after round, each client in turn."""

import collections
import concurrent.futures
from typing import Any, Dict, List, Optional

import asking
import serving
from clients import Client
from figures import summaries

Failures = Dict[str, Dict[str, str]]


class Collected:
    """{client: {measure: [figures of each round]}}, and what failed."""

    def __init__(self) -> None:
        self.rounds: Dict[str, Dict[str, List[Dict[str, Any]]]] = collections.defaultdict(
            lambda: collections.defaultdict(list)
        )
        self.failures: Failures = {}

    def add(self, client: Client, found: Dict[str, Dict[str, Any]]) -> None:
        for measure, figures in found.items():
            if "error" in figures:
                self.failures.setdefault(client.key, {})[measure] = figures["error"]
            else:
                self.rounds[client.key][measure].append(figures)

    def result(self) -> Dict[str, Any]:
        return {
            client: {measure: summaries(rounds) for measure, rounds in measures.items()}
            for client, measures in self.rounds.items()
        }


def timed(
    clients: List[Client],
    node: str,
    client_core: Optional[int],
    server_core: Optional[int],
    rounds: int,
    share: float,
    failures: Failures,
    say,
) -> Dict[str, Any]:
    """call, event, first and flight."""
    collected = Collected()
    with serving.server(server_core) as base:
        for number in range(rounds):
            for client in clients:
                if number >= client.effort.rounds:
                    continue
                say(f"round {number + 1} of {rounds}: {client.title}")
                collected.add(
                    client, asking.ask(client, base, ("call", "event", "first", "flight"), node, client_core, share)
                )
    failures.update(collected.failures)
    return collected.result()


def memory(clients: List[Client], node: str, rounds: int, failures: Failures, say) -> Dict[str, Any]:
    """What an open stream keeps in RAM; not a matter of time, so that several clients are asked at once."""
    collected = Collected()
    say("memory of streams")
    with serving.server(None) as base, concurrent.futures.ThreadPoolExecutor(4) as pool:
        for _ in range(rounds):
            asked = [(client, pool.submit(asking.ask, client, base, ("memory",), node)) for client in clients]
            for client, future in asked:
                collected.add(client, future.result())
    for client, failed in collected.failures.items():
        failures.setdefault(client, {}).update(failed)
    return {client: measures["memory"] for client, measures in collected.result().items() if "memory" in measures}
