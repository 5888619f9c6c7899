"""``suifang train redflags``: learn the statistical red-flag net from the case files, in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agent.domain.alerts import FLAGS
from agent.domain.answers import AskContext
from agent.errors import InputError
from agent.understanding.redflags import RedFlagRules, load_redflags, raised
from agent.understanding.redflags.likeness import RAISED, Likeness, save, train
from agent.understanding.text import normalise
from agent.yaml_lines import load_yaml

BUNDLED_REDFLAGS = Path("nlu_data/redflags/likeness.npz")
_CASES = Path("evaluation/cases")
_CONTEXT = AskContext(now=datetime(2026, 1, 1))
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class RedFlagExample:
    """What was said, and the flags that it raises."""

    text: str
    flags: frozenset[str]
    ask: str | None


def read_redflag_examples(root: Path, rules: RedFlagRules) -> list[RedFlagExample]:
    """Every red-flag case, and the ordinary answers that no rule raises on."""
    examples = []
    for path in sorted((root / _CASES / "redflags").glob("*.yaml")):
        cases = [
            RedFlagExample(str(c["text"]), frozenset(c["expect"]["flags"]), c.get("context")) for c in load_yaml(path)
        ]
        examples += [e for e in cases if not _by_value(e, rules)]
    for path in sorted((root / _CASES / "answers").glob("*.yaml")):
        answers = [RedFlagExample(str(c["text"]), frozenset(), c.get("ask")) for c in load_yaml(path)]
        examples += [e for e in answers if not raised(e.text, e.ask, _CONTEXT, rules)]
    return examples


def _by_value(example: RedFlagExample, rules: RedFlagRules) -> bool:
    """A figure raised it: nothing is to be learnt from the words around it."""
    found = raised(example.text, example.ask, _CONTEXT, rules) if example.flags else ()
    return any(alert.rule.startswith("value.") for alert in found)


def learn_redflags(root: Path, out: Path, *, evaluate: bool) -> dict[str, object]:
    """Learn, write, say how well."""
    rules = replace(load_redflags(root / "nlu_data", root / "dialogues" / "clinical"), likeness=None)
    examples = read_redflag_examples(root, rules)
    if not any(e.flags for e in examples):
        raise InputError("cases-missing", f"{root / _CASES} has no red-flag cases", "set --root to a checkout")
    model = _learnt(examples)
    try:
        save(model, out)
    except OSError as error:
        raise InputError("out-unwritable", f"{out} cannot be written ({error.strerror})", "name another file") from None
    found: dict[str, object] = {"examples": len(examples), "model": str(out), "bytes": out.stat().st_size}
    return found | (_measured(examples, rules) if evaluate else {})


def _learnt(examples: Sequence[RedFlagExample]) -> Likeness:
    return train([normalise(e.text).text for e in examples], [e.flags for e in examples], FLAGS)


def _measured(examples: Sequence[RedFlagExample], rules: RedFlagRules) -> dict[str, object]:
    """On held-out folds: recall of the net alone, and false alarms of rules and net together."""
    caught = alarms = positives = 0
    for fold in range(_FOLDS):
        model = _learnt([e for n, e in enumerate(examples) if n % _FOLDS != fold])
        both = replace(rules, likeness=model)
        for example in examples[fold::_FOLDS]:
            if example.flags:
                likely = {flag for flag, score, _ in model.likely(normalise(example.text).text) if score >= RAISED}
                positives, caught = positives + 1, caught + bool(example.flags & likely)
            else:
                alarms += bool(raised(example.text, example.ask, _CONTEXT, both))
    return {
        "held_out_recall": round(caught / max(1, positives), 3),
        "held_out_false": round(alarms / max(1, len(examples) - positives), 4),
    }
