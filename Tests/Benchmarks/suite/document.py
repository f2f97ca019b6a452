"""Writes docs/BENCHMARKS.md from the results of a run."""

import shutil
from typing import Any, Dict

import places
import tables

INTRODUCTION = """# Benchmarks

Written by `make bench-docs`, which runs `make bench` and copies what it found: do not edit. The suite is
[Tests/Benchmarks](../Tests/Benchmarks); it measures libllm from C, Python and Node, bare libcurl in C as the floor, and the other
libraries from PyPI, in one run: in each of several rounds every client has its turn, against one server on loopback with canned
answers. What stands here are medians, ± half the distance of the quartiles.
"""

SERVER = """## The server, and whether it is the limit

[server.c](../Tests/Benchmarks/server/server.c) is one thread on an epoll set, with a core to itself in the pinned runs. It reports
what CPU it used and how late its paced events were, which stands beside each scene of "Many streams at once". Its events are
about 300 bytes, as OpenAI's are (Anthropic's, which its own client is given, 130); each paced event is an HTTP chunk and a
segment of its own, a burst has 32 events in a chunk. Where it used a part of its core and was hardly late, it was not the limit;
of bursts what the bare client took in a second is what it can send at least.
"""


def markdown(table: tables.Table) -> str:
    lines = [f"## {table.title}", ""]
    if table.rows:
        lines += ["| " + " | ".join(table.head) + " |", "|" + " --- |" + " ---: |" * (len(table.head) - 1)]
        lines += ["| " + " | ".join(row) + " |" for row in table.rows]
        lines.append("")
    return "\n".join([*lines, table.note, ""] if table.note else lines)


def machine(results: Dict[str, Any]) -> str:
    of, versions = results["machine"], results["versions"]
    busy = f"load average {of['load_average_before']:.1f} before the run, {of['load_average_after']:.1f} after it"
    if of["load_average_before"] > 0.5 * of["cores"]:
        busy += " (the machine had other work as well: wall times and first events say little, CPU more, instructions all)"
    return "\n".join(
        [
            "## The machine",
            "",
            f"{of['time']}: {of['processor']}, {of['cores']} cores, {of['memory_gb']} GB, {of['system']}, Linux {of['kernel']}; {busy}. "
            f"{results['settings']['rounds']} rounds{', QUICK' if results['settings']['quick'] else ''}, {results['settings']['minutes']:.0f} minutes.",
            "",
            ", ".join(f"{name} {version}" for name, version in versions.items() if version) + ".",
            "",
        ]
    )


def failures(results: Dict[str, Any]) -> str:
    said = [f"- {client}: {measure}: {why}" for client, of in results["failures"].items() for measure, why in of.items()]
    return "\n".join(["## What could not be measured", "", *said, ""]) if said else ""


# The plots that are kept with the document; README.md shows the first.
PLOTS = {
    "events-pinned": "What an event of a stream costs with each client",
    "calls-at-once-pinned": "How many calls a second each client makes, by how many are under way",
}


def plots() -> str:
    shown = {name: says for name, says in PLOTS.items() if (places.BUILD / f"{name}.svg").exists()}
    for name in shown:
        shutil.copy(places.BUILD / f"{name}.svg", places.IMAGES)
    return "".join(f"![{says}]({places.IMAGES.name}/{name}.svg)\n\n" for name, says in shown.items())


def write(results: Dict[str, Any]) -> None:
    places.IMAGES.mkdir(parents=True, exist_ok=True)
    parts = [
        INTRODUCTION,
        machine(results),
        *(markdown(table) for table in reversed(tables.all_tables(results)[-1:])),
        plots(),
        *(markdown(table) for table in tables.all_tables(results)[:-1]),
        SERVER,
        failures(results),
    ]
    places.DOCUMENT.write_text("\n".join(part for part in parts if part).rstrip() + "\n")
