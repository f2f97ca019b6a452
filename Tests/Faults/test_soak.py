"""The long run: tens of thousands of calls of every kind, five in a hundred with a fault, some cancelled.

LLM_FAULT_CALLS says how many (default 5000); `make soak` makes 100000. A program too: test_soak.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Dict

from calls import KEY, LOGS, ROOT
from tools import HERE

CALLS = int(os.environ.get("LLM_FAULT_CALLS") or 5000)
THREADS = 32
SHARE = 0.05
#: What the calls' faults lead to where retrying does not help; anything else is a defect.
EXPECTED = {"ok", "canceled", "timeout", "truncated", "connection", "protocol", "bad_request", "server"}
SLACK_KIB = 6 * 1024


def build(folder: Path) -> Path:
    program = folder / "soak"
    library = Path(os.environ.get("LLM_LIBRARY", ROOT / ".build/release/libllm.so")).resolve()
    (folder / "libllm.so.1").symlink_to(library)
    flags = ["-std=c99", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-pedantic", "-Werror", "-O2", f"-I{ROOT / 'include'}"]
    link = ["-pthread", f"-L{folder}", "-l:libllm.so.1", f"-Wl,-rpath,{folder}"]
    sources = [str(HERE / "soak.c"), str(HERE / "soak_call.c")]
    subprocess.run([os.environ.get("CC", "cc"), *flags, *sources, "-o", str(program), *link], check=True)
    return program


def stats(port: int) -> Dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=30) as response:
        return dict(json.load(response))


def test_every_call_ends_exactly_once(tmp_path: Path) -> None:
    program = build(tmp_path)
    server = subprocess.Popen([sys.executable, str(HERE / "soak_server.py"), str(SHARE), "1"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    assert server.stdin and server.stdout
    LOGS.mkdir(parents=True, exist_ok=True)
    try:
        port = int(server.stdout.readline())
        configuration = {
            "provider": "openai", "base_url": f"http://127.0.0.1:{port}/v1", "api_key": KEY, "model": "m",
            "timeout": {"connect_ms": 5000, "first_byte_ms": 400, "idle_ms": 400, "total_ms": 60_000},
            "retry": {"max_retries": 4, "initial_delay_ms": 2, "max_delay_ms": 20},
            # Fewer permits than threads: one that is lost would soon hold up all.
            "rate_limit": {"per_minute": 0, "per_hour": 0, "max_concurrent": THREADS // 2, "max_wait_ms": 60_000}}
        environment = {**os.environ, "LLM_LOG_LEVEL": "warn"}
        with (LOGS / "soak.log").open("w") as log:
            soak = subprocess.Popen([str(program), json.dumps(configuration), str(CALLS), str(THREADS)], stderr=log,
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
            try:
                check(soak, port)
            finally:
                soak.kill()
                soak.wait()
        assert "BROKEN" not in (LOGS / "soak.log").read_text()
    finally:
        server.stdin.close()
        server.wait()


def check(soak: "subprocess.Popen[str]", port: int) -> None:
    assert soak.stdin and soak.stdout
    said: Dict[str, int] = {}
    for line in soak.stdout:
        print(line, end="")
        name, value = line.rsplit(": ", 1)
        said[name] = int(float(value))
        if name == "sockets":
            break
    seen = settled_stats(port)
    for name, value in sorted(seen.items()):
        print(f"server, {name}: {value}")
    soak.stdin.close()
    assert soak.wait(30) == 0, (LOGS / "soak.log").read_text()[-500:]
    assert said["calls"] == said["ended"] == CALLS
    assert {name[7:] for name in said if name.startswith("status ")} <= EXPECTED
    assert said["status ok"] > 0.8 * CALLS
    assert said["status canceled"] > 0
    assert sum(value for name, value in seen.items() if name.startswith("fault")) > 0.8 * SHARE * seen["requests"]
    # Attempts that were cancelled before they were sent are not requests; a request that libcurl sends anew is no attempt.
    assert abs(said["attempts"] - seen["requests"]) < 0.05 * CALLS
    assert seen["in_flight"] == 0
    # What is left are connections that are kept for the next request, each open at both ends.
    assert said["sockets"] <= THREADS * 2
    assert said["KiB at the end"] - said["KiB after a fifth"] < SLACK_KIB


def settled_stats(port: int) -> Dict[str, Any]:
    """The server's count once it has noticed who left."""
    end = time.monotonic() + 5
    while (seen := stats(port))["in_flight"] and time.monotonic() < end:
        time.sleep(0.05)
    return seen


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary:
        test_every_call_ends_exactly_once(Path(temporary))
    print("every call ended once")
