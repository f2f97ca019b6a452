"""The Node package as npm packs it: installed into an empty folder, and run there on every runtime away from the build tree."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Dict, List, NamedTuple

import pytest

from conftest import ROOT, make

# Streams an answer, and prints what it stood on, on one line of JSON.
STREAM = """
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Client, LLMError } from 'scaling-memory';
const [url, ca_file] = process.argv.slice(2);
const settings = ca_file ? { ca_file } : {};
const client = new Client({ provider: 'openai', api_key: 'k', model: 'm', base_url: url, retry: { max_retries: 0 }, ...settings });
let text = '';
try {
  for await (const piece of client.stream('Hello').text) text += piece;
} catch (error) {
  if (!(error instanceof LLMError)) throw error;
  text = `${error.status}: ${error.message}`;
}
const { loadBackend } = await import(new URL('./node_modules/scaling-memory/src/backend.js', import.meta.url));
const loaded = new Set(readFileSync('/proc/self/maps', 'utf8').match(/\\/\\S+\\.(so|node)\\S*$/gm));
const { name, libraryPath } = loadBackend();
console.log(JSON.stringify({ text, name, libraryPath, loaded: [...loaded] }));
"""


class Runtime(NamedTuple):
    """`variable` names the program."""

    variable: str
    flags: List[str]
    backend: str
    settings: Dict[str, str] = {}

    @property
    def command(self) -> List[str]:
        return [program(self.variable), *self.flags]


#: Node 20.11 is the first to know it.
QUIET = "--disable-warning=ExperimentalWarning"
RUNTIMES = {
    "Node 26, node:ffi": Runtime("NODE", ["--experimental-ffi", QUIET], "ffi"),
    "Node 26, addon": Runtime("NODE", [], "addon", {"SCALING_MEMORY_BACKEND": "addon"}),
    "Node 20": Runtime("NODE_20", [], "addon"),
    "Node 18": Runtime("NODE_18", [], "addon"),
    # All permissions, of which the program needs some more than the package: it reads /proc.
    "Deno": Runtime("DENO", ["run", "--no-remote", "--node-modules-dir=manual", "--allow-all"], "addon"),
    "Bun": Runtime("BUN", ["run"], "addon"),
}
every_runtime = pytest.mark.parametrize("runtime", RUNTIMES.values(), ids=RUNTIMES.keys())


def program(variable: str) -> str:
    """As `make test` names it."""
    named = os.environ.get(variable)
    if not named:
        assert os.environ.get("LLM_REQUIRE_ALL") != "1", f"{variable} is not set"
        pytest.skip(f"{variable} names no program")
    return named


def run(folder: Path, command: List[str], **more: str) -> "subprocess.CompletedProcess[str]":
    """With nothing in the environment that leads to the build tree."""
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder.parent), "LC_ALL": "C.UTF-8", "DENO_DIR": str(folder.parent / "deno"), **more}
    return subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


def output(folder: Path, command: List[str], **more: str) -> str:
    ended = run(folder, command, **more)
    assert ended.returncode == 0, f"{command} ended with {ended.returncode}\n{ended.stdout}{ended.stderr}"
    assert ended.stderr == ""
    return ended.stdout


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make npm` builds."""
    place = tmp_path_factory.mktemp("npm")
    make("npm", f"PACKAGES={place}")
    (found,) = place.glob("*.tgz")
    return found


