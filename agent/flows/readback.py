"""Reading values back before they count."""

from __future__ import annotations

from collections.abc import Mapping

from agent.clinical.rules import ClinicalRules
from agent.clinical.spoken import ANY
from agent.domain.answers import Medication, SlotFill
from agent.flows.log import Work
from agent.flows.state import ReadBack
from agent.flows.wording import moment_words, plain_words, value_words


def fill_words(fill: SlotFill, form_ids: str, rules: ClinicalRules) -> str:
    """One value as it is read back aloud; ``form_ids`` are the forms of the visit, joined by ``+``.

    In the words of ``spoken.yml``; a code that stands not there, in those of the form.
    """
    if fill.slot == "weight_kg_now" and isinstance(fill.value, (int, float)):
        return f"体重{fill.value:g}公斤，就是{fill.value * 2:g}斤"
    if fill.slot in {"callback_time", "appointment_time"}:
        return moment_words(str(fill.value))
    if said := _spoken(fill, rules.spoken.get(fill.slot, {})):
        return said
    field = next(
        (f for form in form_ids.split("+") if form in rules.forms and (f := rules.forms[form].field(fill.slot))), None
    )
    label = "" if field is None or fill.slot == "medications" else field.label
    codes = field.codes if field else {}
    return value_words(fill, label, lambda code: codes.get(code) or rules.labels.medicine(code))


def _spoken(fill: SlotFill, words: Mapping[str, str]) -> str:
    """Empty where the words do not cover the value."""
    if isinstance(fill.value, tuple):
        codes = [str(item) for item in fill.value if not isinstance(item, Medication)]
        return "、".join(words[code] for code in codes) if codes and all(code in words for code in codes) else ""
    value = plain_words(fill.value)
    return words.get(value) or words.get(ANY, "").format(value=value)


def put_read_back(work: Work, rules: ClinicalRules) -> None:
    """Ask whether the pending values are right."""
    pending = work.state.pending
    if not isinstance(pending, ReadBack):
        return
    words = "，".join(fill_words(fill, work.state.form, rules) for fill in pending.fills)
    work.say("utter_readback", variant=pending.tries, ask=pending.ask, values=words)
