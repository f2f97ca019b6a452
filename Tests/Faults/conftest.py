"""Fixtures: the independent fault tools, and the table of what was seen, which ends the run."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path
from typing import Any, Callable, Iterator, List, NamedTuple, Optional

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

# What the library logs is searched for keys like everything else, so it logs all that it can. Before the first client.
os.environ["LLM_LOG_LEVEL"] = "trace"

import tools  # noqa: E402
import wires  # noqa: E402
from calls import LOGS, OPERATIONS, Outcome  # noqa: E402


class Row(NamedTuple):
    tool: str
    case: str
    operation: str
    status: str
    attempts: str
    seconds: float
    expected: str


rows: List[Row] = []


class Table:
    """Holds outcomes to what is expected of them, and keeps both for the table."""

    def __init__(self, tool: str) -> None:
        self.tool = tool

    def check(self, case: str, operation: str, outcome: Outcome, status: str, attempts: int, at_least: float = 0,
              at_most: Optional[float] = None, seen: Optional[Callable[[], int]] = None) -> None:
        """`at_least` and `at_most` are seconds; a busy machine makes everything late, nothing early. `seen`: how many
        requests the tool itself has counted."""
        most = 2 * at_least + 4 if at_most is None else at_most
        number = None if seen is None else settled(seen, attempts)
        counted = "" if number is None else f" ({number} seen)"
        rows.append(Row(self.tool, case, operation, outcome.status, f"{outcome.attempts}{counted}", outcome.seconds,
                        f"{status}, {attempts}, {at_least:.2f} to {most:.1f} s"))
        about = f"{case}, {operation}: {outcome.error or outcome.response}"
        assert outcome.status == status, about
        assert outcome.attempts == attempts, about
        assert at_least <= outcome.seconds <= most, f"took {outcome.seconds:.3f} s: {about}"
        assert outcome.late_events == 0, about
        if number is not None:
            assert number == attempts, f"the tool counted {number} requests: {about}"
        if status == "ok" and operation == "stream":
            assert "".join(outcome.texts) == outcome.text, about


def settled(count: Callable[[], int], expected: int) -> int:
    """What `count` gives, once it is as expected: a tool may write down what it did after its client went on."""
    end = time.monotonic() + 3
    while (number := count()) < expected and time.monotonic() < end:
        time.sleep(0.02)
    return number


def pytest_sessionstart() -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    for log in LOGS.iterdir():
        log.unlink()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    write = terminalreporter.write_line
    if not rows:
        return
    titles = ("tool", "case", "operation", "status", "attempts", "seconds", "expected: status, attempts, elapsed")
    lines = [(r.tool, r.case, r.operation, r.status, r.attempts, f"{r.seconds:7.3f}", r.expected) for r in rows]
    widths = [max(len(line[i]) for line in [titles, *lines]) for i in range(len(titles))]
    write("")
    for line in [titles, *lines]:
        write("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


@pytest.fixture(autouse=True)
def library_log(request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Keeps what the library wrote to stderr."""
    yield
    said = capfd.readouterr()
    with (LOGS / "library.log").open("a", encoding="utf-8") as log:
        log.write(f"# {request.node.name}\n{said.err}")
    sys.stdout.write(said.out)


@pytest.fixture(params=OPERATIONS)
def operation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tools' configuration is, and what they serve."""
    folder = tmp_path_factory.mktemp("tools")
    (folder / "completion.json").write_text(wires.COMPLETION)
    (folder / "stream.sse").write_text(wires.STREAM)
    (folder / "busy.json").write_text('{"error": {"message": "Busy.", "type": "rate_limit_error", "code": null}}')
    for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        (folder / name).mkdir()
    return folder


@pytest.fixture(scope="session")
def scripts(folder: Path) -> Iterator[tools.Scripts]:
    with tools.Scripts(folder, folder) as scripts:
        yield scripts


@pytest.fixture(scope="session")
def refused_port() -> Iterator[int]:
    with tools.refusing_port() as port:
        yield port


