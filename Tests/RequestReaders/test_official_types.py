"""What is sent is read by the providers' official SDKs: their types take each member of it and know no other."""
import collections
import copy
from typing import Any, Callable, Counter, Dict, List

import pytest
from conftest import Pair
from extensions import BEYOND, EXTENSIONS, without
from official import READERS
from recorded import WIRES

Pairs = Callable[[str], List[Pair]]
SHOWN = 20


def reader(wire: str, provider: str) -> str:
    """The name of the SDK's reader for a provider's requests."""
    return f"{wire}/{provider}" if f"{wire}/{provider}" in READERS else wire


@pytest.mark.parametrize("wire", WIRES)
def test_the_official_types_take_what_is_sent(wire: str, pairs: Pairs, report: Callable[[str], None]) -> None:
    wrong: List[str] = []
    read: Counter[str] = collections.Counter()
    used: Counter[str] = collections.Counter()
    for recorded, sent, _ in pairs(wire):
        if sent is None:
            continue
        place = f"{wire}/{recorded.provider}"
        body, extensions = without(place, sent.body)
        complaints = READERS[reader(wire, recorded.provider)](body)
        if recorded.name in BEYOND and any(BEYOND[recorded.name] in complaint for complaint in complaints):
            report(f"{recorded.name} is beyond the official types: {BEYOND[recorded.name]}")
            continue
        wrong += [f"{recorded.name}: {complaint}" for complaint in complaints]
        read[reader(wire, recorded.provider)] += not complaints
        used.update(f"{place}: {name}" for name in extensions)
    assert not wrong, "\n".join(wrong[:SHOWN])
    known = {f"{place}: {name}" for place, names in EXTENSIONS.items() if place.startswith(wire + "/")
             for name in names[0] + names[1]}
    assert used.keys() == known
    for name, count in read.items():
        report(f"{name}: {count} read by the official types")
    for name, count in used.items():
        report(f"    {count:3} with an extension, {name}")


#: Something of each wire that its reader must notice, deep inside.
SPOILT: Dict[str, Callable[[Dict[str, Any]], Any]] = {
    "openai-chat": lambda body: body["messages"][0].update(contents=""),
    "openai-responses": lambda body: body["input"][0].update(contents=""),
    "anthropic": lambda body: body["messages"][0].update(contents=""),
    "gemini": lambda body: body["contents"][0]["parts"][0].update(txt=""),
    "ollama": lambda body: body["messages"][0].update(contents=""),
    "openai-embeddings": lambda body: body.update(dimension=1),
    "gemini-embeddings": lambda body: body["requests"][0]["content"]["parts"][0].update(txt="")}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_notices_a_member_that_it_does_not_know(name: str, pairs: Pairs) -> None:
    wire = name.split("/")[0]
    for recorded, sent, _ in pairs(wire):
        if sent is None or reader(wire, recorded.provider) != name:
            continue
        body, _ = without(f"{wire}/{recorded.provider}", sent.body)
        spoilt = copy.deepcopy(body)
        SPOILT[wire](spoilt)
        assert READERS[name](spoilt) and not READERS[name](body)
        return
    raise AssertionError(f"no recording is read by {name}")
