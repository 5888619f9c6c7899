"""Reads htn_symptoms, dm_symptoms and copd_symptoms: which complaints are there now, as codes of the form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.lexicons import Lexicons
from agent.understanding.negation import Mention, Polarity, polarities
from agent.understanding.parsers.standing import declined, withdrawn
from agent.understanding.parsing import Parser
from agent.understanding.pinyin import fold
from agent.understanding.speaker import speaks_for_resident
from agent.understanding.symptom_lexicon import Concept
from agent.understanding.text import Utterance

_FORMS = {"htn_symptoms": "htn", "dm_symptoms": "dm", "copd_symptoms": "copd"}
NO_SYMPTOM = "1"
_NOT_SO = re.compile("，[^，]{0,3}(?<!是)(?:不是|不算|哪是)$")
_FIGURE = re.compile(
    "(?:闹|吵|气|愁|烦|折腾|操心|磨|急)(?:得|的)[我俺人叫]*(?:头|脑壳|脑袋|脑仁儿?|心口?)(?:都|也|直)?[疼痛大](?=，|$|[死人])|(?:叫|让|真|令)人头[疼痛大]"
    "|(?:伺候|照顾|服侍|带|看|侍弄|忙活?|干活)(?:着|了)?[^，]{0,4}累(?:死|坏|垮|着|惨|得(?:慌|够呛|不行))[^，]*"
    "|(?<=都没有)(?:没有?|冇)(?:啥|什么)?(?:别的|其[他它]|旁的)[^，]*"
)
"""孙子闹得我头疼: a way of speaking. 头晕什么的都没有没别的不舒服: the rest of what is not there."""
_LAST_DENIED = re.compile("[一-鿿]，[^，没冇不都也倒却]{1,3}(?:没有|没得|没|冇得?|莫得)(?=，|$)")
"""咳嗽，痰没有 may deny both."""
_YES_ALONE = re.compile("^(有|有点|有些|有的|有啊|嗯有|是有)$")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint named in an utterance."""

    concept: Concept
    span: tuple[int, int]
    polarity: Polarity
    exact: bool


def build(lexicons: Lexicons) -> dict[str, Parser]:
    """Parsers of the three symptom asks."""
    return {ask: _parser(ask, form, lexicons) for ask, form in _FORMS.items()}


def _parser(slot: str, form: str, lexicons: Lexicons) -> Parser:
    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = _FIGURE.sub(lambda m: "，" * len(m[0]), utterance.text)
        if not text:
            return Reading()
        counts = withdrawn(text)
        read = _read(slot, form, counts, ctx, lexicons)
        if read.empty and counts != text:
            read = _read(slot, form, text, ctx, lexicons)
        if read.empty and declined(text):
            return Reading(answer=AnswerKind.REFUSED, complete=True, reason="will not say")
        return read

    return parse


def _read(slot: str, form: str, text: str, ctx: AskContext, lexicons: Lexicons) -> Reading:
    found = _last_word(complaints(text, form, lexicons, proxy=speaks_for_resident(ctx)), text)
    codes = {c.concept.codes[form]: c for c in reversed(found) if c.polarity is Polarity.PRESENT}
    if codes:
        return _present(slot, codes, text, lexicons)
    return _absent(slot, found, text, lexicons)


def _last_word(found: tuple[Complaint, ...], text: str) -> tuple[Complaint, ...]:
    """有点咳，不是咳，是清嗓子: 不是 takes back what was called so before."""
    off = {c.concept.id: c.span[0] for c in found if _NOT_SO.search(text[: c.span[0]])}
    return tuple(replace(c, polarity=Polarity.DENIED) if c.span[0] <= off.get(c.concept.id, -1) else c for c in found)


def _present(slot: str, codes: Mapping[str, Complaint], text: str, lexicons: Lexicons) -> Reading:
    order = tuple(sorted(codes, key=int))
    span = (min(c.span[0] for c in codes.values()), max(c.span[1] for c in codes.values()))
    sure = all(c.exact for c in codes.values())
    heard = "，".join(text[slice(*codes[code].span)] for code in order)
    loose = _LAST_DENIED.search(text) is not None
    fill = SlotFill(slot, order, 0.95 if sure else 0.8, span, loose, reason=f"heard {heard}")
    return Reading(
        (fill,), confirm=loose, reason=fill.reason, complete=lexicons.symptoms.nothing_more.search(text) is not None
    )


