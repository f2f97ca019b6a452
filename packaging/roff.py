"""The text of comments as man(7) source: paragraphs, lists, and what is to stay as it is."""
from __future__ import annotations

import re
import textwrap
from typing import List, Set

_SPECIAL = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
_ITEM = re.compile(r"^(\S.*?) {2,}(\S.*)$")
_HEADING = re.compile(r"^[A-Za-z][\w() ]{2,40}$")


def escaped(text: str) -> str:
    """So that each character is printed as it is, whatever roff would make of it."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def line(text: str) -> str:
    """A line of running text. A dot or quote at its beginning would be a request."""
    plain = escaped(text)
    return "\\&" + plain if plain.startswith((".", "\\(aq")) else plain


def literal(text: str) -> str:
    return "\n".join([".PP", ".in +2n", ".EX", *(line(each) for each in text.split("\n")), ".EE", ".in"])


def bold_lines(text: str) -> str:
    return "\n".join(f"\\fB{escaped(each)}\\fP" for each in text.split("\n"))


def reference(page: str) -> str:
    return f".BR {escaped(page)} (3)"


class Text:
    """Turns comments into roff. Names of `functions` are set as references to their pages."""

    def __init__(self, functions: Set[str]) -> None:
        self.functions = functions

    def blocks(self, text: str) -> str:
        """Lines without an indent are paragraphs. Indented ones are a list, where each of the least indented holds a term
        and, two blanks or more on, what it means; they are a passage of their own under a heading; else they stay as they
        are."""
        out: List[str] = []
        lines = textwrap.dedent(text).split("\n")
        at = 0
        while at < len(lines):
            if not lines[at].strip():
                at += 1
                continue
            end = self._end(lines, at)
            block = lines[at:end]
            if lines[at].startswith(" "):
                out.append(self._indented(block))
            elif len(block) == 1 and _HEADING.match(block[0]) and end < len(lines) and lines[end].startswith(" "):
                passage = self._end(lines, end)
                out += [f".SH {escaped(block[0].upper())}", self.blocks("\n".join(lines[end:passage]))]
                end = passage
            else:
                out += [".PP", self.running(" ".join(block))]
            at = end
        return "\n".join(out)

    @staticmethod
    def _end(lines: List[str], at: int) -> int:
        """Where the block that begins here ends: an indented one has empty lines in it if what follows is indented too."""
        indented = lines[at].startswith(" ")
        end = at + 1
        while end < len(lines):
            if not lines[end].strip():
                following = next((each for each in lines[end:] if each.strip()), "")
                if not (indented and following.startswith(" ")):
                    return end
            elif lines[end].startswith(" ") != indented:
                return end
            end += 1
        return end

    def _indented(self, block: List[str]) -> str:
        lines = textwrap.dedent("\n".join(block)).split("\n")
        starts = [each for each in lines if each.strip() and not each.startswith(" ")]
        is_list = not block[0].startswith("    ") and all(_ITEM.match(each) for each in starts)
        if not is_list:
            return literal("\n".join(lines))
        items: List[List[str]] = []
        for each in lines:
            found = _ITEM.match(each)
            if found:
                items.append([found[1], found[2]])
            elif each.strip():
                items[-1].append(each.strip())
        return "\n".join(self.item(term, " ".join(meaning)) for term, *meaning in items)

    def item(self, term: str, meaning: str) -> str:
        return f".TP\n\\fB{escaped(term)}\\fP\n{self.running(meaning) if meaning else chr(92) + '&'}"

    def running(self, text: str) -> str:
        """Each sentence on a line of its own, as roff likes it; `names` in italics."""
        words = re.sub(r" {2,}", " ", text).strip()
        sentences = re.split(r"(?<=[.?!]) (?=[A-Z`\"])", words)
        return "\n".join(self._marked(line(each)) for each in sentences)

    def _marked(self, text: str) -> str:
        text = re.sub(r"\\\(ga(.+?)\\\(ga", r"\\fI\1\\fP", text)
        def page(found: "re.Match[str]") -> str:
            number = "" if text[found.end():].startswith("(") else "(3)"
            return f"\\fB{found[0]}\\fP{number}" if found[0] in self.functions else found[0]
        return re.sub(r"(?<![\w/])llm_\w+\b", page, text)
