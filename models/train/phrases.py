"""Word tables of what is said in follow-up calls, read from `phrases.yaml`; used by `texts`."""

from __future__ import annotations

from pathlib import Path

import yaml

_TABLES: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("phrases.yaml").read_text("utf-8"))

MEDICINES = tuple(_TABLES["medicines"])
BRANDS = tuple(_TABLES["brands"])
SYMPTOMS = tuple(_TABLES["symptoms"])
AGREEMENT = tuple(_TABLES["agreement"])
DENIAL = tuple(_TABLES["denial"])
LIFESTYLE = tuple(_TABLES["lifestyle"])
ADHERENCE = tuple(_TABLES["adherence"])
RED_FLAGS = tuple(_TABLES["red_flags"])
CONTROL = tuple(_TABLES["control"])
AGENT = tuple(_TABLES["agent"])
FILLERS = tuple(_TABLES["fillers"])
TAILS = tuple(_TABLES["tails"])
WHEN = tuple(_TABLES["when"])
PLACES = tuple(_TABLES["places"])
RELATIVES = tuple(_TABLES["relatives"])
COUNTS = tuple(_TABLES["counts"])
UNITS = tuple(_TABLES["units"])
PERIODS = tuple(_TABLES["periods"])
REGIMENS = tuple(_TABLES["regimens"])
STRENGTHS = tuple(_TABLES["strengths"])
DEGREES = tuple(_TABLES["degrees"])
COURSES = tuple(_TABLES["courses"])
DRUG_CHANGES = tuple(_TABLES["drug_changes"])
GLUCOSE_KINDS = tuple(_TABLES["glucose_kinds"])
