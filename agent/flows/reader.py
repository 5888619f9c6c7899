"""YAML flow files -> checked ``Flow`` objects: structure, step ids, branches, conditions.

Every fault is a ``DefinitionError`` with file, line and remedy. What spans several files
(unknown slots, missing wording, unreachable steps) is found by ``agent.flows.check``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.domain.effects import Patience
from agent.errors import DefinitionError
from agent.flows.conditions import Condition, ConditionError, parse
from agent.flows.model import (
    END,
    Act,
    AnyStep,
    Assign,
    Branch,
    CallFlow,
    Collect,
    Flow,
    LinkFlow,
    Noop,
    Rejection,
)
from agent.yaml_lines import line_of, load_yaml

_KINDS = ("collect", "action", "call", "link", "set_slots", "noop")
_STEP_KEYS = {*_KINDS, "id", "next", "description", "metadata", "rejections", "utter", "ask_before_filling"}


def read_flows(path: Path, ask_slots: Mapping[str, tuple[str, ...]]) -> list[Flow]:
    """All flows of one file. ``ask_slots`` gives the slots of asks that do not say ``metadata: {fills: …}``."""
    document = load_yaml(path)
    flows = document.get("flows") if isinstance(document, dict) else None
    if not isinstance(flows, dict) or not flows:
        raise DefinitionError("flow-file-empty", "has no flows", "begin the file with `flows:`", path=path)
    return [
        _FlowReader(path, flow_id, body, ask_slots).read(line_of(flows, flow_id)) for flow_id, body in flows.items()
    ]


@dataclass
class _FlowReader:
    """Reads one flow; collects its steps flat, in file order."""

    path: Path
    flow_id: str
    body: Any
    ask_slots: Mapping[str, tuple[str, ...]]
    steps: dict[str, AnyStep] = field(default_factory=dict)

    def read(self, line: int) -> Flow:
        if not isinstance(self.body, dict) or not isinstance(self.body.get("steps"), list) or not self.body["steps"]:
            raise self._error(
                "flow-without-steps", f"flow {self.flow_id} has no steps", "add `steps:` with a list", line
            )
        metadata = self.body.get("metadata") or {}
        first = self._read_list(self.body["steps"], END, "")
        return Flow(
            id=self.flow_id,
            name=str(self.body.get("name", self.flow_id)),
            description=str(self.body.get("description", "")),
            form=metadata.get("form"),
            path=str(self.path),
            line=line,
            first=first,
            steps=dict(self.steps),
        )

    def _read_list(self, raw_steps: Sequence[Any], after: str, prefix: str) -> str:
        """Read a list of steps; the last goes on to ``after``. Returns the first step's id."""
        ids = [self._step_id(raw, f"{prefix}{index}") for index, raw in enumerate(raw_steps)]
        for index, raw in enumerate(raw_steps):
            following = ids[index + 1] if index + 1 < len(ids) else after
            step_id = ids[index]
            if step_id in self.steps:
                raise self._error(
                    "step-id-twice",
                    f"step id {step_id!r} stands twice",
                    "give one of the steps another id",
                    line_of(raw),
                )
            self.steps[step_id] = Noop(step_id, line_of(raw), ())  # keeps file order while nested lists are read
            self.steps[step_id] = self._step(raw, step_id, following)
        return ids[0]

    def _step_id(self, raw: Any, place: str) -> str:
        if not isinstance(raw, dict):
            raise self._error(
                "step-not-mapping", f"step {place} is not a mapping", "write `- collect: …` or the like", 0
            )
        kinds = [kind for kind in _KINDS if kind in raw]
        unknown = set(raw) - _STEP_KEYS
        if len(kinds) != 1 or unknown:
            named = f"unknown key {sorted(unknown)[0]!r}" if unknown else f"one of {', '.join(_KINDS)} is expected"
            raise self._error(
                "step-unreadable", f"step {place}: {named}", "see docs/flows.md for the keys of a step", line_of(raw)
            )
        value = raw[kinds[0]]
        label = value if isinstance(value, str) else kinds[0]
        return str(raw.get("id") or f"{place}_{label}")

    def _step(self, raw: Mapping[str, Any], step_id: str, following: str) -> AnyStep:
        line = line_of(raw)
        following_branches = self._next(raw, step_id, following)
        metadata = raw.get("metadata") or {}
        if "collect" in raw:
            return self._collect(raw, metadata, step_id, following_branches)
        if "action" in raw:
            return Act(step_id, line, following_branches, action=str(raw["action"]))
        if "call" in raw:
            return CallFlow(step_id, line, following_branches, flow=str(raw["call"]))
        if "link" in raw:
            return LinkFlow(step_id, line, following_branches, flow=str(raw["link"]))
        if "set_slots" in raw:
            pairs = raw["set_slots"] if isinstance(raw["set_slots"], list) else [raw["set_slots"]]
            values = {name: value for pair in pairs for name, value in pair.items()}
            return Assign(step_id, line, following_branches, values=values)
        return Noop(step_id, line, following_branches)

    def _collect(
        self, raw: Mapping[str, Any], metadata: Mapping[str, Any], step_id: str, following: tuple[Branch, ...]
    ) -> Collect:
        ask = str(raw["collect"])
        fills = tuple(metadata.get("fills") or self.ask_slots.get(ask) or (ask,))
        patience = str(metadata.get("patience", "normal"))
        if patience not in set(Patience):
            raise self._error(
                "patience-unknown", f"patience {patience!r}", "use short, normal or long", line_of(raw, "metadata")
            )
        rejections = tuple(
            Rejection(self._condition(item.get("if"), line_of(item)), str(item.get("utter")))
            for item in raw.get("rejections") or ()
        )
        return Collect(
            step_id,
            line_of(raw),
            following,
            ask=ask,
            fills=fills,
            utter=str(raw.get("utter") or f"utter_ask_{ask}"),
            rejections=rejections,
            patience=Patience(patience),
            required=bool(metadata.get("required", False)),
            once=bool(metadata.get("once", False)),
            enough=self._condition(metadata["enough"], line_of(raw, "metadata")) if "enough" in metadata else None,
        )

    def _next(self, raw: Mapping[str, Any], step_id: str, following: str) -> tuple[Branch, ...]:
        value = raw.get("next")
        if value is None:
            return (Branch(None, following),)
        if isinstance(value, str):
            return (Branch(None, value),)
        if not isinstance(value, list):
            raise self._error(
                "next-unreadable",
                f"`next` of {step_id}",
                "write a step id, END, or a list of if/else",
                line_of(raw, "next"),
            )
        branches = [self._branch(item, f"{step_id}.{index}.", following) for index, item in enumerate(value)]
        if branches[-1].condition is not None:
            raise self._error(
                "next-without-else",
                f"`next` of {step_id} has no else",
                "end the list with `- else: …`",
                line_of(raw, "next"),
            )
        return tuple(branches)

    def _branch(self, item: Any, prefix: str, following: str) -> Branch:
        if not isinstance(item, dict) or not ({"if", "then"} <= set(item) or "else" in item):
            raise self._error("branch-unreadable", "a branch", "write `- if: … then: …` or `- else: …`", line_of(item))
        condition = self._condition(item["if"], line_of(item, "if")) if "if" in item else None
        target = item["then"] if "if" in item else item["else"]
        if isinstance(target, list):
            target = self._read_list(target, following, prefix)
        return Branch(condition, str(target))

    def _condition(self, source: Any, line: int) -> Condition:
        try:
            return parse(str(source))
        except ConditionError as error:
            raise self._error(
                "condition-unreadable", f"condition {error}", "use slots.NAME, comparisons, and/or/not", line
            ) from None

    def _error(self, code: str, message: str, remedy: str, line: int) -> DefinitionError:
        return DefinitionError(code, f"{self.flow_id}: {message}", remedy, path=self.path, line=line)
