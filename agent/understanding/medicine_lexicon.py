"""The medicine lexicon: ids, names, usual amounts, look-alike families, class words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.understanding.phrases import Phrases, compile_phrases
from agent.understanding.pinyin import NameIndex, build_index


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine as far as a conversation needs it; amounts serve to read back, never to advise."""

    id: str
    name: str
    """Generic name, for reading back."""
    kind: str
    names: tuple[str, ...]
    unit: str = "mg"
    day_max: float | None = None
    """Usual largest amount a day, in ``unit``."""
    strength_mg: float | None = None
    """Milligrams of the usual tablet."""
    weekly: bool = False
    pills: bool = False
    """Small Chinese pills, taken by the handful: no limit on the count."""


@dataclass(frozen=True, slots=True)
class MedicineLexicon:
    """All medicines and the ways in which their names go wrong."""

    by_id: Mapping[str, Medicine]
    index: NameIndex
    look_alikes: frozenset[str]
    """Names that are taken for one another (拜新同, 拜瑞妥): always read back."""
    partial: Mapping[str, Phrases]
    """A beginning that several names share (拜…, 诺和…), without the rest."""
    classes: Phrases
    """Class words and colours: they name no medicine."""
    forms: Mapping[str, Mapping[str, Phrases]]
    """Names with several forms: generic name -> id -> words of the form."""
    suffixes: tuple[str, ...]
    """Endings shared by a whole class (地平, 他汀): what stands before them tells the medicines apart."""
    not_names: Phrases
    none: Phrases
    herbal: Phrases


def build_medicines(data: Mapping[str, Any]) -> MedicineLexicon:
    """From the parsed YAML; raises ValueError, KeyError, TypeError on a bad entry."""
    medicines = {m.id: m for m in map(_medicine, data["medicines"])}
    if len(medicines) != len(data["medicines"]):
        raise ValueError("two medicines have the same id")
    names = [(m.id, name) for m in medicines.values() for name in m.names]
    names += [(f"form:{name}", name) for name in data["forms"]]
    look_alikes = frozenset(str(name) for family in data["families"] for name in family["names"])
    unknown = look_alikes - {name for _, name in names}
    if unknown:
        raise ValueError(sorted(unknown)[0])
    names += [(f"unknown:{name}", str(name)) for name in data["others"]]
    sets = data["sets"]
    return MedicineLexicon(
        medicines,
        build_index(names),
        look_alikes,
        {f["name"]: compile_phrases(f["name"], f["partial"], {}) for f in data["families"] if f.get("partial")},
        compile_phrases("classes", sets["classes"], {}),
        {n: {i: compile_phrases(i, w, {}) for i, w in forms.items()} for n, forms in data["forms"].items()},
        tuple(map(str, data["suffixes"])),
        compile_phrases("not_names", sets["not_names"], {}),
        compile_phrases("none", sets["none"], {}),
        compile_phrases("herbal", sets["herbal"], {}),
    )


def _medicine(entry: Mapping[str, Any]) -> Medicine:
    names = (str(entry["name"]), *map(str, entry.get("also", ())))
    return Medicine(
        id=str(entry["id"]),
        name=str(entry["name"]),
        kind=str(entry["kind"]),
        names=tuple(dict.fromkeys(re.sub(r"\s", "", n).lower() for n in names)),
        unit=str(entry.get("unit", "mg")),
        day_max=_number(entry.get("day_max")),
        strength_mg=_number(entry.get("strength_mg")),
        weekly=bool(entry.get("weekly", False)),
        pills=bool(entry.get("pills", False)),
    )


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
