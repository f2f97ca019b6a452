"""What is installed for these tests, once: a tree by `make install`, and Debian packages by `make deb`."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, List

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CONSUMERS = Path(__file__).resolve().parent / "consumers"
sys.path.insert(0, str(ROOT / "packaging"))

import version  # noqa: E402

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
