#!/usr/bin/env python3
"""Writes libllm's man pages from include/llm.h, so that the two cannot say different things.

usage: packaging/manual.py FOLDER

libllm(3) is the header's first comment, libllm-NAME(3) a section of it with all that it declares, and each function and type
has a page of its own; a type's is another name of its section's. The pages come gzipped, as Debian has them, and the same
header gives the same bytes.
"""
from __future__ import annotations

import gzip
import re
import sys
import textwrap
from pathlib import Path
from typing import Dict, List

import header
import roff
from header import Declaration, Header, Section
from version import VERSION

WIDTH = 78  # of a synopsis
TYPES = ("handle", "pointer", "struct", "scalar")


class Manual:
    """All pages, by file name without ".gz"; a page that is another's second name holds a Path to it."""

    def __init__(self, read: Header) -> None:
        self.header = read
        self.text = roff.Text(set(read.named("function")))
        self.pages: Dict[str, "str | Path"] = {"libllm.3": self.introduction()}
        for section in read.sections:
            page = page_of(section)
            self.pages[f"{page}.3"] = self.section(section)
            for declaration in section.declarations:
                if declaration.kind == "function":
                    self.pages[f"{declaration.name}.3"] = self.function(section, declaration)
                elif declaration.kind in TYPES:
                    self.pages[f"{declaration.name}.3"] = Path(f"{page}.3")

    def introduction(self) -> str:
        first, _, rest = self.header.introduction.partition("\n")
        what = first.split(" - ", 1)[1].rstrip(".")
        parts = [title("libllm"), name("libllm", what), synopsis("#include <llm.h>"), link(), ".SH DESCRIPTION",
                 self.text.blocks(rest), ".SH PAGES"]
        for section in self.header.sections:
            functions = [each.name for each in section.declarations if each.kind == "function"]
            parts += [".TP", roff.reference(page_of(section)), roff.line(section.title + ":") + "\n" + references(functions)]
        return "\n".join(parts) + "\n"

    def section(self, section: Section) -> str:
        page = page_of(section)
        functions = [each for each in section.declarations if each.kind == "function"]
        parts = [title(page), name(page, f"{section.title} of libllm"),
                 synopsis("#include <llm.h>", *(prototype(each) for each in functions))]
        if section.text:
            parts += [".SH DESCRIPTION", *(self.text.blocks(text) for text in section.text)]
        types = [each for each in section.declarations if each.kind in (*TYPES, "macro")]
        if types:
            parts.append(".SH TYPES")
            for each in types:
                parts += [self.text.blocks(each.comment), roff.literal(header.without_nullability(each.source))]
        constants = [constant for each in section.declarations if each.kind == "enum"
                     for constant in header.constants_of(each)]
        if constants:
            parts.append(".SH CONSTANTS")
            for each in constants:
                value = re.search(rf"\b{each.name} = (-?\d+)", "\n".join(d.source for d in section.declarations))
                assert value, each
                parts.append(self.text.item(f"{each.name} = {value[1]}", each.comment))
        parts.append(".SH FUNCTIONS")
        for each in functions:
            parts += [f".SS {each.name}", roff.literal(prototype(each)), self.text.blocks(each.comment), may_be_null(each)]
        return "\n".join(filter(None, [*parts, see_also("libllm", *(each.name for each in functions))])) + "\n"

    def function(self, section: Section, function: Declaration) -> str:
        others = [each.name for each in section.declarations if each.kind == "function" and each is not function]
        parts = [title(function.name), name(function.name, summary(function)),
                 synopsis("#include <llm.h>", prototype(function)), ".SH DESCRIPTION", self.text.blocks(function.comment),
                 may_be_null(function), see_also("libllm", page_of(section), *others)]
        return "\n".join(filter(None, parts)) + "\n"

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.3.gz"):
            old.unlink()
        for file, page in self.pages.items():
            path = folder / f"{file}.gz"
            if isinstance(page, Path):
                path.symlink_to(f"{page}.gz")
            else:
                path.write_bytes(gzip.compress(page.encode(), 9, mtime=0))


def page_of(section: Section) -> str:
    """ "many calls, one reader: for event loops" is libllm-many-calls."""
    words = re.split(r"[,:]", section.title)[0].split()
    return "-".join(["libllm", *(word for word in words if word not in ("a", "the"))])


def summary(function: Declaration) -> str:
    """The first sentence of its comment, or what comes before a colon, a semicolon or a bracket in it; of a long one, so
    many of its parts as make a line."""
    text = " ".join(function.comment.split())
    if not text:
        raise header.Unreadable(f"{function.name} has no comment")
    sentence = re.split(r"[.;:](?= |$)| \(", text.replace("`", ""), maxsplit=1)[0].rstrip(".")
    while len(sentence) > WIDTH and ", " in sentence:
        sentence = sentence.rsplit(", ", 1)[0]
    return sentence


def prototype(function: Declaration) -> str:
    """In lines that fit, without the marks of nullability."""
    result, parameters = header.result_of(function), header.parameters_of(function)
    start = f"{result} {function.name}(".replace("* ", "*")
    texts = [f"{each.type} {each.name}".replace("* ", "*") for each in parameters] or ["void"]
    # A parameter's own blanks are no place to break a line.
    joined = ", ".join(text.replace(" ", "\0") for text in texts) + ");"
    filled = textwrap.fill(joined, WIDTH, initial_indent=start.replace(" ", "\0"), subsequent_indent=" " * len(start),
                           break_long_words=False, break_on_hyphens=False)
    return filled.replace("\0", " ")


def title(page: str) -> str:
    return f'.TH "{roff.escaped(page.upper())}" 3 "" "libllm {VERSION}" "libllm"\n.nh\n.ad l'


def name(page: str, what: str) -> str:
    return f".SH NAME\n{roff.escaped(page)} \\- {roff.line(what)}"


def synopsis(*declarations: str) -> str:
    return ".SH SYNOPSIS\n.nf\n" + "\n.PP\n".join(roff.bold_lines(each) for each in declarations) + "\n.fi"


def link() -> str:
    return ".PP\nCompile and link with\n.BR \"cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs llm)\" ."


def may_be_null(function: Declaration) -> str:
    names = [f"\\fI{each.name}\\fP" for each in header.parameters_of(function) if each.nullable]
    return f".PP\nMay be NULL: {', '.join(names)}." if names else ""


def references(pages: List[str]) -> str:
    return ",\n".join(roff.reference(page) for page in pages).replace(",\n", " ,\n")


def see_also(*pages: str) -> str:
    return ".SH SEE ALSO\n" + references(list(pages))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Manual(header.read()).write(Path(sys.argv[1]))
