"""Looks for the keys that the tests use where no key may be: in logs, reports and whatever a crash left."""
import re
from pathlib import Path
from typing import Set

SOURCES = ("Tests", "bindings/python/tests", "bindings/node/test")
#: Long enough that it is no word of another text, such as a test's name.
KEY = re.compile(rb"\bsk-[A-Za-z0-9_-]{20,}")


def keys_of_tests(root: Path) -> Set[bytes]:
    """Every key in the tests' sources. The tests that look for keys themselves have theirs among these."""
    keys = {key for folder in SOURCES for path in sorted((root / folder).rglob("*")) if path.is_file()
            for key in KEY.findall(path.read_bytes())}
    for source in ("Tests/ABITests/support/calls.h", "Tests/Faults/calls.py"):
        if not keys & set(KEY.findall((root / source).read_bytes())):
            raise AssertionError(f"{source} has no key that is known for one")
    return keys


def hits(path: Path, keys: Set[bytes]) -> int:
    """How often a key is in a file."""
    data = path.read_bytes()
    return sum(data.count(key) for key in keys)
