"""What all measures need: clocks, memory, and lines of JSON. Times are µs; CPU is that of all threads."""

import json
import os
import time
from typing import List, Tuple

MESSAGES = [{"role": "user", "content": "What is 2+2? Answer in one sentence, please."}]
TEXT_WIDTH = 7  # of each event of a burst: "000017 "
PAGE_KB = os.sysconf("SC_PAGESIZE") / 1024


def now() -> Tuple[float, float]:
    """Wall and CPU time, in µs."""
    return time.perf_counter() * 1e6, time.process_time() * 1e6


def between(before: Tuple[float, float], count: float) -> Tuple[float, float]:
    """Wall and CPU time since then, by `count`."""
    after = now()
    return (after[0] - before[0]) / count, (after[1] - before[1]) / count


def resident_kb() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * PAGE_KB


def percentile(values: List[float], part: float) -> float:
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]


def words(events: int) -> str:
    """The whole text of a burst."""
    return "".join(f"{number % 1_000_000:06} " for number in range(events))


def say(measure: str, **figures: float) -> None:
    print(json.dumps({"measure": measure, **{name: round(value, 4) for name, value in figures.items()}}), flush=True)
