"""What `pip install` brings with a client: the packages and their sizes, counted from the wheels it would install."""

import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Dict, NamedTuple, Optional


class Weight(NamedTuple):
    packages: int
    download_mb: float
    installed_mb: float


def weigh(python: str, requirement: str) -> Optional[Weight]:
    """None where pip could not fetch it. A requirement may be a wheel."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--only-binary", ":all:", "-d", folder]
        if subprocess.run([*command, requirement], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            return None
        wheels = list(Path(folder).glob("*.whl"))
        unpacked = sum(file.file_size for wheel in wheels for file in zipfile.ZipFile(wheel).infolist())
        return Weight(len(wheels), sum(wheel.stat().st_size for wheel in wheels) / 1e6, unpacked / 1e6)


def weigh_all(python: str, requirements: Dict[str, str]) -> Dict[str, Optional[Weight]]:
    return {name: weigh(python, requirement) for name, requirement in requirements.items()}
