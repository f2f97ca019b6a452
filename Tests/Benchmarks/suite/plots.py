#!/usr/bin/env python3
"""Draws .build/benchmarks/results.json as SVG and PNG files beside it. Runs in the environment that has matplotlib."""

import json
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullFormatter  # noqa: E402

import places  # noqa: E402
from figures import median  # noqa: E402

COLORS = {"floor": "#7f7f7f", "libllm": "#1f6fb4", "rival": "#d9863b"}
plt.rcParams.update(
    {
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "libllm",
    }
)


def label(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def plain(axis):
    """1,000 at the ticks of a logarithmic axis, not 10³."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


class Drawing:
    """A figure with a title and the machine under it."""

    def __init__(self, results, name, title, columns=1, height=4.8, width=None):
        self.results, self.name = results, name
        self.figure, axes = plt.subplots(1, columns, figsize=(width or 6.4 * columns, height), squeeze=False)
        self.axes = axes[0]
        self.figure.suptitle(title, fontsize=12, fontweight="bold", x=0.01, ha="left")

    def save(self):
        of, versions = self.results["machine"], self.results["versions"]
        under = (
            f"{of['processor']}, {of['cores']} cores, {of['system']}; libllm {versions['libllm']}, libcurl {versions['libcurl']}, "
            f"Python {versions['Python']}, Node {versions['Node']}; {of['time']}, load average {of['load_average_before']:.1f} before the run"
        )
        self.figure.tight_layout(rect=(0, 0.07, 1, 0.98))
        width = int(self.figure.get_size_inches()[0] * 17)
        self.figure.text(0.01, 0.01, "\n".join(textwrap.wrap(under, width)), fontsize=7.5, color="#555555", va="bottom")
        for kind in ("svg", "png"):
            self.figure.savefig(
                places.BUILD / f"{self.name}.{kind}", dpi=130, metadata={"Date": None} if kind == "svg" else None
            )
        plt.close(self.figure)


def bars(axes, rows, unit, logarithmic=True):
    """Horizontal bars of (title, group, value, spread in percent), the first on top."""
    rows = [row for row in rows if row[2] is not None and row[2] > 0][::-1]
    if not rows:
        axes.text(0.5, 0.5, "not measured", ha="center", transform=axes.transAxes)
        return
    values = [row[2] for row in rows]
    axes.barh(
        [row[0] for row in rows],
        values,
        color=[COLORS[row[1]] for row in rows],
        xerr=[row[2] * row[3] / 100 for row in rows],
        error_kw={"ecolor": "#333333", "elinewidth": 1, "capsize": 2},
    )
    if logarithmic:
        axes.set_xscale("log")
        axes.set_xlim(min(values) / 2, max(values) * 4)
        plain(axes.xaxis)
    else:
        axes.set_xlim(0, max(values) * 1.2)
        axes.locator_params(axis="x", nbins=6)
        plain(axes.xaxis)
    for y, row in enumerate(rows):
        axes.text(
            row[2] * (1 + row[3] / 100) * (1.07 if logarithmic else 1) + (0 if logarithmic else max(values) * 0.015),
            y,
            label(row[2]),
            va="center",
            fontsize=8.5,
        )
    axes.set_xlabel(unit + (" (logarithmic)" if logarithmic else ""))
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)


def rows_of(results, found, *path):
    rows = []
    for client in results["clients"]:
        of = found.get(client["key"])
        value = median(of, *path)
        if value is not None:
            for name in path:
                of = of[name]
            rows.append((client["title"], client["group"], value, of["spread_percent"]))
    return rows


def draw_calls(results):
    for pinning, found in results["measures"].items():
        drawing = Drawing(
            results,
            f"calls-{pinning}",
            f"One call: 50 % take no longer, and the CPU of all threads ({pinning}; less is better)",
            2,
        )
        bars(drawing.axes[0], rows_of(results, found, "call", "p50_us"), "wall time, µs a call")
        bars(drawing.axes[1], rows_of(results, found, "call", "cpu_us"), "CPU time, µs a call")
        drawing.save()
        drawing = Drawing(
            results, f"events-{pinning}", f"One event of a stream that comes at full speed ({pinning}; less is better)", 2
        )
        bars(drawing.axes[0], rows_of(results, found, "event", "wall_us"), "wall time, µs an event")
        bars(drawing.axes[1], rows_of(results, found, "event", "cpu_us"), "CPU time, µs an event")
        drawing.save()
        draw_flight(results, pinning, found)


def draw_flight(results, pinning, found):
    drawing = Drawing(
        results,
        f"calls-at-once-{pinning}",
        f"Calls a second, by how many are under way ({pinning}; more is better)",
        width=9,
        height=6,
    )
    axes, styles = drawing.axes[0], ["-", "--", "-.", ":"]
    for client in results["clients"]:
        points = [(n, median(found.get(client["key"]), f"flight_{n}", "per_s")) for n in (1, 8, 64, 512)]
        points = [(n, value) for n, value in points if value]
        if points:
            of_group = [one["key"] for one in results["clients"] if one["group"] == client["group"]]
            number = of_group.index(client["key"])
            axes.plot(
                *zip(*points),
                styles[number % 4],
                color=COLORS[client["group"]],
                marker="osD^vPX*"[number % 8],
                markersize=5,
                label=client["title"],
            )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    plain(axes.yaxis)
    axes.set_xticks([1, 8, 64, 512], ["1", "8", "64", "512"])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("calls at once")
    axes.set_ylabel("calls a second (logarithmic)")
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    drawing.save()


def draw_memory(results):
    drawing = Drawing(results, "memory-and-loading", "Memory of an open stream, and time to load (less is better)", 2)
    bars(drawing.axes[0], rows_of(results, results["memory"], "kb"), "resident memory, KB a stream", logarithmic=False)
    bars(drawing.axes[1], rows_of(results, results["load"], "ready_ms"), "import and first client, ms")
    drawing.save()


def draw_scale(results):
    growth = [
        one
        for one in results["scale"]
        if one.get("readers") == 1 and one.get("rate") == 5 and not one["key"].startswith("tls")
    ]
    panels = (
        ("cpu_us_per_event", "CPU, µs an event"),
        ("kb_per_stream", "resident memory, KB a stream"),
        ("first_p99_ms", "time to first event, p99, ms"),
    )
    drawing = Drawing(
        results,
        "scale",
        "Paced streams at 5 events a second each, in one process on one I/O thread, pinned (less is better)",
        3,
        width=14,
    )
    for axes, (figure, unit) in zip(drawing.axes, panels):
        for client, group, title in (("bare_curl", "floor", "bare libcurl, C"), ("libllm_c", "libllm", "libllm, C")):
            points = [(one["streams"], median(one.get("clients", {}).get(client), figure)) for one in growth]
            points = [(n, value) for n, value in points if value is not None and value > 0]
            if not points:
                continue
            axes.plot(*zip(*points), color=COLORS[group], marker="o", label=title)
            beside = {
                "textcoords": "offset points",
                "xytext": (0, -14 if group == "floor" else 7),
                "ha": "center",
                "fontsize": 8,
            }
            for n, value in points:
                axes.annotate(label(value), (n, value), color=COLORS[group], **beside)
        axes.set_xscale("log")
        plain(axes.xaxis)
        axes.set_xlabel("streams at once (logarithmic)")
        axes.set_ylabel(unit)
        if figure == "first_p99_ms":
            axes.set_yscale("log")
            plain(axes.yaxis)
        else:
            axes.set_ylim(bottom=0)
        axes.margins(x=0.12, y=0.15)
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.legend(fontsize=8.5, frameon=False)
    drawing.save()


def draw_instructions(results):
    found = results["instructions"]
    if not found:
        return
    drawing = Drawing(results, "instructions", "Instructions in C, counted by callgrind (less is better)", 2, height=2.6)
    for axes, what, unit in zip(
        drawing.axes, ("call", "event"), ("instructions a call", "instructions an event in a burst")
    ):
        bars(
            axes,
            [("bare libcurl", "floor", found["bare_curl"][what], 0), ("libllm", "libllm", found["libllm_c"][what], 0)],
            unit,
            logarithmic=False,
        )
    drawing.save()


def main():
    results = json.loads(places.RESULTS.read_text())
    for old in (*places.BUILD.glob("*.svg"), *places.BUILD.glob("*.png")):
        old.unlink()
    draw_calls(results)
    draw_memory(results)
    draw_scale(results)
    draw_instructions(results)


main()
