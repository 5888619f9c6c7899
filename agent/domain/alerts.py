"""Red flags: what was said, how it is meant, and the alert raised from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FLAGS = (
    "stroke", "chest_pain", "dyspnea", "hypertensive_emergency", "hypoglycemia", "hyperglycemic_crisis",
    "suicide_risk", "bleeding", "unconscious", "fall_injury", "anaphylaxis",
)  # fmt: skip


class MentionStatus(StrEnum):
    """How a mention is meant; only PRESENT raises, UNCERTAIN asks one question first."""

    PRESENT = "present"
    DENIED = "denied"
    PAST = "past"
    OTHER_PERSON = "other_person"
    """Somebody else's, and not happening now (family history, gossip)."""
    HYPOTHETICAL = "hypothetical"
    FIGURATIVE = "figurative"
    BASELINE = "baseline"
    UNCERTAIN = "uncertain"


class Subject(StrEnum):
    """Who is in danger."""

    SELF = "self"
    OTHER = "other"


class Severity(StrEnum):
    """Ladder of domain.md §2.6."""

    P0 = "P0"
    P0_PSY = "P0-Psy"
    P1 = "P1"
    VALUE = "value"
    """A critical number without symptoms: re-measure, then P1, or P0 with any symptom."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in an utterance that names a red flag, judged."""

    flag: str
    status: MentionStatus
    span: tuple[int, int]
    words: str
    rule: str
    """Id of the phrase rule in nlu_data/redflags/, e.g. ``chest_pain.pain``."""
    subject: Subject = Subject.SELF
    reason: str = ""
    """Why this status: the cue words found."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A red flag raised now."""

    flag: str
    severity: Severity
    subject: Subject
    evidence: str
    """The words, or ``sbp=185``."""
    rule: str
    rule_version: str
