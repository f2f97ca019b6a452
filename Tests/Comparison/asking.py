"""Runs each client through the cases, every case in a process of its own, and judges what comes back."""

import json
import os
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from case_server import CaseServer
from cases import Case
from judging import Outcome, judge

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STARTING = 120  # seconds for imports, on a machine that has other work


class Client(NamedTuple):
    key: str  # of the module clients/with_KEY.py
    title: str
    #: How its driver uses it.
    used: str
    package: str = ""  # its name in PyPI


CLIENTS = (
    Client("libllm", "libllm", "the binding's `Client.stream()`, its events and the response at its end; `timeout` with `idle_ms`"),
    Client("openai", "openai", "`chat.completions.stream()`, its events and `get_final_completion()`", "openai"),
    Client("litellm", "litellm", "`completion(stream=True)`, its chunks and `stream_chunk_builder()`", "litellm"),
    Client("liter_llm", "liter-llm", "`chat_stream()`, whose chunks the caller joins", "liter-llm"),
    Client("aimux", "aimux", "`stream_text()` and its parts; `timeout` with `first_chunk_ms` and `chunk_ms`", "arcships-aimux"),
)


def environment(library: str) -> Dict[str, str]:
    """Nothing of the user's settings or keys; and litellm looks for prices in its own file, not in the network."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / "bindings/python/src"), "PYTHONDONTWRITEBYTECODE": "1",
            "SCALING_MEMORY_LIBRARY": library, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}


def ask(python: str, library: str, client: Client, case: Case, server: CaseServer) -> Outcome:
    command = [python, str(HERE / "driver.py"), f"with_{client.key}", f"{server.url}/{client.key}/{case.name}",
               str(case.timeout), str(case.retries)]
    key = client.key, case.name
    server.forget(*key)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment(library)) as process:
        try:
            said = listen(process, case.patience)
        finally:
            process.kill()
    return judge(case, said, server.arrivals[key], server.answered[key])


def listen(process: "subprocess.Popen[str]", patience: int) -> Optional[Dict[str, Any]]:
    """The line of JSON that a driver ends with; None where there was none in time."""
    lines: "queue.Queue[str]" = queue.Queue()
    errors: List[str] = []

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True).start()
    try:
        line = lines.get(timeout=STARTING)
        while line == "ready\n" or (line and not line.startswith('{"text"')):
            line = lines.get(timeout=patience)
    except queue.Empty:
        return None
    if line:
        return dict(json.loads(line))
    status = process.wait()
    return {"crashed": f"status {status}: {errors[-1].strip() if errors else 'it said nothing'}"}


def ask_all(python: str, library: str, clients: Sequence[Client], cases: Sequence[Case],
            say: Callable[[str], None] = lambda what: None) -> Dict[str, Dict[str, Outcome]]:
    """The outcomes by client and case. Case by case, so that whatever else the machine does meets all clients alike."""
    server = CaseServer()
    outcomes: Dict[str, Dict[str, Outcome]] = {client.key: {} for client in clients}
    try:
        for case in cases:
            for client in clients:
                say(f"{case.name}, {client.title}")
                outcomes[client.key][case.name] = ask(python, library, client, case, server)
    finally:
        server.stop()
    return outcomes
