"""The native host, started as a browser does: with pipes for messages."""
from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path
from typing import Any, Dict, List, Optional

HANG = 60  # seconds
#: What Chromium takes of a host's message.
MEGABYTE = 1024 * 1024


def frame(message: Any) -> bytes:
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    return struct.pack("=I", len(data)) + data


class HostProcess:
    def __init__(self, launcher: Path, env: Dict[str, str]) -> None:
        self.longest = 0  # bytes of a message that came
        self._child = subprocess.Popen([str(launcher), "chrome-extension://abc/"], env=env, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def send(self, *messages: Any) -> None:
        """All in one write, so that the host finds them at once."""
        assert self._child.stdin is not None
        self._child.stdin.write(b"".join(map(frame, messages)))
        self._child.stdin.flush()

    def receive(self) -> Optional[Dict[str, Any]]:
        """The next message, None at the end."""
        assert self._child.stdout is not None
        head = self._child.stdout.read(4)
        if len(head) < 4:
            return None
        (length,) = struct.unpack("=I", head)
        self.longest = max(self.longest, length)
        message = json.loads(self._child.stdout.read(length))
        assert isinstance(message, dict)
        return message

    def analysis(self, id: str) -> List[Dict[str, Any]]:
        """What comes until this analysis has ended."""
        came: List[Dict[str, Any]] = []
        while not came or came[-1]["type"] == "text" or came[-1]["id"] != id:
            message = self.receive()
            assert message is not None, f"the host ended after {came}"
            came.append(message)
        return came

    def end(self) -> "tuple[int, str]":
        """Closes the pipe, as a browser does that has no use for the host any more; gives exit status and standard error."""
        _, said = self._child.communicate(timeout=HANG)
        return self._child.returncode, said.decode()

    def kill(self) -> None:
        self._child.kill()
        self._child.communicate()
