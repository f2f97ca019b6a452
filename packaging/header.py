"""Reads include/llm.h as what it is, a manual: sections, their texts, and declarations with the comment before each.

It knows the header's own layout and is no C parser. What it cannot read is an error that names the line, so that whoever
writes something new into the header hears of it.
"""
from __future__ import annotations

import re
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Tuple

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "include" / "llm.h"

_RULER = re.compile(r"^/\* -{10,} (?P<title>.+) \*/$")
_FUNCTION = re.compile(r"^(?P<result>[\w *]+?)\b(?P<name>llm_\w+)\((?P<parameters>.*)\);$", re.DOTALL)
_POINTER = re.compile(r"^typedef (?P<result>[\w *]+?)\(\*(?P<name>llm_\w+)\)\((?P<parameters>.*)\);$", re.DOTALL)
_STRUCT = re.compile(r"^typedef struct (?P<name>llm_\w+) \{(?P<body>.*)\} (?P=name);$", re.DOTALL)
_HANDLE = re.compile(r"^typedef struct (?P<name>llm_\w+)\s+(?P=name);$")
_SCALAR = re.compile(r"^typedef (?P<type>\w+) (?P<name>llm_\w+);$")
_ENUM = re.compile(r"^enum \{(?P<body>.*)\};$", re.DOTALL)
_MACRO = re.compile(r"^#define (?P<name>LLM_\w+) (?P<value>\d+)$")


class Unreadable(Exception):
    """The header has something in it that this file does not know."""


class Declaration(NamedTuple):
    """`kind` is function, pointer (a typedef of one to a function), struct, handle, scalar, enum or macro."""

    kind: str
    name: str      # "" for an enum
    source: str    # as it stands there, without the comment before it
    comment: str   # the lines of that comment, without its marks; "" where there is none


class Section(NamedTuple):
    title: str
    text: List[str]                # the comments that belong to no declaration
    declarations: List[Declaration]


class Header(NamedTuple):
    introduction: str              # the first comment
    sections: List[Section]

    @property
    def declarations(self) -> List[Declaration]:
        return [declaration for section in self.sections for declaration in section.declarations]

    def named(self, kind: str) -> Dict[str, Declaration]:
        return {declaration.name: declaration for declaration in self.declarations if declaration.kind == kind}


def read(path: Path = HEADER) -> Header:
    lines = path.read_text("utf-8").splitlines()
    introduction, after = _comment(lines, 0)
    sections: List[Section] = []
    pending = ""                   # a comment that no declaration has followed yet
    at = after
    while at < len(lines):
        line = lines[at]
        ruler = _RULER.match(line)
        if ruler:
            _keep(sections, pending)
            pending = ""
            sections.append(Section(ruler["title"], [], []))
            at += 1
        elif line.startswith("/*"):
            # About the section is a comment that begins with an empty line, unless it stands at a type, and one that an
            # empty line follows.
            _keep(sections, pending)
            pending, after = _comment(lines, at)
            if line == "/*" and (after == len(lines) or not lines[after].startswith("typedef")):
                _keep(sections, pending)
                pending = ""
            at = after
        elif not line.strip():
            _keep(sections, pending)
            pending = ""
            at += 1
        elif sections and line.startswith("#ifdef __cplusplus"):
            break
        elif not sections or line.startswith("#") and not _MACRO.match(line):
            pending = ""           # guards, includes and what they need
            at += 1
        else:
            declaration, at = _declaration(lines, at, pending)
            sections[-1].declarations.append(declaration)
            pending = ""
    _keep(sections, pending)
    return Header(introduction, sections)


def _keep(sections: List[Section], comment: str) -> None:
    if sections and comment:
        sections[-1].text.append(comment)


def _comment(lines: List[str], at: int) -> Tuple[str, int]:
    """The comment that begins here, without its marks, and the line after it."""
    text: List[str] = []
    while at < len(lines):
        line, ended = lines[at].rstrip(), lines[at].rstrip().endswith("*/")
        line = re.sub(r"\s*\*/$", "", line)
        text.append(re.sub(r"^(/\*| \*) ?", "", line))
        at += 1
        if ended:
            return "\n".join(text).strip("\n"), at
    raise Unreadable("a comment of the header has no end")


