"""Conditions of rules as data: facts compared with constants, joined by all, any and none.

    when: {all: [{sbp: {at_least: 140}}, {adr: "1"}]}

A fact that is not known makes its comparison false; nothing is guessed from silence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agent.clinical.yamlfile import Node
from agent.domain.answers import SlotValue

Facts = Mapping[str, SlotValue]
"""Slot values, values of the last visit as ``history.<slot>``, and what was derived from them."""

_ORDERED = ("below", "at_most", "above", "at_least")
_OPERATORS = (*_ORDERED, "is", "one_of", "has", "filled")
_JOINS = ("all", "any", "none")


@dataclass(frozen=True, slots=True)
class Compare:
    """One fact against one constant."""

    fact: str
    operator: str
    constants: tuple[str | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Several conditions: ``all``, ``any`` or ``none`` of them hold."""

    kind: str
    parts: tuple[Condition, ...]


Condition = Compare | Join


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether the condition is true of these facts."""
    if isinstance(condition, Join):
        results = (holds(part, facts) for part in condition.parts)
        if condition.kind == "all":
            return all(results)
        return any(results) if condition.kind == "any" else not any(results)
    return _compare(condition, facts.get(condition.fact))


def _compare(test: Compare, value: SlotValue | None) -> bool:
    if test.operator == "filled":
        return (value is not None) == test.constants[0]
    if value is None:
        return False
    if test.operator == "has":
        return isinstance(value, tuple) and any(constant in value for constant in test.constants)
    if test.operator in ("is", "one_of"):
        return any((type(value) is type(c) and value == c) or _same_number(value, c) for c in test.constants)
    return _ordered(test.operator, value, test.constants[0])


def _same_number(value: SlotValue, constant: str | float | bool) -> bool:
    if isinstance(value, bool | str | tuple) or isinstance(constant, bool | str):
        return False
    return value == constant


def _ordered(operator: str, value: SlotValue, limit: str | float | bool) -> bool:
    # Codes such as mmrc "3" and mrs "4" are ordered numbers in official clothes.
    number = float(value) if isinstance(value, str) and value.isdigit() else value
    if isinstance(number, bool | str | tuple) or isinstance(limit, str):
        return False
    return {
        "below": number < limit,
        "at_most": number <= limit,
        "above": number > limit,
        "at_least": number >= limit,
    }[operator]


def read_condition(node: Node, known: Collection[str]) -> Condition:
    """Read a condition; facts outside ``known`` are refused."""
    entries = node.fields()
    if not entries:
        raise node.error("空的条件", "写上一个事实，例如 {sbp: {at_least: 140}}")
    parts = tuple(_read_entry(key, entry, known) for key, entry in entries.items())
    return parts[0] if len(parts) == 1 else Join("all", parts)


def _read_entry(key: str, node: Node, known: Collection[str]) -> Condition:
    if key in _JOINS:
        if not isinstance(node.value, list) or not node.value:
            raise node.error(f"{key!r} 后面应是条件的列表", "每项以「- 」开头")
        return Join(key, tuple(read_condition(item, known) for item in node.value))
    if key.removeprefix("history.") not in known:
        raise node.error(f"不认识的事实 {key!r}", "用表单里的 slot、history.<slot> 或规则说明里列出的事实")
    if not isinstance(node.value, dict):
        return Compare(key, "is", (_constant(node),))
    parts = tuple(_read_operator(key, operator, inner) for operator, inner in node.fields(*_OPERATORS).items())
    return parts[0] if len(parts) == 1 else Join("all", parts)


def _read_operator(fact: str, operator: str, node: Node) -> Compare:
    if operator in ("has", "one_of"):
        inner = node.value if isinstance(node.value, list) else [node]
        return Compare(fact, operator, tuple(_constant(item) for item in inner))
    if operator in _ORDERED:
        return Compare(fact, operator, (node.as_number(),))
    if operator == "filled" and not isinstance(node.value, bool):
        raise node.error("filled 后面应是 true 或 false", "写 filled: true")
    return Compare(fact, operator, (_constant(node),))


def _constant(node: Node) -> str | float | bool:
    if isinstance(node.value, bool | str | int | float):
        return node.value
    raise node.error("常数应是文字、数字或 true/false", '官方代码要加引号，例如 "2"')
