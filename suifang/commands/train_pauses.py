"""``suifang train pauses``: learn from the punctuation of the case files where people pause, and say how well
(``--cross-validate``: on every fifth file, learned from the others)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent.errors import InputError
from agent.understanding.pauses import Pauses, learn_pauses, save
from agent.understanding.text import Utterance, normalise
from evaluation.cases import answer_case, dialogue_case, read_cases, red_flag_case
from evaluation.intervals import share

PAUSES = Path("nlu_data/pauses.npz")
_CASES = Path("evaluation/cases")
_FOLDS = 5


def learn_from_cases(root: Path, out: Path, *, cross_validate: bool) -> dict[str, object]:
    """Learn, write, say how well."""
    files = _texts(root / _CASES)
    if not any("，" in text for texts in files for text in texts):
        raise InputError("cases-missing", f"{root / _CASES} has no cases", "set --root to a checkout")
    model = learn_pauses(_all(files))
    try:
        save(model, out)
    except OSError as error:
        raise InputError("out-unwritable", f"{out} cannot be written ({error.strerror})", "name another file") from None
    found: dict[str, object] = {"texts": len(_all(files)), "model": str(out), "bytes": out.stat().st_size}
    return found | (left_out(files) if cross_validate else {})


def _all(files: Sequence[Sequence[str]]) -> list[str]:
    return sorted({text for texts in files for text in texts})


def _texts(cases: Path) -> list[list[str]]:
    """What is said in every file, normalised."""
    files = [[case.text for case in read_cases([p], answer_case)] for p in sorted((cases / "answers").glob("*.yaml"))]
    flags = sorted((cases / "redflags").glob("*.yaml"))
    files += [[case.text for case in read_cases([path], red_flag_case)] for path in flags]
    for path in sorted((cases / "dialogues").glob("*.yaml")):
        talks = read_cases([path], dialogue_case)
        said = [text for case in talks for texts in case.answers.values() for text in texts]
        files.append(said + [text for case in talks for _, text in case.injections])
    return [[normalise(text).text for text in texts] for texts in files]


def left_out(files: Sequence[Sequence[str]]) -> dict[str, object]:
    """Pauses put in where an author wrote one, of all put in and of all written, on files that were not learnt."""
    right = made = written = 0
    for fold in range(_FOLDS):
        model = learn_pauses(_all([texts for n, texts in enumerate(files) if n % _FOLDS != fold]))
        for text in _all([texts for n, texts in enumerate(files) if n % _FOLDS == fold]):
            told, found = _places(text), _places(_marked(model, text))
            right, made, written = right + len(told & found), made + len(found), written + len(told)
    return {"left_out": share("precision", right, made) | share("recall", right, written)}


def _marked(model: Pauses, text: str) -> str:
    bare = text.replace("，", "")
    return model.marked(Utterance(bare, bare)).text


def _places(text: str) -> set[int]:
    """How many characters stand before each pause."""
    return {at - number for number, at in enumerate(n for n, char in enumerate(text) if char == "，")}
