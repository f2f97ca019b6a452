"""What `make install` puts where, and programs of others that find it by pkg-config and CMake, from an empty folder."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import List

import pytest
from conftest import ANSWER, CONSUMERS, FILE, LIBDIR, ROOT, environment, files, make, run
from version import ABI, VERSION

STRICT = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"]


def test_the_library_is_a_file_with_its_release_in_its_name_and_two_links_to_it(installed: Path) -> None:
    folder = installed / LIBDIR
    assert (folder / FILE).is_file() and not (folder / FILE).is_symlink()
    assert (folder / f"libllm.so.{ABI}").readlink() == Path(FILE)
    assert (folder / "libllm.so").readlink() == Path(f"libllm.so.{ABI}")


def test_the_library_looks_for_others_where_the_system_says_and_nowhere_else(installed: Path) -> None:
    dynamic = run("readelf", "-dW", installed / LIBDIR / FILE, cwd=installed)
    assert f"[libllm.so.{ABI}]" in dynamic
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic


def test_the_header_is_the_repositorys(installed: Path) -> None:
    assert (installed / "include/llm.h").read_bytes() == (ROOT / "include/llm.h").read_bytes()


def test_nothing_that_was_installed_knows_of_destdir_or_of_the_build_tree(installed: Path) -> None:
    destination = str(installed).removesuffix("/opt/llm")
    for name in files(installed):
        data = (installed / name).read_bytes()
        assert destination.encode() not in data, name
        assert str(ROOT).encode() not in data, name


def test_uninstall_removes_all_of_it_and_nothing_else(tmp_path: Path, places: List[str]) -> None:
    of_another = tmp_path / "opt/llm" / LIBDIR / "libother.so"
    of_another.parent.mkdir(parents=True)
    of_another.write_text("")
    make("install", f"DESTDIR={tmp_path}", *places)
    assert len(files(tmp_path)) > 40
    make("uninstall", f"DESTDIR={tmp_path}", *places)
    assert files(tmp_path) == [f"opt/llm/{LIBDIR}/libother.so"]


def test_installing_twice_is_the_same_as_once(tmp_path: Path, installed: Path) -> None:
    for _ in range(2):
        make("install", f"DESTDIR={tmp_path}", "PREFIX=/opt/llm", f"LIBDIR=/opt/llm/{LIBDIR}")
    assert files(tmp_path / "opt/llm") == files(installed)


def test_a_folder_that_is_no_whole_path_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(["make", "-C", str(ROOT), "install", f"DESTDIR={tmp_path}", "PREFIX=somewhere"], capture_output=True,
                          text=True, env=environment())
    assert done.returncode != 0 and "PREFIX is somewhere: it takes a path that begins with /" in done.stderr
    assert files(tmp_path) == []


def pkg_config(installed: Path, *arguments: str, **more: str) -> List[str]:
    return run("pkg-config", *arguments, "llm", cwd=installed, PKG_CONFIG_LIBDIR=str(installed / LIBDIR / "pkgconfig"),
               **more).split()


def test_pkg_config_gives_the_places_that_make_was_told(installed: Path) -> None:
    assert pkg_config(installed, "--modversion") == [VERSION]
    assert pkg_config(installed, "--cflags", "--libs") == ["-I/opt/llm/include", f"-L/opt/llm/{LIBDIR}", "-lllm"]


@pytest.mark.parametrize("compiler", ["cc", "c++"])
def test_a_program_is_built_with_pkg_config_and_runs(installed: Path, tmp_path: Path, compiler: str) -> None:
    source = tmp_path / ("consumer.c" if compiler == "cc" else "consumer.cc")
    shutil.copy(CONSUMERS / "consumer.c", source)
    flags = pkg_config(installed, "--cflags", "--libs", PKG_CONFIG_SYSROOT_DIR=str(installed).removesuffix("/opt/llm"))
    strict = STRICT if compiler == "cc" else ["-std=c++11", *STRICT[1:]]
    run(compiler, *strict, source.name, *flags, "-o", "consumer", cwd=tmp_path)
    assert run("./consumer", cwd=tmp_path, LD_LIBRARY_PATH=str(installed / LIBDIR)) == ANSWER


def test_a_tree_that_was_moved_is_used_with_another_prefix(installed: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(installed, moved, symlinks=True)
    shutil.copy(CONSUMERS / "consumer.c", tmp_path)
    flags = pkg_config(moved, f"--define-variable=prefix={moved}", "--cflags", "--libs")
    assert flags == [f"-I{moved}/include", f"-L{moved}/{LIBDIR}", "-lllm"]
    run("cc", "consumer.c", *flags, f"-Wl,-rpath,{moved}/{LIBDIR}", "-o", "consumer", cwd=tmp_path)
    assert run("./consumer", cwd=tmp_path) == ANSWER


def cmake_project(folder: Path) -> Path:
    for file in ("consumer.c", "cmake/CMakeLists.txt"):
        shutil.copy(CONSUMERS / file, folder)
    return folder


def test_a_program_is_built_with_cmake_and_runs(installed: Path, tmp_path: Path) -> None:
    project = cmake_project(tmp_path)
    run("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={installed}", cwd=project)
    run("cmake", "--build", "build", cwd=project)
    assert run("build/consumer", cwd=project) == ANSWER
    needed = run("readelf", "-dW", "build/consumer", cwd=project)
    assert f"[libllm.so.{ABI}]" in needed


@pytest.mark.parametrize("asked, found", [("", True), (VERSION, True), (f"{VERSION} EXACT", True), ("0.0.1", True),
                                          ("99", False), ("0.0.1 EXACT", False)])
def test_cmake_finds_the_version_that_it_is_asked_for_or_says_which_is_there(installed: Path, tmp_path: Path, asked: str,
                                                                          found: bool) -> None:
    (tmp_path / "CMakeLists.txt").write_text(f"""
        cmake_minimum_required(VERSION 3.16)
        project(consumer C)
        find_package(llm {asked} CONFIG)
        message("found: ${{llm_FOUND}} considered: ${{llm_CONSIDERED_VERSIONS}}")
    """)
    said = run("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={installed}", cwd=tmp_path)
    assert f"found: {1 if found else 0} considered: {VERSION}\n" in said, said


def test_cmake_says_which_file_is_missing_from_an_installation(installed: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(installed, broken, symlinks=True)
    (broken / "include/llm.h").unlink()
    project = tmp_path / "project"
    project.mkdir()
    done = subprocess.run(["cmake", "-S", cmake_project(project), "-B", project / "build", f"-DCMAKE_PREFIX_PATH={broken}"],
                          capture_output=True, text=True, env=environment())
    assert done.returncode != 0
    assert f"{broken}/include/llm.h is not there" in done.stderr.replace("\n", "").replace("  ", " "), done.stderr
