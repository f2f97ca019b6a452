"""The pages name everything that there is: functions, statuses, fields, variables, lines of the log, providers."""

from __future__ import annotations

import ctypes
import json
import re
from typing import Any, Dict, List, Set

import pytest

import library
from library import Client, Failure, configuration, provider_list
from pages import HEADER, PAGES, Table, first_columns, quoted, tables
from wire_server import WireServer

LAYER, SETUP = PAGES
TABLES = list(tables(LAYER))
HI = [{"role": "user", "content": "?"}]


def rows(heading: str, first: str = "") -> Dict[str, List[str]]:
    return first_columns(next(table for table in TABLES if table.heading == heading and table.head[0].startswith(first)))


def known_fields(configure: Dict[str, Any]) -> Set[str]:
    """What the error about a field that nobody knows lists."""
    with pytest.raises(Failure) as raised:
        Client(configure).__exit__()
    return set(str(raised.value).split("known are ")[1].split(", "))


def test_functions() -> None:
    code = re.sub(r"/\*.*?\*/", "", HEADER.read_text("utf-8"), flags=re.S)
    declared = set(re.findall(r"\b(llm_\w+)\(", re.sub(r"typedef struct llm_adapter \{.*?\} llm_adapter;", "", code, flags=re.S)))
    assert set(rows("Functions")) == declared


@pytest.mark.parametrize("heading, prefix", [("Errors", "LLM_(?:OK|PENDING|END|TOO_SMALL|ERROR_)"), ("Events", "LLM_EVENT_"),
                                             ("Calls", "LLM_OP_"), ("The log", "LLM_LOG_")])
def test_constants_have_their_numbers(heading: str, prefix: str) -> None:
    expected = {name: int(number) for name, number in
                re.findall(rf"^\s*(?:enum \{{ )?({prefix}\w*)\s*=\s*(-?\d+)", HEADER.read_text("utf-8"), re.M)}
    first = {"Calls": "operation", "The log": "level"}.get(heading, "")
    assert {name: int(row[1]) for name, row in rows(heading, first).items()} == expected


def test_names_of_statuses() -> None:
    for row in rows("Errors").values():
        assert library.library.llm_status_name(int(row[1])).decode() == quoted(row[2])[0]


def test_fields_of_a_configuration() -> None:
    assert set(rows("Configuration")) == known_fields({"provider": "echo", "nothing": 1})
    for name, heading in (("timeout", "Times"), ("rate_limit", "Limits"), ("retry", "Retries")):
        assert set(rows(heading, "member")) == known_fields({"provider": "echo", name: {"nothing": 1}})


def test_defaults_of_a_configuration() -> None:
    """Those of the tables are the header's."""
    header = re.sub(r"\s*\n \* +", " ", HEADER.read_text("utf-8"))
    for heading in ("Times", "Limits", "Retries"):
        for name, row in rows(heading, "member").items():
            default = re.escape(row[-1].strip("`"))
            assert re.search(rf'"{name}": {default}[,}}]', header), name


def test_fields_of_a_request(server: WireServer) -> None:
    with Client(configuration("openai-chat", server.url)) as client:
        for function, heading in (("llm_complete", "Requests"), ("llm_embed", "Embeddings")):
            with pytest.raises(Failure) as raised:
                client.call(function, {"messages": HI, "input": "a", "nothing": 1} if function == "llm_complete" else
                            {"input": "a", "nothing": 1})
            known = set(str(raised.value).split("known are ")[1].split(", "))
            table = next(table for table in TABLES if table.heading == heading and table.head[0] == "field")
            assert {name for row in table.rows for name in quoted(row[0])} == known - ({"input"} if heading == "Requests" else set())


def test_variables() -> None:
    header = HEADER.read_text("utf-8")
    for name in rows("Environment"):
        assert name.replace("<PROVIDER>", "") in header or name.replace("<PROVIDER>_", "OPENAI_") in header, name


def test_fields_of_a_definition() -> None:
    with pytest.raises(Failure) as raised:
        library.define({"nothing": 1})
    fields = rows("Providers of your own", "field")
    assert set(fields) == set(str(raised.value).split("known are ")[1].split(", "))
    with pytest.raises(Failure) as raised:
        library.define({"name": "a", "wire": "openai-chat", "base_url": "http://127.0.0.1", "quirks": {"nothing": 1}})
    assert set(quoted(fields["quirks"][1])) == set(str(raised.value).split("known are ")[1].split(", "))


