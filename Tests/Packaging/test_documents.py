"""What the project's documents say can be done, done."""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Dict

import pytest
from conftest import ROOT, environment

DOCUMENTS = ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/ABI.md", "README.md"]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def swift_blocks() -> Dict[str, str]:
    """The Swift of CONTRIBUTING.md: files by their path, lines of the table by how they begin."""
    blocks = {}
    for block in re.findall(r"^```swift\n(.*?)^```", CONTRIBUTING, re.M | re.S):
        path = re.match(r"// (\S+\.swift)\n", block)
        blocks[path[1] if path else block.split("(")[0]] = block[path.end():] if path else block
    return blocks


@pytest.fixture(scope="module")
def with_acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources to which the page's provider was added as the page says."""
    copy = tmp_path_factory.mktemp("with-acme")
    for name in ("Sources", "Tests/ScalingMemoryTests", ".swift-format"):
        source = ROOT / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(source, copy / name)
    blocks = swift_blocks()
    for path in ("Sources/ScalingMemory/Providers/AcmeAdapter.swift", "Tests/ScalingMemoryTests/AcmeTests.swift"):
        (copy / path).write_text(blocks[path])
    table = copy / "Sources/ScalingMemory/Providers/ProviderTable.swift"
    text = table.read_text()
    for line, before in ((blocks["row"], "            azure, bedrock,\n"), (blocks["chat"], '            chat("cerebras"')):
        assert text.count(before) == 1
        text = text.replace(before, f"            {line.strip()}\n{before}")
    table.write_text(text)
    return copy


def test_the_provider_of_the_page_is_in_the_repositorys_style(with_acme: Path) -> None:
    done = subprocess.run(["swift", "format", "lint", "--strict", "Sources/ScalingMemory/Providers/AcmeAdapter.swift",
                           "Tests/ScalingMemoryTests/AcmeTests.swift", "Sources/ScalingMemory/Providers/ProviderTable.swift"],
                          cwd=with_acme, capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stderr) == (0, "")


def test_the_provider_of_the_page_fits_into_the_sources(with_acme: Path) -> None:
    modules = []
    for name in ("CJSON", "CLinux"):   # as SwiftPM does, which finds their headers in a folder
        header = next((with_acme / f"Sources/{name}/include").glob("*.h"))
        module = with_acme / f"{name}.modulemap"
        module.write_text(f'module {name} {{ header "{header}" export * }}\n')
        modules.append(f"-fmodule-map-file={module}")
    modules.append(f"-fmodule-map-file={with_acme}/Sources/CCurl/module.modulemap")
    features = re.findall(r'\.enableUpcomingFeature\("(\w+)"\)', (ROOT / "Package.swift").read_text())
    assert features
    sources = sorted((with_acme / "Sources/ScalingMemory").rglob("*.swift"))
    # Only these are looked at whole, of the others what they declare: that is enough, and quick.
    primary = [path for path in sources if path.name in ("AcmeAdapter.swift", "ProviderTable.swift")]
    assert len(primary) == 2
    done = subprocess.run(
        ["swiftc", "-frontend", "-typecheck", "-swift-version", "6", "-warnings-as-errors", "-module-name", "ScalingMemory",
         "-package-name", "libllm", "-module-cache-path", str(with_acme / "modules"),
         *(part for feature in features for part in ("-enable-upcoming-feature", feature)),
         *(part for module in modules for part in ("-Xcc", module)),
         *(part for path in primary for part in ("-primary-file", str(path))),
         *(str(path) for path in sources if path not in primary)],
        capture_output=True, text=True, env=environment(), timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    text = page.read_text()
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        if path.startswith(("http:", "https:")):
            continue
        target = (page.parent / path) if path else page
        assert target.exists(), f"{name}: {link}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.M)
            assert anchor in [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings], f"{name}: {link}"


def test_files_and_folders_that_the_pages_name_are_there() -> None:
    for name in ("CONTRIBUTING.md", "docs/ABI.md"):
        for path in re.findall(r"`((?:Sources|Tests|include|docs|bindings|examples|packaging|\.ci)/[\w./+-]*)", (ROOT / name).read_text()):
            assert (ROOT / path).exists() or "Acme" in path, f"{name}: {path}"


def test_make_targets_and_suites_that_the_pages_name_are_there() -> None:
    text = CONTRIBUTING + (ROOT / "docs/ABI.md").read_text() + (ROOT / "CHANGELOG.md").read_text()
    makefiles = "".join((ROOT / name).read_text() for name in ("Makefile", "packaging/install.mk", "packaging/npm.mk"))
    targets = set(re.findall(r"^([a-z]+):.*##", makefiles, re.M))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.M))
    assert {"test", "lint", "install", "deb"} <= named <= targets
    suites = set(re.findall(r'(?:Suite|pytest|node_tests)\("([\w-]+)", "', (ROOT / ".ci/test").read_text()))
    listed = re.search(r"some of them: ([\w -]+)", CONTRIBUTING)
    assert listed and set(listed[1].split()) == suites
    for asked in re.findall(r"SUITES='?([\w -]+)'?", text):
        assert set(asked.split()) <= suites


def test_the_changelog_begins_with_this_version(library: Path) -> None:
    from version import VERSION
    newest = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)[0]
    assert newest == VERSION


def test_every_provider_that_is_built_in_is_in_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text().lower()
    table = (ROOT / "Sources/ScalingMemory/Providers/ProviderTable.swift").read_text()
    names = re.findall(r'\b(?:row|chat)\("([\w-]+)"', table)
    assert len(names) > 25
    words = {"openai-responses": "responses", "llamacpp": "llama.cpp", "lmstudio": "lm studio"}
    assert [name for name in names if words.get(name, name) not in text] == []
