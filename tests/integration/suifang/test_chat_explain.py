"""``chat --explain`` and ``--watch``: what a flow developer sees, and data that change in the middle of a talk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from suifang.cli import main
from suifang.commands import chat

Step = str | Callable[[], None]


class Lines:
    """Typed lines; a step that is no text is done before the next line is given."""

    def __init__(self, steps: list[Step]) -> None:
        self._steps = list(steps)

    async def next(self) -> str | None:
        while self._steps:
            step = self._steps.pop(0)
            if isinstance(step, str):
                return step
            step()
        return None


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., str]:
    """Hold a typed talk; what was shown."""

    def hold(root: Path, *words: str, steps: list[Step]) -> str:
        monkeypatch.setenv("SUIFANG_ROOT", str(root))
        monkeypatch.setenv("SUIFANG_DATA_DIR", str(tmp_path / "var"))
        monkeypatch.setattr(chat, "TypedLines", lambda: Lines(steps))
        assert main(["chat", "hypertension_followup", "--now", "2026-11-23T09:30", *words]) in (0, 1)
        return capsys.readouterr().out

    return hold


def test_each_turn_is_explained(talk: Callable[..., str], root: Path) -> None:
    steps: list[Step] = ["是我", "可以", "高压一百三，低压八十", "", "家里量的", "头不疼，胸口也不疼", "不知道"]
    out = talk(root, "--explain", steps=steps)
    assert "command GiveAnswer self" in out
    assert "command SetSlots sbp = 130 “一百三” [2:5]" in out
    assert "slot dbp = 80" in out
    assert "heard nothing" in out
    assert "mention chest_pain denied self “胸口也不疼”" in out
    assert "closed heart_rate: unknown" in out
    assert "stack hypertension_followup:" in out


def test_changed_data_are_taken_up_and_faulty_ones_are_not(
    talk: Callable[..., str], root: Path, tmp_path: Path
) -> None:
    for name in ("dialogues", "nlu_data"):
        shutil.copytree(root / name, tmp_path / name)
    wording = tmp_path / "dialogues" / "responses" / "asks.yml"
    flow = tmp_path / "dialogues" / "flows" / "shared.yml"

    def change(path: Path, before: str, after: str) -> Callable[[], None]:
        return lambda: path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")

    asked = "utter_ask_bp_setting:\n    - text: "
    steps: list[Step] = [
        "是我",
        "可以",
        change(flow, "slots.sbp\n", "slots.spb\n"),
        "高压一百三，低压八十",
        change(flow, "slots.spb\n", "slots.sbp\n"),
        change(wording, asked + '"', asked + '"新的问法，'),
        "家里量的",
    ]
    out = talk(tmp_path, "--watch", steps=steps)
    (refused,) = [line for line in out.splitlines() if line.startswith("(not reloaded")]
    assert f"{flow}:" in refused
    assert "slot-unknown" in refused
    assert out.count("(reloaded)") == 1
    assert "随访: 新的问法，" in out
    assert "“高压一百三，低压八十”" in out
    assert out.index("(reloaded)") < out.index("随访: 新的问法，")
