"""The server of a measurement, and nginx in front of it where TLS or HTTP/2 is measured. Both end with their block."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.request
from typing import Any, Dict, Iterator, Optional

import places


def on_core(core: Optional[int]):
    return (lambda: os.sched_setaffinity(0, {core})) if core is not None else None


@contextlib.contextmanager
def server(core: Optional[int]) -> Iterator[str]:
    """Gives its base URL."""
    process = subprocess.Popen([str(places.BUILD / "server")], stdout=subprocess.PIPE, text=True, preexec_fn=on_core(core))
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def figures(base: str) -> Dict[str, Any]:
    """What CPU the server has used and how late its events were since this was last asked."""
    with urllib.request.urlopen(f"{base}/figures", timeout=30) as answer:
        return json.load(answer)


def certificates() -> pathlib.Path:
    """A folder with ca.pem, and server.pem and server.key of localhost, signed by it."""
    folder = places.BUILD / "certificates"
    if (folder / "server.pem").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    (folder / "server.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for command in (
        ["req", "-x509", *key, "-days", "3650", "-subj", "/CN=libllm benchmarks", "-keyout", "ca.key", "-out", "ca.pem"],
        ["req", *key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"],
        [
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "3650",
            "-extfile",
            "server.ext",
            "-out",
            "server.pem",
        ],
    ):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    return folder


NGINX = """
daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid nginx.pid; error_log error.log;
events {{ worker_connections 9000; }}
http {{
  access_log off; keepalive_requests 1000000; http2_max_concurrent_streams 4096;
  client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
  upstream behind {{ server {upstream}; keepalive 4096; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port} ssl http2 backlog=4096;
    ssl_certificate {certificates}/server.pem; ssl_certificate_key {certificates}/server.key;
    ssl_session_cache off; ssl_session_tickets off;   # every handshake is a whole one
    location / {{ proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }}
  }}
}}
"""


def find_nginx() -> Optional[str]:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def tls_in_front(base: str, core: Optional[int]) -> Iterator[str]:
    """nginx with HTTP/1.1 and HTTP/2 over TLS; gives its base URL."""
    folder, port = places.BUILD / "nginx", free_port()
    (folder / "t").mkdir(parents=True, exist_ok=True)
    (folder / "nginx.conf").write_text(NGINX.format(upstream=base.split("//")[1], port=port, certificates=certificates()))
    process = subprocess.Popen(
        [find_nginx(), "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"], preexec_fn=on_core(core)
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"nginx did not start: see {folder}/error.log")
        yield f"https://localhost:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
