"""The ABI watch: what was promised in docs/abi holds for llm.h and the library, and it is noticed where it does not."""
from __future__ import annotations

import copy
import re
import subprocess
import warnings
from pathlib import Path
from typing import Any, Dict, List

import abi
import header
import pytest
from conftest import ROOT
from version import ABI, VERSION

HEADER = header.HEADER.read_text()


@pytest.fixture(scope="module")
def record() -> Dict[str, Any]:
    return abi.recorded(ABI)


@pytest.fixture(scope="module")
def stub(record: Dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_stub(tmp_path_factory.mktemp("stub"), [*{**record["functions"], **header.read().named("function"), "llm_new": 0}])


def build_stub(folder: Path, functions: List[str], soname: str = f"libllm.so.{ABI}", node: str = f"LLM_{ABI}") -> Path:
    """A library with the library's symbols and nothing behind them."""
    (folder / "stub.c").write_text("".join(f"void {name}(void) {{}}\n" for name in functions))
    (folder / "stub.map").write_text(f"{node} {{ global: llm_*; local: *; }};\n")
    library = folder / "stub.so"
    subprocess.run(["cc", "-shared", "-fPIC", "stub.c", "-o", library, f"-Wl,-soname,{soname}", "-Wl,--version-script=stub.map"],
                   cwd=folder, check=True)
    return library


def changed_header(tmp_path: Path, *changes: "tuple[str, str]") -> Path:
    text = HEADER
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in llm.h"
        text = text.replace(old, new)
    path = tmp_path / "llm.h"
    path.write_text(text)
    return path


def is_unreleased() -> bool:
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest and newest[1].startswith(VERSION), f"the newest entry of CHANGELOG.md is not that of {VERSION}"
    return newest[1] == f"{VERSION} (unreleased)"


def test_the_header_and_the_library_are_as_recorded(record: Dict[str, Any], library: Path) -> None:
    difference = abi.compare(record, header.HEADER, library)
    assert difference.changed == [], "what is promised was changed; docs/ABI.md says what may be done instead"
    if difference.added:
        said = f"new in the ABI: {', '.join(difference.added)}. Record it before the release: packaging/abi.py record"
        assert is_unreleased(), said
        warnings.warn(said)


def test_the_record_is_of_this_abi_version(record: Dict[str, Any], library: Path) -> None:
    assert (record["abi_version"], record["soname"], record["node"]) == (ABI, f"libllm.so.{ABI}", f"LLM_{ABI}")
    assert len(record["functions"]) > 30 and len(record["constants"]) > 40
    assert set(record["structs"]["llm_event"]["members"]) == {"tag", "kind", "length"}


# Each is a change of llm.h that programs which were built before would trip over, and what is said of it.
BREAKING = {
    "a function is taken away": (("uint32_t llm_abi_version(void);", ""), "llm_abi_version is gone from the header"),
    "a result changes": (("void llm_free(", "int32_t llm_free("), "llm_free is of the type int32_t (void *): it was void (void *)"),
    "a parameter changes": (("llm_call_pause(llm_call *LLM_NULLABLE call, int32_t", "llm_call_pause(llm_call *LLM_NULLABLE call, int64_t"),
                            "llm_call_pause is of the type void (llm_call *, int64_t): it was void (llm_call *, int32_t)"),
    "a parameter is added": (("void llm_free(", "void llm_free(int32_t how, "), "llm_free is of the type"),
    "a constant changes": (("LLM_ERROR_TIMEOUT = -12", "LLM_ERROR_TIMEOUT = -112"), "LLM_ERROR_TIMEOUT is -112: it was -12"),
    "a constant is taken away": (("  LLM_EVENT_LOG = 7 ", "  "), "LLM_EVENT_LOG is gone from the header"),
    "a constant is renamed": (("  LLM_TOO_SMALL = 3,", "  LLM_SMALL = 3,"), "LLM_TOO_SMALL is gone from the header"),
    "members change places": (("  int32_t kind;      /* LLM_EVENT_... */\n  uint32_t length;   /* bytes of data */\n",
                               "  uint32_t length;\n  int32_t kind;\n"), "llm_event.kind has the offset 12: it was 8"),
    "a member changes its size": (("  int32_t kind;  ", "  int64_t kind;  "), "llm_event.kind has the size 8: it was 4"),
    "a member changes its sign": (("  int32_t kind;  ", "  uint32_t kind;  "), "llm_event.kind is of the type uint32_t: it was int32_t"),
    "a member is added to a struct that tells no size": (("} llm_event;", "  uint64_t time;\n} llm_event;"),
                                                         "llm_event has the size 24: it was 16"),
    "a member is put before others": (("  llm_status (*LLM_NULLABLE encode)", "  void *first;\n  llm_status (*LLM_NULLABLE encode)"),
                                      "llm_adapter.encode has the offset 16: it was 8"),
    "the type behind a name changes": (("typedef int32_t llm_status;", "typedef int64_t llm_status;"),
                                       "llm_status is of the type int64_t: it was int32_t"),
    "a callback changes": (("typedef void (*llm_log_fn)(int32_t", "typedef void (*llm_log_fn)(int64_t"),
                           "llm_log_fn is of the type void (*)(int64_t"),
}


@pytest.mark.parametrize("change", BREAKING)
def test_it_is_noticed_when(change: str, record: Dict[str, Any], stub: Path, tmp_path: Path) -> None:
    edit, expected = BREAKING[change]
    said = abi.compare(record, changed_header(tmp_path, edit), stub).changed
    assert any(sentence.startswith(expected) for sentence in said), said


HARMLESS = {
    "a parameter is renamed": ("void llm_free(void *LLM_NULLABLE memory);", "void llm_free(void *LLM_NULLABLE text);"),
    "a type is spelled in another way": ("void llm_call_pause(llm_call *LLM_NULLABLE call, int32_t", "void llm_call_pause(struct llm_call *call, llm_status"),
    "nullability is marked": ("void llm_free(void *LLM_NULLABLE memory);", "void llm_free(void *memory);"),
    "a comment changes": ("/* Frees a JSON result. */", "/* Gives a JSON result back. */"),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_nothing_is_said_when(change: str, record: Dict[str, Any], stub: Path, tmp_path: Path) -> None:
    recorded_all = abi.with_additions(record, abi.of_header(header.HEADER))
    difference = abi.compare(recorded_all, changed_header(tmp_path, HARMLESS[change]), stub)
    assert difference == abi.Difference([], [])


def test_additions_are_allowed_and_named(record: Dict[str, Any], stub: Path, tmp_path: Path) -> None:
    path = changed_header(
        tmp_path,
        ("/* Frees a JSON result. */", "/* New. */\nvoid llm_new(void);\n\n/* Frees a JSON result. */"),
        ("  LLM_ERROR_MEMORY = -21", "  LLM_ERROR_MEMORY = -21,\n  LLM_ERROR_NEW = -99"),
        ("} llm_adapter;", "  void (*LLM_NULLABLE latest)(void *LLM_NULLABLE user_data);\n} llm_adapter;"),
    )
    difference = abi.compare(record, path, stub)
    assert difference.changed == []
    assert {"llm_new", "LLM_ERROR_NEW", "llm_adapter.latest"} <= set(difference.added)


def test_recording_keeps_what_is_there_and_adds_what_is_new(record: Dict[str, Any], stub: Path, tmp_path: Path) -> None:
    old = copy.deepcopy(record)
    old["functions"]["llm_free"]["since"] = "0.0.1"
    path = changed_header(tmp_path, ("/* Frees a JSON result. */", "/* New. */\nvoid llm_new(void);\n\n/* Frees a JSON result. */"))
    merged = abi.with_additions(old, abi.of_header(path))
    assert merged["functions"]["llm_free"]["since"] == "0.0.1"
    assert merged["functions"]["llm_new"] == {"type": "void (void)", "since": VERSION}
    assert abi.compare(merged, path, stub) == abi.Difference([], [])


@pytest.mark.parametrize("change, expected", [
    ({"functions": ["llm_version"]}, "llm_free is not exported by the library"),
    ({"soname": "libllm.so.7"}, f"the library's soname is libllm.so.7: it was libllm.so.{ABI}"),
    ({"node": "LLM_7"}, f"llm_free is exported under LLM_7: it was under LLM_{ABI}"),
])
def test_a_library_that_is_not_the_recorded_one_is_noticed(change: Dict[str, Any], expected: str, record: Dict[str, Any],
                                                           tmp_path: Path) -> None:
    library = build_stub(tmp_path, **{"functions": list(record["functions"]), **change})
    assert expected in abi.compare(record, header.HEADER, library).changed


def test_a_new_abi_version_needs_a_record_of_its_own(tmp_path: Path, stub: Path) -> None:
    path = changed_header(tmp_path, (f"#define LLM_ABI_VERSION {ABI}", "#define LLM_ABI_VERSION 99"))
    done = subprocess.run([ROOT / "packaging/abi.py", "check", "--header", path, "--library", stub], capture_output=True, text=True)
    assert done.returncode == 1
    assert "LLM_ABI_VERSION is 99, and there is no docs/abi/LLM_99.json" in done.stderr


def test_the_command_fails_on_a_change_and_not_on_an_addition(tmp_path: Path, stub: Path) -> None:
    def check(*change: "tuple[str, str]") -> "subprocess.CompletedProcess[str]":
        return subprocess.run([ROOT / "packaging/abi.py", "check", "--header", changed_header(tmp_path, *change), "--library", stub],
                              capture_output=True, text=True)
    broken = check(("LLM_OP_STREAM = 2", "LLM_OP_STREAM = 22"))
    assert (broken.returncode, broken.stdout) == (1, "changed: LLM_OP_STREAM is 22: it was 2\n")
    grown = check(("LLM_OP_STREAM = 2", "LLM_OP_NEW = 77, LLM_OP_STREAM = 2"))
    assert (grown.returncode, grown.stdout) == (0, "added: LLM_OP_NEW\n")
