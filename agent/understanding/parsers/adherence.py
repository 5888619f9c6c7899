"""Reads how medicines are taken, why not, side effects, mood, and following of advice."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.lexicons import Lexicons
from agent.understanding.masking import present
from agent.understanding.negation import Mention, Polarity, polarities
from agent.understanding.parsers.yes_no import WEAK, polar
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

REGULAR, INTERMITTENT, NOT_TAKEN = "1", "2", "3"
_REASONS = {"1": "reason_money", "2": "reason_forget", "3": "reason_adr", "4": "reason_access"}
_OTHER_REASON = "99"


def build(lexicons: Lexicons) -> dict[str, Parser]:
    """Parsers of med_adherence, nonadherence_reason, adr, psych_adjust and compliance_behavior."""
    return {
        "med_adherence": lambda utterance, ctx: _adherence(utterance.text, ctx, lexicons),
        "nonadherence_reason": _on_text(_why_not, lexicons),
        "adr": _on_text(_side_effects, lexicons),
        "psych_adjust": _on_text(_graded("psych_adjust", "psych"), lexicons),
        "compliance_behavior": _on_text(_graded("compliance_behavior", "comply"), lexicons),
    }


def _on_text(read: Callable[[str, Lexicons], Reading], lexicons: Lexicons) -> Parser:
    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        return read(utterance.text, lexicons) if utterance.text else Reading()

    return parse


def _one(slot: str, value: str, span: tuple[int, int], text: str, confidence: float = 0.9) -> Reading:
    fill = SlotFill(slot, value, confidence, span, reason=f"said {text[slice(*span)]}")
    return Reading((fill,), reason=fill.reason, complete=True)


def adherence_code(text: str, lexicons: Lexicons) -> tuple[str, tuple[int, int]] | None:
    """Code of med_adherence and the words for it; irregular outweighs regular (天天吃，就是偶尔忘一回)."""
    sets = lexicons.adherence
    if span := sets["as_ordered"].search(text):
        return REGULAR, span
    for code, name in ((INTERMITTENT, "intermittent"), (REGULAR, "regular"), (NOT_TAKEN, "none_taken")):
        if span := sets[name].search(text):
            stopped = sets["none_taken"].search(text) if code == REGULAR else None
            if stopped and not (span[0] <= stopped[0] < span[1]) and not sets["never_stopped"].search(text):
                return (NOT_TAKEN, stopped) if stopped[0] > span[0] else (code, span)
            return code, span
    return None


_WHETHER = re.compile("([吃服用打喝落漏断忘])(?:没|不|没有)\\1|有没有|是不是")
"""吃没吃我不清楚 says nothing of itself."""


def _adherence(text: str, ctx: AskContext, lexicons: Lexicons) -> Reading:
    if not text:
        return Reading()
    sets = lexicons.adherence
    none_said = ctx.slots.get("medications") == ()
    if none_said and _NO_NEED.match(text):
        return _NOTHING_PRESCRIBED
    if (doubt := _WHETHER.search(text)) and lexicons.general["unknown"].search(text, sound=False):
        rest = text[: doubt.start()] + text[doubt.end() :]
        if adherence_code(re.sub("不(?:知道|清楚|晓得)", "", rest), lexicons) is None:
            return Reading(answer=AnswerKind.UNKNOWN, complete=True, reason="whether it is taken is not known")
    if sets["ordered_stop"].search(text):
        return Reading(confirm=True, reason="stopped on a doctor's word: is another medicine prescribed?")
    if sets["no_prescription"].search(text):
        return _NOTHING_PRESCRIBED if none_said else Reading(reason="nothing is prescribed")
    if span := sets["replaced"].search(text):
        fill = SlotFill("med_adherence", NOT_TAKEN, 0.7, span, confirm=True, reason="takes something else instead")
        return Reading((fill,), confirm=True, reason=fill.reason)
    found = adherence_code(present(text), lexicons)
    if found:
        return _one("med_adherence", found[0], found[1], text)
    if sets["somebody_changed"].search(text):
        return Reading(confirm=True, reason="the medicine was changed by somebody: is it taken?")
    return _whether_prescribed(text, lexicons) if none_said else _bare_adherence(text, lexicons)


_NO_NEED = re.compile("(?:我|俺|也|都|还)*(?:不用|不必|不需要?|用不着|用不到|不消|唔使)")
_NOTHING_PRESCRIBED = Reading(answer=AnswerKind.NO, complete=True, reason="nothing is prescribed")


def _whether_prescribed(text: str, lexicons: Lexicons) -> Reading:
    """大夫给您开过药吗: a bare yes says nothing of how it is taken."""
    found = polar(text, lexicons)
    return _NOTHING_PRESCRIBED if found and not found.yes and found.alone else Reading()


def _bare_adherence(text: str, lexicons: Lexicons) -> Reading:
    """天天吃吗: 是. A bare 没有 rather answers 有没有忘, so it is read back."""
    found = polar(text, lexicons)
    if found is None or not found.alone or found.confidence <= WEAK:
        return Reading()
    reason = "yes, every day" if found.yes else "none forgotten, or not every day"
    fill = SlotFill("med_adherence", REGULAR, 0.8 if found.yes else 0.5, found.span, not found.yes, reason)
    return Reading((fill,), confirm=fill.confirm, reason=reason, complete=found.yes)


def _why_not(text: str, lexicons: Lexicons) -> Reading:
    sets = lexicons.adherence
    found = {code: span for code, name in _REASONS.items() if (span := _affirmed(text, name, lexicons))}
    if not found and (span := sets["reason_other"].search(text)):
        found = {_OTHER_REASON: span}
    if not found:
        return _some_other_reason(text, lexicons)
    codes = tuple(sorted(found, key=int))
    span = (min(s[0] for s in found.values()), max(s[1] for s in found.values()))
    fill = SlotFill("nonadherence_reason", codes, 0.9, span, reason=f"said {text[slice(*span)]}")
    return Reading((fill,), reason=fill.reason, complete=True)


def _some_other_reason(text: str, lexicons: Lexicons) -> Reading:
    """Any other reason given in words is 其他, and read back."""
    if (
        len(text) < 6
        or polar(text, lexicons)
        or any(lexicons.general[n].search(text) for n in ("unknown", "refused", "repeat"))
    ):
        return Reading()
    fill = SlotFill("nonadherence_reason", (_OTHER_REASON,), 0.5, (0, len(text)), True, "another reason")
    return Reading((fill,), confirm=True, reason=fill.reason)


def _affirmed(text: str, name: str, lexicons: Lexicons) -> tuple[int, int] | None:
    """First phrase of the set that is not denied (不是忘了, 药倒不贵)."""
    for span in lexicons.adherence[name].spans(text, sound=len(text) <= 8):
        denied = re.search("(不是|不|没|并非|倒不|也不|不算|没有|不太)(因为|嫌|怕|图|说)?$", text[: span[0]])
        whether = re.match(f"(是|倒|倒是|也)?(不|没){re.escape(text[span[1] - 1])}", text[span[1] :])
        if not denied and not whether:
            return span
    return None


_NOT_BY_IT = re.compile(
    "(?:跟|和|与|同)(?:这|吃|那|它|这些)?(?:个)?药?(?:没(?:啥|什么|得|有|多大)?|不搭|无)(?:关系|相干|相关|关|干|界)|(?:不是|不怪|不赖|怪不[着上得到]|怨不[着上得])(?:这|吃|那)?个?药|老毛病|老寒腿|胎里带"
)
"""腿疼是老寒腿，跟药没关系: no side effect."""


def _side_effects(text: str, lexicons: Lexicons) -> Reading:
    sets = lexicons.adherence
    if _NOT_BY_IT.search(text) and (none := sets["adr_none"].search(text)):
        return _one("adr", "1", none, text)
    spans = _apart(sets["adr_signs"].spans(text))
    decided = polarities(text, [Mention(s) for s in spans], lexicons.polarity)
    present = [s for s, p in zip(spans, decided, strict=True) if p is Polarity.PRESENT]
    none = sets["adr_none"].search(text)
    if present and none and all(none[0] <= s[0] and s[1] <= none[1] for s in present):
        present = []
    if present:
        return _with_words(text, lexicons)
    if none or spans:
        return _one("adr", "1", none or spans[0], text, 0.95 if none else 0.8)
    found = polar(text, lexicons)
    if found is None or found.confidence <= WEAK:
        return Reading()
    if found.yes:
        fill = SlotFill("adr", "2", 0.85, found.span, reason="yes, without saying what")
        return Reading((fill,), reason=fill.reason)
    return _one("adr", "1", found.span, text)


def _with_words(text: str, lexicons: Lexicons) -> Reading:
    lead = lexicons.adherence["lead_in"].search(text)
    start = lead[1] if lead else 0
    span = (start, len(text))
    code = SlotFill("adr", "2", 0.9, span, reason=f"said {text[start:]}")
    words = SlotFill("adr_text", text[start:], 0.9, span, reason="the resident's words")
    return Reading((code, words), reason=code.reason, complete=True)


def _apart(spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _graded(slot: str, prefix: str) -> Callable[[str, Lexicons], Reading]:
    """Good, fair, bad: a fair word outweighs the others; good and bad together are fair."""

    def read(text: str, lexicons: Lexicons) -> Reading:
        sets = lexicons.adherence
        fair, bad = (sets[f"{prefix}_{grade}"].search(text) for grade in ("fair", "bad"))
        good = _affirmed(text, f"{prefix}_good", lexicons)
        if fair or (good and bad and not _overlap(good, bad)):
            return _one(slot, "2", fair or good or (0, 0), text, 0.8)
        if bad and not (good and good[0] <= bad[0] and bad[1] <= good[1]):
            return _one(slot, "3", bad, text, 0.8)
        if good is None and prefix == "psych" and (found := polar(text, lexicons)) and not found.yes and found.alone:
            return _one(slot, "1", found.span, text, 0.75)  # 有没有老是闷闷的: 没有
        return _one(slot, "1", good, text, 0.85) if good else Reading()

    return read


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]
