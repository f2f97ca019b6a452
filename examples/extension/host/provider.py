"""The provider that the user has set up, in a file that only he can read or in the environment."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from scaling_memory import AsyncClient


class BadSettings(Exception):
    """The file cannot be used; the sentence says what to do."""


def settings_path() -> Path:
    """A configuration of libllm: {"provider": "openai", "api_key": "sk-...", "model": "gpt-4o-mini"}."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "page-analysis" / "provider.json"


def make_client() -> AsyncClient:
    """From the file, or from LLM_PROVIDER, OPENAI_API_KEY and so on where there is none. Sends nothing."""
    path = settings_path()
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            settings = json.load(file)
    except FileNotFoundError:
        return AsyncClient.from_env()
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path} cannot be read: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSettings(f"{path} can be read by others, and it holds a key: chmod 600 {path}")
    if not isinstance(settings, dict):
        raise BadSettings(f'{path} holds no settings: it takes {{"provider": "...", "api_key": "...", "model": "..."}}')
    return AsyncClient(settings)
