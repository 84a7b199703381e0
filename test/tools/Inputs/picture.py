"""Holds every cell of a picture of `gaze show` to a mask: picture.py FILE SEQ_Q SEQ_K TILE_Q
TILE_K STEP_Q STEP_K [PANELS] KEEP, with KEEP an expression over q, k and panel. The
picture is read as pixels: a PNG is decoded here, the paths of an SVG are filled."""
import re
import sys
import xml.etree.ElementTree
import zlib

import numpy as np

path, sizes, keep = sys.argv[1], [int(size) for size in sys.argv[2:-1]], sys.argv[-1]
seq_q, seq_k, tile_q, tile_k, step_q, step_k = sizes[:6]
panels = sizes[6] if len(sizes) > 6 else 1

EMPTY, DROPPED, FULL, FRAME = 0xFFFFFF, 0xECEAE5, 0x0B4074, 0x202124
LIGHT, DARK = np.array([245, 196, 105]), np.array([191, 92, 0])
RAMP = [int(r) << 16 | int(g) << 8 | int(b) for r, g, b in (LIGHT + (DARK - LIGHT) * i / 7 + 0.5 for i in range(8))]


def paeth(left, up, corner):
    if left == corner or up == corner:
        return up if left == corner else left
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(estimate - value))


def unfilter(kind, line, above, bytes_of_pixel):
    if kind in (2, 4) and not any(line):
        line[:] = above  # most lines: both predict the one above
        return
    for i in range(len(line) if kind else 0):
        left, corner = (line[i - bytes_of_pixel], above[i - bytes_of_pixel]) if i >= bytes_of_pixel else (0, 0)
        line[i] = line[i] + [0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner)][kind] & 255


def read_png(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        assert zlib.crc32(name + body) == int.from_bytes(data[at + 8 + size : at + 12 + size], "big")
        chunks[name] = chunks.get(name, b"") + body
        at += 12 + size
    width, height = (int.from_bytes(chunks[b"IHDR"][i : i + 4], "big") for i in (0, 4))
    assert chunks[b"IHDR"][8:] == bytes([8, 2, 0, 0, 0]), "8 bits, RGB"
    raw = bytearray(zlib.decompress(chunks[b"IDAT"]))
    lines, above = [], [0] * (3 * width)
    for y in range(height):
        line = list(raw[y * (3 * width + 1) + 1 : (y + 1) * (3 * width + 1)])
        unfilter(raw[y * (3 * width + 1)], line, above, 3)
        lines.append(line)
        above = line
    rgb = np.array(lines, dtype=np.int64).reshape(height, width, 3)
    return rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]


def read_svg(data):
    assert len(data) < 1000000, "a small file"
    space = "{http://www.w3.org/2000/svg}"
    root = xml.etree.ElementTree.fromstring(data)
    _, _, width, height = (int(size) for size in root.get("viewBox").split())
    assert root[0].tag == space + "title" and root[1].tag == space + "desc"
    for text in root.iter(space + "text"):
        print("text", text.text)
    pixels = np.full((height, width), -1, dtype=np.int64)
    for element in root.iter(space + "path"):
        rest = re.sub(r"M(\d+) (\d+)h(\d+)v(\d+)h-\3z", "", element.get("d"))
        assert not rest, rest
        for x, y, w, h in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", element.get("d")):
            pixels[int(y) : int(y) + int(h), int(x) : int(x) + int(w)] = int(element.get("fill")[1:], 16)
    return pixels


def find_plots(pixels):
    """Left, top, right and bottom inside each frame, which is two pixels thick."""
    found = []
    framed = pixels == FRAME
    for y, x in zip(*np.nonzero(framed)):
        if any(left - 3 < x < right + 3 and top - 3 < y < bottom + 3 for left, top, right, bottom in found):
            continue
        right = x + np.argmin(np.append(framed[y, x:], False))
        bottom = y + np.argmin(np.append(framed[y:, x], False))
        if right - x >= 60 and bottom - y >= 40:  # no tick and no letter
            found.append((x + 2, y + 2, right - 2, bottom - 2))
    return found


def sums(pairs, rows, columns):
    """Of the pairs of each rectangle of so many rows and columns."""
    across = np.add.reduceat(pairs.astype(np.int32), np.arange(0, seq_k, columns), axis=1)
    return np.add.reduceat(across, np.arange(0, seq_q, rows), axis=0)


def expected(panel):
    """The colour of each cell."""
    q, k = np.arange(seq_q)[:, None], np.arange(seq_k)[None, :]
    mask = np.broadcast_to(eval(keep, {"np": np, "q": q, "k": k, "panel": panel}), (seq_q, seq_k))
    tiles, pairs = sums(mask, tile_q, tile_k), sums(np.ones_like(mask), tile_q, tile_k)
    is_full = tiles == pairs
    if seq_k % tile_k:
        is_full[:, -1] = False  # the mask cuts the last tile
    tile = np.ix_(np.arange(seq_q) // tile_q, np.arange(seq_k) // tile_k)
    kept, size = sums(mask, step_q, step_k), sums(np.ones_like(mask), step_q, step_k)
    computed, full = sums(tiles[tile] > 0, step_q, step_k), sums(is_full[tile], step_q, step_k)
    if step_q <= tile_q and step_k <= tile_k:
        shade = np.maximum(-(-kept * 8 // size) - 1, 0)
    else:  # half powers of ten
        shade = np.searchsorted(10.0 ** (np.arange(-7, 1) / 2), kept / size)
    shade = np.array(RAMP)[shade]
    colours = np.where((kept == size) & (2 * full >= size), FULL, shade)
    return np.where(kept > 0, colours, np.where(computed > 0, DROPPED, EMPTY))


def middles(size, step, begin, end):
    """The pixels in the middle of cells: lines of the grid lie at their sides."""
    cells = np.arange(0, size, step)
    return (begin + (np.minimum(cells + step, size) + cells) / 2 / size * (end - begin)).astype(int)


data = open(path, "rb").read()
pixels = read_png(data) if path.endswith(".png") else read_svg(data)
plots = find_plots(pixels)
assert len(plots) == panels, plots
counts = {}
for panel, (left, top, right, bottom) in enumerate(plots):
    wants = expected(panel)
    found = pixels[np.ix_(middles(seq_q, step_q, top, bottom), middles(seq_k, step_k, left, right))]
    wrong = np.argwhere(found != wants)
    assert len(wrong) == 0, [(panel, *at, hex(found[tuple(at)]), hex(wants[tuple(at)])) for at in wrong[:5]]
    for colour in wants.flat:
        kind = {FULL: "full", EMPTY: "empty", DROPPED: "dropped"}.get(int(colour), "shaded")
        counts[kind] = counts.get(kind, 0) + 1
print("cells", dict(sorted(counts.items())))
