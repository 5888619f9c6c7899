"""The case files of the tree are what their readers expect."""

from pathlib import Path

from evaluation.cases import AnswerCase, dialogue_case, read_cases


def test_the_dialogues_of_the_tree_can_be_read() -> None:
    cases = read_cases([Path(__file__).parents[3] / "evaluation/cases/dialogues"], dialogue_case)
    assert len(cases) >= 20
    assert len({case.id for case in cases}) == len(cases)
    assert all(not isinstance(case, AnswerCase) and case.expect != type(case.expect)() for case in cases)
