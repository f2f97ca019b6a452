"""Where things are, and what the environment may say otherwise.

LLM_LIBRARY_DIR   the folder of libllm.so (default .build/release)
BENCH_VENV        a virtual environment for the rivals and the plots (default .build/bench-venv)
NODE              a Node.js of version 26.1 or newer
"""

import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
BUILD = ROOT / ".build" / "benchmarks"
LIBRARY_DIR = pathlib.Path(os.environ.get("LLM_LIBRARY_DIR") or ROOT / ".build/release").resolve()
LIBRARY = LIBRARY_DIR / "libllm.so"
VENV = pathlib.Path(os.environ.get("BENCH_VENV") or ROOT / ".build/bench-venv").resolve()
PYTHON = VENV / "bin" / "python"
PYTHON_BINDING = ROOT / "bindings/python/src"
RESULTS = BUILD / "results.json"
DOCUMENT = ROOT / "docs" / "BENCHMARKS.md"
IMAGES = ROOT / "docs" / "images"
