"""``suifang train answers``: the answers of the case files, kept as what was said before, and how much they help."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agent.errors import InputError
from agent.library import load_library
from agent.understanding.asks import slots_of
from agent.understanding.said_before import MOST_CHARS, Said, SaidBefore, group_of, load_said_before
from agent.understanding.text import normalise
from evaluation.answers import judge
from evaluation.cases import AnswerCase, answer_case, read_cases
from evaluation.scoring import asks_back
from suifang.judging import Judge

SAID_BEFORE = Path("nlu_data/said_before.tsv")
_CASES = Path("evaluation/cases/answers")
_HEADER = """# What people answered, and what was meant: ask, meaning (JSON), words; the family asks share theirs. [K]
# Where no parser knows the words, their meaning is guessed from these; where those alike meant something else,
# it is read back. Lines may be added by hand; suifang train answers adds those of evaluation/cases/answers.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of a case file, as a line of ``said_before.tsv``."""

    group: str
    said: Said
    author: str
    """The file it is from."""


def learn_answers(root: Path, out: Path, *, cross_validate: bool) -> dict[str, object]:
    """Add the coded answers of the cases, write, say how many."""
    known = load_said_before(root / SAID_BEFORE)
    told = _told(root, known)
    lines = {(group, said.meant, said.words) for group, several in known.answers.items() for said in several}
    found = lines | {(one.group, one.said.meant, one.said.words) for one in told}
    text = _HEADER + "".join("\t".join(line) + "\n" for line in sorted(found))
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError("out-unwritable", f"{out} cannot be written ({error.strerror})", "name another file") from None
    counts: dict[str, object] = {"answers": len(found), "new": len(found) - len(lines), "file": str(out)}
    return counts | (by_author(root, known, told) if cross_validate else {})


def _told(root: Path, known: SaidBefore) -> list[Told]:
    """Answers with one code, short enough to be alike to others, to asks that the file has."""
    told = []
    for path in sorted((root / _CASES).glob("*.yaml")):
        for case in read_cases([path], answer_case):
            meant, words = _meant(case), normalise(case.text).text
            if group_of(case.ask) in known.answers and meant and len(words) <= MOST_CHARS:
                told.append(Told(group_of(case.ask), Said(meant, words), path.stem))
    return told


def _meant(case: AnswerCase) -> str:
    """The meaning as JSON; empty where the case names several slots, none, or wants it read back."""
    if case.confirm or len(case.expect) != 1:
        return ""
    ((slot, value),) = case.expect.items()
    if slot == "_answer":
        return json.dumps(f"_{value}") if value in ("unknown", "refused") else ""
    if slot != slots_of(case.ask)[0]:
        return ""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def by_author(root: Path, known: SaidBefore, told: Sequence[Told]) -> dict[str, object]:
    """Coded answers taken at once without this, file by file, with the lines of all other files: what is doubted."""
    library, counted = load_library(root), Counter[str]()
    theirs = {(one.group, one.said.words) for one in told}
    by_hand = [
        (group, said) for group, several in known.answers.items() for said in several
        if (group, said.words) not in theirs
    ]  # fmt: skip
    for author in sorted({one.author for one in told}):
        others = [*by_hand, *((one.group, one.said) for one in told if one.author != author)]
        doubting = SaidBefore(_grouped(others))
        judge_of = Judge(replace(library, knowledge=replace(library.knowledge, said_before=SaidBefore({}))))
        for case in read_cases([root / _CASES / f"{author}.yaml"], answer_case):
            reading = judge_of.read(case)
            if group_of(case.ask) not in known.answers or not reading.fills or asks_back(reading):
                continue
            wrong = "wrong" if judge(case, reading)[1] else "right"
            doubted = asks_back(doubting.doubted(case.ask, normalise(case.text).text, reading))
            counted[f"{wrong}{'_doubted' if doubted else ''}"] += 1
    return {"left_out": dict(counted)}


def _grouped(lines: Iterable[tuple[str, Said]]) -> dict[str, tuple[Said, ...]]:
    found: dict[str, list[Said]] = defaultdict(list)
    for group, said in lines:
        found[group].append(said)
    return {group: tuple(several) for group, several in found.items()}
