"""Reports: lines for a terminal, and the tables and the plot of docs/performance.md."""

import math
import re

from .harness import ROOT

PAGE = ROOT / "docs/performance.md"
PLOT = ROOT / "docs/images/growth.svg"
WIDTH, HEIGHT, MARGIN = 640, 360, 60


def format_row(row):
    """The lines of a row."""
    yield f"{row['name']}: {row['text']}"
    if "unavailable" in row:
        yield f"    {row['unavailable']}"
        return
    for name, figures in row["things"].items():
        yield f"    {name:<28} {show(figures)} {row['unit']}"
    if row["ratio"]:
        yield f"    {'ratio to ' + row['ratio']['to']:<28} {show(row['ratio'])}"
    for bar in row["bars"]:
        yield f"    {'bar':<28} {bar['text']}{'' if bar['is_held'] else ': NOT HELD'}"


def show(figures):
    """A median with its quartiles."""
    return f"{digits(figures['median'])} ({digits(figures['low'])} to {digits(figures['high'])})"


def digits(value):
    """A number with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write_docs(files):
    """Write the generated parts of the page, and the plot, from what was found in several runs."""
    rows = {row["name"]: row for file in files for row in file["rows"]}
    parts = {"rows": rows_table(files[0]["about"], rows), "peers": peers_table(rows)}
    text = PAGE.read_text(encoding="utf-8")
    for name, part in parts.items():
        place = re.compile(rf"(<!-- table: {name} -->\n).*?(<!-- /table -->)", re.DOTALL)
        text = place.sub(lambda match, part=part: f"{match[1]}{part}\n{match[2]}", text)
    PAGE.write_text(text, encoding="utf-8")
    PLOT.write_text(plot(curves(rows)), encoding="utf-8")


def rows_table(about, rows):
    """The rows but for those of peers, and where they were measured."""
    lines = []
    for row in rows.values():
        if "things" in row and not row["name"].startswith("peers"):
            things = (
                f"{name}: {digits(figures['median'])}" for name, figures in row["things"].items()
            )
            bars = (bar["text"] + ", **missed**" * (not bar["is_held"]) for bar in row["bars"])
            ratio = show(row["ratio"]) if row["ratio"] else ""
            median = f"{'<br>'.join(things)} {row['unit']}"
            lines.append([f"`{row['name']}`", row["text"], median, ratio, "<br>".join(bars)])
    where = (
        f"{about['date']}, Python {about['python']}, {about['cores']} cores, load {about['load']}"
    )
    return f"{where}:\n\n" + table(["row", "what", "median", "ratio", "bar"], lines)


def peers_table(rows):
    """A line for each peer, and a column for each of their rows; the best is bold."""
    names = {
        "first byte": "peers-first-byte",
        "GETs": "peers-get",
        "GETs, no socket": "peers-get-in-process",
        "clean state": "peers-clean",
        "clean state, no socket": "peers-clean-in-process",
        "install": "peers-size",
    }
    columns = {text: rows[name] for text, name in names.items() if "things" in rows[name]}
    header = ["", *(f"{text}, {row['unit']}" for text, row in columns.items())]
    peers = dict.fromkeys(peer for row in columns.values() for peer in row["things"])
    lines = [[peer, *(peer_cell(row, peer) for row in columns.values())] for peer in peers]
    return table(header, lines)


def peer_cell(row, name):
    if name not in row["things"]:
        return ""
    medians = {name: figures["median"] for name, figures in row["things"].items()}
    best = (max if row["unit"] == "a second" else min)(medians.values())
    return f"**{digits(best)}**" if medians[name] == best else digits(medians[name])


def table(header, lines):
    """A table of Markdown."""
    rows = [f"| {' | '.join(line)} |" for line in (header, *lines)]
    rows.insert(1, "|---" * len(header) + "|")
    return "\n".join(rows)


def curves(rows):
    """The seconds of an advance by the number of runs, for each line of the plot."""
    ours = {}
    for name in ("growth-10000", "growth-100000"):
        for label, figures in rows[name]["things"].items():
            ours[int(label.split()[0].replace(",", ""))] = figures["median"] / 1000
    first, seconds = next(iter(ours.items()))
    straight = {x: seconds * x / first for x in ours}
    return [("deck-sim", "#0a58ca", ours), ("ten times as long for ten times", "#999", straight)]


def plot(lines):
    """A plot with two logarithmic axes, as SVG."""
    xs = sorted({x for _, _, line in lines for x in line})
    ys = [y for _, _, line in lines for y in line.values()]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    ticks = [10.0**exponent for exponent in range(low, high + 1)]

    def place(value, ends, length):
        low, high = map(math.log10, ends)
        return MARGIN + (math.log10(value) - low) / (high - low) * (length - 2 * MARGIN)

    def at(x, y):
        column = place(x, (xs[0], xs[-1]), WIDTH)
        return round(column), round(HEIGHT - place(y, (ticks[0], ticks[-1]), HEIGHT))

    def text(place, words, anchor="middle", color="#666"):
        x, y = place
        return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{color}">{words}</text>'

    def draw(points, color):
        path = " ".join(f"{x},{y}" for x, y in points)
        return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>'

    bottom = HEIGHT - MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        text((WIDTH / 2, HEIGHT - 15), "runs of six steps in one advance"),
        text((MARGIN, MARGIN - 30), "seconds"),
        *(draw((at(xs[0], y), at(xs[-1], y)), "#ddd") for y in ticks),
        *(text((MARGIN - 8, at(xs[0], y)[1] + 4), f"{y:g}", "end") for y in ticks),
        *(text((at(x, ticks[0])[0], bottom + 20), f"{x:,}") for x in xs),
    ]
    for number, (name, color, line) in enumerate(reversed(lines)):
        parts.append(draw((at(x, y) for x, y in line.items()), color))
        parts.append(text((WIDTH - MARGIN - 8, bottom - 12 - 20 * number), name, "end", color))
    return "\n".join([*parts, "</svg>", ""])
