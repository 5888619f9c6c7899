"""A flow as a picture: nodes and edges, Mermaid and DOT text. The SVG is drawn by ``agent.flows.drawing``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.flows.model import END, Act, AnyStep, Assign, CallFlow, Collect, Flow, LinkFlow, Response

START = "START"


@dataclass(frozen=True, slots=True)
class Node:
    """One box: what kind of step, and up to three lines of text."""

    id: str
    kind: str
    """start, end, collect, say, act, call, link, assign, branch."""
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow with its condition."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """The steps of a flow in file order and the ways between them."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(flow: Flow, responses: Mapping[str, Response]) -> Graph:
    """The picture's content."""
    nodes = [Node(START, "start", (flow.name,)), *(_node(step, responses) for step in flow.steps.values())]
    edges = [Edge(START, flow.first)]
    for step in flow.steps.values():
        labelled = len(step.next) > 1
        for branch in step.next:
            label = "" if not labelled else branch.condition.source if branch.condition else "else"
            edges.append(Edge(step.id, branch.target, label.replace("slots.", "")))
    if any(edge.target == END for edge in edges):
        nodes.append(Node(END, "end", ("END",)))
    return Graph(f"{flow.id} {flow.name}", tuple(nodes), tuple(edges))


def _node(step: AnyStep, responses: Mapping[str, Response]) -> Node:
    match step:
        case Collect():
            return Node(step.id, "collect", (f"? {step.ask}", _said(step.utter, responses)))
        case Act(action=action) if action.startswith("utter_"):
            return Node(step.id, "say", (action, _said(action, responses)))
        case Act(action=action):
            return Node(step.id, "act", (action,))
        case CallFlow(flow=flow):
            return Node(step.id, "call", (f"call {flow}",))
        case LinkFlow(flow=flow):
            return Node(step.id, "link", (f"link {flow}",))
        case Assign(values=values):
            return Node(step.id, "assign", tuple(f"{slot} = {value}" for slot, value in values.items())[:3])
    return Node(step.id, "branch", (step.id,))


def _said(utter: str, responses: Mapping[str, Response]) -> str:
    text = responses[utter].texts[0] if utter in responses else ""
    return text if len(text) <= 18 else text[:17] + "…"


_MERMAID = {
    "start": ("([", "])"), "end": ("([", "])"), "collect": ("[/", "/]"), "call": ("[[", "]]"), "link": ("[[", "]]"),
    "branch": ("{", "}"),
}  # fmt: skip
_DOT = {"start": "ellipse", "end": "ellipse", "collect": "parallelogram", "call": "box3d", "branch": "diamond"}


def mermaid(graph: Graph) -> str:
    """Mermaid text, as Markdown pages show it."""
    names = _names(graph)
    lines = ["flowchart TD"]
    for node in graph.nodes:
        left, right = _MERMAID.get(node.kind, ("[", "]"))
        lines.append(f'  {names[node.id]}{left}"{_quoted("<br>".join(filter(None, node.lines)))}"{right}')
    for edge in graph.edges:
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        lines.append(f"  {names[edge.source]} -->{label} {names.get(edge.target, names[START])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<=", "≤").replace(">=", "≥")


def dot(graph: Graph) -> str:
    """Graphviz text."""
    names = _names(graph)
    lines = ["digraph flow {", f'  label="{_escaped(graph.title)}"; node [shape=box fontname="sans-serif"];']
    for node in graph.nodes:
        text = "\\n".join(_escaped(line) for line in node.lines if line)
        lines.append(f'  {names[node.id]} [label="{text}" shape={_DOT.get(node.kind, "box")}];')
    for edge in graph.edges:
        lines.append(f'  {names[edge.source]} -> {names[edge.target]} [label="{_escaped(edge.label)}"];')
    return "\n".join([*lines, "}"]) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _names(graph: Graph) -> dict[str, str]:
    return {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
