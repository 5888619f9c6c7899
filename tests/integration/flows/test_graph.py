"""Pictures of flows: the layers, ways back, and the three formats."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from agent.flows.drawing import layers_of, svg
from agent.flows.graph import START, Graph, dot, graph_of, mermaid
from agent.flows.model import END
from agent.flows.reader import read_flows
from agent.library import Library, load_library
from suifang.cli import main

FLOW = """version: "3.1"
flows:
  visit:
    name: 随访 <一>
    description: 试
    steps:
      - id: a
        collect: blood_pressure
        next:
          - if: slots.sbp >= 180 and slots.x = "y"
            then: c
          - else: b
      - id: b
        set_slots: [{blood_pressure: null}]
        next: a
      - id: c
        call: other
      - id: d
        noop: true
        next: END
"""


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    (tmp_path / "f.yml").write_text(FLOW, "utf-8")
    (flow,) = read_flows(tmp_path / "f.yml", {})
    return graph_of(flow, {})


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def test_every_step_stands_below_what_leads_to_it(graph: Graph) -> None:
    layers = layers_of(graph)
    assert (layers[START], layers["a"], layers["c"], layers["d"], layers[END]) == (0, 1, 2, 3, 4)
    assert layers["b"] == 2


def test_conditions_label_the_edges_of_a_branch_only(graph: Graph) -> None:
    labels = {(edge.source, edge.target): edge.label for edge in graph.edges}
    assert labels["a", "c"] == 'sbp >= 180 and x = "y"'
    assert labels["a", "b"] == "else"
    assert labels["c", "d"] == ""


def test_mermaid_and_dot_quote_what_they_must(graph: Graph) -> None:
    text = mermaid(graph)
    assert text.startswith("flowchart TD\n")
    assert '-->|"sbp ≥ 180 and x = &quot;y&quot;"| n3' in text
    assert 'label="sbp >= 180 and x = \\"y\\""' in dot(graph)


def test_svg_is_well_formed_and_holds_every_node_and_arrow(graph: Graph) -> None:
    root = ElementTree.fromstring(svg(graph))
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert tags.count("path") == len(graph.edges) + 1
    assert tags.count("rect") == len(graph.nodes) + 1


def test_no_two_boxes_of_a_shipped_flow_overlap(library: Library) -> None:
    for flow in library.script.flows.values():
        root = ElementTree.fromstring(svg(graph_of(flow, library.script.responses)))
        boxes = [
            tuple(float(rect.attrib[key]) for key in ("x", "y", "width", "height"))
            for rect in root.iter("{http://www.w3.org/2000/svg}rect")
            if rect.get("class") == "b"
        ]
        assert len(set(boxes)) == len(boxes)
        for number, (x, y, width, height) in enumerate(boxes):
            for a, b, wide, high in boxes[:number]:
                assert x + width <= a or a + wide <= x or y + height <= b or b + high <= y, flow.id


@pytest.mark.parametrize(("name", "begins"), [("f.svg", "<svg"), ("f.dot", "digraph"), ("f.mmd", "flowchart")])
def test_the_format_follows_the_file_name(name: str, begins: str, tmp_path: Path, root: Path) -> None:
    out = tmp_path / name
    assert main(["flows", "graph", "opening", "--root", str(root), "--out", str(out)]) == 0
    assert out.read_text("utf-8").startswith(begins)


def test_an_unknown_flow_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "graph", "nothing", "--root", str(root)]) == 2
    assert "hypertension_followup" in capsys.readouterr().err
