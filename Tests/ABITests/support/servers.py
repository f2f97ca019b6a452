"""The servers that tests talk to: each on a free port of 127.0.0.1, ended by its own process id."""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


class Server:
    """A child process whose first line of output says where it listens."""

    def __init__(self, command, env=None):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=env)
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError(f"{command[1]} did not start")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def fault_server(certificates):
    return Server([sys.executable, HERE / "fault_server.py", "--certificates", certificates])


def replay(recordings, split=0):
    """shared/tools/replay.py, which serves the recorded exchanges; `split`: event streams in pieces of that many bytes."""
    tool = recordings.parent / "tools" / "replay.py"
    return Server([sys.executable, tool, "--root", recordings, "--split", split])


def make_certificates(folder):
    """A certificate authority of the tests' own, ca.pem, and with it `good` (localhost) and `elsewhere`."""

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    folder.mkdir(parents=True, exist_ok=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
            "/CN=libllm test authority", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    for name, host in (("good", "DNS:localhost,IP:127.0.0.1"), ("elsewhere", "DNS:elsewhere.example")):
        (folder / f"{name}.ext").write_text(f"subjectAltName={host}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
        openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
                "-CAcreateserial", "-days", "30", "-extfile", folder / f"{name}.ext", "-out", folder / f"{name}.pem")
