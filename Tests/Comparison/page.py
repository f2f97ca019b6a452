"""The tables, for the terminal and for docs/COMPARISON.md."""

import datetime
from typing import Dict, List, Optional, Sequence

from asking import ROOT, Client
from cases import Case
from facts import Weight
from judging import Outcome
from notes import LEFT_OUT, NOTES

DOCUMENT = ROOT / "docs" / "COMPARISON.md"
Outcomes = Dict[str, Dict[str, Outcome]]

INTRODUCTION = """# What clients make of difficult streams

Written by `make compare-docs`, which runs `make compare` and copies what it found: do not edit. The program is
[Tests/Comparison](../Tests/Comparison). A server on loopback speaks OpenAI's chat completions, and sends what servers, proxies and
networks do send: odd line ends, pieces, errors in the middle, half an answer. Each client asks it the same question, with the
same two tools, about 20 lines of code each, and is pointed at it by its base URL; each case is a process of its own with a limit
of time. One function judges all outcomes.

The cases were chosen by the authors of one of the clients, among those that clients are known to get wrong; what other clients
do better is not looked for. An ordinary answer is the first case, and all of them get it right.
"""

OUTCOMES = """**right**: what is expected, in the second table. **wrong**: something else was handed out as the answer. **error**:
the client raised an error in place of an answer, or one without the server's words. **hangs**: the call had not returned when the
time was over, 8 s unless the case says otherwise. What came in place of what is expected stands below the table.
"""

BY = """"By" is the document that says so; "servers in use" send it, though no document of the wire's names it. Gateways to Gemini that
number all calls 0 are told of in [gcli2api 406](https://github.com/su-kaka/gcli2api/pull/406) and
[omnigent 28](https://github.com/omnigent-ai/omnigent/pull/28), which mended theirs.
"""

AGAIN = """## How to repeat it

```sh
make compare        # prints the table: four minutes and, the first time, the installation of the others into .build/bench-venv
make compare-docs   # the same, and writes this page
Tests/Comparison/run --only cut cut-in-event --clients libllm openai
```

A client is a module in `Tests/Comparison/clients`, a case an entry of `cases.py`. `Tests/Docs` runs libllm's column with every
change, in which all of it has to be right, and holds this page's cases against the program's.
"""


def rows(clients: Sequence[Client], cases: Sequence[Case], outcomes: Outcomes) -> List[List[str]]:
    return [[case.name, *(outcomes[client.key][case.name].kind for client in clients)] for case in cases]


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def padded(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """The same for a terminal."""
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *body]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def details(clients: Sequence[Client], cases: Sequence[Case], outcomes: Outcomes) -> List[str]:
    """A line for each outcome that is not right."""
    lines = []
    for case in cases:
        for client in clients:
            outcome = outcomes[client.key][case.name]
            if outcome.kind != "right":
                note = NOTES.get((client.key, case.name))
                lines.append(f"- {case.name}, {client.title}: {outcome}.{f' {note}' if note else ''}")
    return lines


def count(clients: Sequence[Client], cases: Sequence[Case], outcomes: Outcomes) -> List[str]:
    right = [sum(outcomes[client.key][case.name].kind == "right" for case in cases) for client in clients]
    return [f"right, of {len(cases)}", *map(str, right)]


def show(clients: Sequence[Client], cases: Sequence[Case], outcomes: Outcomes) -> None:
    body = [*rows(clients, cases, outcomes), count(clients, cases, outcomes)]
    print(padded(["", *(client.title for client in clients)], body), "", *details(clients, cases, outcomes), "", LEFT_OUT, sep="\n")


def weights(of: Dict[str, Optional[Weight]]) -> str:
    body = [[name, str(weight.packages), f"{weight.download_mb:.1f} MB", f"{weight.installed_mb:.1f} MB"] if weight else
            [name, "could not be fetched", "", ""] for name, weight in of.items()]
    return table(["", "packages, itself included", "download", "unpacked"], body)


def write(clients: Sequence[Client], cases: Sequence[Case], outcomes: Outcomes, versions: str,
          weighed: Dict[str, Optional[Weight]]) -> None:
    marked = [[f"`{row[0]}`", *(kind if kind == "right" else f"**{kind}**" for kind in row[1:])]
              for row in rows(clients, cases, outcomes)]
    described = [[f"`{case.name}`", case.sent, case.expected, case.source] for case in cases]
    clients_said = [f"- {client.title}: {client.used}." for client in clients]
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    parts = [
        INTRODUCTION,
        f"Measured on {date} with {versions}.\n",
        "## The outcomes\n",
        table(["case", *(client.title for client in clients)], [*marked, count(clients, cases, outcomes)]) + "\n",
        OUTCOMES,
        "\n".join(details(clients, cases, outcomes)) + "\n",
        LEFT_OUT + "\n",
        "## The cases\n",
        table(["case", "the server sends", "expected", "by"], described) + "\n",
        BY,
        "## How each is asked\n",
        "\n".join(clients_said) + "\n",
        "All with a timeout of 30 s and no retries, unless the case says otherwise.\n",
        "## What is installed with each\n",
        weights(weighed) + "\n",
        "The wheels that pip fetches into an empty environment, of this machine's Python.\n",
        AGAIN,
    ]
    DOCUMENT.write_text("\n".join(parts), "utf-8")
