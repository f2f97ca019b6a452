"""A Debian system of the fewest packages: an empty list of installed ones, to which apt adds what these need, and no more.

Packages of Debian's are unpacked and entered as installed, without their scripts; ours are installed by dpkg itself, which is
forced to nothing. What a package forgets to depend on is not there.
"""
from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import List

from conftest import environment, run

#: As a user of their own they see the root that they are given as root's.
AS_ROOT = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def can_be_made() -> bool:
    return subprocess.run([*AS_ROOT, "chroot", "/", "true"], capture_output=True).returncode == 0


class CleanRoot:
    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache = folder, cache
        self.status = folder / "var/lib/dpkg/status"
        for below in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "usr/bin", "usr/sbin", "usr/lib",
                      "usr/lib64", "tmp"):
            (folder / below).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (folder / name).symlink_to(f"usr/{name}")
        self.status.write_text("")

    def fetch(self, *packages: "str | Path") -> List[Path]:
        """Has apt find and download what these packages need, by its own reading of their fields; gives Debian's."""
        (self.cache / "partial").mkdir(parents=True, exist_ok=True)
        options = {
            "Dir::State::status": self.status, "Dir::State::extended_states": self.folder / "tmp/extended_states",
            "Dir::Cache::archives": self.cache, "Dir::Cache::pkgcache": "", "Dir::Cache::srcpkgcache": "",
            "Debug::NoLocking": 1, "APT::Sandbox::User": "root", "APT::Install-Recommends": 0, "pkgCacheGen::Essential": "none",
        }
        command = ["apt-get", "-y", *(f"-o{name}={value}" for name, value in options.items()), "install"]
        planned = run(*command, "--simulate", *packages, cwd=self.folder)
        run(*command, "--download-only", *packages, cwd=self.folder)
        names = [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")]
        ours = {package.name.split("_")[0] for package in packages if isinstance(package, Path)}
        return [self._archive(name) for name in names if name not in ours]

    def _archive(self, name: str) -> Path:
        newest = sorted(self.cache.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime)
        assert newest, f"apt downloaded no {name}"
        return newest[-1]

    def unpack(self, archive: Path) -> None:
        run("dpkg-deb", "-x", archive, self.folder, cwd=self.folder)
        fields = run("dpkg-deb", "-f", archive, cwd=self.folder)
        name, _, rest = fields.partition("\n")
        with self.status.open("a") as status:
            status.write(f"{name}\nStatus: install ok installed\n{rest.strip()}\n\n")

    def dpkg(self, *arguments: "str | Path") -> str:
        return run(*AS_ROOT, "dpkg", f"--root={self.folder}", "--force-not-root", *arguments, cwd=self.folder,
                   PATH=f"{environment()['PATH']}:{PATH}")

    def run(self, *command: str) -> str:
        return run(*AS_ROOT, "chroot", self.folder, *command, cwd=self.folder, PATH=PATH)
