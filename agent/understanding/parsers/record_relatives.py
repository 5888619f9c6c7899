"""Of which relative something is said: the family asks of the record, where people tell of all their kin at once."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.understanding.parsers.record_hits import Hit, longest
from agent.understanding.phrases import Phrases


def of_the_relative(ask: str, relatives: Mapping[str, Phrases], hit: Hit, text: str) -> bool:
    """Whether the relative named last before the words is the one asked about; with none named it is."""
    if not relatives:
        return True
    named = _named(relatives, text)
    behind = [n for n in named if n.span[0] >= hit.span[1] and _HAS_IT.fullmatch(text[hit.span[1] : n.span[0]])]
    before = [n for n in named if n.span[1] <= hit.span[0]]
    untold = not any(n.span[0] > text.rfind("，", 0, hit.span[0]) for n in before)
    if behind and untold and re.match("(?:也|都|倒|就|才)*(?:有|得)", text[behind[0].span[1] :]):
        return behind[0].code == ask  # 高血压我爸有
    return not before or ask in _subject(before, text)


_HAS_IT = re.compile("(?:，|是|就|嘛|呢|啊|我|俺|咱)*")
_AND = re.compile("(?:和|跟|同|与|、|及|还有|连|带|，?我|，?俺)*")


def _named(relatives: Mapping[str, Phrases], text: str) -> list[Hit]:
    """The relatives named, each with the ask about it, in order of position."""
    return longest(Hit(span, one) for one, words in relatives.items() for span in words.spans(text))


def _subject(named: list[Hit], text: str) -> set[str]:
    """Of whom it is said: the last one, with those joined to him (我爸和我叔都有)."""
    asks, last = {named[-1].code}, named[-1]
    for one in reversed(named[:-1]):
        if not _AND.fullmatch(text[one.span[1] : last.span[0]]):
            break
        asks.add(one.code)
        last = one
    return asks


def relatives_clauses(ask: str, relatives: Mapping[str, Phrases], text: str) -> str:
    """The clauses about the relative asked for; everything when no relative is named."""
    about, kept = {ask}, []
    for clause in text.split("，"):
        named = _named(relatives, clause)
        if named:
            about = _subject(named, clause)
        if ask in about:
            kept.append(clause[named[-1].span[1] :] if named else clause)
    return "，".join(kept)
