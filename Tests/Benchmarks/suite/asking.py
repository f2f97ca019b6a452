"""Runs a client for some of its measures, and takes its lines of JSON."""

import json
import subprocess
from typing import Any, Dict, List, Optional, Sequence

import clients
import places
from serving import on_core

LOG = "clients.log"
LIMIT_S = 120  # only against a hang


def tokens(effort: clients.Effort, measure: str, share: float) -> List[str]:
    """What a client is told for a measure; `share`: how much of the effort is made."""

    def part(count: int, least: int) -> int:
        return max(int(count * share), least)

    return {
        "call": [f"call:{part(effort.call, 10)}"],
        "event": [f"event:{part(effort.streams, 1)}:{part(effort.events, 500)}"],
        "first": [f"first:{part(effort.first, 5)}"],
        "flight": [f"flight:{at_once}:{part(count, at_once)}" for at_once, count in effort.flight],
        "memory": [f"memory:{effort.memory}"],
        "load": ["load"],
    }[measure]


def key(line: Dict[str, Any]) -> str:
    return f"flight_{line['in_flight']}" if line["measure"] == "flight" else line["measure"]


def ask(
    client: clients.Client, base: str, measures: Sequence[str], node: str, core: Optional[int] = None, share: float = 1.0
) -> Dict[str, Dict[str, Any]]:
    """{measure: its figures}; where one failed, {"error": why}."""
    found: Dict[str, Dict[str, Any]] = {}
    for program, makes in client.programs:
        asked = [token for measure in measures if measure in makes for token in tokens(client.effort, measure, share)]
        if not asked:
            continue
        try:
            with (places.BUILD / LOG).open("ab") as log:
                done = subprocess.run(
                    [*clients.command(program, node), base, *asked],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env=clients.environment(),
                    preexec_fn=on_core(core),
                    timeout=LIMIT_S,
                )
            lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            # Some end badly after they have said everything: that is a remark, not a failure.
            if not lines:
                found["run"] = {
                    "error": f"ended with status {done.returncode} and said nothing; see .build/benchmarks/{LOG}"
                }
        except subprocess.TimeoutExpired as hung:
            said = (hung.stdout or b"").decode()
            lines = [json.loads(line) for line in said.splitlines() if line.startswith("{") and line.endswith("}")]
            found["run"] = {"error": f"not done in {LIMIT_S} s"}
        except OSError as error:
            found["run"] = {"error": str(error)}
            continue
        for line in lines:
            name = f"{line['measure']}" if "error" in line else key(line)
            found[name] = {field: value for field, value in line.items() if field not in ("measure", "in_flight", "numbers")}
    return found
