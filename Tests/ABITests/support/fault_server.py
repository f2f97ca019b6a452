"""An HTTP server that sends exactly the bytes it was told to, so that tests can be wrong on purpose.

A test opens a control connection and describes what its port shall do; fault_server.h is the C side of it. A control
connection has one listening port and lives as long as the test does. Commands are lines; a payload of N bytes follows
those that end in N, and every command is answered by a line "ok ..." (with a payload where the answer is one).

  listen [127.0.0.1|::1|full] [CERT]   opens the port: "ok PORT". full: its backlog is full, so nobody gets through.
                                       CERT: a certificate NAME.pem with key of --certificates, for TLS
  reply                      the actions that follow are for the next request; the last reply serves all later ones too
  send N / bytes N           sends the payload at once / every byte in a packet of its own
  repeat COUNT N             sends the payload COUNT times; "stalled" happens when the client takes nothing for 250 ms
  chunk N / chunkbytes N     the same as send and bytes, each piece framed as an HTTP chunk
  wait NAME                  goes on when the test has said: signal NAME
  sleep MS                   waits
  hang                       does nothing until the client closes
  close / reset              ends the connection, orderly or with RST
  mark NAME                  makes NAME happen

  signal NAME                releases a wait, now and later
  await EVENT COUNT MS       waits until EVENT has happened COUNT times: "ok 1", or "ok 0" when MS milliseconds are over
  count EVENT                how often it happened: connected, request, closed (the client left in the middle of a
                             reply), idle-closed (it left between two), stalled, played, handshake-failed, or a mark;
                             "sent" counts bytes that the kernel took
  request I                  what the I-th request was: payload of head and body (of a long body its first MiB)
  size I                     how many bytes its body had

usage: fault_server.py [--certificates DIR]        The first line printed is the control port.
"""
import argparse
import os
import socket
import ssl
import struct
import sys
import threading
import time

KEPT_REQUESTS = 2000
KEPT_BODY = 1 << 20


class PeerClosed(Exception):
    """The client left in the middle of a reply."""


class Scenario:
    """What one control connection described, and what has happened on its port."""

    def __init__(self, certificates):
        self.certificates = certificates
        self.changed = threading.Condition()
        self.counts = {}
        self.signals = set()
        self.replies = []
        self.requests = []
        self.sizes = []
        self.listener = None
        self.context = None
        self.fillers = []
        self.connections = set()

    def happened(self, event, by=1):
        with self.changed:
            self.counts[event] = self.counts.get(event, 0) + by
            self.changed.notify_all()

    def listen(self, address="127.0.0.1", certificate=None):
        full = address == "full"
        family = socket.AF_INET6 if address == "::1" else socket.AF_INET
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.bind(("127.0.0.1" if full else address, 0))
        self.listener.listen(0 if full else 1024)
        port = self.listener.getsockname()[1]
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            path = os.path.join(self.certificates, certificate)
            self.context.load_cert_chain(path + ".pem", path + ".key")
        if full:
            for _ in range(4):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
                self.fillers.append(filler)
            time.sleep(0.1)
        else:
            threading.Thread(target=self.accept, daemon=True).start()
        return port

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        self.happened("connected")
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context:
                try:
                    connection = self.context.wrap_socket(connection, server_side=True)
                except (OSError, ssl.SSLError):
                    return self.happened("handshake-failed")
            self.connections.add(connection)
            Connection(self, connection).run()
        except PeerClosed:
            self.happened("closed")
        except (ConnectionError, ssl.SSLError, OSError):
            self.happened("closed")
        finally:
            self.connections.discard(connection)
            try:
                connection.close()
            except OSError:
                pass

    def received(self, request, size):
        """Keeps the request and gives the reply that answers it."""
        with self.changed:
            number = self.counts.get("request", 0)
            if number < KEPT_REQUESTS:
                self.requests.append(request)
                self.sizes.append(size)
            self.counts["request"] = number + 1
            self.changed.notify_all()
            return self.replies[min(number, len(self.replies) - 1)] if self.replies else [("hang",)]

    def end(self):
        for item in [self.listener, *self.fillers]:
            if item:
                try:
                    item.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                item.close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Connection:
    """One accepted connection: reads requests and plays replies until either side has enough."""

    def __init__(self, scenario, sock):
        self.scenario = scenario
        self.sock = sock
        self.plain = not isinstance(sock, ssl.SSLSocket)
        self.buffer = b""

    def run(self):
        while True:
            request = self.read_request()
            if request is None:
                return self.scenario.happened("idle-closed")
            for action in self.scenario.received(*request):
                if self.play(*action) == "end":
                    return self.scenario.happened("played")
            self.scenario.happened("played")

    def read_request(self):
        while b"\r\n\r\n" not in self.buffer:
            try:
                piece = self.sock.recv(65536)
            except ConnectionError:
                return None
            if not piece:
                return None
            self.buffer += piece
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if b"expect: 100-continue" in lower and len(rest) < length:
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        size = len(rest)
        kept = bytearray(rest[:length])
        while size < length:
            piece = self.sock.recv(min(1 << 20, length - size))
            if not piece:
                raise PeerClosed
            size += len(piece)
            if len(kept) < KEPT_BODY:
                kept += piece
        self.buffer = rest[length:]
        return head + b"\r\n\r\n" + bytes(kept[:KEPT_BODY]), length

    def play(self, verb, *arguments):
        return getattr(self, "do_" + verb)(*arguments)

    def do_send(self, data):
        self.sock.sendall(data)
        self.scenario.happened("sent", len(data))

    def do_bytes(self, data):
        for i in range(len(data)):
            self.sock.send(data[i:i + 1])
        self.scenario.happened("sent", len(data))

    def do_chunk(self, data):
        self.do_send(b"%x\r\n%s\r\n" % (len(data), data))

    def do_chunkbytes(self, data):
        for i in range(len(data)):
            self.sock.send(b"1\r\n%s\r\n" % data[i:i + 1])
        self.scenario.happened("sent", len(data))

    def do_repeat(self, count, data):
        self.sock.settimeout(0.25)
        try:
            for _ in range(count):
                view = memoryview(data)
                while view:
                    try:
                        taken = self.sock.send(view)
                    except TimeoutError:
                        self.scenario.happened("stalled")
                        continue
                    view = view[taken:]
                    self.scenario.happened("sent", taken)
        finally:
            self.sock.settimeout(None)

    def left(self):
        """Whether the client has closed its side. TLS connections cannot be looked at without reading."""
        if not self.plain:
            return False
        try:
            return self.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False

    def until(self, over):
        while not over():
            if self.left():
                raise PeerClosed
            with self.scenario.changed:
                if not over():
                    self.scenario.changed.wait(0.005)

    def do_wait(self, name):
        self.until(lambda: name in self.scenario.signals)

    def do_sleep(self, milliseconds):
        end = time.monotonic() + milliseconds / 1000
        self.until(lambda: time.monotonic() >= end)

    def do_hang(self):
        self.until(lambda: False)

    def do_close(self):
        self.sock.shutdown(socket.SHUT_WR)
        return "end"

    def do_reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return "end"

    def do_mark(self, name):
        self.scenario.happened(name)


