"""The tables, as rows of texts: for the terminal and for docs/BENCHMARKS.md alike."""

from typing import Any, Dict, List, NamedTuple, Optional

from figures import median
from targets import all_targets


class Table(NamedTuple):
    title: str
    head: List[str]
    rows: List[List[str]]
    note: str = ""


def number(value: Optional[float]) -> str:
    """With three digits that count, and no more than the measurement has."""
    if value is None:
        return "–"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def with_spread(figures: Optional[Dict[str, Any]], *path: str) -> str:
    middle = median(figures, *path)
    if middle is None:
        return "–"
    found: Any = figures
    for name in path:
        found = found[name]
    return number(middle) + (f" ±{found['spread_percent']:.0f} %" if len(found["values"]) > 1 else "")


def calls_and_events(results: Dict[str, Any], pinning: str) -> Table:
    found, rows = results["measures"][pinning], []
    for client in results["clients"]:
        of = found.get(client["key"])
        rows.append(
            [
                client["title"],
                *(
                    with_spread(of, *path)
                    for path in (
                        ("call", "p50_us"),
                        ("call", "cpu_us"),
                        ("event", "wall_us"),
                        ("event", "cpu_us"),
                        ("first", "p50_us"),
                        ("first", "p99_us"),
                    )
                ),
            ]
        )
    where = (
        "all threads of the client on one core, the server on another"
        if pinning == "pinned"
        else "client and server wherever they are put"
    )
    return Table(
        f"One call, one stream at a time, {pinning}",
        ["µs", "call p50", "call CPU", "event wall", "event CPU", "first event p50", "first event p99"],
        rows,
        f"{where.capitalize()}. An event is one of a long stream, without the stream's own start; a first event is timed from the call on.",
    )


def in_flight(results: Dict[str, Any], pinning: str) -> Table:
    found, rows = results["measures"][pinning], []
    for client in results["clients"]:
        of = found.get(client["key"])
        rows.append(
            [
                client["title"],
                *(with_spread(of, f"flight_{n}", "per_s") for n in (1, 8, 64, 512)),
                with_spread(of, "flight_64", "cpu_us"),
            ]
        )
    return Table(
        f"Calls a second, so many at once, {pinning}",
        ["calls a second", "1", "8", "64", "512", "CPU a call at 64, µs"],
        rows,
        "Clients whose calls wait have a thread for each; the others one loop.",
    )


def sizes(results: Dict[str, Any]) -> Table:
    rows = []
    for client in results["clients"]:
        size = results["sizes"].get(client["package"] or ("libllm" if client["group"] == "libllm" else ""), {})
        load = results["load"].get(client["key"])
        rows.append(
            [
                client["title"],
                with_spread(load, "import_ms"),
                with_spread(load, "ready_ms"),
                with_spread(results["memory"].get(client["key"]), "kb"),
                number(size.get("native_mb") or None),
                number(size.get("package_mb")),
            ]
        )
    return Table(
        "Loading, memory, size",
        ["", "import, ms", "first client, ms", "open stream, KB", "native library, MB", "package, MB"],
        rows,
        "For C the import is dlopen. Memory is resident memory above that of the idle client. A package is counted without its dependencies.",
    )


def instructions(results: Dict[str, Any]) -> Table:
    found = results["instructions"]
    if not found:
        return Table("Instructions", [""], [], "There is no valgrind here.")
    bare, ours = found["bare_curl"], found["libllm_c"]
    rows = [
        [
            what,
            f"{bare[key]:,.0f}",
            f"{ours[key]:,.0f}",
            f"{ours[key] - bare[key]:,.0f}",
            number(ours[key] / bare[key] if key == "call" else None),
        ]
        for key, what in (("call", "a call"), ("event", "an event in a burst"))
    ]
    return Table(
        "Instructions in C, by callgrind",
        ["", "bare libcurl", "libllm", "above it", "ratio"],
        rows,
        "In the program and its libraries, all threads, not in the kernel: they do not depend on what else the machine does. "
        "The bare client does not read what it is given.",
    )


