"""A TCP proxy that remembers which side of a connection ended it, and what the server had sent by then."""
import socket
import threading
from types import TracebackType
from typing import List, Optional, Type

WAIT = 60.0  # seconds; only against a hang


class Connection:
    """One client's connection and the one to the server that goes with it."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.sent = bytearray()             #: what the server sent
        self.ended_by: Optional[str] = None  #: "client" or "server"
        self.ended = threading.Event()
        self._lock = threading.Lock()
        for name, source, target in (("client", client, server), ("server", server, client)):
            threading.Thread(target=self._pump, args=(name, source, target), daemon=True).start()

    def close(self) -> None:
        for side in (self.client, self.server):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _pump(self, name: str, source: socket.socket, target: socket.socket) -> None:
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                if name == "server":
                    self.sent += data
                target.sendall(data)
        except OSError:
            pass
        with self._lock:
            if self.ended_by is None:
                self.ended_by = name
        self.close()  # so that the other side learns of it
        self.ended.set()


class RecordingProxy:
    """Listens on a free port of 127.0.0.1 as long as it is open, and passes everything on to `host`, "127.0.0.1:1234"."""

    def __init__(self, host: str) -> None:
        name, port = host.split(":")
        self._server = (name, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.connections: List[Connection] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "RecordingProxy":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.connections:
            connection.close()
            connection.ended.wait(WAIT)
            connection.client.close()
            connection.server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections.append(Connection(client, socket.create_connection(self._server)))
