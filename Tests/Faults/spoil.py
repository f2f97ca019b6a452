"""PyPI's `faulty` from a command line, whose own wants a terminal: spoil.py PORT TARGET-PORT RULE=VALUE ...

The rules are for what comes back: delay=MS, throttle=BYTES-A-SECOND, drop=RATE, corrupt=RATE.
"""

from __future__ import annotations

import asyncio
import sys

from faulty.core import FaultyProxy
from faulty.middlewares import CorruptBytesMiddleware, DropMiddleware, LatencyMiddleware, ThrottleMiddleware

RULES = {
    "delay": lambda value: LatencyMiddleware(min_ms=value),
    "throttle": lambda value: ThrottleMiddleware(bytes_per_sec=int(value), chunk_size=64),
    "drop": lambda value: DropMiddleware(drop_rate=value),
    "corrupt": lambda value: CorruptBytesMiddleware(corruption_rate=value),
}


def main() -> None:
    port, target, *rules = sys.argv[1:]
    proxy = FaultyProxy("127.0.0.1", int(port), "127.0.0.1", int(target))
    for rule in rules:
        name, value = rule.split("=")
        proxy.add_ingress_rule(RULES[name](float(value)))
    asyncio.run(proxy.start())


main()
