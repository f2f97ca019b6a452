"""The man pages: one for each section, function and type of llm.h, and every word of it on one of them."""
from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path
from typing import Dict

import header
import pytest
from conftest import environment, run
from manual import Manual, page_of, prototype


@pytest.fixture(scope="module")
def folder(installed: Path) -> Path:
    return installed / "share/man/man3"


@pytest.fixture(scope="module")
def printed(folder: Path) -> Dict[str, str]:
    """Each page as a person reads it, on a terminal so wide that nothing is broken. What roff says against it fails."""
    pages = {}
    for path in sorted(folder.glob("*.3.gz")):
        if path.is_symlink():
            continue
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=1000n"], input=gzip.decompress(path.read_bytes()),
                              capture_output=True, env=environment())
        assert (done.returncode, done.stderr) == (0, b""), path
        pages[path.name.removesuffix(".3.gz")] = done.stdout.decode()
    return pages


def words(text: str) -> str:
    """Without blanks, and with what a terminal shows in one way for what it shows in others."""
    return re.sub(r"\s+|\(3\)", "", text)


def test_each_section_function_and_type_has_a_page(folder: Path) -> None:
    read = header.read()
    names = {"libllm", *(page_of(section) for section in read.sections),
             *(each.name for each in read.declarations if each.kind not in ("enum", "macro"))}
    assert {path.name.removesuffix(".3.gz") for path in folder.iterdir()} == names
    assert len(read.named("function")) > 30


def test_links_lead_to_pages(folder: Path) -> None:
    links = [path for path in folder.iterdir() if path.is_symlink()]
    assert links and all(path.resolve().parent == folder.resolve() and path.exists() for path in links)


def test_every_word_of_a_comment_is_on_its_page(printed: Dict[str, str]) -> None:
    read = header.read()
    for function in read.named("function").values():
        said = words(function.comment.replace("`", ""))
        assert said and said in words(printed[function.name]), function.name
    for section in read.sections:
        page = words(printed[page_of(section)])
        for text in [*section.text, *(each.comment for each in section.declarations)]:
            for line in text.replace("`", "").split("\n"):
                assert words(line) in page, f"{page_of(section)}: {line}"


def test_the_first_comment_is_libllm_3(printed: Dict[str, str]) -> None:
    page = words(printed["libllm"]).lower()
    for line in header.read().introduction.split("\n")[1:]:
        assert words(line.replace("`", "")).lower() in page, line


def test_every_constant_stands_with_its_value_and_meaning_on_its_sections_page(printed: Dict[str, str]) -> None:
    found = 0
    for section in header.read().sections:
        for enumeration in (each for each in section.declarations if each.kind == "enum"):
            for name, value in re.findall(r"\b(LLM_\w+) = (-?\d+)", enumeration.source):
                assert f"{name} = {value}\n" in printed[page_of(section)], name
                found += 1
    assert found > 40


def test_a_synopsis_is_the_headers_declaration(printed: Dict[str, str]) -> None:
    for function in header.read().named("function").values():
        declared = words(header.without_nullability(header.without_comments(function.source)))
        assert words(prototype(function)) == declared
        assert declared in words(printed[function.name])


def test_a_parameter_that_may_be_null_is_named(printed: Dict[str, str]) -> None:
    assert "May be NULL: request_json, queue, error." in printed["llm_call_start"]
    assert "May be NULL" not in printed["llm_version"]


def test_whatis_gets_one_line_for_each_page(folder: Path, printed: Dict[str, str]) -> None:
    for name, page in printed.items():
        line = page[page.index("\nNAME\n") + 6:page.index("\nSYNOPSIS\n")].strip()
        assert re.match(rf"^{re.escape(name)} - \S.{{4,110}}$", line), line


def test_man_finds_them_by_name(folder: Path) -> None:
    for name in ("libllm", "llm_complete", "llm_event"):
        assert run("man", "-M", folder.parent, "-w", "3", name, cwd=folder).strip().endswith(".3.gz")


def test_what_the_reader_does_not_know_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    text = header.HEADER.read_text()
    line = text[:text.index("uint32_t llm_abi_version")].count("\n") + 1
    path = tmp_path / "llm.h"
    path.write_text(text.replace("uint32_t llm_abi_version(void);", "extern int llm_count[4];"))
    with pytest.raises(header.Unreadable, match=f"line {line} of the header"):
        header.read(path)


def test_a_function_without_a_comment_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "llm.h"
    path.write_text(header.HEADER.read_text().replace("/* Frees a JSON result. */\n", ""))
    with pytest.raises(header.Unreadable, match="llm_free has no comment"):
        Manual(header.read(path))