def rate(scene: Dict[str, Any], of: Dict[str, Any]) -> str:
    """Events a second, and beside those of a paced scene what a client that keeps up has."""
    if scene["rate"] == 0:
        return number(median(of, "whole_events_per_s"))
    return f"{number(median(of, 'events_per_s'))} of {scene['streams'] * scene['rate']:,.0f}"


def scale(results: Dict[str, Any]) -> Table:
    rows = []
    for one in results["scale"]:
        if "skipped" in one:
            rows.append([one["title"], one["skipped"], *["–"] * 7])
        for client, of in one.get("clients", {}).items():
            who = "libllm" if client == "libllm_c" else "bare libcurl"
            if "error" in of:
                rows.append([one["title"], who, of["error"][:80], *["–"] * 6])
                continue
            all_came = "all" if median(of, "delivered") == median(of, "expected") else "NOT ALL"
            paced = one["rate"] > 0
            rows.append(
                [
                    one["title"],
                    who,
                    f"{all_came} {median(of, 'delivered'):,.0f}",
                    with_spread(of, "cpu_us_per_event" if paced else "whole_cpu_us_per_event"),
                    rate(one, of),
                    number(median(of, "kb_per_stream")),
                    number(median(of, "first_p50_ms")),
                    number(median(of, "first_p99_ms")),
                    f"{median(of, 'server_core_percent'):.0f} %, {number(median(of, 'server_late_p99_us') / 1e3)} ms",
                ]
            )
    return Table(
        "Many streams at once",
        [
            "",
            "",
            "events delivered",
            "CPU an event, µs",
            "events a second",
            "KB a stream",
            "first event p50, ms",
            "p99, ms",
            "the server: of a core, late p99",
        ],
        rows,
        "Every event of libllm's is checked to be its stream's and the next. CPU and events are those of the time in which all "
        "streams run; "
        "of a scene without it (–) some had ended before the last began.",
    )


def connections(results: Dict[str, Any]) -> Table:
    rows = []
    for one in results["scale"]:
        if one["key"] in ("plain", "tls", "tls_h1", "tls_h2"):
            for client, of in one.get("clients", {}).items():
                cpu = median(of, "begin_cpu_us_per_stream")
                rows.append(
                    [
                        one["title"],
                        "libllm" if client == "libllm_c" else "bare libcurl",
                        number(cpu / 1e3 if cpu else None),
                        number(median(of, "kb_per_stream")),
                    ]
                )
    return Table(
        "Connections",
        ["", "", "CPU to begin a stream, ms", "KB a stream"],
        rows,
        "Beginning is the connection, with its handshake, the request and the events until all streams have begun. nginx in "
        "front of the server speaks TLS; no session is resumed.",
    )


def targets(results: Dict[str, Any]) -> Table:
    rows = []
    for target in all_targets(results):
        unit = f" {target.unit}" if target.unit else ""
        kept = {True: "yes", False: "no", None: "not measured"}[target.kept]
        rows.append(
            [
                target.what,
                f"{target.at_most:g}{unit}",
                number(target.measured) + (unit if target.measured is not None else ""),
                kept,
                target.how,
            ]
        )
    return Table("What libllm is to keep, and what was measured", ["", "at most", "measured", "kept", ""], rows)


def all_tables(results: Dict[str, Any]) -> List[Table]:
    tables = [instructions(results)]
    for pinning in results["measures"]:
        tables += [calls_and_events(results, pinning), in_flight(results, pinning)]
    return [*tables, sizes(results), scale(results), connections(results), targets(results)]


def show(table: Table) -> None:
    widths = [max(len(row[i]) for row in [table.head, *table.rows]) for i in range(len(table.head))]
    print(f"\n{table.title}\n")
    for row in [table.head, *table.rows]:
        print(
            "  "
            + "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))
            )
        )
    if table.note:
        print(f"\n  {table.note}")
