"""Child processes: for signals, forks, exits and environments that a test must not share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Mapping, Optional

SOURCE = Path(__file__).resolve().parents[1] / "src"


def environment(changes: Optional[Mapping[str, Optional[str]]] = None, source: Path = SOURCE) -> "dict[str, str]":
    """This process's environment for a child that imports the package from `source`; None in `changes` unsets."""
    merged: "dict[str, Optional[str]]" = {**os.environ, "PYTHONPATH": str(source), **(changes or {})}
    return {name: value for name, value in merged.items() if value is not None}


def start(script: str, *arguments: str, source: Path = SOURCE) -> "subprocess.Popen[str]":
    """Starts Python on `script`. Use the result in a `with` block, and talk to it with stdin and stdout."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        env=environment(source=source),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    script: str,
    *arguments: str,
    changes: Optional[Mapping[str, Optional[str]]] = None,
    source: Path = SOURCE,
    deadline: float = 60,
) -> "subprocess.CompletedProcess[str]":
    """Runs Python on `script` to its end."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment(changes, source),
        capture_output=True,
        text=True,
        timeout=deadline,
    )
