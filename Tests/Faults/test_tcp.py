"""Faults below HTTP, or of its bytes: socat, openssl's own server, and PyPI's `faulty`, a proxy that spoils a connection."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Iterator, Tuple

import pytest

import tools
import wires
from calls import call, fixed
from conftest import NGINX, Table

ANSWER = "It is four."
socat = Table("socat")
openssl = Table("openssl")
faulty = Table("faulty")


#: Ends a connection with RST: it is one without lingering, whose socat has no time to say goodbye.
RESET = ("sleep 0.1; kill -9 $SOCAT_PID", "so-linger=0")


def url(port: int, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{port}/v1"


def serve_bytes(scripts: tools.Scripts, name: str, text: str, then: str = "true", *options: str) -> int:
    path = scripts.folder / name
    path.write_text(text)
    return scripts.serve(f"cat {path}; {then}", *options)


def test_a_refused_connection_is_tried_again(refused_port: int, operation: str) -> None:
    outcome = call(url(refused_port), operation, retry=fixed(2, 100))
    socat.check("nobody listens", operation, outcome, "connection", 3, at_least=0.2)


def test_a_reset_after_the_head_is_tried_again(scripts: tools.Scripts, operation: str) -> None:
    port = serve_bytes(scripts, "head-only", wires.EVENT_HEAD, *RESET)
    outcome = call(url(port), operation, retry=fixed(2, 100))
    socat.check("reset after the head", operation, outcome, "connection", 3, at_least=0.2,
                seen=partial(scripts.connections, port))


def test_a_reset_in_mid_stream_ends_with_what_came(scripts: tools.Scripts) -> None:
    port = serve_bytes(scripts, "reset", wires.EVENT_HEAD + wires.text("It "), *RESET)
    outcome = call(url(port), "stream", retry=fixed(2, 100))
    socat.check("reset in mid-stream", "stream", outcome, "connection", 1, seen=partial(scripts.connections, port))
    assert outcome.text == "".join(outcome.texts) == "It "


def test_a_stall_before_the_head_is_given_up(mute_port: int, operation: str) -> None:
    outcome = call(url(mute_port), operation, retry=fixed(2, 100), timeout={"first_byte_ms": 400})
    socat.check("stall before the head, first_byte_ms 400", operation, outcome, "timeout", 1, at_least=0.4)
    assert "first_byte_ms" in outcome.error["message"]


def test_a_stall_after_the_head_is_given_up(scripts: tools.Scripts, operation: str) -> None:
    port = serve_bytes(scripts, "stalled-head", wires.EVENT_HEAD, "sleep 20")
    outcome = call(url(port), operation, retry=fixed(2, 100), timeout={"idle_ms": 400})
    socat.check("stall after the head, idle_ms 400", operation, outcome, "timeout", 1, at_least=0.4,
                seen=partial(scripts.connections, port))
    assert "idle_ms" in outcome.error["message"]


def test_a_stall_in_mid_stream_ends_with_what_came(scripts: tools.Scripts) -> None:
    port = serve_bytes(scripts, "stalled", wires.EVENT_HEAD + wires.text("It ") + wires.text("is "), "sleep 20")
    outcome = call(url(port), "stream", retry=fixed(2, 100), timeout={"idle_ms": 400})
    socat.check("stall in mid-stream, idle_ms 400", "stream", outcome, "timeout", 1, at_least=0.4,
                seen=partial(scripts.connections, port))
    assert outcome.text == "".join(outcome.texts) == "It is "


def test_half_a_body_is_asked_for_again(scripts: tools.Scripts) -> None:
    half = wires.response(wires.COMPLETION[:150], length=len(wires.COMPLETION))
    port = serve_bytes(scripts, "half", half)
    outcome = call(url(port), "complete", retry=fixed(2, 100))
    socat.check("half a body", "complete", outcome, "truncated", 3, at_least=0.2, seen=partial(scripts.connections, port))


def test_a_stream_that_ends_in_the_middle_of_an_event_ends_with_what_came(scripts: tools.Scripts) -> None:
    port = serve_bytes(scripts, "half-event", wires.EVENT_HEAD + wires.text("It ") + wires.text("is ")[:40])
    outcome = call(url(port), "stream", retry=fixed(2, 100))
    socat.check("cut in the middle of an event", "stream", outcome, "truncated", 1, seen=partial(scripts.connections, port))
    assert outcome.text == "".join(outcome.texts) == "It "


@pytest.mark.parametrize("kind, status, attempts", [
    ("server_error", "server", 3),
    ("overloaded_error", "server", 3),
    ("rate_limit_error", "rate_limited", 3),
    ("invalid_request_error", "bad_request", 1),
    ("authentication_error", "authentication", 1),
])
def test_status_200_with_an_error_event_first(scripts: tools.Scripts, kind: str, status: str, attempts: int) -> None:
    port = serve_bytes(scripts, kind, wires.EVENT_HEAD + wires.failure(kind) + "data: [DONE]\n\n")
    outcome = call(url(port), "stream", retry=fixed(2, 100))
    socat.check(f"200, {kind} first", "stream", outcome, status, attempts, at_least=0.1 * (attempts - 1),
                seen=partial(scripts.connections, port))
    assert outcome.error["http_status"] == 200


def test_an_error_object_under_status_200(scripts: tools.Scripts) -> None:
    body = '{"error": {"message": "Overloaded.", "type": "overloaded_error", "code": null}}'
    port = serve_bytes(scripts, "error-object", wires.response(body))
    outcome = call(url(port), "complete", retry=fixed(2, 100))
    socat.check("200, an error object", "complete", outcome, "server", 3, at_least=0.2,
                seen=partial(scripts.connections, port))


def test_an_error_event_in_mid_stream_ends_with_what_came(scripts: tools.Scripts) -> None:
    port = serve_bytes(scripts, "late-error", wires.EVENT_HEAD + wires.text("It ") + wires.failure("server_error"))
    outcome = call(url(port), "stream", retry=fixed(2, 100))
    socat.check("200, server_error after text", "stream", outcome, "server", 1, seen=partial(scripts.connections, port))
    assert outcome.text == "".join(outcome.texts) == "It "


def test_a_page_under_status_200_is_not_asked_for_again(scripts: tools.Scripts, operation: str) -> None:
    page = wires.response("<html><body>Log in first</body></html>", "text/html")
    port = serve_bytes(scripts, f"page-{operation}", page)
    outcome = call(url(port), operation, retry=fixed(2, 100))
    socat.check("200, an HTML page", operation, outcome, "protocol", 1, seen=partial(scripts.connections, port))


def test_a_server_that_does_not_speak_http(scripts: tools.Scripts, operation: str) -> None:
    port = scripts.serve("echo SSH-2.0-OpenSSH_9.2p1")
    outcome = call(url(port), operation, retry=fixed(2, 100))
    socat.check("not HTTP", operation, outcome, "protocol", 1, seen=partial(scripts.connections, port))


# TLS

TLS = Tuple[tools.Process, int, Path]


@pytest.fixture(scope="module")
def tls_server(folder: Path) -> Iterator[TLS]:
    """`openssl s_server` with a certificate of its own: the process, the port, the certificate."""
    certificate, key = folder / "tls.pem", folder / "tls.key"
    subprocess.run([tools.command("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "30", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    str(key), "-out", str(certificate)], check=True, capture_output=True)
    port = tools.free_port()
    command = [tools.command("openssl"), "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-cert", str(certificate),
               "-key", str(key), "-www"]
    with tools.running(command, port, folder / "s_server.log", folder) as process:
        yield process, port, certificate


def test_half_a_handshake_is_given_up(scripts: tools.Scripts, tls_server: TLS, operation: str) -> None:
    """The first 200 bytes of what s_server answers, and no more."""
    _, port, certificate = tls_server
    half = scripts.serve(f"{tools.command('socat')} - TCP:127.0.0.1:{port} | (head -c 200; sleep 20)")
    outcome = call(url(half, "https"), operation, retry=fixed(1, 50), timeout={"connect_ms": 300},
                   ca_file=str(certificate))
    openssl.check("half a handshake, connect_ms 300", operation, outcome, "timeout", 2, at_least=0.65,
                  seen=partial(scripts.connections, half))
    assert "connect_ms" in outcome.error["message"]


def test_a_stopped_tls_server_is_given_up(tls_server: TLS, operation: str) -> None:
    """The kernel takes the connection, and nobody answers."""
    process, port, certificate = tls_server
    os.kill(process.pid, signal.SIGSTOP)
    try:
        outcome = call(url(port, "https"), operation, retry=fixed(1, 50), timeout={"connect_ms": 300},
                       ca_file=str(certificate))
    finally:
        os.kill(process.pid, signal.SIGCONT)
    openssl.check("no answer to the handshake, connect_ms 300", operation, outcome, "timeout", 2, at_least=0.65)


def test_a_handshake_that_is_broken_off_is_tried_again(scripts: tools.Scripts, operation: str) -> None:
    port = scripts.serve("head -c 1 >/dev/null")
    outcome = call(url(port, "https"), operation, retry=fixed(2, 100))
    openssl.check("closed in the handshake", operation, outcome, "connection", 3, at_least=0.2,
                  seen=partial(scripts.connections, port))


def test_a_certificate_that_is_not_trusted_is_not_tried_again(tls_server: TLS, operation: str) -> None:
    outcome = call(url(tls_server[1], "https"), operation, retry=fixed(3, 2000))
    openssl.check("a certificate that nobody trusts", operation, outcome, "connection", 1, at_most=1.9)
    assert "certificate" in outcome.error["message"]


# faulty


@pytest.fixture(scope="module", params=["delay=200", "throttle=1500", "drop=1", "corrupt=1"])
def spoiled(request: pytest.FixtureRequest, folder: Path, nginx: NGINX) -> Iterator[Tuple[str, int]]:
    """A rule, and the port of a proxy to nginx that keeps to it."""
    rule, port = str(request.param), tools.free_port()
    command = [sys.executable, str(tools.HERE / "spoil.py"), str(port), str(nginx.port), rule]
    with tools.running(command, port, folder / f"faulty-{port}.log", folder):
        yield rule, port


def test_a_spoiled_connection(spoiled: Tuple[str, int], nginx: NGINX, operation: str) -> None:
    rule, port = spoiled
    case = f"{rule}/{operation}"
    base = f"http://127.0.0.1:{port}/ok/{case}/v1"
    if rule == "delay=200":
        outcome = call(base, operation, retry=fixed(0))
        faulty.check("each piece 200 ms late", operation, outcome, "ok", 1, at_least=0.2, seen=nginx.seen("ok", case))
        assert outcome.text == ANSWER
    elif rule == "throttle=1500":
        outcome = call(base, operation, retry=fixed(0), timeout={"idle_ms": 2000})
        faulty.check("64 bytes at a time, 1500 a second", operation, outcome, "ok", 1, at_least=0.3, at_most=15,
                     seen=nginx.seen("ok", case))
        assert outcome.text == ANSWER
    elif rule == "drop=1":
        outcome = call(base, operation, retry=fixed(2), timeout={"first_byte_ms": 500})
        faulty.check("nothing comes back, first_byte_ms 500", operation, outcome, "timeout", 1, at_least=0.5,
                     seen=nginx.seen("ok", case))
    else:
        check_corruption(base, operation)


def check_corruption(base: str, operation: str) -> None:
    """One byte of each piece is another one: every call ends, with an answer or with an error that fits."""
    patience = {"first_byte_ms": 500, "idle_ms": 500}
    outcomes = [call(base, operation, retry=fixed(1, 1), timeout=patience) for _ in range(25)]
    statuses = {outcome.status for outcome in outcomes}
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    faulty.check(f"a wrong byte, 25 calls: {', '.join(sorted(statuses))}", operation, slowest, slowest.status,
                 slowest.attempts, at_most=6)
    assert not statuses & {"internal", "memory", "canceled", "invalid_argument", "configuration"}
