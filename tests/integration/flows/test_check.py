"""The check of flows: one inline YAML per fault, and a right flow that passes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from agent.domain.alerts import FLAGS
from agent.flows.check import RUN_BY_PROGRAM, KnownNames, check, faults
from agent.flows.findings import Finding
from agent.flows.reader import read_flows
from agent.flows.responses import read_responses
from agent.survey import SAID_BY_PROGRAM, survey
from suifang.cli import main

FLOW = """version: "3.1"
flows:
  visit:
    name: 随访
    description: 试
    metadata: {form: gw3-htn}
    steps:
      - id: pressure
        collect: blood_pressure
        metadata: {fills: [sbp, dbp]}
        rejections:
          - {if: slots.sbp <= slots.dbp, utter: utter_order}
        next:
          - if: slots.sbp >= 180
            then: thanks
          - else: more
      - id: more
        call: extra
      - id: thanks
        action: utter_thanks
      - action: action_end_completed
        next: END
  extra:
    name: 另外
    description: 试
    steps:
      - id: weight
        collect: weight_kg_now
        next: END
"""
WORDING = """version: "3.1"
responses:
  utter_ask_blood_pressure:
    - text: "血压多少？"
  utter_reask_blood_pressure:
    - text: "高压多少，低压多少？"
  utter_order:
    - text: "高压比低压大，您再说说？"
  utter_ask_weight_kg_now:
    - text: "多重？"
    - text: "体重多少斤？"
  utter_thanks:
    - text: "谢谢{name}。"
"""
NAMES = KnownNames(
    asks={"blood_pressure", "weight_kg_now"}, slots={"sbp", "dbp"}, forms={"gw3-htn"},
    asks_with_cases={"blood_pressure", "weight_kg_now"},
)  # fmt: skip


def findings(folder: Path, flow: str = FLOW, wording: str = WORDING, names: KnownNames = NAMES) -> list[Finding]:
    (folder / "responses").mkdir(exist_ok=True)
    (folder / "flow.yml").write_text(flow, "utf-8")
    (folder / "responses" / "words.yml").write_text(wording, "utf-8")
    flows = {item.id: item for item in read_flows(folder / "flow.yml", {})}
    found = check(flows, read_responses(folder / "responses"), names)
    return [f for f in found if f.code != "flow-missing"]


def test_a_right_flow_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path) == []


LOOP = "      - id: thanks\n        action: utter_thanks\n"
FAULTS = {
    "step-unreachable": ("  then: thanks\n          - else: more", "  then: more\n          - else: fin", 18),
    "next-unknown": ("- else: more", "- else: nowhere", 8),
    "branch-unreachable": ("if: slots.sbp >= 180\n            then: thanks\n", "else: thanks\n", 8),
    "slot-unknown": ("slots.sbp >= 180", "slots.spb >= 180", 8),
    "wording-missing": ("utter: utter_order", "utter: utter_ordre", 8),
    "action-unknown": ("action_end_completed", "action_end_complete", 21),
    "flow-unknown": ("call: extra", "call: extras", 17),
    "form-unknown": ("form: gw3-htn", "form: gw4-htn", 3),
    "ask-without-parser": ("collect: weight_kg_now", "collect: weight_kg", 27),
    "loop-without-exit": ("action: action_end_completed\n        next: END", "noop: true\n        next: more", 17),
    "loop-without-question": (LOOP, LOOP + "        next: [{if: slots.sbp, then: more}, {else: last}]\n", 17),
    "call-loop": ("        next: END\n", "      - call: visit\n        next: END\n", 3),
}  # fmt: skip


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_names_file_line_and_remedy(code: str, tmp_path: Path) -> None:
    before, after, line = FAULTS[code]
    flow = FLOW
    if code == "step-unreachable":
        flow = flow.replace("      - action: action_end", "      - id: fin\n        action: action_end")
        flow = flow.replace("        call: extra\n", "        call: extra\n        next: fin\n")
        line = 20
    if code == "loop-without-question":
        flow = flow.replace("      - action: action_end", "      - id: last\n        action: action_end")
    assert before in flow
    head, _, tail = flow.rpartition(before)
    found = [f for f in findings(tmp_path, head + after + tail) if f.code == code]
    assert [(f.path, f.line, f.warning) for f in found[:1]] == [(str(tmp_path / "flow.yml"), line, False)]
    assert found[0].remedy
    assert f":{line}: " in str(found[0])


def test_a_loop_that_forgets_its_answer_may_go_round(tmp_path: Path) -> None:
    loop = """      - id: thanks
        set_slots: [{weight_kg_now: null}]
        next: [{if: slots.weight_kg_now, then: more}, {else: last}]
      - id: last
        action: utter_thanks
