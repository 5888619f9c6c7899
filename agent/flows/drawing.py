"""SVG of a flow's graph: layers from top to bottom, crossings reduced by medians, arrows round what is in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from agent.flows.graph import Edge, Graph, Node

LINE, PAD, GAP_X, GAP_Y, MARGIN = 18, 12, 36, 58, 28
FILL = {
    "start": "#e8eaed", "end": "#e8eaed", "collect": "#dbeafe", "say": "#dcfce7", "act": "#fef3c7", "call": "#ede9fe",
    "link": "#ede9fe", "assign": "#ffe4e6", "branch": "#ffffff",
}  # fmt: skip
_STYLE = (
    "text{font:13px 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;fill:#111}"
    ".b{stroke:#334155;stroke-width:1.2}.e{fill:none;stroke:#475569;stroke-width:1.3;marker-end:url(#a)}"
    ".l{font-size:12px;fill:#9a3412;paint-order:stroke;stroke:#fff;stroke-width:4px}.s{fill:#475569;font-size:12px}"
)


@dataclass(slots=True)
class Box:
    """A node with its place; ``node`` is None where a long arrow passes a layer."""

    node: Node | None
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0


def svg(graph: Graph) -> str:
    """The picture as a whole SVG document."""
    layers = layers_of(graph)
    boxes = {node.id: _box(node) for node in graph.nodes}
    routes = _routes(graph, layers, boxes)
    order = _ordered(layers, routes)
    width, height = _placed(order, boxes)
    body = [_arrow(edge, routes[edge], boxes, width) for edge in graph.edges]
    body += [_shape(box) for box in boxes.values() if box.node]
    marker = '<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img"><title>{escape(graph.title)}</title><style>{_STYLE}</style>'
        f'<defs>{marker}<path d="M0 0L8 4L0 8z" fill="#475569"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="#fff"/>'
    )
    return head + "".join(body) + "</svg>\n"


def layers_of(graph: Graph) -> dict[str, int]:
    """How far down each node stands: below every node that leads to it; ways back up are left out."""
    after: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        after[edge.source].append(edge.target)
    back = _back_edges(after, graph.nodes[0].id)
    layers = dict.fromkeys(after, 0)
    for _ in layers:
        for edge in graph.edges:
            if (edge.source, edge.target) not in back:
                layers[edge.target] = max(layers[edge.target], layers[edge.source] + 1)
    return layers


def _back_edges(after: Mapping[str, Sequence[str]], start: str) -> set[tuple[str, str]]:
    back: set[tuple[str, str]] = set()
    open_nodes: set[str] = set()
    done: set[str] = set()
    stack: list[tuple[str, int]] = [(node, 0) for node in (*reversed(list(after)), start)]
    while stack:
        node, at = stack.pop()
        if at == 0 and (node in done or node in open_nodes):
            continue
        open_nodes.add(node)
        if at == len(after[node]):
            open_nodes.discard(node)
            done.add(node)
            continue
        stack.append((node, at + 1))
        target = after[node][at]
        if target in open_nodes:
            back.add((node, target))
        elif target not in done:
            stack.append((target, 0))
    return back


def _box(node: Node) -> Box:
    lines = [line for line in node.lines if line]
    width = max(_length(line) for line in lines) + 2 * PAD
    return Box(node, width, len(lines) * LINE + PAD)


def _length(text: str) -> float:
    return sum(13.2 if ord(c) > 0x2000 else 7.4 for c in text)


def _routes(graph: Graph, layers: dict[str, int], boxes: dict[str, Box]) -> dict[Edge, list[str]]:
    """Each arrow as a chain of boxes, one a layer; boxes without a node are added where it passes."""
    routes: dict[Edge, list[str]] = {}
    for number, edge in enumerate(graph.edges):
        chain = [edge.source]
        for layer in range(layers[edge.source] + 1, layers[edge.target]):
            passing = f"|{number}|{layer}"
            boxes[passing] = Box(None, 10, 10)
            layers[passing] = layer
            chain.append(passing)
        routes[edge] = [*chain, edge.target]
    return routes


def _ordered(layers: Mapping[str, int], routes: Mapping[Edge, Sequence[str]]) -> list[list[str]]:
    """The boxes of each layer from left to right: by the median of their neighbours, swept down and up."""
    order: list[list[str]] = [[] for _ in range(max(layers.values()) + 1)]
    for name, layer in layers.items():
        order[layer].append(name)
    above: dict[str, list[str]] = {name: [] for name in layers}
    below: dict[str, list[str]] = {name: [] for name in layers}
    for chain in routes.values():
        for upper, lower in pairwise(chain):
            if layers[lower] == layers[upper] + 1:
                above[lower].append(upper)
                below[upper].append(lower)
    for sweep in range(8):
        neighbours = above if sweep % 2 == 0 else below
        for row in order if sweep % 2 == 0 else reversed(order):
            place = {name: at / max(1, len(r) - 1) for r in order for at, name in enumerate(r)}
            key = {name: _median([place[other] for other in neighbours[name]], place[name]) for name in row}
            row.sort(key=key.__getitem__)
    return order


def _median(values: list[float], default: float) -> float:
    return sorted(values)[len(values) // 2] if values else default


def _placed(order: Sequence[Sequence[str]], boxes: Mapping[str, Box]) -> tuple[float, float]:
    """Give every box its middle; the size of the picture."""
    widths = [sum(boxes[name].width for name in row) + GAP_X * (len(row) - 1) for row in order]
    width = max(widths) + 2 * MARGIN + 60
    y = float(MARGIN)
    for row, row_width in zip(order, widths, strict=True):
        height = max(boxes[name].height for name in row)
        x = (width - row_width) / 2
        for name in row:
            box = boxes[name]
            box.x, box.y = x + box.width / 2, y + height / 2
            x += box.width + GAP_X
        y += height + GAP_Y
    return width, y - GAP_Y + MARGIN


def _arrow(edge: Edge, chain: Sequence[str], boxes: Mapping[str, Box], width: float) -> str:
    first, last = boxes[chain[0]], boxes[chain[-1]]
    if last.y <= first.y:
        side = width - 14
        x0, x1 = first.x + first.width / 2, last.x + last.width / 2
        path = f"M{x0:.0f} {first.y:.0f}C{side:.0f} {first.y:.0f} {side:.0f} {last.y:.0f} {x1:.0f} {last.y:.0f}"
        label = ((x0 + side) / 2, first.y - 6)
    else:
        points = [(first.x, first.y + first.height / 2)]
        points += [(boxes[name].x, boxes[name].y) for name in chain[1:-1]]
        points.append((last.x, last.y - last.height / 2))
        path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
        for (x0, y0), (x1, y1) in pairwise(points):
            middle = (y0 + y1) / 2
            path += f"C{x0:.0f} {middle:.0f} {x1:.0f} {middle:.0f} {x1:.0f} {y1:.0f}"
        (x0, y0), (x1, y1) = points[0], points[1]
        label = (x0 + (x1 - x0) * 0.6, y0 + (y1 - y0) * 0.6)
    words = f'<text class="l" text-anchor="middle" x="{label[0]:.0f}" y="{label[1]:.0f}">{escape(edge.label)}</text>'
    return f'<path class="e" d="{path}"/>' + (words if edge.label else "")


def _shape(box: Box) -> str:
    node = box.node
    if node is None:
        return ""
    left, top = box.x - box.width / 2, box.y - box.height / 2
    round_by = box.height / 2 if node.kind in ("start", "end") else 4
    drawn = (
        f'<rect class="b" x="{left:.0f}" y="{top:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" '
        f'rx="{round_by:.0f}" fill="{FILL[node.kind]}"/>'
    )
    lines = [line for line in node.lines if line]
    for number, line in enumerate(lines):
        y = top + PAD / 2 + LINE * number + 13
        small = ' class="s"' if number else ""
        drawn += f'<text{small} text-anchor="middle" x="{box.x:.0f}" y="{y:.0f}">{escape(line)}</text>'
    return drawn
