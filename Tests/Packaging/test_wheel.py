"""The Python package as a wheel: built, installed into an empty environment, and run there away from the build tree."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Dict, List

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Makes a call, and prints what the process has loaded.
SHOW_LOADED = """
import sys, scaling_memory
with scaling_memory.Client("openai", base_url=sys.argv[1], model="m") as client:
    assert client.complete("Hello").content == "4"
print(scaling_memory.library_path())
print(*{line.split(maxsplit=5)[-1].strip() for line in open("/proc/self/maps") if ".so" in line}, sep="\\n")
"""
STREAM = """
import sys, scaling_memory
url, *ca_file = sys.argv[1:]
settings = {"ca_file": ca_file[0]} if ca_file else {}
with scaling_memory.Client("openai", base_url=url, model="m", retry={"max_retries": 0}, **settings) as client:
    try:
        print("".join(client.stream("Hello").text))
    except scaling_memory.LLMError as error:
        print(f"{error.status}: {error}")
"""


def environment(**more: str) -> Dict[str, str]:
    """Nothing that leads to the build tree."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **more}


def run(*command: "str | Path", cwd: Path, **more: str) -> str:
    ended = subprocess.run([str(part) for part in command], cwd=cwd, env=environment(**more), stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    assert ended.returncode == 0, f"{command} ended with {ended.returncode}\n{ended.stdout}"
    return ended.stdout


def build(source: Path, place: Path) -> "subprocess.CompletedProcess[str]":
    """What `pip install` of a folder does first, with the tools that are installed here."""
    command = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--no-build-isolation",
               "--no-index", "--wheel-dir", str(place), str(source)]
    env = {name: value for name, value in os.environ.items() if name != "SCALING_MEMORY_LIBRARY"}
    return subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make wheel` builds."""
    place = tmp_path_factory.mktemp("wheel")
    command = [os.environ.get("MAKE") or "make", "-C", str(ROOT), "--no-print-directory", "wheel", f"WHEELS={place}"]
    made = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=600)
    assert made.returncode == 0, made.stdout
    (found,) = place.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    subprocess.run([sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "--quiet",
                    "--disable-pip-version-check", "--no-index", str(wheel)], check=True)
    return folder


def test_its_name_says_any_python_3_and_a_glibc_no_newer_than_this_one(wheel: Path) -> None:
    version = re.search('^version = "(.*)"$', (ROOT / "bindings/python/pyproject.toml").read_text(), re.M)
    assert version is not None
    machine = re.escape(platform.machine())
    named = re.fullmatch(rf"scaling_memory-{re.escape(version[1])}-py3-none-manylinux_2_(\d+)_{machine}\.whl", wheel.name)
    assert named, wheel.name
    assert int(named[1]) <= int(platform.libc_ver()[1].split(".")[1])


def test_nothing_in_it_names_the_build_tree(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            assert str(ROOT).encode() not in archive.read(name), name


def test_the_licenses_of_what_it_carries_come_along(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        licenses = [name for name in names if ".dist-info/licenses/" in name and not name.endswith("/")]
        texts = b"".join(archive.read(name) for name in licenses)
    assert any(name.endswith("/LICENSE") for name in licenses)
    assert any("/libcurl" in name for name in names)
    if shutil.which("dpkg"):
        assert b"Daniel Stenberg" in texts and b"OpenSSL" in texts


def test_all_that_it_loads_is_its_own_or_every_systems(installed: Path, http: str, tmp_path: Path) -> None:
    library, *loaded = run(installed / "bin/python", "-c", SHOW_LOADED, http, cwd=tmp_path).splitlines()
    (package,) = installed.glob("lib/python*/site-packages/scaling_memory")
    assert library == str(package / "libllm.so") and library in loaded
    assert not [path for path in loaded if path.startswith(str(ROOT))]
    carried = {path.name for path in (package.parent / "scaling_memory.libs").iterdir()}
    assert carried <= {Path(path).name for path in loaded}, "some that is carried is not what is loaded"
    curl: List[str] = [path for path in loaded if "curl" in path]
    assert len(curl) == 1 and curl[0].startswith(str(package.parent))


def test_a_stream_over_tls_from_a_server_that_the_given_authority_vouches_for(
        installed: Path, https: str, certificates: Path, tmp_path: Path) -> None:
    assert run(installed / "bin/python", "-c", STREAM, https, certificates / "ca.pem", cwd=tmp_path) == "4\n"


def test_the_systems_authorities_are_looked_up_and_do_not_vouch_for_any_server(
        installed: Path, https: str, certificates: Path, tmp_path: Path) -> None:
    refused = run(installed / "bin/python", "-c", STREAM, https, cwd=tmp_path)
    assert refused.startswith("connection: ") and "certificate" in refused
    vouched = run(installed / "bin/python", "-c", STREAM, https, cwd=tmp_path, SSL_CERT_FILE=str(certificates / "ca.pem"))
    assert vouched == "4\n"


def test_the_command_is_installed(installed: Path, http: str, tmp_path: Path) -> None:
    arguments = ["--provider", "openai", "--base-url", http, "--model", "m", "--stream", "Hello"]
    assert run(installed / "bin/scaling-memory", *arguments, cwd=tmp_path) == "4\n"
    assert str(installed) in run(installed / "bin/scaling-memory", "--version", cwd=tmp_path)


def test_pip_install_of_the_folder_carries_the_library_that_is_built(tmp_path: Path) -> None:
    built = build(ROOT / "bindings/python", tmp_path)
    assert built.returncode == 0, built.stdout
    (wheel,) = tmp_path.glob("*.whl")
    assert "-py3-none-linux_" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        carried = archive.read("scaling_memory/libllm.so")
    assert carried == (ROOT / ".build/release/libllm.so").read_bytes()


def test_pip_install_of_the_folder_says_make_where_no_library_is_built(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "bindings/python", tmp_path / "checkout/bindings/python",
                    ignore=shutil.ignore_patterns("tests", "*.egg-info", "__pycache__"))
    (tmp_path / "checkout/include").mkdir()
    (tmp_path / "checkout/include/llm.h").touch()
    refused = build(tmp_path / "checkout/bindings/python", tmp_path)
    assert refused.returncode != 0
    assert f"libllm.so is not built yet: run `make` in {tmp_path}/checkout, and install again." in refused.stdout
    assert "Traceback" not in refused.stdout
