"""Events are values, and cheap ones."""

from __future__ import annotations

import copy
import pickle
from collections import deque
from dataclasses import FrozenInstanceError, replace
from typing import Deque, cast

import pytest

from scaling_memory import ReasoningEvent, TextEvent
from scaling_memory._queue import HEADER, Item, deliver


def test_a_text_event_is_a_value() -> None:
    event, other = TextEvent("a"), cast(object, ReasoningEvent("a"))
    assert event == TextEvent(text="a") != TextEvent("b") and event != other
    assert len({event, TextEvent("a")}) == 1
    assert repr(event) == "TextEvent(text='a')"
    assert pickle.loads(pickle.dumps(event)) == copy.deepcopy(event) == replace(event) == event
    with pytest.raises(FrozenInstanceError):
        event.text = "b"  # type: ignore[misc]


class Receiver:
    def __init__(self) -> None:
        self.items: Deque[Item] = deque()
        self.sizes = 0

    def arrived(self, size: int) -> None:
        self.sizes += size


def record(tag: int, kind: int, data: bytes) -> bytes:
    """As llm_queue_read packs it: the header, the data, a NUL, and padding to a multiple of 8 bytes."""
    packed = HEADER.pack(tag, kind, len(data)) + data + b"\0"
    return packed + b"\xff" * (-len(packed) % 8)


def test_records_of_every_length_go_to_their_tags_receivers_in_order() -> None:
    receivers = {1: Receiver(), 2**64 - 1: Receiver()}
    records = b""
    for length in range(40):
        records += record(1, 1, b"x" * length)
        records += record(3, 1, b"nobody's")
        if length % 3 == 0:
            records += record(2**64 - 1, 4, b"\0" * length)
    deliver(records, receivers.get)
    assert list(receivers[1].items) == ["x" * length for length in range(40)]
    assert list(receivers[2**64 - 1].items) == [(4, b"\0" * length) for length in range(0, 40, 3)]
    assert receivers[1].sizes == sum(len(record(1, 1, b"x" * length)) for length in range(40))
    deliver(b"", receivers.get)
