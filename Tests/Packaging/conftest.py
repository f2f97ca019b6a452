"""What is installed for these tests, once: a tree by `make install`; and the providers on loopback that they ask."""
from __future__ import annotations

import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CONSUMERS = Path(__file__).resolve().parent / "consumers"
sys.path[:0] = [str(ROOT / "packaging"), str(ROOT / "bindings/python/tests"), str(ROOT / "Tests/ABITests/support")]

import version  # noqa: E402
from loopback import Server, answer_ok  # noqa: E402
from servers import make_certificates  # noqa: E402

FILE = f"libllm.so.{version.ABI}.{version.VERSION}"
#: Such as x86_64-linux-gnu, where the system has folders of that name.
MULTIARCH = subprocess.run(["cc", "-print-multiarch"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
LIBDIR = f"lib/{MULTIARCH}" if MULTIARCH else "lib64"   # below the prefix; not the default
#: What a consumer that finds the library says.
ANSWER = f"libllm {version.VERSION}, ABI {version.ABI}: picked up in a minute\n"


@pytest.fixture(scope="session")
def library() -> Path:
    return Path(os.environ.get("LLM_LIBRARY", ROOT / ".build/release/libllm.so"))


def environment(**more: str) -> Dict[str, str]:
    """Nothing that could lead a compiler or a loader to the build tree."""
    return {**{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}, "LC_ALL": "C.UTF-8", **more}


def run(*command: "str | Path", cwd: Path, **more: str) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment(**more), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}"
    return done.stdout


def make(*arguments: str) -> str:
    return run(os.environ.get("MAKE") or "make", "-C", ROOT, "--no-print-directory", *arguments, cwd=ROOT,
               PYTHON=sys.executable)


def files(folder: Path) -> List[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


@pytest.fixture(scope="session")
def places() -> List[str]:
    """As make takes them, without DESTDIR."""
    return ["PREFIX=/opt/llm", f"LIBDIR=/opt/llm/{LIBDIR}"]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, places: List[str]) -> Path:
    """The prefix of an installation, under a DESTDIR that it was not told of."""
    destination = tmp_path_factory.mktemp("destination")
    make("install", f"DESTDIR={destination}", *places)
    return destination / "opt/llm"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture
def http() -> Iterator[str]:
    with Server(answer_ok) as server:
        yield server.url


@pytest.fixture
def https(certificates: Path) -> Iterator[str]:
    """A provider whose certificate is signed by an authority of these tests."""
    server = Server(answer_ok)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "good.pem", certificates / "good.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with server:
        yield server.url.replace("http:", "https:")
