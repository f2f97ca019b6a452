"""Who is measured, how each is started, and how often it is asked: a client that takes a hundred times as long is asked less."""

import os
from typing import Dict, List, NamedTuple, Tuple

import places


class Effort(NamedTuple):
    """How much a client does in a round, and in how many of the rounds it takes part."""

    rounds: int
    call: int
    streams: int
    events: int
    first: int
    flight: Tuple[Tuple[int, int], ...]  # calls at once, calls in all
    memory: int  # streams


# Sizes such that a round takes each client one to five seconds on a machine that does nothing else.
FAST = Effort(5, 1000, 10, 10_000, 300, ((1, 1000), (8, 3000), (64, 4000), (512, 4096)), 500)
BOUND = Effort(5, 500, 5, 5_000, 150, ((1, 300), (8, 800), (64, 1536), (512, 2048)), 200)
MEDIUM = Effort(3, 150, 2, 2_000, 60, ((1, 100), (8, 200), (64, 320), (512, 512)), 100)
SLOW = Effort(2, 30, 1, 500, 15, ((1, 20), (8, 48), (64, 64), (512, 512)), 100)


class Client(NamedTuple):
    key: str
    title: str
    group: str  # "floor", "libllm" or "rival"
    effort: Effort
    programs: Tuple[Tuple[str, Tuple[str, ...]], ...]  # each with the measures that it makes
    package: str = ""  # of a rival: its name in PyPI


def python(key: str, title: str, effort: Effort, package: str = "") -> Client:
    measures = ("call", "event", "first", "flight", "memory", "load")
    return Client(key, title, "rival" if package else "libllm", effort, ((f"python:{key}", measures),), package)


def all_clients() -> List[Client]:
    return [
        Client(
            "bare_curl",
            "bare libcurl, C",
            "floor",
            FAST,
            (("c:bare_curl", ("call", "event", "first")), ("c:bare_multi", ("flight", "memory"))),
        ),
        Client(
            "libllm_c",
            "libllm, C",
            "libllm",
            FAST,
            (("c:libllm", ("call", "event", "first")), ("c:libllm_queue", ("flight", "memory"))),
        ),
        python("libllm_iterator", "libllm, Python iterator", BOUND),
        python("libllm_callback", "libllm, Python callback", BOUND),
        python("libllm_asyncio", "libllm, Python asyncio", BOUND),
        Client(
            "libllm_node",
            "libllm, Node",
            "libllm",
            BOUND,
            (("node:libllm", ("call", "event", "first", "flight", "memory", "load")),),
        ),
        python("aimux_sync", "aimux, Python", BOUND, "arcships-aimux"),
        python("liter_llm_asyncio", "liter-llm, asyncio", MEDIUM, "liter-llm"),
        python("openai_sync", "openai", MEDIUM, "openai"),
        python("openai_asyncio", "openai, asyncio", MEDIUM, "openai"),
        python("anthropic_sync", "anthropic", MEDIUM, "anthropic"),
        python("anthropic_asyncio", "anthropic, asyncio", MEDIUM, "anthropic"),
        python("litellm_sync", "litellm", SLOW, "litellm"),
        python("litellm_asyncio", "litellm, asyncio", SLOW, "litellm"),
    ]


def hurried(client: Client) -> Client:
    """For a quick run."""
    effort = client.effort
    return client._replace(
        effort=effort._replace(
            rounds=2 if effort.rounds > 3 else 1,
            memory=min(effort.memory, 100),
            flight=effort.flight[:3] if effort is SLOW else effort.flight,
        )
    )


def command(program: str, node: str) -> List[str]:
    language, name = program.split(":")
    return {
        "c": [str(places.BUILD / name)],
        "python": [str(places.PYTHON), str(places.HERE / "clients/python/driver.py"), name],
        "node": [
            node,
            "--experimental-ffi",
            "--disable-warning=ExperimentalWarning",
            str(places.HERE / f"clients/node/{name}.mjs"),
        ],
    }[language]


def environment() -> Dict[str, str]:
    """Nothing of the user's own settings or keys; and litellm looks for prices in its own file, not in the network."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {
        **keep,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(places.PYTHON_BINDING),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SCALING_MEMORY_LIBRARY": str(places.LIBRARY),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
    }
