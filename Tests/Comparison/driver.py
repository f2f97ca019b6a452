"""Asks one client for one case's answer: says "ready" when it is set up, then what it made of it, as a line of JSON.

usage: driver.py CLIENT BASE TIMEOUT RETRIES     CLIENT is the name of a module in clients/, whose make(base, timeout, retries)
                                                 gives a function that asks and fills in a Said as the answer comes

The request is the same for all: a question, two tools, and whatever the client needs to be told that usage is wanted.
"""

import importlib
import json
import os
import sys
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

QUESTION = [{"role": "user", "content": "What is the weather in Paris?"}]


def schema(name: str) -> Dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"}}, "required": [name], "additionalProperties": False}


class Tool(NamedTuple):
    name: str
    parameters: Dict[str, Any]

    @property
    def as_openai(self) -> Dict[str, Any]:
        return {"type": "function", "function": {"name": self.name, "parameters": self.parameters}}


TOOLS = (Tool("get_weather", schema("city")), Tool("get_time", schema("zone")))


class Said:
    """What a client handed out: its own words, joined and not judged."""

    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self.finish_reason: Optional[str] = None
        self.tool_calls: List[List[str]] = []  # id, name, arguments
        self.usage: Optional[Tuple[int, int]] = None
        self.error: Optional[str] = None

    def tool_call(self, index: int, id: Optional[str], name: Optional[str], arguments: Optional[str]) -> None:
        """Joins a tool call out of pieces, for clients that leave this to the caller: by their index, as OpenAI documents it."""
        while len(self.tool_calls) <= index:
            self.tool_calls.append(["", "", ""])
        call = self.tool_calls[index]
        call[:] = [id or call[0], name or call[1], call[2] + (arguments or "")]


def main() -> None:
    client, base, timeout, retries = sys.argv[1:]
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "clients"))
    said = Said()
    ask = importlib.import_module(client).make(base, int(timeout), int(retries))
    print("ready", flush=True)
    try:
        ask(said)
    except Exception as error:  # noqa: BLE001: what a client raises is what is wanted here
        said.error = f"{type(error).__name__}: {error}"
    print(json.dumps(vars(said)), flush=True)
    os._exit(0)  # a thread that a client left behind is not what is looked at


if __name__ == "__main__":
    sys.modules["driver"] = sys.modules["__main__"]
    main()
