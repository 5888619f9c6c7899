"""Every line of the form with its value and evidence, or with the reason why it is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.clinical.forms import Field, Form
from agent.clinical.labels import Labels
from agent.clinical.suggestion import Suggestion
from agent.domain.answers import SlotValue
from agent.domain.events import SlotSet
from agent.report.fold import Folded
from agent.report.model import Evidence, FieldLine
from agent.report.words import day_words, value_codes, value_words

LISTEN_BELOW = 0.8
"""Recogniser confidence under which a value that was not read back is marked to be heard."""

_WHY = ("unknown", "refused", "skipped", "not_understood", "not_applicable")


@dataclass(frozen=True, slots=True)
class Lines:
    """What the lines of one form are made from."""

    form: Form
    state: Folded
    suggestion: Suggestion
    labels: Labels
    computed: Mapping[str, SlotValue]
    """visit_date, visit_mode, bmi and the like."""

    def all(self) -> tuple[FieldLine, ...]:
        """Every field of the form, in printed order."""
        return tuple(self._line(section.title, field) for section in self.form.sections for field in section.fields)

    def _line(self, section: str, field: Field) -> FieldLine:
        given = self.state.slots.get(field.slot)
        value = given.value if given else self.computed.get(field.slot)
        status = "filled" if given else self._status(field)
        before = self.state.opened.history.get(field.slot)
        return FieldLine(
            section=section,
            slot=field.slot,
            label=field.label,
            unit=field.unit,
            status=status,
            status_words=self.labels.word("statuses", status),
            value=value,
            words="" if value is None else value_words(field, value, self.labels),
            codes=() if value is None else value_codes(field, value),
            code_system=field.code_system,
            evidence=self._evidence(given) if given else None,
            previous="" if before is None else value_words(field, before, self.labels),
            suggested="" if given else self._suggested(field),
            target_of=field.target_of,
            note=self._note(field, given),
        )

    def _status(self, field: Field) -> str:
        closing = self.state.unfilled.get(field.slot)
        if closing is not None and closing.why in _WHY:
            return closing.why
        if field.who in ("doctor", "not_by_phone"):
            return field.who
        if field.who == "computed":
            return "computed" if field.slot in self.computed else "not_asked"
        return "not_asked" if self._applies(field) else "not_applicable"

    def _applies(self, field: Field) -> bool:
        for slot, codes in field.only_if.items():
            given = self.state.slots.get(slot)
            if given is not None and given.value not in codes:
                return False
        return True

    def _evidence(self, given: SlotSet) -> Evidence:
        doubted = given.slot in self.state.doubted
        return Evidence(
            said=given.words,
            turn=given.turn,
            speaker=given.speaker,
            speaker_words=self.labels.word("speakers", given.speaker),
            confidence=given.confidence,
            read_back=given.read_back,
            corrected=given.corrected,
            clip=self.state.clips.get(given.turn),
            listen=doubted or (given.confidence < LISTEN_BELOW and not given.read_back),
        )

    def _note(self, field: Field, given: SlotSet | None) -> str:
        if given is not None and given.slot in self.state.doubted:
            return "后来再问时没有得到明确的答复，请核对"
        if field.slot == "bmi" and "bmi" not in self.computed:
            return "缺体重或身高"
        if field.slot in ("adl_total", "self_care_level") and field.slot not in self.computed:
            return "五项没有问全，不算总分"
        return ""

    def _suggested(self, field: Field) -> str:
        made = self.suggestion
        texts = {
            "visit_class": made.visit_class and f"{made.visit_class} {field.codes.get(made.visit_class, '')}".strip(),
            "next_visit_date": made.next_visit_date and day_words(made.next_visit_date),
            "referral_reason": made.referral,
            "next_step": made.next_step and f"{made.next_step} {field.codes.get(made.next_step, '')}".strip(),
        }
        return texts.get(field.slot) or ""
