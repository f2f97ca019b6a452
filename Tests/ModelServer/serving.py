"""Starts serve.py beside tests, and ends it with them."""
import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Iterator

SERVE = Path(__file__).resolve().parent / "serve.py"


@contextlib.contextmanager
def model_server(log: Path) -> Iterator[str]:
    """The base URL of a model server that lives as long as the block does; `log` is where it writes its log.

    It computes on one thread: several spin while they wait for each other, and where the machine has other work as well an
    answer takes ten times as long."""
    server = subprocess.Popen([sys.executable, str(SERVE), "--threads", "1", "--log", str(log)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True)
    try:
        base = server.stdout.readline().strip() if server.stdout else ""
        assert base.startswith("http"), f"the model server did not start, its log: {log.read_text() if log.exists() else ''}"
        yield base
    finally:
        server.terminate()
        server.wait()