def _absent(slot: str, found: tuple[Complaint, ...], text: str, lexicons: Lexicons) -> Reading:
    words = lexicons.symptoms
    mine = [c for c in found if c.polarity is not Polarity.OTHER]
    none = words.none.search(text) or (words.none.search(text, sound=True) if len(text) <= 6 else None)
    if none and not mine and _only_the_rest(text, none, lexicons):
        return Reading(confirm=True, reason="nothing else: what there is was not understood")
    if none and (mine or not found or _about_me(text, none, lexicons)):
        fill = SlotFill(slot, (NO_SYMPTOM,), 0.95, none, reason="nothing is wrong now")
        return Reading((fill,), reason=fill.reason, complete=True)
    if mine:
        fill = SlotFill(slot, (NO_SYMPTOM,), 0.75, mine[0].span, reason="all that is named is denied or past")
        return Reading((fill,), reason=fill.reason)
    if words.same_as_before.search(text):
        return Reading(confirm=True, reason="same as before: what it is now is not said")
    if _YES_ALONE.match(text.strip("，")):
        return Reading(confirm=True, reason="something is there: which is not said")
    return Reading()


def _only_the_rest(text: str, span: tuple[int, int], lexicons: Lexicons) -> bool:
    """眼睛看不真，别的都没事: something stands before the denial of everything else."""
    rest = lexicons.symptoms.nothing_more.search(text)
    return rest is not None and rest[0] > 3 and span[0] >= rest[0]


def _about_me(text: str, span: tuple[int, int], lexicons: Lexicons) -> bool:
    """老伴腿肿，我倒没事: the clause with 没事 speaks of nobody else."""
    start = text.rfind("，", 0, span[0]) + 1
    clause = text[start : span[1]]
    return not lexicons.polarity["other_person"].search(clause)


def complaints(
    text: str, form: str, lexicons: Lexicons, *, proxy: bool = False, sound: bool = True
) -> tuple[Complaint, ...]:
    """Everything named that has a box on the form, in order, with its polarity."""
    raw = _overlaps_removed(_matches(text, form, lexicons, sound))
    mentions = [Mention((m.start, m.end), m.gaps) for m in raw]
    decided = polarities(text, mentions, lexicons.polarity, proxy=proxy)
    resolved = zip(_aches_resolved(raw, lexicons), raw, decided, strict=True)
    return tuple(Complaint(c, (m.start, m.end), p, m.exact) for c, m, p in resolved if form in c.codes)


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    gaps: tuple[str, ...]
    concept: Concept
    exact: bool


def _matches(text: str, form: str, lexicons: Lexicons, sound: bool) -> list[_Match]:
    heard = fold(text) if sound else ""
    found: list[_Match] = []
    for concept in lexicons.symptoms.concepts:
        if form not in concept.codes and concept.id != "ache":
            continue
        found += [_match(m, text, concept, True) for p in concept.patterns for m in p.finditer(text)]
        if sound:
            by_sound = (m for p in concept.by_sound for m in p.finditer(heard))
            fewest = 3 if concept.id == "other" else 2
            plain = (m for m in by_sound if m.end() - m.start() >= fewest and not _plain_words(text, m))
            heard_as = (_match(m, text, concept, False) for m in plain)
            found += [m for m in heard_as if all(lexicons.symptoms.gap.fullmatch(g) for g in m.gaps)]
    return [m for m in found if m.end > m.start]


def _plain_words(text: str, match: re.Match[str]) -> bool:
    """两只手 is no 老瘦: a counted part of the body was written down rightly."""
    return re.fullmatch(".*[只条解小][手脚腿胳眼耳]|没有?[你您]", text[slice(*match.span())]) is not None


def _match(match: re.Match[str], text: str, concept: Concept, exact: bool) -> _Match:
    spans = [match.span(name) for name in match.re.groupindex]
    gaps = tuple(text[a:b] for a, b in spans if 0 <= a < b)
    return _Match(match.start(), match.end(), gaps, concept, exact)


def _overlaps_removed(found: list[_Match]) -> list[_Match]:
    """Exact matches win over matches by sound, a named complaint over a general one, the longer over the shorter."""
    ranked = sorted(
        found, key=lambda m: (not m.exact, m.concept.id == "ache", m.concept.id == "other", m.start - m.end, m.start)
    )
    kept: list[_Match] = []
    for match in ranked:
        if not any(match.start < k.end and k.start < match.end for k in kept):
            kept.append(match)
    return sorted(kept, key=lambda m: m.start)


def _aches_resolved(found: list[_Match], lexicons: Lexicons) -> list[Concept]:
    """A bare 疼 belongs to what was named before it (头疼好些了，还有点疼), else to the box for other complaints."""
    other = next(c for c in lexicons.symptoms.concepts if c.id == "other")
    resolved: list[Concept] = []
    for match in found:
        bare = match.concept.id == "ache"
        resolved.append((resolved[-1] if resolved else other) if bare else match.concept)
    return resolved
