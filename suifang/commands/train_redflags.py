"""``suifang train redflags``: learn the statistical red-flag net from the case files, and say how well it does on
authors whom it has not read (``--cross-validate``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agent.domain.alerts import FLAGS, Mention, MentionStatus
from agent.domain.answers import AskContext
from agent.errors import InputError
from agent.understanding.redflags import RedFlagRules, load_redflags, raised
from agent.understanding.redflags.evidence import known
from agent.understanding.redflags.learning import Lesson, train
from agent.understanding.redflags.likeness import Likeness, row_of, save
from agent.understanding.redflags.words_net import as_read, by_words
from agent.understanding.text import normalise
from evaluation.cases import answer_case, dialogue_case, read_cases, red_flag_case
from evaluation.intervals import share

BUNDLED_REDFLAGS = Path("nlu_data/redflags/likeness.npz")
_CASES = Path("evaluation/cases")
_CONTEXT = AskContext(now=datetime(2026, 1, 1))


@dataclass(frozen=True, slots=True)
class RedFlagExample:
    """What was said, and the flags that it raises."""

    text: str
    flags: frozenset[str]
    ask: str | None
    author: str
    """The first word of the file's name; files of one author are left out together."""
    lesson: Lesson | None = None
    """None: a figure raises it, nothing is to be learnt from the words around it."""


def read_redflag_examples(root: Path, rules: RedFlagRules) -> list[RedFlagExample]:
    """Every red-flag case, and the ordinary answers that no rule raises on."""
    cases = root / _CASES
    examples = []
    for path in [*sorted((cases / "redflags").glob("*.yaml")), *sorted((cases / "blind").glob("redflags*.yaml"))]:
        author = "blind" if path.parent.name == "blind" else path.stem.split("_")[0]
        for case in read_cases([path], red_flag_case):
            said = RedFlagExample(case.text, frozenset(case.flags), case.context, author)
            examples.append(replace(said, lesson=_lesson(said, rules)))
    for ask, text in _ordinary(cases):
        said = RedFlagExample(text, frozenset(), ask, "")
        if not raised(text, ask, _CONTEXT, rules):
            examples.append(replace(said, lesson=_lesson(said, rules)))
    return examples


def _ordinary(cases: Path) -> list[tuple[str, str]]:
    """What is said after which ask: answers, and everything said in conversations; the rules raise on what is none."""
    answers = read_cases(sorted((cases / "answers").glob("*.yaml")), answer_case)
    talks = read_cases(
        [*sorted((cases / "dialogues").glob("*.yaml")), *sorted((cases / "blind").glob("dialogues*.yaml"))],
        dialogue_case,
    )
    told = {(ask, text) for case in talks for ask, texts in case.answers.items() for text in texts}
    told |= {injection for case in talks for injection in case.injections}
    return sorted(told | {(case.ask, case.text) for case in answers})


def _lesson(said: RedFlagExample, rules: RedFlagRules) -> Lesson | None:
    text, flags, ask = said.text, said.flags, said.ask
    if flags and any(a.rule.startswith("value.") for a in raised(text, ask, _CONTEXT, rules)):
        return None
    utterance = normalise(text)
    read = as_read(utterance.text)
    found = by_words(read, ask, rules, listing="、" in utterance.raw)
    return Lesson(*row_of(read, known(read, ask, found, rules.cues)), flags, _unsaid(found, flags))


def _unsaid(found: Sequence[Mention], flags: frozenset[str]) -> frozenset[str]:
    """A case names what must be raised, not all that may be: what else a rule sees in it is neither right nor wrong."""
    return frozenset(m.flag for m in found if flags and m.status is MentionStatus.PRESENT) - flags


def learn_redflags(root: Path, out: Path, *, cross_validate: bool) -> dict[str, object]:
    """Learn, write, say how well."""
    rules = replace(load_redflags(root / "nlu_data", root / "dialogues" / "clinical"), likeness=None)
    examples = read_redflag_examples(root, rules)
    if not any(e.flags for e in examples):
        raise InputError("cases-missing", f"{root / _CASES} has no red-flag cases", "set --root to a checkout")
    model = learnt(examples)
    try:
        save(model, out)
    except OSError as error:
        raise InputError("out-unwritable", f"{out} cannot be written ({error.strerror})", "name another file") from None
    found: dict[str, object] = {"examples": len(examples), "model": str(out), "bytes": out.stat().st_size}
    return found | (by_author(examples, rules) if cross_validate else {})


def learnt(examples: Sequence[RedFlagExample]) -> Likeness:
    """The net that knows ``examples``."""
    return train([e.lesson for e in examples if e.lesson is not None], FLAGS)


def by_author(examples: Sequence[RedFlagExample], rules: RedFlagRules) -> dict[str, object]:
    """Both nets together on every author, the statistical one learned from all the others."""
    hits: dict[str, list[bool]] = {flag: [] for flag in FLAGS}
    rows: dict[str, object] = {}
    caught, alarms = [], []
    for author in sorted({e.author for e in examples} - {""}):
        both = replace(rules, likeness=learnt([e for e in examples if e.author != author]))
        theirs = [(e, {a.flag for a in raised(e.text, e.ask, _CONTEXT, both)}) for e in examples if e.author == author]
        for example, got in theirs:
            for flag in example.flags:
                hits[flag].append(flag in got)
        found = [e.flags <= got for e, got in theirs if e.flags]
        false = [bool(got) for e, got in theirs if not e.flags]
        rows[author] = share("recall", sum(found), len(found)) | share("false_alarm_rate", sum(false), len(false))
        caught += found
        alarms += false
    total = share("recall", sum(caught), len(caught)) | share("false_alarm_rate", sum(alarms), len(alarms))
    per_flag = {flag: {"n": len(found)} | share("recall", sum(found), len(found)) for flag, found in hits.items()}
    return {"left_out": total | {"authors": rows, "per_flag": per_flag}}
