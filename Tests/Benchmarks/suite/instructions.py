"""Instructions a call and an event, counted by callgrind: the same on a machine that is busy with other things. All threads, in
the program and its libraries, not in the kernel. A cost is the difference of two runs, so that starting up does not count.
"""

import re
import shutil
import subprocess
from typing import Dict, Optional

import clients
import places
import serving

CALLS = (50, 250)
STREAMS, EVENTS = 2, (1000, 6000)
PROGRAMS = {"bare_curl": "bare_curl", "libllm_c": "libllm"}


def counted(program: str, base: str, what: str) -> int:
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(places.BUILD / program), base, what],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=clients.environment(),
        timeout=300,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise RuntimeError(f"valgrind {program} {what}: {done.stderr[-500:]}")
    return int(found.group(1))


def count(say) -> Optional[Dict[str, Dict[str, float]]]:
    """{client: {"call", "event"}}; None where there is no valgrind."""
    if not shutil.which("valgrind"):
        return None
    found = {}
    with serving.server(None) as base:
        for client, program in PROGRAMS.items():
            say(f"instructions of {program}")
            few, many = (counted(program, base, f"calls:{number}") for number in CALLS)
            short, long = (counted(program, base, f"streams:{STREAMS}:{events}") for events in EVENTS)
            found[client] = {
                "call": (many - few) / (CALLS[1] - CALLS[0]),
                "event": (long - short) / (STREAMS * (EVENTS[1] - EVENTS[0])),
            }
    return found
