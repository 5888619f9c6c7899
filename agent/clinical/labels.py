"""Words in which codes are shown to doctors: flags, outcomes, relations, medicines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.clinical.yamlfile import Node, read_yaml


@dataclass(frozen=True, slots=True)
class Labels:
    """Code to label, by kind (``flags``, ``outcomes``, ``relations`` …)."""

    kinds: Mapping[str, Mapping[str, str]]
    medicines: Mapping[str, str]

    def word(self, kind: str, code: str) -> str:
        """The label of a code; the code itself when nobody has named it."""
        return self.kinds.get(kind, {}).get(code, code)

    def medicine(self, id: str) -> str:
        """The generic name of a medicine id; the resident's words for one outside the lexicon."""
        return self.medicines.get(id, id.removeprefix("unknown:"))


def load_labels(clinical_dir: Path) -> Labels:
    """Read labels.yml and medicine_names.yml."""
    node = read_yaml(clinical_dir / "labels.yml").need("kinds")
    names = read_yaml(clinical_dir / "medicine_names.yml").need("names")
    return Labels({kind: _table(table) for kind, table in node.fields().items()}, _table(names))


def _table(node: Node) -> Mapping[str, str]:
    return {code: label.as_text() for code, label in node.fields().items()}
