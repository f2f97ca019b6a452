"""The Debian packages, installed in a system that has nothing but what they say they need."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Dict

import pytest
from clean_root import CleanRoot, can_be_made
from conftest import ANSWER, CONSUMERS, FILE, MULTIARCH, ROOT, environment, files, make, run
from version import ABI, VERSION

RUNTIME, DEVELOPMENT = f"libllm{ABI}", "libllm-dev"
LIBDIR = f"usr/lib/{MULTIARCH}"

pytestmark = pytest.mark.skipif(not all(map(shutil.which, ("apt-get", "dpkg-deb", "dpkg-shlibdeps"))), reason="this is no Debian")


@pytest.fixture(scope="module")
def packages() -> Dict[str, Path]:
    shutil.rmtree(ROOT / ".build/deb", ignore_errors=True)
    made = [ROOT / line for line in make("deb").splitlines() if line.endswith(".deb")]
    return {path.name.split("_")[0]: path for path in made}


@pytest.fixture(scope="module")
def system(packages: Dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> CleanRoot:
    """With both packages, and a C compiler and pkg-config of the smallest kind."""
    if not can_be_made():
        pytest.skip("neither root nor a user namespace is to be had, for a system in a folder")
    root = CleanRoot(tmp_path_factory.mktemp("system"), ROOT / ".build/deb-cache")
    for archive in root.fetch(*packages.values(), "tcc", "libc6-dev", "pkgconf"):
        root.unpack(archive)
    root.dpkg("--install", *packages.values())
    shutil.copy(CONSUMERS / "consumer.c", root.folder / "tmp")
    return root


def field(package: Path, name: str) -> str:
    return run("dpkg-deb", "-f", package, name, cwd=ROOT).strip()


def test_there_is_one_package_to_run_with_and_one_to_build_with(packages: Dict[str, Path]) -> None:
    assert set(packages) == {RUNTIME, DEVELOPMENT}
    assert {field(package, "Version") for package in packages.values()} == {VERSION}
    assert field(packages[DEVELOPMENT], "Depends") == f"{RUNTIME} (= {VERSION})"


def test_what_the_library_depends_on_is_there_with_versions(packages: Dict[str, Path]) -> None:
    depends = dict(re.findall(r"([\w.+-]+) \(>= ([\w.:~+-]+)\)", field(packages[RUNTIME], "Depends")))
    assert {re.sub("t64$", "", name) for name in depends} == {"libc6", "libcurl4", "libgcc-s1", "libstdc++6"}
    assert "ca-certificates" in field(packages[RUNTIME], "Recommends")


def test_packed_relocations_ask_for_a_loader_that_knows_them(packages: Dict[str, Path], library: Path) -> None:
    packed = "GLIBC_ABI_DT_RELR" in run("readelf", "-VW", library, cwd=ROOT)
    found = re.search(r"libc6 \(>= 2\.(\d+)", field(packages[RUNTIME], "Depends"))
    assert found and (int(found[1]) >= 36 or not packed)


def test_the_same_input_gives_the_same_packages(packages: Dict[str, Path], tmp_path: Path, library: Path) -> None:
    manual = tmp_path / "man"
    run("packaging/manual.py", manual, cwd=ROOT)
    run("packaging/deb", library, manual, tmp_path, cwd=ROOT)
    for package in packages.values():
        assert (tmp_path / package.name).read_bytes() == package.read_bytes()


def test_dpkg_installs_them_with_all_that_they_need(system: CleanRoot) -> None:
    listed = run("dpkg-query", f"--admindir={system.folder}/var/lib/dpkg", "--show", "-f=${Package} ${db:Status-Status}\n",
                 RUNTIME, DEVELOPMENT, cwd=system.folder)
    assert set(listed.splitlines()) == {f"{RUNTIME} installed", f"{DEVELOPMENT} installed"}
    assert system.dpkg("--audit", RUNTIME, DEVELOPMENT) == ""
    assert system.dpkg("--verify", RUNTIME, DEVELOPMENT) == ""


def test_a_program_is_built_and_runs_in_there(system: CleanRoot) -> None:
    flags = system.run("pkgconf", "--cflags", "--libs", "llm").split()
    assert flags == ["-lllm"]   # all of it is where compilers look anyway
    system.run("tcc", "-o", "/tmp/consumer", "/tmp/consumer.c", *flags)
    assert system.run("/tmp/consumer") == ANSWER


def test_a_program_runs_without_the_development_package(system: CleanRoot) -> None:
    system.run("tcc", "-o", "/tmp/built-before", "/tmp/consumer.c", "-lllm")
    names = files(system.folder / LIBDIR)
    system.dpkg("--remove", DEVELOPMENT)
    try:
        gone = set(names) - set(files(system.folder / LIBDIR))
        assert {"libllm.so", "pkgconfig/llm.pc"} <= gone and not {FILE, f"libllm.so.{ABI}"} & gone
        assert system.run("/tmp/built-before") == ANSWER
    finally:
        system.dpkg("--install", next((ROOT / ".build/deb").glob(f"{DEVELOPMENT}_*.deb")))


def test_without_what_it_depends_on_it_is_not_configured(packages: Dict[str, Path], tmp_path: Path) -> None:
    root = CleanRoot(tmp_path / "empty", ROOT / ".build/deb-cache")
    with pytest.raises(AssertionError, match=rf"{RUNTIME}\S* depends on libcurl4"):
        root.dpkg("--install", packages[RUNTIME])


def test_a_program_of_others_depends_on_the_library_by_the_symbols_that_it_uses(packages: Dict[str, Path], tmp_path: Path) -> None:
    run("dpkg-deb", "-R", packages[RUNTIME], tmp_path / "runtime", cwd=tmp_path)
    run("dpkg-deb", "-x", packages[DEVELOPMENT], tmp_path / "runtime", cwd=tmp_path)
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian/control").write_text("Source: consumer\n\nPackage: consumer\nArchitecture: any\n")
    run("cc", CONSUMERS / "consumer.c", "-Iruntime/usr/include", f"-Lruntime/{LIBDIR}", "-lllm", "-o", "consumer", cwd=tmp_path)
    said = run("dpkg-shlibdeps", "-O", "-Sruntime", f"-lruntime/{LIBDIR}", "-econsumer", cwd=tmp_path)
    assert f"{RUNTIME} (>= 0.1.0)" in said


def test_documents_are_where_debian_has_them(system: CleanRoot) -> None:
    for package in (RUNTIME, DEVELOPMENT):
        folder = system.folder / "usr/share/doc" / package
        assert (folder / "changelog.gz").is_file()
        text = (folder / "copyright").read_text()
        assert "License: Expat" in text and " Permission is hereby granted" in text and " THE SOFTWARE IS PROVIDED" in text
    example = subprocess.run(["cc", "-std=c99", "-fsyntax-only", f"-I{system.folder}/usr/include",
                              system.folder / f"usr/share/doc/{DEVELOPMENT}/examples/stream.c"], env=environment())
    assert example.returncode == 0


def test_removing_them_leaves_nothing(system: CleanRoot) -> None:
    before = {name for name in files(system.folder) if "llm" in name and not name.startswith(("tmp/", "var/"))}
    assert len(before) > 60
    system.dpkg("--purge", DEVELOPMENT, RUNTIME)
    left = {name for name in files(system.folder) if "llm" in name and not name.startswith(("tmp/", "var/"))}
    assert left == set()
