"""The library's version, from the one place where it is written, and the names that come of it."""
import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def _found(pattern: str, path: str) -> str:
    found = re.search(pattern, (_ROOT / path).read_text("utf-8"), re.MULTILINE)
    if not found:
        raise SystemExit(f"{path} does not say what packaging/version.py looks for there: {pattern}")
    return found[1]


VERSION = _found(r'text: StaticString \{ "([\d.]+)" \}', "Sources/ScalingMemory/Version.swift")
ABI = int(_found(r"^#define LLM_ABI_VERSION (\d+)$", "include/llm.h"))

if __name__ == "__main__":
    print(VERSION, ABI)