@pytest.fixture(scope="session")
def mute_port(scripts: tools.Scripts) -> int:
    """Connections to it are taken, and nothing comes."""
    return scripts.serve("sleep 20")


class HAProxy:
    """haproxy with configurations/haproxy.cfg."""

    def __init__(self, folder: Path, port: int, closed_port: int, reset_port: int) -> None:
        self.folder = folder
        self.closed_port, self.reset_port = closed_port, reset_port
        self._url = f"http://127.0.0.1:{port}"

    def url(self, case: str, operation: str) -> str:
        return f"{self._url}/{case}/{operation}/v1"

    def seen(self, case: str, operation: str) -> Callable[[], int]:
        """How many requests haproxy has counted."""
        return lambda: self._count(f"key=/{case}/{operation}/v1/chat/completions ")

    def _count(self, path: str) -> int:
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(str(self.folder / "socket"))
            admin.sendall(b"show table counts\n")
            table = b"".join(iter(lambda: admin.recv(65536), b"")).decode()
        return sum(int(line.rsplit("=", 1)[1]) for line in table.splitlines() if path in line)


@pytest.fixture(scope="session")
def haproxy(folder: Path, scripts: tools.Scripts, refused_port: int, mute_port: int) -> Iterator[HAProxy]:
    port, closed, reset = tools.free_port(), tools.free_port(), tools.free_port()
    (folder / "slow-answer").write_text(wires.response(wires.COMPLETION))
    configured = tools.configuration(
        "haproxy.cfg", folder, port=port, closed_port=closed, reset_port=reset, refused_port=refused_port,
        mute_port=mute_port, garbage_port=scripts.serve("echo this is not HTTP"),
        slow_port=scripts.serve(f"sleep 0.5; cat {folder}/slow-answer"))
    with tools.running([tools.command("haproxy"), "-W", "-f", str(configured)], port, folder / "haproxy.log", folder):
        yield HAProxy(folder, port, closed, reset)


class NGINX:
    """nginx with configurations/nginx.conf."""

    def __init__(self, folder: Path, port: int, reset_port: int) -> None:
        self.folder = folder
        self.port, self._reset_port = port, reset_port

    def url(self, case: str, operation: str) -> str:
        return f"http://127.0.0.1:{self.port}/{case}/{operation}/v1"

    def reset_url(self, case: str, operation: str) -> str:
        """Where every connection ends with RST."""
        return f"http://127.0.0.1:{self._reset_port}/{case}/{operation}/v1"

    def seen(self, case: str, operation: str) -> Callable[[], int]:
        """How many requests are in the access log."""
        return lambda: self._count(f"/{case}/{operation}/v1/")

    def _count(self, path: str) -> int:
        return sum(line.startswith(path) for line in (self.folder / "requests.log").read_text().splitlines())


@pytest.fixture(scope="session")
def nginx(folder: Path, scripts: tools.Scripts, refused_port: int, mute_port: int) -> Iterator[NGINX]:
    port, reset_port, files_port = tools.free_port(), tools.free_port(), tools.free_port()
    half = wires.text("It ") + wires.text("is ")
    head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    (folder / "cut").write_text(f"{head}{len(half):x}\r\n{half}\r\n")
    (folder / "cut-length").write_text(wires.response(wires.COMPLETION[:120], length=len(wires.COMPLETION)))
    configured = tools.configuration(
        "nginx.conf", folder, port=port, reset_port=reset_port, files_port=files_port, refused_port=refused_port,
        mute_port=mute_port, cut_port=scripts.serve(f"cat {folder}/cut"),
        cut_length_port=scripts.serve(f"cat {folder}/cut-length"), stall_port=scripts.serve(f"cat {folder}/cut; sleep 5"))
    arguments = [tools.command("nginx"), "-c", str(configured), "-p", str(folder), "-e", "stderr"]
    with tools.running(arguments, port, folder / "nginx.log", folder):
        yield NGINX(folder, port, reset_port)
