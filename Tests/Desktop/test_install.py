"""The script that tells a browser where the native host is."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import install
from conftest import ROOT, surroundings
from host_process import HostProcess

SCRIPT = ROOT / "examples/extension/host/install.py"


def run(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], env=surroundings(**env), capture_output=True, text=True)


def test_this_extension_and_no_other_may_start_the_host(tmp_path: Path) -> None:
    folder = tmp_path / "native hosts"
    assert run("--directory", str(folder)).returncode == 0
    manifest = json.loads((folder / f"{install.NAME}.json").read_text())
    assert manifest["name"] == install.NAME and manifest["type"] == "stdio"
    assert manifest["allowed_origins"] == [f"chrome-extension://{install.extension_id()}/"]
    host = HostProcess(Path(manifest["path"]), surroundings(XDG_CONFIG_HOME=str(tmp_path)))
    assert host.end() == (0, "")


def test_the_browsers_that_are_there_are_found_and_left_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "chromium").mkdir()
    (tmp_path / "google-chrome").mkdir()
    done = run(XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {f"{browser}/NativeMessagingHosts/{install.NAME}{suffix}"
                       for browser in ("chromium", "google-chrome") for suffix in (".json", ".sh")}
    assert run("--uninstall", XDG_CONFIG_HOME=str(tmp_path)).returncode == 0
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_without_a_browser_it_says_what_to_name(tmp_path: Path) -> None:
    done = run(XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 1 and "--directory" in done.stderr


def test_a_python_without_the_package_is_not_installed(tmp_path: Path) -> None:
    done = run("--directory", str(tmp_path / "hosts"), PYTHONPATH="")
    assert done.returncode == 1 and "pip install" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "hosts").exists()
