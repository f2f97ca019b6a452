"""What libllm's clients are configured with: no limits of their own."""

from typing import Any, Dict


def settings(base: str) -> Dict[str, Any]:
    return {
        "base_url": base,
        "api_key": "key",
        "model": "m",
        "rate_limit": {"per_minute": 0, "per_hour": 0, "max_concurrent": 0},
    }