@pytest.fixture(scope="session")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed the package, and nothing else. No registry is asked."""
    folder = tmp_path_factory.mktemp("installed") / "project"
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true}')
    npm = os.environ.get("NPM") or shutil.which("npm") or program("NPM")
    command = [*shlex.split(npm), "install", "--offline", "--no-audit", "--no-fund", "--silent", str(package)]
    installing = run(folder, command, npm_config_cache=str(folder.parent / "cache"))
    assert installing.returncode == 0, installing.stdout + installing.stderr
    (folder / "stream.mjs").write_text(STREAM)
    return folder


def contents(installed: Path) -> Path:
    return installed / "node_modules/scaling-memory"


def prebuilt(installed: Path) -> Path:
    (folder,) = (contents(installed) / "prebuilds").iterdir()
    return folder


def test_it_holds_the_sources_their_types_the_license_and_both_native_files(package: Path, installed: Path) -> None:
    manifest = json.loads((contents(installed) / "package.json").read_text())
    assert package.name == f"scaling-memory-{manifest['version']}.tgz"
    for path in (manifest["types"], *manifest["exports"]["."].values(), "LICENSE", "README.md"):
        assert (contents(installed) / path).is_file(), path
    source = {path.name for path in (ROOT / "bindings/node/src").iterdir()}
    assert {path.name for path in (contents(installed) / "src").iterdir()} == source
    assert {path.name for path in prebuilt(installed).iterdir()} == {"scaling-memory.node", "libllm.so.1", "libs"}
    assert not manifest.get("dependencies") and "install" not in manifest.get("scripts", {})


def test_nothing_in_it_names_the_build_tree(package: Path) -> None:
    with tarfile.open(package) as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None and str(ROOT).encode() not in file.read(), member.name


def test_the_licenses_of_what_it_carries_come_along(installed: Path) -> None:
    libraries = [path.name for path in (prebuilt(installed) / "libs").glob("*.so*")]
    texts = "".join(path.read_text("utf-8", "replace") for path in (prebuilt(installed) / "libs").glob("LICENSE.*"))
    assert any(name.startswith("libcurl") for name in libraries)
    if shutil.which("dpkg"):
        assert "Daniel Stenberg" in texts and "OpenSSL" in texts


@every_runtime
def test_it_streams_and_all_that_it_loads_is_its_own_or_every_systems(runtime: Runtime, installed: Path, http: str) -> None:
    said = json.loads(output(installed, [*runtime.command, "stream.mjs", http], **runtime.settings))
    carried = prebuilt(installed)
    assert (said["text"], said["name"]) == ("4", runtime.backend)
    assert said["libraryPath"] == str(carried / "libllm.so.1") and said["libraryPath"] in said["loaded"]
    assert (str(carried / "scaling-memory.node") in said["loaded"]) == (runtime.backend == "addon")
    assert not [path for path in said["loaded"] if path.startswith(f"{ROOT}/.build/release")]
    curl = [path for path in said["loaded"] if "curl" in path]
    assert len(curl) == 1 and curl[0].startswith(str(carried / "libs"))


@every_runtime
def test_over_tls_the_given_authority_vouches_and_no_other(
        runtime: Runtime, installed: Path, https: str, certificates: Path) -> None:
    command = [*runtime.command, "stream.mjs", https]
    assert json.loads(output(installed, [*command, str(certificates / "ca.pem")], **runtime.settings))["text"] == "4"
    refused = json.loads(output(installed, command, **runtime.settings))["text"]
    assert refused.startswith("connection: ") and "certificate" in refused


@pytest.mark.parametrize("variable", ["NODE", "NODE_20", "NODE_18"])
def test_commonjs_requires_it_where_node_can_and_imports_it_everywhere(variable: str, installed: Path) -> None:
    (installed / "common.cjs").write_text("""
        const required = process.features.require_module ? require('scaling-memory') : undefined;
        import('scaling-memory').then((imported) => {
          if (required && required.Client !== imported.Client) throw new Error('there are two packages');
          console.log(process.version, required !== undefined, imported.libraryVersion());
        });""")
    ended = run(installed, [program(variable), "common.cjs"], SCALING_MEMORY_BACKEND="addon")
    assert ended.returncode == 0, ended.stderr
    node, required, _ = ended.stdout.split()
    major, minor = map(int, node[1:].split(".")[:2])
    assert required == ("true" if major > 22 or (major, minor) >= (22, 12) or major == 20 and minor >= 19 else "false")


def test_a_strict_typescript_program_compiles_against_it(installed: Path) -> None:
    compiler = os.environ.get("TSC", "/usr/share/nodejs/typescript/lib/tsc.js")
    program_of_tests = (ROOT / "bindings/node/test/types/program.mts").read_text()
    (installed / "program.mts").write_text(program_of_tests.replace("../../src/index.js", "scaling-memory"))
    options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--pretty", "false"]
    compiling = run(installed, [program("NODE_20"), compiler, *options, "program.mts"])
    assert (compiling.stdout, compiling.returncode) == ("", 0)


@pytest.mark.parametrize("backend", ["ffi", "addon"])
def test_a_libllm_of_another_interface_is_refused_by_its_version(backend: str, installed: Path, tmp_path: Path) -> None:
    (tmp_path / "newer.c").write_text("unsigned llm_abi_version(void) { return 2; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "newer.c", "-o", "libnewer.so"], cwd=tmp_path, check=True)
    ended = run(installed, [program("NODE"), "--experimental-ffi", QUIET, "stream.mjs", "http://127.0.0.1:1"],
                SCALING_MEMORY_LIBRARY=str(tmp_path / "libnewer.so"), SCALING_MEMORY_BACKEND=backend)
    assert "has version 2 of libllm's interface, and this package takes version 1" in ended.stderr
