"""The package, its tests and its examples are typed, strictly."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from child import SOURCE, environment
from recordings import REPOSITORY


def test_mypy_finds_nothing(tmp_path: Path) -> None:
    if importlib.util.find_spec("mypy") is None:
        assert os.environ.get("LLM_REQUIRE_ALL") != "1", "mypy is not installed in this environment"
        pytest.skip("mypy is not installed")
    tests = Path(__file__).parent
    for files in ([SOURCE, tests], [REPOSITORY / "examples" / "python"]):
        checked = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), *map(str, files)],
            env={**environment(), "MYPYPATH": f"{SOURCE}:{tests}"},
            capture_output=True,
            text=True,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_types_travel_with_the_package() -> None:
    assert (SOURCE / "scaling_memory" / "py.typed").is_file()
