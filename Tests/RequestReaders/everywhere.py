"""A server that is every provider at once: a proxy on loopback that answers in the name of each host it is asked for.

Clients reach it by their settings "proxy" and "ca_file", and keep the providers' own addresses. What is sent is kept, and
refused with status 400; nothing leaves the machine.
"""
import json
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, List, NamedTuple, Optional, Type

REFUSAL = json.dumps({"error": {"message": "kept", "type": "invalid_request_error"}}).encode()


class Sent(NamedTuple):
    host: str
    path: str
    headers: Dict[str, str]
    body: Any


class Everywhere(ThreadingHTTPServer):
    """Listens as long as the block lasts; `hosts` are those in whose name it can answer. Needs openssl."""

    daemon_threads = True

    def __init__(self, folder: Path, hosts: List[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ca_file = folder / "everywhere.pem"
        key = folder / "everywhere.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
             "-subj", "/CN=everywhere", "-addext", "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts),
             "-keyout", str(key), "-out", str(self.ca_file)], check=True, capture_output=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.ca_file, key)
        #: What came so far.
        self.sent: List[Sent] = []
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> "Everywhere":
        self._thread.start()
        return self

    def __exit__(self, kind: Optional[Type[BaseException]] = None, error: Optional[BaseException] = None,
                 trace: Optional[TracebackType] = None) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Everywhere

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_CONNECT(self) -> None:
        """From here on the client speaks to the host that it named, which is this server, too."""
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.sent.append(Sent(headers["host"], self.path, headers, json.loads(body)))
        self.send_response(400)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)
