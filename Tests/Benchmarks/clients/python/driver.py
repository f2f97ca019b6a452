#!/usr/bin/env python3
"""Measures one Python library: see ../measure.h for what it takes and prints.

usage: driver.py CLIENT BASE MEASURE ...      CLIENT is the name of a module here that defines a class Here(Client)
       driver.py CLIENT BASE load             how long the import and the first client take, without Python's own start
"""

import asyncio
import importlib
import json
import resource
import sys
import time


def main() -> None:
    name, base, *measures = sys.argv[1:]
    began = time.perf_counter()
    module = importlib.import_module(name)
    imported = time.perf_counter()
    if measures == ["load"]:
        module.Here(base)
        ready = time.perf_counter()
        print(json.dumps({"measure": "load", "import_ms": (imported - began) * 1e3, "ready_ms": (ready - began) * 1e3}))
        return
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(measure_all(module.Here, base, measures))


KEPT = []  # clients are made once and kept, as programs do; some of the rivals' hang when one is dropped in a running loop


def keeping(kind):
    class Kept(kind):
        def __init__(self, base):
            super().__init__(base)
            KEPT.append(self)

    return Kept


async def measure_all(kind, base, measures) -> None:
    """In one event loop, which a client that waits does not use."""
    style = sys.modules[kind.__mro__[1].__module__]  # sync_measures or async_measures
    kind = keeping(kind)
    for measure in measures:
        what, *numbers = measure.split(":")
        try:
            done = getattr(style, what)(kind, base, *map(int, numbers))
            if asyncio.iscoroutine(done):
                await done
        except Exception as error:  # noqa: BLE001: the table says so, and the other measures are made
            print(
                json.dumps({"measure": what, "numbers": numbers, "error": f"{type(error).__name__}: {error}"[:300]}),
                flush=True,
            )


main()
