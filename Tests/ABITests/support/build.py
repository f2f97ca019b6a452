"""Compiles the test programs against a given libllm.so.

Plain builds use cc (or $CC). Under a sanitizer the library was built with `swift build --sanitize=KIND`, and its
runtime must be the one that the main program carries: the program is then compiled by the clang beside `swift`, with the
same -fsanitize. Apple's thread sanitizer also intercepts libdispatch, so its static runtime wants libdispatch and
libBlocksRuntime from the toolchain at link time, although nothing here uses them.
"""
import os
import pathlib
import shutil
import subprocess

# Tests pass NULL where it is not allowed, which clang knows from llm.h's annotations: by a variable, then.
WARNINGS = ["-std=c99", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-pedantic", "-Werror"]
SUPPORT = ["spec.c", "json.c", "fault_server.c", "calls.c"]


class BuildFailed(Exception):
    pass


def toolchain():
    """The folder usr/ of the Swift toolchain."""
    swift = shutil.which("swift")
    if not swift:
        raise BuildFailed("no swift on PATH: sanitized test programs are compiled by the clang beside it")
    return pathlib.Path(os.path.realpath(swift)).parent.parent


class Builder:
    """Builds into `folder`, a program for each specs/*.c, linked with `library` under its soname."""

    def __init__(self, source, include, folder, library, sanitizer=""):
        self.source, self.include, self.folder, self.library = source, include, folder, library
        self.sanitizer = sanitizer
        self.libraries = folder / "lib"
        self.compiler = [os.environ.get("CC", "cc")]
        self.flags = [*WARNINGS, "-O1", "-g", "-fno-omit-frame-pointer", f"-I{include}", f"-I{source / 'support'}"]
        self.link_flags = ["-pthread", "-ldl", f"-L{self.libraries}", "-l:libllm.so.1", f"-Wl,-rpath,{self.libraries}"]
        if sanitizer:
            usr = toolchain()
            self.compiler = [str(usr / "bin" / "clang")]
            self.flags.append(f"-fsanitize={sanitizer}")
            self.link_flags.append("-Wl,--allow-shlib-undefined")
            if sanitizer == "thread":
                swift_libraries = usr / "lib" / "swift" / "linux"
                self.link_flags += [f"-L{swift_libraries}", f"-Wl,-rpath,{swift_libraries}", "-Wl,--no-as-needed",
                                    "-ldispatch", "-lBlocksRuntime"]

    def run(self, arguments):
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise BuildFailed(" ".join(map(str, arguments)) + "\n" + done.stdout)

    def prepare(self):
        """Makes libllm.so.1, the name that programs load, and compiles what all of them share."""
        self.libraries.mkdir(parents=True, exist_ok=True)
        for name in ("libllm.so", "libllm.so.1"):
            link = self.libraries / name
            link.unlink(missing_ok=True)
            link.symlink_to(self.library)
        for name in SUPPORT:
            self.compile(self.source / "support" / name, self.object(name))

    def object(self, name):
        return self.folder / (pathlib.Path(name).stem + ".o")

    def compile(self, source, target):
        newest = max(p.stat().st_mtime for p in [source, self.include / "llm.h", *(self.source / "support").glob("*.h")])
        if not target.exists() or target.stat().st_mtime <= newest:
            self.run([*self.compiler, *self.flags, "-c", source, "-o", target])

    def program(self, source, with_support=True):
        """Compiles and links one program, and gives its path."""
        target = self.folder / source.stem
        self.compile(source, self.object("main-" + source.stem))
        objects = [self.object("main-" + source.stem)]
        objects += [self.object(name) for name in SUPPORT if with_support or name == "json.c"]
        newest = max(p.stat().st_mtime for p in [*objects, self.library])
        if not target.exists() or target.stat().st_mtime <= newest:
            self.run([*self.compiler, *self.flags, *objects, "-o", target, *self.link_flags])
        return target

    def preload(self, source):
        """Compiles a library for LD_PRELOAD."""
        target = self.folder / (source.stem + ".so")
        self.run([*self.compiler, *WARNINGS, "-O2", "-fPIC", "-shared", source, "-o", target, "-ldl"])
        return target
