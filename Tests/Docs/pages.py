"""The pages of docs/, taken apart: fenced blocks and tables, each with its line and the heading above it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / name for name in ("LLM_LAYER.md", "PROVIDER_SETUP.md")]
HEADER = ROOT / "include" / "llm.h"


class Block(NamedTuple):
    """A fenced block: "```json request" has the language "json" and the kind "request"."""

    page: str
    line: int
    heading: str
    language: str
    kind: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"


class Table(NamedTuple):
    heading: str
    line: int
    #: Cells as they are written, backquotes included.
    head: List[str]
    rows: List[List[str]]


def blocks(page: Path) -> List[Block]:
    found: List[Block] = []
    heading, opened, lines = "", None, []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if opened is None:
            if line.startswith("#"):
                heading = line.lstrip("# ")
            fence = re.match(r"```(\S*) ?(.*)$", line)
            if fence:
                opened, lines = (number, fence[1], fence[2].strip()), []
        elif line == "```":
            found.append(Block(page.name, opened[0], heading, opened[1], opened[2], "\n".join(lines) + "\n"))
            opened = None
        else:
            lines.append(line)
    assert opened is None, f"{page.name}: the block of line {opened} does not end"
    return found


def all_blocks() -> List[Block]:
    return [block for page in PAGES for block in blocks(page)]


def tables(page: Path) -> Iterator[Table]:
    heading, rows, start, fenced = "", [], 0, False
    for number, line in enumerate([*page.read_text("utf-8").splitlines(), ""], 1):
        if line.startswith("```"):
            fenced = not fenced
        if not fenced and line.startswith("|"):
            if not rows:
                start = number
            rows.append([cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
            continue
        if len(rows) > 2:
            yield Table(heading, start, rows[0], rows[2:])
        rows = []
        if not fenced and line.startswith("#"):
            heading = line.lstrip("# ")


def quoted(cell: str) -> List[str]:
    """What stands in backquotes in a cell."""
    return [text.strip() for _, text in re.findall(r"(`+)(.+?)\1", cell)]


def first_columns(table: Table) -> Dict[str, List[str]]:
    """The rows by the first thing in backquotes of their first cell."""
    return {quoted(row[0])[0]: row for row in table.rows if quoted(row[0])}
