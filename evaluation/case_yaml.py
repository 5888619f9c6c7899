"""YAML of case files: merge keys, several documents in a file, and plain scalars left as they are written.

YAML 1.1 would turn a bare yes into true, 8:30 into 510 and 2026-11-23 into a date; in what people say and in
what slots hold those are texts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from agent.errors import DefinitionError
from agent.yaml_lines import LineDict

_SCALARS = (
    ("bool", r"true|True|false|False", "tf"),
    ("int", r"0|[-+]?[1-9][0-9]*", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
    ("null", r"~|null|", "~n"),
)


class _CaseLoader(yaml.SafeLoader):
    """Mappings are ``LineDict``."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the loader's own protocol


def load_cases(path: Path) -> list[Any]:
    """The items of a file: of its lists, or its single mappings. Faults name the line and the remedy."""
    try:
        text = path.read_text("utf-8")
        documents = [document for document in yaml.load_all(text, Loader=_CaseLoader) if document is not None]
    except OSError as error:
        raise _fault(path, 0, f"cannot be read ({error.strerror})", "check that the file is readable") from None
    except UnicodeDecodeError:
        raise _fault(path, 0, "is not UTF-8 text", "save the file as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problem = error.problem or "is not valid YAML"
        raise _fault(path, line, problem, "mend the indentation, quotes or duplicate key there") from None
    except yaml.YAMLError:
        raise _fault(path, 0, "is not valid YAML", "remove unprintable characters") from None
    return [item for document in documents for item in (document if isinstance(document, list) else [document])]


def _fault(path: Path, line: int, message: str, remedy: str) -> DefinitionError:
    return DefinitionError("case_file", message, remedy, path=path, line=line)


def _mapping(loader: _CaseLoader, node: yaml.MappingNode) -> LineDict:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in lines and key.tag != "tag:yaml.org,2002:merge":
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key.value!r} stands twice in one mapping", key.start_mark
            )
        lines[key.value] = key.start_mark.line + 1
    loader.flatten_mapping(node)
    result = LineDict(loader.construct_pairs(node, deep=True))
    result.line = node.start_mark.line + 1
    result.key_lines = lines
    return result


for _kind, _pattern, _first in _SCALARS:
    _CaseLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_pattern})$"), list(_first))
_CaseLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])
_CaseLoader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])
_CaseLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
