"""LLM_LAYER.md says for each field what goes out on each wire: sent, and looked at."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest

import mappings
from answers import ANSWERS
from library import WIRES, Client, Failure, configuration
from pages import PAGES, Block, Table, first_columns, quoted, tables
from wire_server import WireServer

LAYER = PAGES[0]
EVERYTHING = list(tables(LAYER))


def table_of(heading: str, *head: str) -> Table:
    """The table under this heading whose first columns are called so."""
    return next(table for table in EVERYTHING if table.heading == heading and table.head[:len(head)] == list(head))


@pytest.mark.parametrize("block", mappings.mapping_blocks(), ids=lambda block: block.name)
def test_what_goes_out(server: WireServer, block: Block) -> None:
    lines = LAYER.read_text("utf-8").splitlines()
    start = block.line + block.text.count("\n") + 2
    expected = mappings.table(server, block)
    assert lines[start:start + len(expected)] == expected, "python Tests/Docs/mappings.py --write puts the tables right"


@pytest.mark.parametrize("wire", WIRES)
def test_paths_and_the_header_of_the_key(server: WireServer, wire: str) -> None:
    row = dict(zip(table_of("Paths").head, next(row for row in table_of("Paths").rows if row[0] == wire)))
    base = WIRES[wire]["base"]
    with Client(configuration(wire, server.url)) as client:
        for column, call in {"chat": lambda: client.call("llm_complete", mappings.BASE),
                             "stream": lambda: client.stream(mappings.BASE),
                             "embeddings": lambda: client.call("llm_embed", {"input": "a"}),
                             "models": lambda: client.call("llm_list_models", None)}.items():
            before = len(server.seen)
            try:
                call()
            except Failure as failure:
                if row[column] == "none":
                    assert failure.status == "unsupported"
            if row[column] == "none":
                assert len(server.seen) == before
                continue
            seen = server.seen[-1]
            assert f"{seen.method} {seen.path[len(base):]}" == quoted(row[column])[0]
            assert seen.path.startswith(base)
            assert quoted(row["key"])[0] in seen.headers


def at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step) if isinstance(value, list) else step]
    return value


@pytest.mark.parametrize("wire", [wire for wire in WIRES if wire != "azure"])
def test_where_members_of_a_response_come_from(server: WireServer, wire: str) -> None:
    answer = ANSWERS[wire]
    server.replies.append((200, {}, json.dumps(answer)))
    with Client(configuration(wire, server.url)) as client:
        response = client.call("llm_complete", mappings.BASE)
    table = table_of("Responses", "member", "openai-chat, azure")
    column = next(index for index, name in enumerate(table.head) if name.split(",")[0] == wire)
    for member, row in first_columns(table).items():
        paths = quoted(row[column])
        if not paths:
            assert member not in response, f"{member} is there, and the table has no place for it"
            continue
        parts = [at(answer, path) for path in paths]
        assert at(response, member) == (sum(parts) if isinstance(parts[0], int) else parts[0]), member


def test_finish_reasons(server: WireServer) -> None:
    with Client(configuration("openai-chat", server.url)) as client:
        for row in table_of("Finish reasons").rows:
            for word in quoted(row[0]):
                reply = {"choices": [{"message": {"role": "assistant", "content": "x"}, "finish_reason": word}]}
                server.replies.append((200, {}, json.dumps(reply)))
                assert client.call("llm_complete", mappings.BASE)["finish_reason"] == quoted(row[1])[0], word


@pytest.mark.parametrize("row", table_of("How statuses are told apart").rows, ids=lambda row: f"{row[0]} {row[1]}"[:60])
def test_how_statuses_are_told_apart(server: WireServer, row: List[str]) -> None:
    status, body, name, again = int(row[0]), quoted(row[1])[0], quoted(row[2])[0], row[3] == "yes"
    server.replies += [(status, {}, body)] * 2
    before = len(server.seen)
    settings: Dict[str, Any] = {"retry": {"strategy": "fixed", "max_retries": 1, "initial_delay_ms": 0}}
    with Client(configuration("openai-chat", server.url, **settings)) as client, pytest.raises(Failure) as raised:
        client.call("llm_complete", mappings.BASE)
    server.replies.clear()
    assert raised.value.status == name
    assert len(server.seen) - before == (2 if again else 1)
    assert raised.value.error["retryable"] is again


@pytest.mark.parametrize("wire", WIRES)
def test_embeddings(server: WireServer, wire: str) -> None:
    said = next(quoted(row[1])[0] for row in table_of("Embeddings", "wire").rows if row[0] == wire)
    with Client(configuration(wire, server.url)) as client:
        try:
            client.call("llm_embed", {"input": ["a"], "dimensions": 2})
        except Failure as failure:
            assert failure.status == said
        else:
            assert server.seen[-1].body == json.loads(said)
