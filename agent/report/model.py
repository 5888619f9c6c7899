"""What a report holds; frozen, in the order in which it is read. Nothing here knows how it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.clinical.forms import Headline
from agent.clinical.suggestion import Suggestion
from agent.domain.answers import SlotValue

STATUSES = (
    "filled", "not_asked", "unknown", "refused", "skipped", "not_applicable", "not_by_phone", "doctor",
    "computed", "not_understood",
)  # fmt: skip

AI_MARK = "本报告由人工智能语音助手根据通话自动生成（AI生成），供医生核对"
SIGN_SENTENCE = "分类、用药和转诊均为建议，须由医生核对并签字；签字之前不作为随访记录。"


@dataclass(frozen=True, slots=True)
class Header:
    """Whose visit this is and how it went."""

    resident_name: str
    sex: str
    age: int | None
    birth_date: str
    phone: str
    """Only the last four digits."""
    flow: str
    form: str
    form_title: str
    form_version: str
    at: str
    """ISO 8601, the opening of the conversation."""
    mode_code: str
    mode: str
    outcome: str
    outcome_words: str
    consent: str
    answered_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertLine:
    """A red flag of this conversation."""

    flag: str
    label: str
    severity: str
    severity_words: str
    subject: str
    subject_words: str
    evidence: str
    rule: str
    rule_version: str
    turn: int
    clip: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value comes from."""

    said: str
    """The resident's words of that turn."""
    turn: int
    speaker: str
    speaker_words: str
    confidence: float
    read_back: bool
    corrected: bool
    clip: str | None
    listen: bool
    """Worth hearing: low confidence and not read back, or doubted later."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of the form."""

    section: str
    slot: str
    label: str
    unit: str
    status: str
    status_words: str
    value: SlotValue | None = None
    words: str = ""
    """The value as a doctor reads it, with its unit."""
    codes: tuple[str, ...] = ()
    code_system: str = ""
    evidence: Evidence | None = None
    previous: str = ""
    """The value of the last visit, in words."""
    suggested: str = ""
    """What is suggested for a field that only the doctor fills."""
    target_of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A value that differs from the last visit."""

    label: str
    before: str
    after: str
    words: str


@dataclass(frozen=True, slots=True)
class MedicineRow:
    """One medicine, as taken now or at the last visit."""

    id: str
    name: str
    times_per_day: float | None
    dose_each: float | None
    dose_unit: str | None
    usage: str
    change: str
    """与上次相同, 本次新说, 本次没提到, or empty when there is no last visit."""


@dataclass(frozen=True, slots=True)
class SuggestionPart:
    """What the doctor is asked to decide, with the reasons."""

    suggestion: Suggestion
    visit_class_words: str
    by_form: tuple[str, ...]
    """The class of each form, where several are filled at once."""
    next_visit_words: str
    next_step_words: str
    from_log: bool
    """Made during the conversation; otherwise worked out from what was collected."""
    sign_sentence: str = SIGN_SENTENCE


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of the transcript."""

    turn: int
    speaker: str
    """``agent``, ``staff``, ``self`` or the relation code of a proxy."""
    speaker_words: str
    text: str
    clip: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report."""

    header: Header
    alerts: tuple[AlertLine, ...]
    changes: tuple[Change, ...]
    contradictions: tuple[str, ...]
    headline: tuple[Headline, ...]
    fields: tuple[FieldLine, ...]
    suggestion: SuggestionPart
    questions: tuple[str, ...]
    medicines: tuple[MedicineRow, ...]
    transcript: tuple[Utterance, ...]
    doctor_calls: tuple[str, ...] = ()
    """What came of calling a doctor in, in one line each."""
    ai_mark: str = AI_MARK

    def sections(self) -> Iterator[tuple[str, tuple[FieldLine, ...]]]:
        """Fields by section, in printed order."""
        titles = dict.fromkeys(line.section for line in self.fields)
        for title in titles:
            yield title, tuple(line for line in self.fields if line.section == title)

    def line(self, slot: str) -> FieldLine | None:
        """The line of ``slot``."""
        return next((line for line in self.fields if line.slot == slot), None)
