"""The recorded provider exchanges, which are not part of the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

REPOSITORY = Path(__file__).resolve().parents[3]
VARIABLE = "LLM_RECORDINGS"

#: Which provider's adapter reads which recorded wire.
PROVIDER_OF_WIRE = {"openai-chat": "openai", "anthropic": "anthropic"}


@dataclass(frozen=True)
class Recording:
    #: "<wire>/<provider>/<file without .json>", its path at the replay server.
    name: str
    wire: str
    stream: bool
    status: int
    expect: Optional[Dict[str, Any]]


def folder() -> Path:
    """Where the recordings are. FileNotFoundError says what to do where they are not there."""
    place = Path(os.environ.get(VARIABLE) or REPOSITORY.parent / "shared" / "recordings").resolve()
    if not place.is_dir():
        raise FileNotFoundError(f"the recordings are not at {place}: set {VARIABLE} to the folder that holds them")
    return place


def load(wire: str) -> List[Recording]:
    """All recordings of a wire, by name."""
    root = folder()
    found = []
    for path in sorted((root / wire).glob("*/*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        name = str(path.relative_to(root).with_suffix(""))
        found.append(Recording(name, wire, record["stream"], record["response"]["status"], record["expect"]))
    return found


@contextmanager
def replay(split: int = 0) -> Iterator[str]:
    """Runs the server that plays the recordings back, and gives its base URL. `split`: bytes a piece, 0 for as it is."""
    root = folder()
    tool = root.parent / "tools" / "replay.py"
    if not tool.is_file():
        raise FileNotFoundError(f"the replay server is not at {tool}, beside the recordings")
    command = [sys.executable, str(tool), "--root", str(root), "--split", str(split)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.kill()
