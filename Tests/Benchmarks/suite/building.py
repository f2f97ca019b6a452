"""Compiles the server and the C clients into .build/benchmarks."""

import subprocess
from typing import Dict, List

import places

FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{places.ROOT / 'include'}"]
WITH_LIBLLM = [str(places.LIBRARY), f"-Wl,-rpath,{places.LIBRARY_DIR}", "-pthread"]
PROGRAMS: Dict[str, List[str]] = {
    "server/server": [],
    "clients/bare_curl": ["-lcurl"],
    "clients/bare_multi": ["-lcurl"],
    "clients/bare_scale": ["-lcurl"],
    "clients/libllm": WITH_LIBLLM,
    "clients/libllm_queue": WITH_LIBLLM,
    "clients/libllm_scale": WITH_LIBLLM,
    "clients/load": ["-ldl"],
}


def build() -> None:
    places.BUILD.mkdir(parents=True, exist_ok=True)
    for source, flags in PROGRAMS.items():
        target = places.BUILD / source.split("/")[1]
        subprocess.run(["cc", *FLAGS, str(places.HERE / f"{source}.c"), "-o", str(target), *flags], check=True)
