"""What is loaded when: with the import what defines a client, with the first client libllm and all that its calls need."""

from __future__ import annotations

import importlib
import json
from typing import Any, Dict, List

import pytest

import child
import scaling_memory
from scaling_memory import library_path

#: What nothing here but an event loop, a log or OpenTelemetry needs, and what takes as long as all the rest.
COSTLY = {"ast", "asyncio", "dataclasses", "dis", "inspect", "logging", "pathlib", "socket", "ssl", "subprocess"}

CALLS = "client.complete('?'); client.stream('?').finish()"


def loaded(*steps: str) -> List[List[str]]:
    """What each of `steps` adds to the modules of a Python that has nothing of the user's and nothing of site's."""
    script = "import sys; sys.path.insert(0, sys.argv[1]); import os; os.environ['SCALING_MEMORY_LIBRARY'] = sys.argv[2]\n"
    script += "found, known = [], set(sys.modules)\n"
    for step in steps:
        script += f"{step}\nfound.append(sorted(set(sys.modules) - known)); known = set(sys.modules)\n"
    script += "import json; print(json.dumps(found))"
    ended = child.run(script, str(child.SOURCE), library_path(), flags=["-I", "-S"])
    assert ended.returncode == 0, ended.stderr
    found: List[List[str]] = json.loads(ended.stdout)
    return found


def test_the_import_of_the_package_loads_none_of_its_modules() -> None:
    (modules,) = loaded("import scaling_memory")
    assert [name for name in modules if name.startswith("scaling_memory")] == ["scaling_memory"]
    assert not COSTLY & set(modules)


def test_a_client_loads_nothing_costly() -> None:
    for modules in loaded("from scaling_memory import Client", "Client('echo')"):
        assert not COSTLY & set(modules)


def test_ctypes_comes_with_the_first_client_and_not_before() -> None:
    by_the_import, by_the_client = loaded("from scaling_memory import Client, AsyncClient", "Client('echo')")
    assert "ctypes" not in by_the_import
    assert "ctypes" in by_the_client


def test_an_asynchronous_client_leaves_the_loop_to_the_program() -> None:
    for modules in loaded("from scaling_memory import AsyncClient", "AsyncClient('echo')"):
        assert not COSTLY & set(modules)


def test_the_first_calls_have_nothing_left_to_load() -> None:
    _, by_the_calls = loaded("import scaling_memory as s; client = s.Client('echo')", CALLS)
    assert by_the_calls == []


def test_every_public_name_is_where_the_package_says() -> None:
    assert sorted(scaling_memory._MODULES) == sorted(scaling_memory.__all__)
    names: Dict[str, Any] = {}
    exec("from scaling_memory import *", names)
    for name, module in scaling_memory._MODULES.items():
        assert names[name] is getattr(importlib.import_module(f"scaling_memory.{module}"), name)


def test_dir_names_them_all_before_any_is_loaded() -> None:
    ended = child.run("import scaling_memory as s; print(*dir(s))")
    assert set(scaling_memory.__all__) <= set(ended.stdout.split())


def test_a_module_of_the_package_is_found_without_an_import_of_its_own() -> None:
    ended = child.run("import scaling_memory as s; print(s.events.TextEvent is s.TextEvent, s.errors.__name__)")
    assert ended.stdout.split() == ["True", "scaling_memory.errors"]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'scaling_memory' has no attribute 'Clinet'"):
        getattr(scaling_memory, "Clinet")