"""
    assert findings(tmp_path, FLOW.replace(LOOP, loop)) == []


@pytest.mark.parametrize(
    ("before", "after", "code", "line", "warning"),
    [
        ("{name}", "{nmae}", "placeholder-unknown", 12, False),
        ("{name}", "{next_visit}", "placeholder-empty", 12, True),
        ("  utter_thanks:", "  utter_never:\n    - text: 嗯\n  utter_thanks:", "wording-unused", 12, True),
        ('  utter_reask_blood_pressure:\n    - text: "高压多少，低压多少？"\n', "", "reask-missing", 8, True),
    ],
)
def test_wording(tmp_path: Path, before: str, after: str, code: str, line: int, warning: bool) -> None:
    (found,) = findings(tmp_path, wording=WORDING.replace(before, after))
    assert (found.code, found.line, found.warning) == (code, line, warning)


def test_an_ask_without_cases_and_a_flow_that_nothing_runs_are_warnings(tmp_path: Path) -> None:
    names = KnownNames(NAMES.asks, NAMES.slots, NAMES.forms, {"weight_kg_now"})
    (found,) = findings(tmp_path, names=names)
    assert (found.code, found.line, found.warning) == ("ask-without-cases", 8, True)
    (found,) = findings(tmp_path, FLOW.replace("    metadata: {form: gw3-htn}\n", ""))
    assert (found.code, found.line, found.warning) == ("flow-unused", 3, True)


def test_all_faults_come_at_once_and_faults_before_warnings(tmp_path: Path) -> None:
    flow = FLOW.replace("call: extra", "call: extras").replace("slots.sbp >= 180", "slots.spb >= 180")
    found = findings(tmp_path, flow)
    assert [f.code for f in found] == ["slot-unknown", "flow-unknown", "flow-unused"]
    assert [error.code for error in faults(found)] == ["slot-unknown", "flow-unknown"]


@pytest.fixture
def copy(tmp_path: Path, root: Path) -> Path:
    """A copy of the data files."""
    for name in ("dialogues", "nlu_data"):
        shutil.copytree(root / name, tmp_path / name)
    return tmp_path


def test_the_shipped_files_hold(root: Path) -> None:
    found = survey(root)
    assert found.faults == []
    assert set(RUN_BY_PROGRAM) <= set(found.flows)
    assert len(SAID_BY_PROGRAM) > 2 * len(FLAGS)


def test_faults_of_several_files_and_conditions_at_once(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flows = copy / "dialogues" / "flows"
    shared = flows / "shared.yml"
    text = shared.read_text("utf-8").replace("slots.medications_count = 0", "medications_count = 0")
    shared.write_text(text.replace('slots.med_adherence = "1"', "slots.med_adherence ? 1"), "utf-8")
    (flows / "closing.yml").write_text("flows: {closing: {steps: []}}\n", "utf-8")
    (copy / "nlu_data" / "asks").mkdir(exist_ok=True)
    (copy / "nlu_data" / "asks" / "x.yml").write_text("asks:\n  x: {like: nothing}\n", "utf-8")
    assert main(["flows", "check", "--root", str(copy), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["faults"]
    assert [f["code"] for f in found].count("condition-unreadable") == 2
    assert {"flow-without-steps", "ask-unreadable"} <= {f["code"] for f in found}
    assert all(f["path"].startswith(str(copy)) and f["remedy"] for f in found)
    assert main(["flows", "check", "--root", str(copy), "--quiet"]) == 1
    assert "condition-unreadable" in capsys.readouterr().out
