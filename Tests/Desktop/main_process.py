"""The Electron app's main process, under Node with a stand-in for Electron."""
from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from itertools import count
from pathlib import Path
from typing import Any, Dict, List

HERE = Path(__file__).resolve().parent
NODE = os.environ.get("NODE", "node")
HANG = 60.0  # seconds


class Refused(Exception):
    """The app threw this."""


class MainProcess:
    def __init__(self, env: Dict[str, str]) -> None:
        self.sent: "queue.Queue[List[Any]]" = queue.Queue()  #: [channel, id, event]: what the page is sent
        self.lines: List[str] = []                           #: all that has left the process for the page
        self._answers: "queue.Queue[Dict[str, Any]]" = queue.Queue()
        self._numbers = count(1)
        # On the addon, which is what Electron has.
        self._child = subprocess.Popen([NODE, str(HERE / "electron/main-process.js")], text=True,
                                       env={**env, "SCALING_MEMORY_BACKEND": "addon"},
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self._read, daemon=True).start()

    def ask(self, what: str, **fields: Any) -> Any:
        number = next(self._numbers)
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps({"number": number, "ask": what, **fields}) + "\n")
        self._child.stdin.flush()
        answer = self._answers.get(timeout=HANG)
        assert answer["number"] == number
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def invoke(self, channel: str, *args: Any, **more: Any) -> Any:
        return self.ask("invoke", channel=channel, args=args, **more)

    def analysis(self, id: str) -> List[Dict[str, Any]]:
        """The events of this analysis until it has ended."""
        events: List[Dict[str, Any]] = []
        while not events or events[-1]["type"] == "text":
            channel, of, event = self.sent.get(timeout=HANG)
            assert channel == "analysis:event"
            if of == id:
                events.append(event)
        return events

    def end(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(HANG)

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self.lines.append(line)
            message = json.loads(line)
            if "sent" in message:
                self.sent.put(message["sent"])
            else:
                self._answers.put(message)
