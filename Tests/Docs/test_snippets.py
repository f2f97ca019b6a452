"""Every program of the pages runs, and prints what the page says; every JSON is what the page calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest

import snippets
from library import NO_LIMITS, WIRES, Client, configuration, define, provider_list
from pages import Block, all_blocks
from wire_server import WireServer

BLOCKS = all_blocks()
PROGRAMS = ("c", "python", "js", "sh")


def of(language: str, *kinds: str) -> List[Block]:
    return [block for block in BLOCKS if block.language == language and (not kinds or block.kind.split(" ")[0] in kinds)]


def output_after(program: Block) -> Optional[str]:
    """The "```text output" that follows it, if one does."""
    after = BLOCKS[BLOCKS.index(program) + 1:][:1]
    return after[0].text if after and (after[0].page, after[0].kind) == (program.page, "output") else None


def test_all_blocks_are_of_a_kind_that_is_looked_at() -> None:
    kinds = {(block.language, block.kind.split(" ")[0]) for block in BLOCKS}
    known = {("json", kind) for kind in (*SHAPES, *USED)} | {(language, "") for language in PROGRAMS} | {("text", "output")}
    assert kinds <= known, kinds - known


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language in PROGRAMS],
                         ids=lambda block: f"{block.name} {block.language}")
def test_programs(server: WireServer, tmp_path: Path, block: Block) -> None:
    done = snippets.run(block, server.url, tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    expected = output_after(block)
    if expected is not None:
        assert done.stdout == expected


# JSON that goes in

USED = ("config", "request", "mapping", "embed", "options", "script", "definition")


@pytest.mark.parametrize("block", of("json", "config"), ids=lambda block: block.name)
def test_configurations_make_clients_that_get_an_answer(server: WireServer, monkeypatch: Any, block: Block) -> None:
    """At the loopback server in the provider's place."""
    settings = json.loads(block.text)
    for name, value in snippets.environment(server.url).items():
        monkeypatch.setenv(name, value)
    Client(settings).__exit__()
    if settings["provider"] != "echo":
        settings["base_url"] = server.url
    with Client({**settings, "rate_limit": NO_LIMITS}) as client:
        assert client.call("llm_complete", [{"role": "user", "content": "Hello"}])["content"]


@pytest.mark.parametrize("block", of("json", "request"), ids=lambda block: block.name)
def test_requests_are_answered(server: WireServer, block: Block) -> None:
    wire = (block.kind.split(" ") + ["openai-chat"])[1]
    with Client(configuration(wire, server.url)) as client:
        assert client.call("llm_complete", json.loads(block.text))["content"]


@pytest.mark.parametrize("block", of("json", "embed", "options"), ids=lambda block: block.name)
def test_other_requests_are_answered(server: WireServer, block: Block) -> None:
    function = "llm_embed" if block.kind == "embed" else "llm_list_models"
    with Client(configuration("openai-chat", server.url)) as client:
        assert client.call(function, json.loads(block.text))["provider"] == "openai"


@pytest.mark.parametrize("block", of("json", "script"), ids=lambda block: block.name)
def test_scripts_are_taken(block: Block) -> None:
    with Client({"provider": "echo", "script": json.loads(block.text)}) as client:
        assert client.call("llm_complete", [{"role": "user", "content": "?"}])["content"]


@pytest.mark.parametrize("block", of("json", "definition"), ids=lambda block: block.name)
def test_definitions_define(server: WireServer, block: Block) -> None:
    definition = json.loads(block.text)
    define(definition)
    assert definition["name"] in {one["name"] for one in provider_list()}
    define({**definition, "base_url": server.url})
    settings = {"provider": definition["name"], "api_key": "a-key-of-mine", "rate_limit": NO_LIMITS}
    with Client({"model": "m", **settings}) as client:
        assert client.call("llm_complete", [{"role": "user", "content": "Hello"}])["content"]


# JSON that comes out

def real(shape: str, server: WireServer) -> Any:
    """What the library itself gives of a shape; all members that the server can bring about."""
    settings = {"retry": {"strategy": "none"}}
    with Client(configuration("openai-chat", server.url, **settings)) as client:
        if shape == "providers":
            return {"providers": provider_list()[:1]}
        if shape == "statistics":
            client.call("llm_complete", [{"role": "user", "content": "?"}])
            client.stream([{"role": "user", "content": "?"}])
            return client.stats()
        if shape == "embeddings":
            return client.call("llm_embed", {"input": "a"})
        if shape == "models":
            return client.call("llm_list_models", None)
        if shape == "health":
            return client.call("llm_health_check", None)
        if shape == "error":
            server.replies.append((429, {"retry-after": "1", "x-request-id": "r"},
                                   '{"error": {"code": "rate_limit_exceeded", "message": "no"}}'))
            try:
                client.call("llm_complete", [{"role": "user", "content": "?"}])
            except Exception as failure:
                return failure.error  # type: ignore[attr-defined]
        return client.stream([{"role": "user", "content": "?"}])[1]


SHAPES = ("response", "error", "statistics", "embeddings", "models", "health", "providers")


def members(value: Any, path: str = "") -> Dict[str, type]:
    """All members inside of it by their paths; numbers are all one type. "*" is any element of an array."""
    found: Dict[str, type] = {}
    for name, inner in value.items() if isinstance(value, dict) else ():
        found[f"{path}{name}"] = float if type(inner) is int else type(inner)
        found.update(members(inner, f"{path}{name}."))
    for inner in value if isinstance(value, list) else ():
        found.update(members(inner, f"{path}*."))
    return found


@pytest.mark.parametrize("block", of("json", *SHAPES), ids=lambda block: block.name)
def test_what_comes_out_has_the_shape_that_the_page_shows(server: WireServer, block: Block) -> None:
    shown, given = members(json.loads(block.text)), members(real(block.kind, server))
    assert given.items() <= shown.items(), {name: kind for name, kind in given.items() if shown.get(name) != kind}


def test_every_shape_is_shown() -> None:
    assert {block.kind for block in of("json", *SHAPES)} == set(SHAPES)
    assert {block.kind.split(" ")[0] for block in of("json", *USED)} == set(USED)
    assert set(WIRES) >= {block.kind.split(" ")[1] for block in of("json", "request") if " " in block.kind}