def test_members_of_a_step() -> None:
    with pytest.raises(Failure) as raised:
        Client({"provider": "echo", "script": [{"nothing": 1}]}).__exit__()
    table = next(table for table in TABLES if table.heading == "echo")
    assert {name for row in table.rows for name in quoted(row[0])} == set(str(raised.value).split("known are ")[1].split(", "))


def outcome(server: WireServer, request: str) -> str:
    """What becomes of a request that is written as it is: the name of a status, or the body that went out."""
    with Client(configuration("openai-chat", server.url)) as client:
        out, error = ctypes.c_void_p(), ctypes.c_void_p()
        status = library.library.llm_complete(client._handle, request.encode(), ctypes.byref(out), ctypes.byref(error))
        library.library.llm_free(out)
        library.library.llm_error_free(error)
    return json.dumps(server.seen[-1].body) if status == 0 else str(library.library.llm_status_name(status).decode())


def test_sanitising(server: WireServer) -> None:
    """What the table of "Sanitising" says, row by row."""
    request = '{"messages": [{"role": "user", "content": "a%sb"}], "sanitize": %s, "model": "m%s", "extra": {"x": "a%sb"}}'
    assert '"content": "ab"' in outcome(server, request % ("\\u0001", "true", "", ""))
    assert r'"content": "a\u0001b"' in outcome(server, request % ("\\u0001", "false", "", ""))
    assert '"content": "ab"' in outcome(server, request % ("\\ud83d", "true", "", ""))
    assert outcome(server, request % ("\\ud83d", "false", "", "")) == "invalid_argument"
    assert outcome(server, request % ("", "true", "\\u0001", "")) == "invalid_argument"
    assert r'"model": "m\u0001"' in outcome(server, request % ("", "false", "\\u0001", ""))
    call_id = '{"messages": [{"role": "user", "content": "a"}], "sanitize": %s, "call_id": "c\\u0001"}'
    assert {outcome(server, call_id % sanitize) for sanitize in ("true", "false")} == {"invalid_argument"}
    for sanitize in ("true", "false"):
        assert r'"x": "a\u0001b"' in outcome(server, request % ("", sanitize, "", "\\u0001"))
        assert outcome(server, request % ("", sanitize, "", "\\ud83d")) == "invalid_argument"


# The log

def lines_of(scenario: Any) -> List[Dict[str, Any]]:
    heard: List[Dict[str, Any]] = []
    write = library._libllm.llm_log_fn(lambda level, line, length, _: heard.append(json.loads(ctypes.string_at(line, length))))
    library.library.llm_set_log(10, write, None)
    try:
        scenario()
    finally:
        library.library.llm_set_log(100, library._libllm.llm_log_fn(), None)
    return heard


def test_lines_of_the_log(server: WireServer) -> None:
    """Each line that calls bring about is in the table, with all of its members, and the other way round."""
    table = rows("The log", "msg")
    levels = {"trace": 10, "debug": 20, "info": 30, "warn": 40, "error": 50}
    every = {"level", "time", "pid", "hostname", "name", "msg"}
    of_calls = {"call_id", "provider", "model", "operation"}

    def scenario() -> None:
        retry = {"strategy": "fixed", "initial_delay_ms": 0, "max_retries": 1}
        limits = {"per_minute": 0, "per_hour": 0, "max_concurrent": 1, "scope": "client"}
        with Client(configuration("openai-responses", server.url, retry=retry, rate_limit=limits)) as client:
            server.replies += [(503, {"retry-after": "0", "x-request-id": "r"}, '{"error": {"code": "x", "message": "no"}}')]
            client.call("llm_complete", {"messages": HI, "seed": 1, "drop_unsupported": True})
            client.stream(HI)
            client.call("llm_embed", {"input": "a"})
            client.call("llm_list_models", None)
            client.call("llm_health_check", None)
            server.replies += [(400, {"retry-after": "0", "x-request-id": "r"}, '{"error": {"code": "x", "message": "no"}}')]
            with pytest.raises(Failure):
                client.call("llm_complete", HI)
        queued_and_cancelled(limits)

    lines = lines_of(scenario)
    seen: Dict[str, Set[str]] = {}
    for line in lines:
        message = line["msg"]
        assert line["level"] == levels[table[message][1]], message
        common = every if message == "client created" else every | of_calls
        seen.setdefault(message, set()).update(set(line) - common)
    for message, members in seen.items():
        assert members <= set(quoted(table[message][2])), message
    assert set(seen) == set(table)


