"""What becomes of a request's fields on each wire, found out by sending them to the loopback server.

`python mappings.py`: prints each table of LLM_LAYER.md's mapping sections as it should be, for writing the page.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Dict, List, Optional

from library import WIRES, Client, Failure, configuration
from pages import PAGES, Block, blocks
from wire_server import WireServer

BASE = {"messages": [{"role": "user", "content": "Hi"}]}
KIND = "mapping"


def body(server: WireServer, wire: str, request: Dict[str, Any], model: Optional[str], streamed: bool = False) -> Dict[str, Any]:
    settings = configuration(wire, server.url)
    if model:
        settings["model"] = model
    with Client(settings) as client:
        try:
            client.stream({**BASE, **request}) if streamed else client.call("llm_complete", {**BASE, **request})
        except Failure as failure:
            # A stream that the server does not have: what went out is all that is wanted here.
            if not streamed or failure.status not in ("not_found", "truncated", "protocol"):
                raise
    return dict(server.seen[-1].body)


def difference(server: WireServer, wire: str, request: Dict[str, Any], model: Optional[str] = None,
               streamed: bool = False) -> Dict[str, Any]:
    """The members of the body that the request's fields, or its being streamed, add or change."""
    plain, full = body(server, wire, {}, model), body(server, wire, request, model, streamed)
    return {name: value for name, value in full.items() if plain.get(name) != value or name not in plain}


def cell(server: WireServer, wire: str, request: Dict[str, Any], model: Optional[str] = None, streamed: bool = False) -> str:
    try:
        sent = difference(server, wire, request, model, streamed)
    except Failure as failure:
        assert failure.status in ("unsupported", "invalid_argument"), (wire, request, failure)
        return f"`{failure.status}`: {failure.error['message']}{dropped(server, wire, request, model, failure.status)}"
    return f"`{compact(sent)}`" if sent else "nothing"


def dropped(server: WireServer, wire: str, request: Dict[str, Any], model: Optional[str], status: str) -> str:
    """What "drop_unsupported" leaves of it."""
    if status != "unsupported":
        return ""
    try:
        kept = difference(server, wire, {**request, "drop_unsupported": True}, model)
    except Failure:
        return "; also with `drop_unsupported`"
    return f"; dropped, it leaves `{compact(kept)}`" if kept else ""


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def table(server: WireServer, block: Block) -> List[str]:
    """The rows below a block "```json mapping [stream] [WIRE=MODEL ...]"."""
    words = block.kind.split()[1:]
    models = dict(word.split("=", 1) for word in words if "=" in word)
    rows = []
    for wire in WIRES:
        said = cell(server, wire, json.loads(block.text), models.get(wire), "stream" in words).replace("|", "\\|")
        rows.append(f"| {wire} | {said} |")
    return ["| wire | goes out as |", "| --- | --- |", *rows]


def mapping_blocks() -> List[Block]:
    return [block for block in blocks(PAGES[0]) if block.kind.split()[:1] == [KIND]]


def write_into_page(server: WireServer) -> None:
    """Puts the tables below their blocks, in place of those that are there."""
    lines = PAGES[0].read_text("utf-8").splitlines()
    for block in reversed(mapping_blocks()):
        end = block.line + block.text.count("\n") + 1  # the line after the closing fence, counted from 0
        rest = end
        while rest < len(lines) and (lines[rest].startswith("|") or not lines[rest]):
            rest += 1
        lines[end:rest] = ["", *table(server, block), ""]
    PAGES[0].write_text("\n".join(lines).rstrip("\n") + "\n", "utf-8")


if __name__ == "__main__":
    running = WireServer()
    if sys.argv[1:] == ["--write"]:
        write_into_page(running)
    else:
        for one in mapping_blocks():
            print(f"{one.name} {one.text.strip()}", *table(running, one), "", sep="\n")
    running.stop()
