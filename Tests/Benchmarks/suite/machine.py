"""What the figures were taken on."""

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any, Dict, List

import places


def said(*command: str) -> str:
    try:
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60
        ).stdout.strip()
    except OSError:
        return ""


def processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    return found.group(1) if found else platform.machine()


def system() -> str:
    found = (
        re.search(r'^PRETTY_NAME="(.+)"$', Path("/etc/os-release").read_text(), re.M)
        if Path("/etc/os-release").exists()
        else None
    )
    return found.group(1) if found else platform.system()


def describe() -> Dict[str, Any]:
    return {
        "time": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE") / 2**30),
        "system": system(),
        "kernel": platform.release(),
        "load_average_before": os.getloadavg()[0],
    }


def versions(node: str) -> Dict[str, str]:
    return {
        "libllm": said("git", "-C", str(places.ROOT), "log", "-1", "--format=%h"),
        "libcurl": said("curl-config", "--version").replace("libcurl ", ""),
        "Swift": (re.findall(r"Swift version (\S+)", said("swift", "--version")) or [""])[0],
        "C compiler": (said("cc", "--version").splitlines() or [""])[0],
        "Python": platform.python_version(),
        "Node": said(node, "--version") if node else "none",
    }


def cores() -> List[int]:
    return sorted(os.sched_getaffinity(0))
