"""Starts the fault tools: each on a free port of 127.0.0.1, in a folder of its own, ended by its own process id."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import string
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional

HERE = Path(__file__).resolve().parent
#: Where PyPI's tools have their commands.
COMMANDS = Path(sys.executable).parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def refusing_port() -> Iterator[int]:
    """A port that is taken and does not listen: connections to it are refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def command(name: str) -> str:
    """Where a tool is, of PyPI's or of Debian's."""
    found = shutil.which(name, path=os.pathsep.join([str(COMMANDS), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
    if found is None:
        raise FileNotFoundError(f"There is no {name}: .ci/deps tests and .ci/test install what these tests need.")
    return found


class Process:
    """A tool that runs, in a process group of its own."""

    def __init__(self, arguments: List[str], log: Path, folder: Path, env: Optional[Dict[str, str]] = None) -> None:
        self.log = log
        with log.open("wb") as out:
            self._child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                           cwd=folder, start_new_session=True, env={**os.environ, **(env or {})})

    @property
    def pid(self) -> int:
        return self._child.pid

    def await_port(self, port: int, seconds: float = 30) -> None:
        """Returns when somebody listens on `port`. Connecting would be a connection too many for some tools."""
        end = time.monotonic() + seconds
        while not listens(port):
            if self._child.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self._child.args[0]} did not start: {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        for number, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, None)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(patience)
        # What it started and did not wait for.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)


def listens(port: int) -> bool:
    """Whether a socket listens on that port of 127.0.0.1, as /proc/net/tcp tells: 0A is LISTEN."""
    return re.search(rf"^ *\d+: 0100007F:{port:04X} \S+ 0A ", Path("/proc/net/tcp").read_text(), re.M) is not None


@contextlib.contextmanager
def running(arguments: List[str], port: int, log: Path, folder: Path,
            env: Optional[Dict[str, str]] = None) -> Iterator[Process]:
    process = Process(arguments, log, folder, env)
    try:
        process.await_port(port)
        yield process
    finally:
        process.stop()


def configuration(name: str, folder: Path, **values: object) -> Path:
    """configurations/NAME with its $words filled in, `folder` among them, in `folder`."""
    text = string.Template((HERE / "configurations" / name).read_text()).substitute(values, folder=folder)
    path = folder / name
    path.write_text(text)
    return path


class Scripts:
    """socat servers: each connection is served by a shell line, whose output is all that the client gets."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self.folder, self.logs = folder, logs
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Scripts:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def serve(self, line: str, *options: str) -> int:
        """The port. `options` are socat's for the listening address, such as "so-linger=0"."""
        port = free_port()
        listen = ",".join([f"TCP-LISTEN:{port}", "bind=127.0.0.1", "reuseaddr", "fork", *options])
        log = self.logs / f"socat-{port}.log"
        # In a file: an address is socat's own language, in which commas, colons and the like are words. The request is read
        # all the while, or socat would end when it cannot write it anywhere.
        script = self.folder / f"serve-{port}.sh"
        script.write_text(f"#!/bin/sh\necho >>{self._counted(port)}\ncat <&0 >/dev/null &\n{line}\n")
        script.chmod(0o755)
        arguments = [command("socat"), "-t", "0.05", listen, f"SYSTEM:{script},pipes"]
        self._stack.enter_context(running(arguments, port, log, self.folder))
        return port

    def _counted(self, port: int) -> Path:
        return self.folder / f"connections-{port}"

    def connections(self, port: int) -> int:
        """How often somebody connected."""
        counted = self._counted(port)
        return len(counted.read_text().splitlines()) if counted.exists() else 0
