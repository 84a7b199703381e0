"""Tables of rows: they read well in a terminal and are Markdown."""
import math
import re


def cell(value):
    """Three digits that count, thousands apart; nothing for None."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    digits = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    return f"{value:,.{digits}f}"


def table(columns, rows):
    """`columns` are pairs of a heading and what stands under it: a key of a row, or a
    function of the row. Words go to the left, numbers to the right."""
    values = [[row[of] if isinstance(of, str) else of(row) for _, of in columns] for row in rows]
    texts = [[heading for heading, _ in columns]] + [[cell(v) for v in line] for line in values]
    widths = [max(map(len, column)) for column in zip(*texts)]
    words = [isinstance(value, str) and not value.endswith("%") for value in values[0]]

    def line(cells):
        padded = [t.ljust(w) if left else t.rjust(w) for t, w, left in zip(cells, widths, words)]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * w if left else "-" * (w - 1) + ":" for w, left in zip(widths, words)]
    return "\n".join([line(texts[0]), line(rule), *map(line, texts[1:])])


def share(part, whole):
    """The column that says so in percent."""
    return lambda row: f"{100 * row[part] / row[whole]:.1f} %"


def ratio(theirs, ours):
    return lambda row: row[theirs] and row[theirs] / row[ours]


def mebibytes(key):
    return lambda row: row[key] / (1 << 20)


def heading(machine):
    """What was measured on, and a warning where the machine was not ours alone."""
    lines = [f"{machine['processor']}, {machine['threads']} threads."]
    if machine["torch"]:
        about = machine["torch"]
        lines.append(f"PyTorch {about['torch']}, with its kernels for {about['isa']}.")
    else:
        lines.append("PyTorch is not installed (test/bench/setup-torch): its columns are empty.")
    if machine["busy"] > 0.05:
        lines.append(
            f"Other programs were using {100 * machine['busy']:.0f} % of the cores at the start: "
            "times are too long, and ratios uncertain."
        )
    return "\n".join(lines)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def flex_ratio(rows):
    return geometric_mean([row["flex_ms"] / row["gaze_ms"] for row in rows])


def means(rows):
    """A line for each type."""
    lines = []
    for dtype in dict.fromkeys(row["dtype"] for row in rows):
        measured = [row for row in rows if row["dtype"] == dtype and row["flex_ms"]]
        others = [row for row in measured if row["pattern"] != "strided"]
        if not others:
            continue
        lines.append(
            f"{dtype}: in the geometric mean FlexAttention takes {flex_ratio(measured):.2f} times "
            f"as long as Gaze, {flex_ratio(others):.2f} without strided."
        )
        differences = [row["difference"] for row in measured if row["difference"] is not None]
        if differences:
            lines[-1] += f" Outputs differ by at most {max(differences):.1e}."
    return lines


def patterns(rows, options):
    columns = [
        ("pattern", "pattern"),
        ("type", "dtype"),
        ("seq", "seq"),
        ("kept", lambda row: f"{100 * row['kept_pairs'] / options.heads / row['seq'] ** 2:.1f} %"),
        ("Gaze, ms", "gaze_ms"),
        ("Flex, ms", "flex_ms"),
        ("Flex / Gaze", ratio("flex_ms", "gaze_ms")),
        ("SDPA, ms", "sdpa_ms"),
        ("GFLOP/s", "gflops"),
        ("peak", "peak_gflops"),
        ("of peak", share("gflops", "peak_gflops")),
        ("plan, ms", "plan_ms"),
        ("block mask, ms", "flex_plan_ms"),
        ("compile, ms", "compile_ms"),
    ]
    return table(columns, rows), means(rows)


def decode(rows, options):
    machine = max(row["read_gb_per_s"] for row in rows)
    columns = [
        ("type", "dtype"),
        ("keys", "seq"),
        ("queries", "queries"),
        ("Gaze, ms", "gaze_ms"),
        ("SDPA, ms", "sdpa_ms"),
        ("SDPA / Gaze", ratio("sdpa_ms", "gaze_ms")),
        ("K and V, GB/s", "gb_per_s"),
        ("of the machine's", lambda row: f"{100 * row['gb_per_s'] / machine:.1f} %"),
    ]
    return table(columns, rows), [f"The machine reads {machine:.1f} GB/s."]


def scaling(rows, options):
    columns = [
        ("type", "dtype"),
        ("seq", "seq"),
        ("Gaze, ms", "gaze_ms"),
        ("ns a token", "ns_per_token"),
        ("memory, MiB", mebibytes("memory_bytes")),
        ("bytes a token", ratio("memory_bytes", "seq")),
        ("tensors and plan, MiB", mebibytes("tensor_bytes")),
    ]
    compiler = max(row["compiler_bytes"] for row in rows) / (1 << 20)
    note = (
        f"Memory is the most that the process holds, less the {compiler:,.0f} MiB of a run of 512 "
        "tokens: the command and its compiler."
    )
    return table(columns, rows), [note]


def short(rows, options):
    columns = [
        ("type", "dtype"),
        ("seq", "seq"),
        ("Gaze, ms", "gaze_ms"),
        ("beside seq", "long_seq"),
        ("Gaze, ms", "long_ms"),
        ("predicts, ms", "predicted_ms"),
        ("measured / predicted", "ratio"),
    ]
    return table(columns, rows), []


def plans(rows, options):
    return table([("seq", "seq"), ("plan, ms", "plan_ms")], rows), []


def compile_times(rows, options):
    columns = [
        ("pattern", "pattern"),
        ("type", "dtype"),
        ("compile, ms", "compile_ms"),
        ("from the cache, ms", "cached_ms"),
    ]
    return table(columns, rows), []


SECTIONS = {
    "patterns": ("Seven patterns, {heads} heads of {head_dim}", patterns),
    "decode": ("Decoding, 32 heads of 128 over 8 key heads", decode),
    "scaling": ("A window of 512 over long sequences, one head of 64", scaling),
    "short": ("Short sequences, causal, {heads} heads of {head_dim}", short),
    "plans": ("Plans of longformer", plans),
    "compile": ("Compilation, head_dim {head_dim}", compile_times),
}


def section(name, rows, options):
    """The table of a section between its title and its notes."""
    title, write = SECTIONS[name]
    text, notes = write(rows, options) if rows else ("Nothing was measured.", [])
    return "\n\n".join([f"### {title.format(**vars(options))}", text, *notes])


def write_into(document, texts):
    """Puts each text between the document's marks for it, <!-- measured: NAME --> and
    <!-- end -->; a text without marks is left out."""
    with open(document) as file:
        old = file.read()

    def measured(found):
        opening, name, _, end = found.groups()
        return f"{opening}\n\n{texts[name]}\n\n{end}" if name in texts else found[0]

    new = re.sub(r"(<!-- measured: (\w+) -->)(.*?)(<!-- end -->)", measured, old, flags=re.DOTALL)
    with open(document, "w") as file:
        file.write(new)
