"""Shows a person what a command is doing: one line a step, which on a terminal moves while the step runs.

A step's own output goes to a log file; when it fails, the end of that is shown with a sentence that says what to do.
"""
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar, Dict, Iterator, List, Optional, Tuple

LABEL_WIDTH = 18
REPORT_EVERY = 20.0  # seconds, where there is no terminal to redraw
TIMED_OUT = -1000    # no process ends with this status


class Failed(Exception):
    """Ends the program with this sentence and, where there is one, the end of a log."""

    def __init__(self, sentence: str, log: Optional[Path] = None) -> None:
        super().__init__(sentence)
        self.log = log


def is_terminal() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if is_terminal() and not os.environ.get("NO_COLOR") else text


def dim(text: str) -> str:
    return f"\033[2m{text}\033[0m" if is_terminal() and not os.environ.get("NO_COLOR") else text


def title(text: str) -> None:
    print(f"\n{bold(text)}\n", flush=True)


def done(label: str, result: str) -> None:
    """One finished line: what it was, and what came out of it."""
    clear = "\r\033[K" if is_terminal() else ""
    print(f"{clear}  {label:<{LABEL_WIDTH}}{result}", flush=True)


class Progress:
    """The line of a step that is still running. Of several at once a terminal has room for one: the eldest."""

    running: ClassVar[List["Progress"]] = []

    def __init__(self, label: str, doing: str) -> None:
        self.running.append(self)
        self.label, self.doing = label, doing
        self.begun = time.monotonic()
        self.said = self.begun
        if not is_terminal():
            print(f"  {label:<{LABEL_WIDTH}}{doing} ...", flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    def show(self, detail: str = "") -> None:
        now = time.monotonic()
        if is_terminal():
            if self.running[0] is not self:
                return
            width = shutil.get_terminal_size().columns - 1
            line = f"  {self.label:<{LABEL_WIDTH}}{self.doing}, {self.seconds:.0f} s"
            room = width - len(line) - 2
            tail = f"  {dim(detail[:room])}" if detail and room > 10 else ""
            print(f"\r\033[K{line[:width]}{tail}", end="", flush=True)
        elif now - self.said >= REPORT_EVERY:
            self.said = now
            print(f"  {dim(self.label) if len(self.running) > 1 else '':<{LABEL_WIDTH}}{self.seconds:.0f} s  {detail[:90]}", flush=True)

    def clear(self) -> None:
        self.running.remove(self)
        if is_terminal():
            print("\r\033[K", end="", flush=True)


def last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))
        lines = file.read().decode("utf-8", "replace").replace("\r", "\n").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def tail(log: Path, lines: int) -> str:
    return "\n".join(log.read_text("utf-8", "replace").rstrip().split("\n")[-lines:])


def run(label: str, doing: str, command: List[str], log: Path, env: Optional[Dict[str, str]] = None,
        cwd: Optional[Path] = None, limit: float = 1800, stop: Optional[threading.Event] = None) -> Tuple[int, float]:
    """Runs a command with its output in `log`; gives its exit status (TIMED_OUT past `limit` seconds, or when `stop` is set)
    and the seconds it took. The command and all that it started make one process group, which is ended when this is left
    early."""
    log.parent.mkdir(parents=True, exist_ok=True)
    progress = Progress(label, doing)
    with log.open("wb") as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=env,
                                 cwd=cwd, start_new_session=True)
    try:
        while progress.seconds < limit and not (stop and stop.is_set()):
            try:
                return child.wait(0.2), progress.seconds
            except subprocess.TimeoutExpired:
                progress.show(last_line(log))
        return TIMED_OUT, progress.seconds
    finally:
        progress.clear()
        if child.poll() is None:
            end_group(child)


def end_group(child: "subprocess.Popen[bytes]") -> None:
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
            return


def must(label: str, doing: str, command: List[str], log: Path, otherwise: str) -> float:
    """Like run(), but a failure ends the program with the sentence `otherwise`."""
    status, seconds = run(label, doing, command, log)
    if status != 0:
        raise Failed(otherwise, log)
    return seconds


@contextlib.contextmanager
def ending_well(log_lines: int = 30) -> Iterator[None]:
    """Turns failures, Ctrl-C and SIGTERM into one sentence and an exit status, after everything was cleaned up."""
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except Failed as failure:
        if failure.log is not None and failure.log.exists():
            print(f"\n{dim(tail(failure.log, log_lines))}\n\n(all of it: {os.path.relpath(failure.log)})", flush=True)
        print(f"\n{failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nInterrupted; everything that was started has been stopped.", file=sys.stderr)
        sys.exit(130)