class Control:
    """The control connection of one test."""

    PAYLOADS = {"send": 0, "bytes": 0, "chunk": 0, "chunkbytes": 0, "repeat": 1}

    def __init__(self, sock, certificates):
        self.file = sock.makefile("rwb")
        self.scenario = Scenario(certificates)

    def run(self):
        try:
            for line in self.file:
                answer, payload = self.command(*line.decode().split())
                self.file.write(f"ok {answer}\n".encode() + payload)
                self.file.flush()
        except (ConnectionError, ValueError):
            pass
        finally:
            self.scenario.end()

    def command(self, verb, *words):
        scenario = self.scenario
        if verb == "listen":
            return scenario.listen(*words), b""
        if verb == "reply":
            scenario.replies.append([])
        elif verb in self.PAYLOADS:
            numbers = [int(word) for word in words]
            scenario.replies[-1].append((verb, *numbers[:-1], self.file.read(numbers[-1])))
        elif verb == "signal":
            with scenario.changed:
                scenario.signals.add(words[0])
                scenario.changed.notify_all()
        elif verb == "await":
            with scenario.changed:
                reached = scenario.changed.wait_for(
                    lambda: scenario.counts.get(words[0], 0) >= int(words[1]), int(words[2]) / 1000)
            return int(reached), b""
        elif verb == "count":
            with scenario.changed:
                return scenario.counts.get(words[0], 0), b""
        elif verb == "request":
            payload = scenario.requests[int(words[0])]
            return len(payload), payload
        elif verb == "size":
            return scenario.sizes[int(words[0])], b""
        elif verb == "sleep":
            scenario.replies[-1].append((verb, int(words[0])))
        else:
            scenario.replies[-1].append((verb, *words))
        return "", b""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--certificates", default="")
    arguments = parser.parse_args()
    control = socket.create_server(("127.0.0.1", 0))
    print(control.getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()  # ends with its parent
    while True:
        sock, _ = control.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Control(sock, arguments.certificates).run, daemon=True).start()


if __name__ == "__main__":
    main()
