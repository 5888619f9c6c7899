"""Conditions of flows (``slots.sbp >= 180 or not slots.height_cm``): parsed once, evaluated purely.

The subset of Rasa's predicate language that flows need: and/or/not, parentheses, comparison with
numbers, strings, true/false/null, ``is``, ``is not``, ``contains``. A comparison with an unfilled slot is false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<op><=|>=|==|!=|=|<|>|\(|\))"
    r"|(?P<name>slots\.\w+|[A-Za-z_]\w*)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<string>'[^']*'|\"[^\"]*\"))"
)
_WORDS = {"and", "or", "not", "is", "contains", "true", "false", "null"}


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition; ``slots`` are the slot ids it reads."""

    source: str
    slots: frozenset[str]
    _tree: tuple[Any, ...]

    def holds(self, slots: Mapping[str, Any]) -> bool:
        """Whether the condition holds for these slot values."""
        return bool(_evaluate(self._tree, slots))


class ConditionError(ValueError):
    """The text is not a condition; the message says where reading stopped."""


def parse(source: str) -> Condition:
    """Read a condition. Raises ``ConditionError``."""
    tokens = list(_tokens(source))
    parser = _Parser(tokens, source)
    tree = parser.disjunction()
    parser.expect_end()
    names = frozenset(text[6:] for kind, text in tokens if kind == "name" and text.startswith("slots."))
    return Condition(source, names, tree)


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(source.rstrip()):
        match = _TOKEN.match(source, position)
        if match is None or match.lastgroup is None:
            raise ConditionError(f"cannot be read from {source[position:]!r} on")
        text = match.group(match.lastgroup)
        if match.lastgroup == "name" and not text.startswith("slots.") and text not in _WORDS:
            raise ConditionError(f"{text!r} is neither a slot (slots.{text}) nor a quoted string")
        yield match.lastgroup, text
        position = match.end()


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, tokens: list[tuple[str, str]], source: str) -> None:
        self._tokens = tokens
        self._at = 0
        self._source = source

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise ConditionError(f"{self._source!r} ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise ConditionError(f"{self._source!r} goes on after a whole condition, at {self._peek()!r}")

    def disjunction(self) -> tuple[Any, ...]:
        left = self._conjunction()
        while self._peek() == "or":
            self._take()
            left = ("or", left, self._conjunction())
        return left

    def _conjunction(self) -> tuple[Any, ...]:
        left = self._negation()
        while self._peek() == "and":
            self._take()
            left = ("and", left, self._negation())
        return left

    def _negation(self) -> tuple[Any, ...]:
        if self._peek() == "not":
            self._take()
            return ("not", self._negation())
        if self._peek() == "(":
            self._take()
            inner = self.disjunction()
            if self._take()[1] != ")":
                raise ConditionError(f"{self._source!r} lacks a closing parenthesis")
            return inner
        return self._comparison()

    def _comparison(self) -> tuple[Any, ...]:
        left = self._operand()
        operator = self._peek()
        if operator not in {"<", ">", "<=", ">=", "=", "==", "!=", "is", "contains"}:
            return left
        self._take()
        if operator == "is" and self._peek() == "not":
            self._take()
            operator = "!="
        return (operator, left, self._operand())

    def _operand(self) -> tuple[Any, ...]:
        kind, text = self._take()
        if kind == "number":
            return ("const", float(text))
        if kind == "string":
            return ("const", text[1:-1])
        if text in {"true", "false", "null"}:
            return ("const", {"true": True, "false": False, "null": None}[text])
        if kind == "name" and text.startswith("slots."):
            return ("slot", text[6:])
        raise ConditionError(f"{self._source!r}: a slot or value is expected, not {text!r}")


def _evaluate(tree: tuple[Any, ...], slots: Mapping[str, Any]) -> Any:
    match tree:
        case ("const", value):
            return value
        case ("slot", name):
            return slots.get(name)
        case ("not", inner):
            return not _evaluate(inner, slots)
        case ("and", left, right):
            return _evaluate(left, slots) and _evaluate(right, slots)
        case ("or", left, right):
            return _evaluate(left, slots) or _evaluate(right, slots)
        case (operator, left, right):
            return _compare(operator, _evaluate(left, slots), _evaluate(right, slots))
    raise AssertionError(tree)


def _compare(operator: str, left: Any, right: Any) -> bool:
    if operator in {"=", "==", "is"}:
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if left is None or right is None:
        return False
    if operator == "contains":
        return right in left if isinstance(left, (str, tuple, list)) else False
    return _order(operator, left, right)


def _order(operator: str, left: Any, right: Any) -> bool:
    try:
        return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator])
    except TypeError:
        return False
