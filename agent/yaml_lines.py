"""YAML with line numbers, so that every fault in a data file can be named by file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from agent.errors import DefinitionError


class LineDict(dict[str, Any]):
    """A mapping that knows the line it starts on (1-based) and the line of each key."""

    line: int = 0
    key_lines: dict[str, int]


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads several times faster


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Safe loader whose mappings are ``LineDict`` and which refuses duplicate keys."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> LineDict:
    loader.flatten_mapping(node)
    result = LineDict()
    result.line = node.start_mark.line + 1
    result.key_lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if key in result:
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key!r} stands twice in one mapping", key_node.start_mark
            )
        result[key] = loader.construct_object(value_node, deep=True)
        result.key_lines[key] = line
    return result


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_yaml(path: Path) -> Any:
    """Read one YAML file; mappings are ``LineDict``. Raises ``DefinitionError`` with line and remedy."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise DefinitionError(
            "file-unreadable",
            f"cannot be read ({error.strerror})",
            "check that the file exists and is readable",
            path=path,
        ) from None
    except UnicodeDecodeError:
        raise DefinitionError("file-not-utf8", "is not UTF-8 text", "save the file as UTF-8", path=path) from None
    try:
        return yaml.load(text, Loader=_Loader)  # a SafeLoader subclass
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problem = error.problem or "is not valid YAML"
        raise DefinitionError(
            "yaml-invalid", problem, "mend the indentation, quotes or duplicate key there", path=path, line=line
        ) from None
    except yaml.YAMLError:
        raise DefinitionError("yaml-invalid", "is not valid YAML", "remove unprintable characters", path=path) from None


def line_of(mapping: Any, key: str | None = None) -> int:
    """Line of a mapping, or of one of its keys; 0 when unknown."""
    if not isinstance(mapping, LineDict):
        return 0
    return mapping.key_lines.get(key, mapping.line) if key else mapping.line
