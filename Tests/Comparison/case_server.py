"""The server on loopback: /CLIENT/CASE/... is answered as the case says, and who asked when is kept."""

import collections
import socket
import threading
import time
from typing import Dict, List, Tuple

from cases import CASES
from wire import Reply

BY_NAME = {case.name: case for case in CASES}
#: Between two writes, so that they arrive one by one; of a body in many pieces less.
PAUSE = 0.03
#: How long a connection that is left open is kept.
KEPT = 90


class CaseServer:
    def __init__(self) -> None:
        #: When the answer to each attempt at a client's case began to be sent.
        self.answered: Dict[Tuple[str, str], List[float]] = collections.defaultdict(list)
        #: When each attempt had arrived.
        self.arrivals: Dict[Tuple[str, str], List[float]] = collections.defaultdict(list)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._listener.close()

    def forget(self, client: str, name: str) -> None:
        self.arrivals.pop((client, name), None)
        self.answered.pop((client, name), None)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # stopped
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        """One request a connection, which the reply says."""
        with connection:
            try:
                path = read_request(connection)
                _, client, name, *_ = path.split("/")
                replies = BY_NAME[name].replies
                self.arrivals[client, name].append(time.monotonic())
                reply = replies[min(len(self.arrivals[client, name]), len(replies)) - 1]
                self.answered[client, name].append(time.monotonic())
                send(connection, reply)
                if reply.end == "open":
                    connection.settimeout(KEPT)
                    connection.recv(1)
            except OSError:
                pass  # the client hung up


def read_request(connection: socket.socket) -> str:
    """The path of a request, which is read to its end."""
    connection.settimeout(KEPT)
    head = b""
    while b"\r\n\r\n" not in head:
        head += received(connection)
    head, body = head.split(b"\r\n\r\n", 1)
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    length = int(fields.get(b"content-length", b"0"))
    while len(body) < length:
        body += received(connection)
    return head.split(b" ", 2)[1].decode()


def received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("closed before the request was whole")
    return data


def send(connection: socket.socket, reply: Reply) -> None:
    fields = [("Content-Type", reply.content_type), ("Connection", "close"), *reply.fields]
    if reply.chunked:
        fields.append(("Transfer-Encoding", "chunked"))
    lines = [f"HTTP/1.1 {reply.status} {'OK' if reply.status == 200 else 'Too Many Requests'}"]
    connection.sendall("\r\n".join([*lines, *(f"{name}: {value}" for name, value in fields), "", ""]).encode())
    for piece in reply.pieces:
        connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if reply.chunked else piece)
        time.sleep(PAUSE)
    if reply.chunked and reply.end == "whole":
        connection.sendall(b"0\r\n\r\n")
