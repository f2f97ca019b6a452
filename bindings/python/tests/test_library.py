"""Where the library is looked for, and what is said when it is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Optional

import pytest

import child
from scaling_memory import LibraryError, _library, library_path

SHOW = "import scaling_memory as s; print(s.library_path())"
TRY = "import scaling_memory as s\ntry: s.Client('openai')\nexcept s.LibraryError as error: print(error)"


@pytest.fixture
def real() -> Path:
    """The library that these tests run with."""
    return Path(library_path()).resolve()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the package that is not part of a checkout, without a library."""
    copy = tmp_path / "one" / "two" / "three" / "src"
    ignore = shutil.ignore_patterns("libllm*", "__pycache__")
    shutil.copytree(child.SOURCE / "scaling_memory", copy / "scaling_memory", ignore=ignore)
    return copy


def outcome(script: str, source: Path, variable: Optional[str] = None, loader: Optional[Path] = None) -> str:
    changes = {_library.VARIABLE: variable, "LD_LIBRARY_PATH": None if loader is None else str(loader)}
    ended = child.run(script, changes=changes, source=source)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.rstrip("\n")


def broken(folder: Path, name: str) -> Path:
    """A file in the library's place that is none."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("not a library")
    return folder / name


def test_the_variable_counts_before_all_else(source: Path, real: Path, tmp_path: Path) -> None:
    broken(source / "scaling_memory", "libllm.so")
    assert outcome(SHOW, source, variable=str(real)) == str(real)
    assert outcome(SHOW, source, variable=os.path.relpath(real)) == str(real)


def test_a_wrong_variable_is_not_passed_over(source: Path, real: Path, tmp_path: Path) -> None:
    (source / "scaling_memory" / "libllm.so").symlink_to(real)
    missing = tmp_path / "missing.so"
    message = outcome(TRY, source, variable=str(missing))
    assert f"SCALING_MEMORY_LIBRARY: {missing}: no such file" in message
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize("name", ["libllm.so", "libllm.so.1", "libllm.so.1.0.0"])
def test_beside_the_package_comes_next(source: Path, real: Path, tmp_path: Path, name: str) -> None:
    beside = source / "scaling_memory" / name
    beside.symlink_to(real)
    loader = broken(tmp_path / "system", "libllm.so.1").parent
    assert outcome(SHOW, source, loader=loader) == str(beside)


def test_then_the_build_of_the_checkout_that_the_package_is_in(real: Path, tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    package = root / "bindings" / "python"
    shutil.copytree(child.SOURCE, package / "src", ignore=shutil.ignore_patterns("libllm*", "__pycache__"))
    (package / "pyproject.toml").touch()
    (root / "include").mkdir()
    (root / "include" / "llm.h").touch()
    built = root / ".build" / "release" / "libllm.so"
    built.parent.mkdir(parents=True)
    built.symlink_to(real)
    assert outcome(SHOW, package / "src") == str(built)


def test_then_the_systems_loader(source: Path, real: Path, tmp_path: Path) -> None:
    system = tmp_path / "system"
    system.mkdir()
    (system / "libllm.so.1").symlink_to(real)
    assert outcome(SHOW, source, loader=system) == "libllm.so.1"


def test_the_error_says_every_place_and_what_was_wrong_there(source: Path, tmp_path: Path) -> None:
    beside = broken(source / "scaling_memory", "libllm.so")
    loader = broken(tmp_path / "system", "libllm.so.1").parent
    first, *places = outcome(TRY, source, loader=loader).splitlines()
    assert "Set SCALING_MEMORY_LIBRARY to the path of libllm.so" in first
    assert len(places) == 2
    assert places[0].startswith(f"  beside the package: {beside}: ") and "file too short" in places[0]
    assert places[1].startswith("  the system's loader: libllm.so.1: ")


def test_without_any_library_the_package_imports_and_its_first_use_says_so(source: Path, tmp_path: Path) -> None:
    loader = broken(tmp_path / "system", "libllm.so.1").parent
    message = outcome(TRY, source, loader=loader)
    assert f"beside the package: {source / 'scaling_memory' / 'libllm.so'}: no such file" in message
    assert issubclass(LibraryError, ImportError)


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("unsigned llm_abi_version(void) { return 99; }", "its ABI version is 99, and this package needs 1"),
        ("unsigned llm_abi_version(void) { return 1; }", "undefined symbol: llm_"),
        ("int unrelated;", "undefined symbol: llm_abi_version"),
    ],
    ids=["another version", "functions are missing", "another library"],
)
def test_a_library_that_does_not_fit_is_refused(source: Path, tmp_path: Path, code: str, complaint: str) -> None:
    compiler = shutil.which("cc") or shutil.which("clang")
    assert compiler, "these tests need a C compiler, cc or clang"
    library = tmp_path / "libllm.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-xc", "-", "-o", str(library)], input=code.encode(), check=True)
    message = outcome(TRY, source, variable=str(library))
    assert f"{library}: " in message and complaint in message
