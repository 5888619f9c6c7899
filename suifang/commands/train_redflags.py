"""``suifang train redflags``: learn the statistical red-flag net from the case files, and say how well it does on
authors whom it has not read (``--cross-validate``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from agent.domain.alerts import FLAGS, Mention, MentionStatus
from agent.domain.answers import AskContext
from agent.errors import InputError
from agent.understanding.redflags import RedFlagRules, load_redflags, raised
from agent.understanding.redflags.evidence import known, worded
from agent.understanding.redflags.learning import Lesson, train
from agent.understanding.redflags.likeness import Likeness, save
from agent.understanding.redflags.words_net import as_read, by_words
from agent.understanding.text import normalise
from agent.yaml_lines import load_yaml
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
    lesson: Lesson | None
    """None: a figure raises it, nothing is to be learnt from the words around it."""


def read_redflag_examples(root: Path, rules: RedFlagRules) -> list[RedFlagExample]:
    """Every red-flag case, and the ordinary answers that no rule raises on."""
    examples = []
    for path in sorted((root / _CASES / "redflags").glob("*.yaml")):
        author = path.stem.split("_")[0]
        examples += [_example(c, frozenset(c["expect"]["flags"]), c.get("context"), author, rules) for c in _read(path)]
    for path in sorted((root / _CASES / "blind").glob("redflags*.yaml")):
        examples += [
            _example(c, frozenset(c["expect"]["flags"]), c.get("context"), "blind", rules) for c in _read(path)
        ]
    for path in sorted((root / _CASES / "answers").glob("*.yaml")):
        answers = [_example(c, frozenset(), c.get("ask"), "", rules) for c in _read(path)]
        examples += [e for e in answers if not raised(e.text, e.ask, _CONTEXT, rules)]
    return examples


def _read(path: Path) -> list[dict[str, Any]]:
    loaded = load_yaml(path)
    if not isinstance(loaded, list):
        raise InputError("cases-shape", f"{path} is no list of cases", "write it as in evaluation/cases/redflags")
    return loaded


def _example(
    case: dict[str, Any], flags: frozenset[str], ask: str | None, author: str, rules: RedFlagRules
) -> RedFlagExample:
    text = str(case["text"])
    return RedFlagExample(text, flags, ask, author, _lesson(text, flags, ask, rules))


def _lesson(text: str, flags: frozenset[str], ask: str | None, rules: RedFlagRules) -> Lesson | None:
    if flags and any(a.rule.startswith("value.") for a in raised(text, ask, _CONTEXT, rules)):
        return None
    utterance = normalise(text)
    read = as_read(utterance.text)
    found = by_words(read, ask, rules, listing="、" in utterance.raw)
    columns = {place[0] for place in worded(read)} | known(read, ask, found, rules.cues)
    return Lesson(np.array(sorted(columns)), flags, _unsaid(found, flags))


def _unsaid(found: Sequence[Mention], flags: frozenset[str]) -> frozenset[str]:
    """A case names what must be raised, not all that may be: what else a rule sees in it is neither right nor wrong."""
    return frozenset(m.flag for m in found if flags and m.status is MentionStatus.PRESENT) - flags


def learn_redflags(root: Path, out: Path, *, evaluate: bool) -> dict[str, object]:
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
    return found | (by_author(examples, rules) if evaluate else {})


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
