"""Whole conversations in text: the tree's cases, and residents made up from seeds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from agent.library import Library, load_library
from evaluation.cases import DEFAULT_NOW, dialogue_case, read_cases
from evaluation.dialogues import evaluate_dialogues
from evaluation.judgement import failures
from evaluation.persona import persona
from suifang.judging import Judge

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 23, 9, 30)


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def test_the_cases_of_the_tree_hold(library: Library, root: Path) -> None:
    cases = read_cases([root / "evaluation/cases/dialogues"], dialogue_case)
    judge = Judge(library)
    evaluation = evaluate_dialogues(cases, judge.open, judge.reads(DEFAULT_NOW))
    assert evaluation.totals["score"] == 1.0, "\n".join(failures(evaluation))


def test_what_made_up_residents_say_is_understood(library: Library) -> None:
    judge = Judge(library)
    cases = [persona(seed, "hypertension_followup", NOW) for seed in range(30)]
    evaluation = evaluate_dialogues(cases, judge.open, judge.reads(NOW))
    assert evaluation.totals["outcome_score"] == 1.0, "\n".join(failures(evaluation))
    assert evaluation.totals["slot_score"] >= 0.98, "\n".join(failures(evaluation))
