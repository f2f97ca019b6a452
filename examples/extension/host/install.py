#!/usr/bin/env python3
"""Tells a browser where the extension's native half is, with the Python that runs this.

    python3 install.py                        # for Chromium, Chrome, Edge and Brave, where they are there
    python3 install.py --directory DIR        # into this NativeMessagingHosts folder
    python3 install.py --uninstall

Writes two files into the browser's NativeMessagingHosts folder: the host's manifest, which lets this extension and no other
start it, and a launcher.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shlex
import sys
from pathlib import Path
from typing import List

HERE = Path(__file__).resolve().parent
NAME = "io.libllm.page_analysis"
BROWSERS = ("chromium", "google-chrome", "microsoft-edge", "BraveSoftware/Brave-Browser")


def extension_id() -> str:
    """As browsers make it of the public key in the extension's manifest: half of its SHA-256, in the letters a to p."""
    key = base64.b64decode(json.loads((HERE.parent / "manifest.json").read_text())["key"])
    return "".join(chr(ord("a") + int(digit, 16)) for digit in hashlib.sha256(key).hexdigest()[:32])


def folders() -> List[Path]:
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return [base / browser / "NativeMessagingHosts" for browser in BROWSERS if (base / browser).is_dir()]


def install(folder: Path, extension: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / f"{NAME}.sh"
    # The browser passes the extension's origin, which is of no use to the host: who may start it is in the manifest.
    launcher.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'analysis_host.py'))}\n")
    launcher.chmod(0o755)
    manifest = {
        "name": NAME,
        "description": "Analyzes texts for the extension Page analysis",
        "path": str(launcher),
        "type": "stdio",
        "allowed_origins": [f"chrome-extension://{extension}/"],
    }
    (folder / f"{NAME}.json").write_text(json.dumps(manifest, indent=2) + "\n")


def uninstall(folder: Path) -> None:
    for suffix in (".json", ".sh"):
        (folder / f"{NAME}{suffix}").unlink(missing_ok=True)


def main() -> str | None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=Path, help="the NativeMessagingHosts folder of the browser")
    parser.add_argument("--extension-id", help="of an extension that was packed with another key")
    parser.add_argument("--uninstall", action="store_true", help="remove what was written")
    given = parser.parse_args()
    chosen = [given.directory.absolute()] if given.directory else folders()
    if not chosen:
        return "There is no Chromium, Chrome, Edge or Brave in ~/.config: name its NativeMessagingHosts folder with --directory."
    if not given.uninstall:
        try:
            from scaling_memory import library_version
            print(f"{sys.executable} has libllm {library_version()}")
        except ImportError as error:  # of the package, or of libllm itself
            return f"This Python has no scaling_memory that works: pip install scaling-memory. It says: {error}"
    for folder in chosen:
        if given.uninstall:
            uninstall(folder)
        else:
            install(folder, given.extension_id or extension_id())
        print(f"{'removed from' if given.uninstall else 'written to'} {folder}")
    return None


if __name__ == "__main__":
    sys.exit(main())
