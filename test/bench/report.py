"""Tables of rows: they read well in a terminal and are Markdown."""
import math
import os


def cell(value):
    """Three digits that count, thousands apart; nothing for None."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    digits = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    return f"{value:,.{digits}f}"


def table(headings, rows):
    """Words to the left, numbers to the right."""
    texts = [list(headings)] + [[cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts)]
    words = [any(isinstance(value, str) for value in column) for column in zip(*rows)]

    def line(row):
        cells = [t.ljust(w) if left else t.rjust(w) for t, w, left in zip(row, widths, words)]
        return "| " + " | ".join(cells) + " |"

    rule = [("-" * w if left else "-" * (w - 1) + ":") for w, left in zip(widths, words)]
    return "\n".join([line(texts[0]), "| " + " | ".join(rule) + " |", *map(line, texts[1:])])


def percent(part, whole):
    return f"{100 * part / whole:.1f} %"


def ratio(theirs, ours):
    return None if theirs is None else theirs / ours


def mebibytes(size):
    return size / (1 << 20)


def heading(machine):
    lines = [f"{machine['processor']}, {machine['threads']} threads"]
    if machine["torch"]:
        about = machine["torch"]
        lines.append(f"PyTorch {about['torch']}, its kernels for {about['isa']}")
    else:
        lines.append("PyTorch is not installed (test/bench/setup-torch): its columns are empty")
    load = os.getloadavg()[0]
    if machine["busy"] > 0.05:
        lines.append(
            f"Other programs were using {100 * machine['busy']:.0f} % of the cores at the start "
            f"(load {load:.1f}): the figures are too low"
        )
    return "\n".join(lines)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def means(rows):
    """One line for each type: the geometric means of the ratios."""
    lines = []
    for dtype in dict.fromkeys(row["dtype"] for row in rows):
        measured = [row for row in rows if row["dtype"] == dtype and row["flex_ms"]]
        others = [row for row in measured if row["pattern"] != "strided"]
        if not others:
            continue
        of = lambda some: geometric_mean([row["flex_ms"] / row["gaze_ms"] for row in some])
        lines.append(
            f"{dtype}: FlexAttention takes {of(measured):.2f} times as long in the geometric mean, "
            f"{of(others):.2f} without strided"
        )
        differences = [row["difference"] for row in measured if row.get("difference") is not None]
        if differences:
            lines[-1] += f"; the outputs differ by at most {max(differences):.1e}"
    return lines


def peaks(rows):
    """By type, the highest that was measured: other programs only lower it."""
    best = {}
    for row in rows:
        best[row["dtype"]] = max(best.get(row["dtype"], 0), row["peak_gflops"])
    return best


def patterns(rows, options):
    peak = peaks(rows)
    headings = ["pattern", "type", "seq", "kept pairs", "Gaze, ms", "Flex, ms", "Flex / Gaze", "SDPA, ms"]
    headings += ["GFLOP/s", "of peak", "plan, ms", "block mask, ms", "compile, ms"]
    body = [
        [
            row["pattern"],
            row["dtype"],
            row["seq"],
            percent(row["kept_pairs"], options.heads * row["seq"] ** 2),
            row["gaze_ms"],
            row["flex_ms"],
            ratio(row["flex_ms"], row["gaze_ms"]),
            row["sdpa_ms"],
            row["gflops"],
            percent(row["gflops"], peak[row["dtype"]]),
            row["plan_ms"],
            row["flex_plan_ms"],
            row["compile_ms"],
        ]
        for row in rows
    ]
    notes = [f"{dtype}: the peak is {gflops:,.1f} GFLOP/s" for dtype, gflops in peak.items()]
    return table(headings, body), notes + means(rows)


def decode(rows, options):
    headings = ["type", "queries", "Gaze, ms", "SDPA, ms", "SDPA / Gaze", "K and V, GB/s", "machine, GB/s", "of machine"]
    machine = max(row["read_gb_per_s"] for row in rows)
    body = [
        [
            row["dtype"],
            row["queries"],
            row["gaze_ms"],
            row["sdpa_ms"],
            ratio(row["sdpa_ms"], row["gaze_ms"]),
            row["gb_per_s"],
            machine,
            percent(row["gb_per_s"], machine),
        ]
        for row in rows
    ]
    return table(headings, body), []


def scaling(rows, options):
    headings = ["type", "seq", "Gaze, ms", "ns a token", "memory, MiB", "bytes a token", "of that tensors"]
    body = [
        [
            row["dtype"],
            row["seq"],
            row["gaze_ms"],
            row["ns_per_token"],
            mebibytes(row["memory_bytes"]),
            row["memory_bytes"] / row["seq"],
            percent(row["tensor_bytes"], row["memory_bytes"]),
        ]
        for row in rows
    ]
    compiler = max(row["compiler_bytes"] for row in rows)
    return table(headings, body), [
        f"memory: the most that the process takes, less the {mebibytes(compiler):,.0f} MiB that it "
        "takes for 512 tokens, which are the compiler's"
    ]


def short(rows, options):
    headings = ["type", "seq", "Gaze, ms", "rate of seq", "there, ms", "predicts, ms", "measured / predicted"]
    keys = ["dtype", "seq", "gaze_ms", "long_seq", "long_ms", "predicted_ms", "ratio"]
    return table(headings, [[row[key] for key in keys] for row in rows]), []


def plans(rows, options):
    return table(["longformer, seq", "plan, ms"], [[row["seq"], row["plan_ms"]] for row in rows]), []


def compile_times(rows, options):
    headings = ["pattern", "type", "first time, ms", "from the cache, ms"]
    keys = ["pattern", "dtype", "cold_ms", "cached_ms"]
    return table(headings, [[row[key] for key in keys] for row in rows]), []


SECTIONS = {
    "patterns": ("Seven patterns, {heads} heads of {head_dim}", patterns),
    "decode": ("Decoding behind 32,768 tokens, 32 heads of 128 over 8 key heads", decode),
    "scaling": ("A window of 512 over long sequences, one head of 64", scaling),
    "short": ("Short sequences, causal, {heads} heads of {head_dim}", short),
    "plans": ("Plans", plans),
    "compile": ("Compilation, head_dim {head_dim}", compile_times),
}


def section(name, rows, options):
    """The table of a section, under its title and over its notes."""
    title, write = SECTIONS[name]
    if not rows:
        return f"\n### {title.format(**vars(options))}\n\nnothing was measured"
    text, notes = write(rows, options)
    parts = [f"### {title.format(**vars(options))}", text]
    if notes:
        parts.append("\n".join(f"- {note}" for note in notes))
    return "\n" + "\n\n".join(parts)
