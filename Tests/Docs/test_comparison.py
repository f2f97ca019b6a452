"""COMPARISON.md: libllm's own column is right throughout, and the page names the cases that there are."""

from __future__ import annotations

import sys
from typing import Any, Dict, Iterator

import pytest

from library import PATH
from pages import ROOT, tables

sys.path.insert(0, str(ROOT / "Tests/Comparison"))

from asking import CLIENTS, ask  # noqa: E402
from case_server import CaseServer  # noqa: E402
from cases import CASES, Case  # noqa: E402
from judging import judge  # noqa: E402

PAGE = ROOT / "docs" / "COMPARISON.md"
BY_NAME = {case.name: case for case in CASES}
SAID = {"text": "Hello there", "reasoning": "", "finish_reason": "stop", "tool_calls": [], "usage": None, "error": None}


@pytest.fixture(scope="module")
def case_server() -> Iterator[CaseServer]:
    server = CaseServer()
    yield server
    server.stop()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_libllm_is_right(case: Case, case_server: CaseServer) -> None:
    outcome = ask(sys.executable, PATH, CLIENTS[0], case, case_server)
    assert outcome.kind == "right", outcome


def test_the_page_has_the_cases() -> None:
    found = {table.heading: table for table in tables(PAGE)}
    assert [row[:4] for row in found["The cases"].rows] == [[f"`{case.name}`", case.sent, case.expected, case.source] for case in CASES]
    outcomes = found["The outcomes"]
    assert outcomes.head[1:] == [client.title for client in CLIENTS]
    assert [row[0] for row in outcomes.rows[:-1]] == [f"`{case.name}`" for case in CASES]
    assert {row[1] for row in outcomes.rows[:-1]} == {"right"}


@pytest.mark.parametrize("name, said, kind", [
    ("plain", {}, "right"),
    ("plain", {"text": "Hello"}, "wrong"),
    ("plain", {"finish_reason": None}, "wrong"),
    ("plain", {"error": "Broken: it broke"}, "error"),
    ("plain", None, "hangs"),
    ("usage", {}, "wrong"),
    ("cut", {}, "wrong"),
    ("cut", {"error": "Broken: it broke"}, "right"),
    ("error-inside", {"error": "Broken: it broke"}, "error"),
    ("tools-interleaved", {"finish_reason": "tool_calls"}, "wrong"),
])
def test_outcomes_are_judged(name: str, said: Dict[str, Any], kind: str) -> None:
    assert judge(BY_NAME[name], None if said is None else {**SAID, **said}, [0.0], [0.0]).kind == kind


def test_a_client_that_does_not_wait_as_long_as_it_was_told_is_wrong() -> None:
    case = BY_NAME["retry-after"]
    assert [judge(case, SAID, [0.0, again], [0.0, again]).kind for again in (0.5, 1.1)] == ["wrong", "right"]
