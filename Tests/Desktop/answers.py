"""What the provider of a test answers: `provider.answer = say("Here.")`."""
from __future__ import annotations

from typing import Callable

from loopback import Exchange


def say(*pieces: str) -> Callable[[Exchange], None]:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text(*pieces)
        exchange.finish()
    return answer


def say_some_and_stall(exchange: Exchange) -> None:
    exchange.begin_stream()
    exchange.text("Built in 1868, it burned ", "whale oil ")
    exchange.stall()
