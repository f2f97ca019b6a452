"""The ratios that libllm is to keep, each against what was measured in this run."""

from typing import Any, Dict, Iterable, List, NamedTuple, Optional

from figures import median

RIVALS = (
    "aimux_sync",
    "liter_llm_asyncio",
    "openai_sync",
    "openai_asyncio",
    "anthropic_sync",
    "anthropic_asyncio",
    "litellm_sync",
    "litellm_asyncio",
)


class Target(NamedTuple):
    what: str
    at_most: float
    unit: str
    measured: Optional[float]
    how: str

    @property
    def kept(self) -> Optional[bool]:
        return None if self.measured is None else self.measured <= self.at_most


def ratio(ours: Optional[float], theirs: Optional[float]) -> Optional[float]:
    return ours / theirs if ours is not None and theirs else None


def fastest(found: Dict[str, Any], *path: str) -> Optional[float]:
    values = [value for value in (median(found.get(rival), *path) for rival in RIVALS) if value is not None]
    return min(values) if values else None


def scene(results: Dict[str, Any], key: str) -> Dict[str, Any]:
    return next((one.get("clients", {}) for one in results["scale"] if one["key"] == key), {})


def of_pinning(results: Dict[str, Any], pinning: str) -> Iterable[Target]:
    found = results["measures"].get(pinning, {})
    bare, ours = found.get("bare_curl"), found.get("libllm_c")
    yield Target(
        f"C, call, wall / bare libcurl, {pinning}",
        1.25,
        "",
        ratio(median(ours, "call", "p50_us"), median(bare, "call", "p50_us")),
        "p50",
    )
    yield Target(
        f"C, call, CPU / bare libcurl, {pinning}",
        1.3,
        "",
        ratio(median(ours, "call", "cpu_us"), median(bare, "call", "cpu_us")),
        "",
    )
    a, b = median(ours, "event", "cpu_us"), median(bare, "event", "cpu_us")
    yield Target(
        f"C, CPU per event in a burst above bare libcurl, {pinning}",
        0.8,
        "µs",
        a - b if a is not None and b is not None else None,
        "",
    )
    yield Target(
        f"Python, call p50 / the fastest rival, {pinning}",
        0.6 if pinning == "pinned" else 0.8,
        "",
        ratio(median(found.get("libllm_iterator"), "call", "p50_us"), fastest(found, "call", "p50_us")),
        "",
    )
    for client, most, how in (
        ("libllm_iterator", 0.2, "iterator"),
        ("libllm_asyncio", 0.2, "asyncio"),
        ("libllm_callback", 0.35, "callback"),
    ):
        yield Target(
            f"Python, stream per event, {how} / the fastest rival, {pinning}",
            most,
            "",
            ratio(median(found.get(client), "event", "wall_us"), fastest(found, "event", "wall_us")),
            "wall",
        )


def of_scale(results: Dict[str, Any]) -> Iterable[Target]:
    for key, title in (("1000x20", "1,000 streams at 20 a second"), ("10000x5", "10,000 streams at 5 a second")):
        found = scene(results, key)
        bare, ours = found.get("bare_curl"), found.get("libllm_c")
        yield Target(
            f"CPU per event, {title} / bare libcurl",
            1.5,
            "",
            ratio(median(ours, "cpu_us_per_event"), median(bare, "cpu_us_per_event")),
            "pinned, one reader",
        )
    found = scene(results, "10000x5")
    bare, ours = found.get("bare_curl"), found.get("libllm_c")
    came, sent = median(ours, "delivered"), median(ours, "expected")
    yield Target(
        "10,000 streams: events lost or out of order",
        0,
        "",
        sent - came if came is not None and sent is not None else None,
        "every one is checked",
    )
    yield Target(
        "memory per stream at 10,000 / bare libcurl",
        1.25,
        "",
        ratio(median(ours, "kb_per_stream"), median(bare, "kb_per_stream")),
        "",
    )
    bare, ours = (scene(results, "tls").get(client) for client in ("bare_curl", "libllm_c"))
    cpu, theirs = median(ours, "begin_cpu_us_per_stream"), median(bare, "begin_cpu_us_per_stream")
    beside = f"; bare libcurl {theirs / 1e3:.2f} ms" if theirs is not None else ""
    yield Target(
        "verified TLS connection, CPU",
        0.8,
        "ms",
        cpu / 1e3 if cpu is not None else None,
        f"with its request and first event{beside}",
    )
    kb = median(bare, "kb_per_stream")
    beside = f"; bare libcurl {kb:.1f} KB" if kb is not None else ""
    yield Target("verified TLS connection, memory", 70, "KB", median(ours, "kb_per_stream"), f"with its stream{beside}")


def of_loading(results: Dict[str, Any]) -> Iterable[Target]:
    load = results["load"]
    yield Target("stripped library", 7.5, "MB", results["sizes"].get("libllm", {}).get("native_mb"), "")
    yield Target("dlopen and first client", 10, "ms", median(load.get("libllm_c"), "ready_ms"), "")
    yield Target(
        "Python import / the fastest rival's",
        1,
        "",
        ratio(median(load.get("libllm_iterator"), "import_ms"), fastest(load, "import_ms")),
        "",
    )


def all_targets(results: Dict[str, Any]) -> List[Target]:
    return [*of_pinning(results, "pinned"), *of_pinning(results, "unpinned"), *of_scale(results), *of_loading(results)]
