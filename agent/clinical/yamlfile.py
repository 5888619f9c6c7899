"""Reads a YAML file so that every complaint about it can name the line.

Owns the typed access to a parsed file; knows nothing of what the file means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from agent.errors import DefinitionError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a YAML file with the file and line where it stands."""

    path: Path
    line: int
    value: Any
    """A scalar, a list of ``Node`` or a dict of str to ``Node``."""

    def error(self, message: str, remedy: str) -> DefinitionError:
        """The error to raise about this place."""
        return DefinitionError("clinical.definition", message, remedy, path=self.path, line=self.line)

    def fields(self, *known: str) -> Mapping[str, Node]:
        """The entries of a mapping; with ``known`` no other key may stand here."""
        if not isinstance(self.value, dict):
            raise self.error("键值对应在此处", "写成「键: 值」的形式")
        for key, node in self.value.items():
            if known and key not in known:
                raise node.error(f"不认识的键 {key!r}", "可用的键: " + ", ".join(known))
        return cast("Mapping[str, Node]", self.value)

    def get(self, key: str) -> Node | None:
        """The entry ``key``, or None when it is absent or empty."""
        node = self.fields().get(key)
        return None if node is None or node.value is None else node

    def need(self, key: str) -> Node:
        """The entry ``key``, which must stand here."""
        node = self.get(key)
        if node is None:
            raise self.error(f"缺少 {key!r}", f"补上一行「{key}: …」")
        return node

    def items(self, key: str) -> Iterator[Node]:
        """The elements of the list ``key``; none when it is absent."""
        node = self.get(key)
        if node is None:
            return
        if not isinstance(node.value, list):
            raise node.error(f"{key!r} 应是列表", "每项以「- 」开头")
        yield from node.value

    def text(self, key: str, default: str | None = None) -> str:
        """The entry ``key`` as text; required unless ``default`` is given."""
        node = self.get(key) if default is not None else self.need(key)
        return (default or "") if node is None else node.as_text()

    def number(self, key: str) -> float | None:
        """The number at ``key``, or None when it is absent."""
        node = self.get(key)
        return None if node is None else node.as_number()

    def as_text(self) -> str:
        """This scalar as text."""
        if isinstance(self.value, dict | list):
            raise self.error("此处应是一个值", "去掉多余的缩进或列表")
        return str(self.value)

    def as_number(self) -> float:
        """This scalar as a number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.error(f"{self.value!r} 不是数字", "写成不带引号的数字")
        return float(self.value)

    def plain(self) -> Any:
        """This value with everything below it, without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def read_yaml(path: Path) -> Node:
    """Parse one file; raises ``DefinitionError`` for a missing or malformed one."""
    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except OSError as error:
        raise DefinitionError(
            "clinical.missing", f"读不到文件: {error.strerror}", "检查路径和权限", path=path
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "不是合法的 YAML"
        raise DefinitionError(
            "clinical.yaml", str(problem), "检查缩进、引号和冒号后的空格", path=path, line=mark.line + 1 if mark else 0
        ) from error
    if tree is None:
        raise DefinitionError("clinical.empty", "文件是空的", "写上内容或删去文件", path=path, line=1)
    return _build(path, tree)


def _build(path: Path, tree: yaml.Node) -> Node:
    line = tree.start_mark.line + 1
    if isinstance(tree, yaml.MappingNode):
        found: dict[str, Node] = {}
        for key_tree, value_tree in tree.value:
            key = str(key_tree.value)
            if key in found:
                raise Node(path, key_tree.start_mark.line + 1, None).error(f"键 {key!r} 写了两次", "只留一处")
            found[key] = _build(path, value_tree)
        return Node(path, line, found)
    if isinstance(tree, yaml.SequenceNode):
        return Node(path, line, [_build(path, item) for item in tree.value])
    try:
        scalar = SafeConstructor().construct_object(tree)
    except (ConstructorError, ValueError) as error:
        raise Node(path, line, None).error(f"读不懂的值: {error}", "给文字加上引号") from error
    return Node(path, line, scalar)
