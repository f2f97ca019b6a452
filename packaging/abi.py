#!/usr/bin/env python3
"""Holds include/llm.h and libllm.so to docs/abi/LLM_1.json, the ABI that was promised. docs/ABI.md says what that means.

usage: packaging/abi.py check [--header include/llm.h] [--library .build/release/libllm.so]
       packaging/abi.py record [the same]
       packaging/abi.py symbols

  check    prints what was changed, which fails, and what was added and is not recorded, which does not
  record   writes additions into the record, as of this version; refuses while anything is changed
  symbols  prints the record as a symbols file of Debian's

Values, layouts and types are the compiler's ($CC, else cc), not what a pattern reads in the header.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

import header
from version import VERSION

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / ".build" / "release" / "libllm.so"
ABI = Dict[str, Any]


class Difference(NamedTuple):
    changed: List[str]     # sentences: what programs that were built before would trip over
    added: List[str]       # names


class NoABI(Exception):
    """The header or the library cannot be read, or there is no record for its ABI version."""


def output_of(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise NoABI(f"{' '.join(command)}\n{done.stdout}")
    return done.stdout


def ask_compiler(path: Path, questions: Dict[str, str]) -> Dict[str, int]:
    """The value of each C expression, with the header included."""
    lines = [f'    printf("%s %lld\\n", "{name}", (long long)({expression}));' for name, expression in questions.items()]
    program = "\n".join(["#include <stdio.h>", f'#include "{path.resolve()}"', "int main(void) {", *lines, "    return 0;", "}\n"])
    with tempfile.TemporaryDirectory() as folder:
        source, binary = Path(folder, "probe.c"), Path(folder, "probe")
        source.write_text(program)
        output_of(os.environ.get("CC") or "cc", "-std=c11", str(source), "-o", str(binary))
        answers = output_of(str(binary))
    return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in answers.splitlines())}


def of_header(path: Path) -> ABI:
    """What the header declares, in the record's shape."""
    read = header.read(path)
    functions, structs = read.named("function"), read.named("struct")
    constants = [each.name for one in read.declarations if one.kind == "enum" for each in header.constants_of(one)]
    questions = {name: name for name in constants}
    for name, struct in structs.items():
        questions[f"{name} size"] = f"sizeof({name})"
        questions[f"{name} alignment"] = f"_Alignof({name})"
        for member in header.members_of(struct):
            questions[f"{name}.{member.name} offset"] = f"__builtin_offsetof({name}, {member.name})"
            questions[f"{name}.{member.name} size"] = f"sizeof((({name} *)0)->{member.name})"
    answers = ask_compiler(path, {"LLM_ABI_VERSION": "LLM_ABI_VERSION", **questions})
    types = {name: f"struct {name}" for name in read.named("handle")}
    types.update((name, header.scalar_of(one)) for name, one in read.named("scalar").items())
    types.update((name, header.type_of(one).replace(" (", " (*)(", 1)) for name, one in read.named("pointer").items())
    return {
        "abi_version": answers["LLM_ABI_VERSION"],
        "functions": {name: {"type": header.type_of(one), "since": VERSION} for name, one in functions.items()},
        "constants": {name: answers[name] for name in constants},
        "types": types,
        "structs": {name: {
            "size": answers[f"{name} size"],
            "alignment": answers[f"{name} alignment"],
            "members": {member.name: {"type": member.type, "offset": answers[f"{name}.{member.name} offset"],
                                      "size": answers[f"{name}.{member.name} size"]}
                        for member in header.members_of(one)},
        } for name, one in structs.items()},
    }


def of_library(path: Path) -> Tuple[str, Dict[str, str]]:
    """The soname, and the version node of each function that is exported."""
    nodes = {}
    for line in output_of("nm", "-D", "--defined-only", "--with-symbol-versions", str(path)).splitlines():
        *_, kind, symbol = line.split()
        name, _, node = symbol.partition("@@")
        if kind == "T":
            nodes[name] = node
    soname = [line.split("[")[1].rstrip("]") for line in output_of("readelf", "-dW", str(path)).splitlines() if "(SONAME)" in line]
    return "".join(soname), nodes


def record_path(abi_version: int) -> Path:
    return ROOT / "docs" / "abi" / f"LLM_{abi_version}.json"


def recorded(abi_version: int) -> ABI:
    path = record_path(abi_version)
    if not path.exists():
        raise NoABI(f"LLM_ABI_VERSION is {abi_version}, and there is no {path.relative_to(ROOT)}: "
                    "write it with packaging/abi.py record")
    return json.loads(path.read_text("utf-8"))


