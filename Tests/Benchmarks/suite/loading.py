"""How long libraries take to load, and how large they are."""

import subprocess
from pathlib import Path
from typing import Any, Dict, List

import asking
import places
from clients import Client
from figures import summaries

NATIVE = {"arcships-aimux": "aimux", "liter-llm": "liter_llm"}  # rivals that are a native library, and its folder
FOLDERS = {**NATIVE, "openai": "openai", "anthropic": "anthropic", "litellm": "litellm"}


def load_times(clients: List[Client], node: str, rounds: int, say) -> Dict[str, Any]:
    """Import and first client, in ms: of the C library dlopen and llm_client_create."""
    say("load times")
    times: Dict[str, List[Dict[str, float]]] = {"libllm_c": []}
    for number in range(rounds):
        said = subprocess.run(
            [str(places.BUILD / "load"), str(places.LIBRARY)], stdout=subprocess.PIPE, text=True, check=True
        )
        loaded, ready = map(float, said.stdout.split())
        times["libllm_c"].append({"import_ms": loaded / 1e3, "ready_ms": ready / 1e3})
        for client in clients:
            if number < client.effort.rounds:
                found = asking.ask(client, "http://127.0.0.1:1", ("load",), node).get("load", {"error": ""})
                if "error" not in found:
                    times.setdefault(client.key, []).append(found)
    return {client: summaries(rounds) for client, rounds in times.items()}


def megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    return sum(file.stat().st_size for file in files) / 1e6


def sizes() -> Dict[str, Dict[str, float]]:
    """In MB: the native library, and the package's own folder without what it depends on."""
    binding = places.PYTHON_BINDING / "scaling_memory"
    found = {
        "libllm": {"native_mb": megabytes(places.LIBRARY), "package_mb": megabytes(places.LIBRARY) + megabytes(binding)}
    }
    for package, folder in FOLDERS.items():
        path = next(places.VENV.glob(f"lib/python*/site-packages/{folder}"), None)
        if path is not None:
            native = sum(megabytes(file) for file in path.glob("*.so")) if package in NATIVE else 0
            found[package] = {"native_mb": native, "package_mb": megabytes(path)}
    return found
