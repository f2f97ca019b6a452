"""STREAMS.md has a row for each test of the edge cases of streams, with the wires that it is run on."""

from __future__ import annotations

import re

import pytest

from pages import ROOT, tables

PAGE = ROOT / "docs" / "STREAMS.md"
#: The lists of StreamDialect, in the page's words; a test without a list is of the one wire that it names.
WIRES = {"all": "all", "serverSentEvents": "SSE", "lines": "SSE, ollama", "marked": "all but gemini",
         "finishing": "chat, azure, anthropic, gemini, bedrock", "finishingAndMarked": "chat, azure, anthropic, bedrock",
         "": "gemini"}
SUITES = {"How they are written": "Line", "How they are cut": "Piece", "How large they are": "Size", "How they end": "End"}
TEST = re.compile(r'@Test\(\s*"([^"]+)"(?:,\s*arguments:\s*StreamDialect\.(\w+))?\s*\)')


@pytest.mark.parametrize("heading", SUITES)
def test_rows_are_tests(heading: str) -> None:
    source = (ROOT / "Tests" / "ScalingMemoryTests" / f"StreamEdge{SUITES[heading]}Tests.swift").read_text("utf-8")
    tests = [(name, WIRES[wires]) for name, wires in TEST.findall(source)]
    assert len(tests) == source.count("@Test")
    table = next(table for table in tables(PAGE) if table.heading == heading)
    assert [(row[0], row[2]) for row in table.rows] == tests
