"""Child processes: for signals, forks, exits and environments that a test must not share."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Mapping, Optional, Sequence

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


def wait_until_idle(process: "subprocess.Popen[str]") -> None:
    """Returns when the child's main thread sleeps, and goes on sleeping each time that it is looked at."""
    looks = 0
    while looks < 20 and process.poll() is None:
        state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        looks = looks + 1 if state == "S" else 0
        time.sleep(0.005)


def run(
    script: str,
    *arguments: str,
    changes: Optional[Mapping[str, Optional[str]]] = None,
    source: Path = SOURCE,
    deadline: float = 60,
    flags: Sequence[str] = (),
) -> "subprocess.CompletedProcess[str]":
    """Runs Python, with `flags`, on `script` to its end."""
    return subprocess.run(
        [sys.executable, *flags, "-c", script, *arguments],
        env=environment(changes, source),
        capture_output=True,
        text=True,
        timeout=deadline,
    )