def queued_and_cancelled(limits: Dict[str, Any]) -> None:
    """A call that waits for another one, and is cancelled."""
    script = [{"text": "later", "delay_ms": 60_000}]
    with Client({"provider": "echo", "script": script, "rate_limit": limits}) as client:
        calls = []
        for _ in range(2):
            call, error = ctypes.c_void_p(), ctypes.c_void_p()
            text = json.dumps(HI).encode()
            library.library.llm_call_start(client._handle, 1, text, None, 0, ctypes.byref(call), ctypes.byref(error))
            calls.append(call)
        kind, data, length, error = ctypes.c_int32(), ctypes.c_char_p(), ctypes.c_size_t(), ctypes.c_void_p()
        out = (ctypes.byref(kind), ctypes.byref(data), ctypes.byref(length), ctypes.byref(error))
        library.library.llm_call_next(calls[1], 200, *out)
        for call in reversed(calls):
            library.library.llm_call_cancel(call)
            library.library.llm_call_next(call, -1, *out)
            library.library.llm_error_free(error)
            library.library.llm_call_free(call)


# Providers

def setup_tables() -> List[Table]:
    return list(tables(SETUP))


def test_every_provider_has_its_row() -> None:
    table = next(table for table in setup_tables() if table.head[0] == "provider")
    written = {quoted(row[0])[0]: row for row in table.rows}
    expected = {one["name"]: one for one in provider_list() if one["built_in"]}
    assert set(written) == set(expected)
    for name, one in expected.items():
        row = dict(zip(table.head, written[name]))
        assert quoted(row["wire"]) == [one["wire"]], name
        assert quoted(row["base URL"]) == ([one["base_url"]] if one["base_url"] else []), name
        keys = quoted(row["key"])
        assert keys == one["api_key_env"], name
        assert ("not needed" in row["key"]) is not one["requires_key"], name
        lacks = {"embeddings", "model_list", "tools"} - set(one["capabilities"])
        assert set(quoted(row["has no"])) == lacks, name


def test_every_provider_has_a_section_with_a_configuration() -> None:
    text = SETUP.read_text("utf-8")
    for one in provider_list():
        if not one["built_in"]:
            continue
        section = re.search(rf"^### {re.escape(one['name'])}\n(.*?)(?=^##|\Z)", text, re.S | re.M)
        assert section, one["name"]
        assert f'"provider": "{one["name"]}"' in section[1], one["name"]


def test_what_providers_do_not_take(server: WireServer) -> None:
    """The table of peculiarities: each request is sent as that provider, to the loopback server."""
    table = next(table for table in setup_tables() if table.head[0] == "on")
    full: Dict[str, Any] = {"messages": [{"role": "developer", "content": "Be brief."}, *HI], "max_tokens": 8, "seed": 7, "stop": "x",
                            "metadata": {"a": "b"}, "reasoning": {"effort": "low"}}
    for row in table.rows:
        provider = dict(zip(table.head, row))
        for name in quoted(provider["on"]):
            settings = {"provider": name, "api_key": "a-key-of-mine", "model": "m", "base_url": server.url,
                        "rate_limit": library.NO_LIMITS, "drop_unsupported": True}
            with Client(settings) as client:
                client.stream(full)
            body = server.seen[-1].body
            for member in quoted(provider["body has"]):
                assert member in body, (name, member)
            for member in quoted(provider["body has not"]):
                assert member not in body, (name, member)
            roles = {message["role"] for message in body["messages"]}
            assert ("developer" in roles) is (provider["developer role"] == "yes"), name


def test_the_pages_name_no_file_that_is_not_there() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_pages_link_to_headings_that_are_there() -> None:
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
        headings = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", text, re.M)}
        for anchor in re.findall(r"\]\(#([^)]+)\)", text):
            assert anchor in headings, f"{page.name}: #{anchor}"


def test_sources_are_named() -> None:
    """What is said about a provider has its source beside it, or says that it has none."""
    for section in re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", SETUP.read_text("utf-8"), re.S | re.M):
        assert "https://" in section[1] or "not verified" in section[1] or section[0] in ("echo",), section[0]