def _declaration(lines: List[str], at: int, comment: str) -> Tuple[Declaration, int]:
    first, source = at, lines[at].rstrip()
    while not _ends(source):
        at += 1
        if at == len(lines):
            raise Unreadable(f"line {first + 1} of the header begins a declaration that has no end")
        source += "\n" + lines[at].rstrip()
    code = without_comments(source)
    for kind, pattern in (("macro", _MACRO), ("pointer", _POINTER), ("struct", _STRUCT), ("handle", _HANDLE),
                          ("scalar", _SCALAR), ("function", _FUNCTION), ("enum", _ENUM)):
        found = pattern.match(code)
        if found:
            return Declaration(kind, found.groupdict().get("name", ""), source, comment), at + 1
    raise Unreadable(f"line {first + 1} of the header is no declaration that packaging/header.py knows: {code}")


def _ends(source: str) -> bool:
    code = without_comments(source)
    return code.startswith("#") or code.endswith(";") and code.count("{") == code.count("}")


def without_comments(source: str) -> str:
    return re.sub(r"\s*/\*.*?\*/", "", source, flags=re.DOTALL).strip()


def without_nullability(source: str) -> str:
    """As a C programmer reads it. Where NULL may go is said by `nullable`."""
    return re.sub(r"(?<=\*) (?=\*)", "", re.sub(r"\bLLM_(NULLABLE|NONNULL) ?", "", source)).replace("( *", "(*")


class Parameter(NamedTuple):
    type: str
    name: str
    nullable: bool     # NULL is allowed for the pointer itself


def result_of(declaration: Declaration) -> str:
    return _normal(_parts(declaration)["result"])


def parameters_of(declaration: Declaration) -> List[Parameter]:
    return [parameter(text) for text in _parts(declaration)["parameters"].split(",") if text.strip() != "void"]


def _parts(declaration: Declaration) -> Dict[str, str]:
    pattern = _FUNCTION if declaration.kind == "function" else _POINTER
    found = pattern.match(without_comments(declaration.source))
    assert found, declaration
    return found.groupdict()


def parameter(text: str) -> Parameter:
    found = re.match(r"^(?P<type>.+?)(?P<name>\w+)$", " ".join(text.split()))
    if not found:
        raise Unreadable(f'"{text.strip()}" is no parameter')
    outermost = re.findall(r"LLM_(NULLABLE|NONNULL)", found["type"])
    return Parameter(_normal(found["type"]), found["name"], bool(outermost) and outermost[-1] == "NULLABLE")


def _normal(type_: str) -> str:
    """One spelling for each type: "const char *", "llm_error **"."""
    words = " ".join(without_nullability(" ".join(type_.split())).replace("*", " * ").split())
    return re.sub(r"\* (?=\*)", "*", words)


def type_of(declaration: Declaration) -> str:
    """A function's type without names: "llm_status (llm_client *, const char *)"."""
    parameters = ", ".join(each.type for each in parameters_of(declaration)) or "void"
    return f"{result_of(declaration)} ({parameters})"


def scalar_of(declaration: Declaration) -> str:
    found = _SCALAR.match(without_comments(declaration.source))
    assert found, declaration
    return found["type"]


class Constant(NamedTuple):
    name: str
    comment: str


def constants_of(enumeration: Declaration) -> Iterator[Constant]:
    body = enumeration.source[enumeration.source.index("{") + 1:]
    for found in re.finditer(r"\b(LLM_\w+) = -?\d+,?(?:[ ]*/\*(.*?)\*/)?", body, re.DOTALL):
        yield Constant(found[1], " ".join((found[2] or "").split()))


class Member(NamedTuple):
    type: str
    name: str


def members_of(struct: Declaration) -> Iterator[Member]:
    found = _STRUCT.match(without_comments(struct.source))
    assert found, struct
    for text in filter(None, (part.strip() for part in found["body"].split(";"))):
        function = re.match(r"^(?P<result>.+?)\(\*\s*(?:LLM_\w+ )?(?P<name>\w+)\)\((?P<parameters>.*)\)$", text, re.DOTALL)
        if function:
            parameters = ", ".join(parameter(each).type for each in function["parameters"].split(","))
            yield Member(f"{_normal(function['result'])} (*)({parameters})", function["name"])
        else:
            yield Member(*parameter(text)[:2])
