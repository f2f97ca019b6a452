"""Medians and spreads."""

import statistics
from typing import Any, Dict, List, Optional


def spread_percent(values: List[float]) -> float:
    """Half the distance of the quartiles, in percent of the median."""
    middle = statistics.median(values)
    if len(values) < 2 or middle == 0:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return abs(50 * (high - low) / middle)


def summary(values: List[float]) -> Dict[str, Any]:
    return {"median": statistics.median(values), "spread_percent": spread_percent(values), "values": values}


def summaries(rounds: List[Dict[str, Any]]) -> Dict[str, Dict[str, Any]]:
    """Of dictionaries of figures, one a round: a summary for each figure."""
    names = dict.fromkeys(name for figures in rounds for name, value in figures.items() if isinstance(value, (int, float)))
    return {name: summary([figures[name] for figures in rounds if name in figures]) for name in names}


def median(figures: Optional[Dict[str, Any]], *path: str) -> Optional[float]:
    """The median at the end of this path of names, or None where there is none."""
    found: Any = figures
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found["median"] if isinstance(found, dict) and "median" in found else None
