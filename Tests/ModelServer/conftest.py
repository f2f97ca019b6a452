"""Fixtures for tests against a real model: the server, and the environment that leads a program to it."""
import os
from pathlib import Path
from typing import Callable, Dict, Iterator

import pytest
import serving

ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = "SmolLM2-135M"


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a model server that lives as long as the tests do."""
    with serving.model_server(tmp_path_factory.mktemp("model-server") / "server.log") as base:
        yield base


@pytest.fixture(scope="session")
def environment(model_server: str) -> Callable[..., Dict[str, str]]:
    """environment("openai", MAX_TOKENS="5"): what a program needs to reach the model over that provider's wire, and over
    the other one with llm_config_from_env. Nothing of the caller's own settings is in it."""
    keep = ("PATH", "HOME", "TMPDIR", "LANG", "SCALING_MEMORY_LIBRARY", "ASAN_OPTIONS", "TSAN_OPTIONS")

    def of(provider: str, **settings: str) -> Dict[str, str]:
        variables = {name: os.environ[name] for name in keep if name in os.environ}
        variables.update(LLM_PROVIDER=provider, PYTHONPATH=str(ROOT / "bindings/python/src"),
                         OPENAI_BASE_URL=model_server + "/v1", ANTHROPIC_BASE_URL=model_server)
        for prefix in ("OPENAI", "ANTHROPIC"):
            variables.update({f"{prefix}_MODEL": MODEL, f"{prefix}_MAX_TOKENS": "40", f"{prefix}_TEMPERATURE": "0"})
            variables.update({f"{prefix}_{name}": value for name, value in settings.items()})
        return variables
    return of