def compare(record: ABI, path: Path, library: Path) -> Difference:
    """What this header and this library have changed of the record, and added to it."""
    now = of_header(path)
    changed = missing(record, now) + constants(record, now) + layouts(record, now) + types(record, now, path)
    soname, nodes = of_library(library)
    if soname != record["soname"]:
        changed.append(f"the library's soname is {soname or 'missing'}: it was {record['soname']}")
    for name in record["functions"]:
        if name not in nodes:
            changed.append(f"{name} is not exported by the library")
        elif nodes[name] != record["node"]:
            changed.append(f"{name} is exported under {nodes[name] or 'no version node'}: it was under {record['node']}")
    added = [name for kind in ("functions", "constants", "types", "structs") for name in now[kind] if name not in record[kind]]
    added += [f"{name}.{member}" for name, struct in now["structs"].items() if name in record["structs"]
              for member in struct["members"] if member not in record["structs"][name]["members"]]
    return Difference(changed, added)


def missing(record: ABI, now: ABI) -> List[str]:
    return [f"{name} is gone from the header" for kind in ("functions", "constants", "types", "structs")
            for name in record[kind] if name not in now[kind]]


def constants(record: ABI, now: ABI) -> List[str]:
    return [f"{name} is {now['constants'][name]}: it was {value}" for name, value in record["constants"].items()
            if now["constants"].get(name, value) != value]


def layouts(record: ABI, now: ABI) -> List[str]:
    said = []
    for name, was in record["structs"].items():
        struct = now["structs"].get(name)
        if struct is None:
            continue
        for member, place in was["members"].items():
            is_now = struct["members"].get(member)
            if is_now is None:
                said.append(f"{name}.{member} is gone from the header")
                continue
            said += [f"{name}.{member} has the {what} {is_now[what]}: it was {place[what]}" for what in ("offset", "size")
                     if is_now[what] != place[what]]
        # Of a struct that tells its own size the library knows how much of it a program has.
        grows = next(iter(was["members"])) == "size" and struct["size"] > was["size"]
        said += [f"{name} has the {what} {struct[what]}: it was {was[what]}" for what in ("size", "alignment")
                 if struct[what] != was[what] and not (what == "size" and grows)]
    return said


def types(record: ABI, now: ABI, path: Path) -> List[str]:
    """By the compiler, to which two spellings of a type are the same."""
    then = {name: (f"__typeof__({name})", one["type"], now["functions"].get(name, {}).get("type"))
            for name, one in record["functions"].items()}
    then.update((name, (name, type_, now["types"].get(name))) for name, type_ in record["types"].items())
    for name, struct in record["structs"].items():
        for member, place in struct["members"].items():
            is_now = now["structs"].get(name, {"members": {}})["members"].get(member, {}).get("type")
            then[f"{name}.{member}"] = (f"__typeof__((({name} *)0)->{member})", place["type"], is_now)
    there = {name: each for name, each in then.items() if each[2] is not None}
    same = ask_compiler(path, {name: f"__builtin_types_compatible_p({expression}, {was})"
                               for name, (expression, was, _) in there.items()})
    return [f"{name} is of the type {is_now}: it was {was}" for name, (_, was, is_now) in there.items() if not same[name]]


def with_additions(record: ABI, now: ABI) -> ABI:
    """The record with what is new. What is there keeps its place and its version; a struct that has grown is as it is now."""
    merged = dict(record)
    for kind in ("functions", "constants", "types", "structs"):
        merged[kind] = {**now[kind], **record[kind]} if kind != "structs" else {**record[kind], **now[kind]}
    return merged


def symbols(record: ABI) -> str:
    version = record["abi_version"]
    first = min((one["since"] for one in record["functions"].values()), key=lambda text: [int(part) for part in text.split(".")])
    lines = [f"{record['soname']} libllm{version} #MINVER#", f" {record['node']}@{record['node']} {first}"]
    lines += [f" {name}@{record['node']} {one['since']}" for name, one in sorted(record["functions"].items())]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("check", "record", "symbols"))
    parser.add_argument("--header", type=Path, default=header.HEADER)
    parser.add_argument("--library", type=Path, default=LIBRARY)
    arguments = parser.parse_args()
    now = of_header(arguments.header)
    version = now["abi_version"]
    if arguments.command == "symbols":
        print(symbols(recorded(version)))
        return 0
    path = record_path(version)
    if arguments.command == "record" and not path.exists():
        record = {"abi_version": version, "soname": f"libllm.so.{version}", "node": f"LLM_{version}", **{**now}}
    else:
        record = recorded(version)
    difference = compare(record, arguments.header, arguments.library)
    for sentence in difference.changed:
        print(f"changed: {sentence}")
    for name in difference.added:
        print(f"added: {name}")
    if arguments.command == "record" and not difference.changed:
        path.write_text(json.dumps(with_additions(record, now), indent=2) + "\n", "utf-8")
        print(f"recorded in {path.relative_to(ROOT)}")
    return 1 if difference.changed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoABI as reason:
        sys.exit(str(reason))
