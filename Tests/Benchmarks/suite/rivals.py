"""The other libraries, from PyPI, in a virtual environment that the next run finds again. What cannot be installed is said."""

import subprocess
import sys
from typing import Dict

import places

# What is compared against is to be the same in every run.
PINS = {
    "arcships-aimux": "0.5.0",
    "liter-llm": "2.4.0",
    "openai": "3.57.0",
    "anthropic": "2.13.0",
    "litellm": "1.110.2",
    "matplotlib": "3.11.2",
}


def installed() -> Dict[str, str]:
    """Versions by name, of the packages above."""
    found = {}
    for name, version in PINS.items():
        if any(places.VENV.glob(f"lib/python*/site-packages/{name.replace('-', '_')}-{version}.dist-info")):
            found[name] = version
    return found


def install() -> Dict[str, str]:
    """Gives what could not be installed, with the reason."""
    if not places.PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(places.VENV)], check=True)
    # Ours, as pip does with the rivals: the clients write no bytecode, and would time the compiler each time.
    subprocess.run([str(places.PYTHON), "-m", "compileall", "-q", str(places.PYTHON_BINDING)], check=True)
    missing = [f"{name}=={PINS[name]}" for name in PINS if name not in installed()]
    if not missing:
        return {}
    print(f"Installing into {places.VENV}: {', '.join(missing)}", flush=True)
    pip = [str(places.PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:"]
    if subprocess.run([*pip, *missing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        return {}
    failures = {}
    for requirement in missing:
        done = subprocess.run([*pip, requirement], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            failures[requirement.split("==")[0]] = (done.stdout.strip().splitlines() or ["pip failed"])[-1][:200]
    return failures
