"""Flow files: what is read, and that every fault names file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import DefinitionError
from agent.flows.model import END, Act, Collect
from agent.flows.reader import read_flows

GOOD = """
version: "3.1"
flows:
  visit:
    name: 随访
    description: 试
    metadata: {form: gw3-htn}
    steps:
      - id: pressure
        collect: blood_pressure
        metadata: {patience: long}
        rejections:
          - {if: slots.sbp <= slots.dbp, utter: utter_order}
        next:
          - if: slots.sbp >= 180
            then:
              - action: utter_high
                next: END
          - else: thanks
      - id: thanks
        action: utter_thanks
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "flow.yml"
    path.write_text(text, "utf-8")
    return path


def test_nested_steps_are_flattened_and_joined(tmp_path: Path) -> None:
    (flow,) = read_flows(write(tmp_path, GOOD), {"blood_pressure": ("sbp", "dbp")})
    pressure = flow.steps["pressure"]
    assert isinstance(pressure, Collect)
    assert pressure.fills == ("sbp", "dbp")
    nested = flow.steps[pressure.next[0].target]
    assert isinstance(nested, Act)
    assert nested.action == "utter_high"
    assert nested.next[0].target == END
    assert pressure.next[1].target == "thanks"
    assert flow.steps["thanks"].next[0].target == END


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("slots.sbp >= 180", "sbp >= 180", "condition-unreadable", 15),
        ("          - else: thanks\n", "", "next-without-else", 14),
        ("collect: blood_pressure", "colect: blood_pressure", "step-unreadable", 9),
        ("patience: long", "patience: endless", "patience-unknown", 11),
        ("- id: thanks", "- id: pressure", "step-id-twice", 20),
        ("    name: 随访", "    name: 随访\n    name: 再来", "yaml-invalid", 6),
    ],
)
def test_fault_names_line_and_remedy(tmp_path: Path, before: str, after: str, code: str, line: int) -> None:
    assert before in GOOD
    with pytest.raises(DefinitionError) as caught:
        read_flows(write(tmp_path, GOOD.replace(before, after, 1)), {})
    assert caught.value.code == code
    assert caught.value.line == line
    assert caught.value.remedy


def test_empty_file(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="has no flows"):
        read_flows(write(tmp_path, ""), {})
