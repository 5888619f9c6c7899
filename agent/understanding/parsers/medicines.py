"""Reads which medicines are taken, how often and how much; a doubtful name is read back, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.domain.answers import AnswerKind, AskContext, Medication, Reading, SlotFill
from agent.understanding.doses import Dose, read_dose
from agent.understanding.lexicons import Lexicons
from agent.understanding.medicine_lexicon import Medicine
from agent.understanding.medicine_names import Named, NamedMedicines, find_medicines
from agent.understanding.parsing import Parser
from agent.understanding.speaker import speaks_for_resident
from agent.understanding.text import Utterance

_UNKNOWN_NAME = re.compile(
    "(?:^|[，吃叫是喝服打用和跟个种])([\u4e00-\u9fff]{2,7}?(?:片|胶囊|颗粒|口服液|丸|缓释片|滴丸|注射液|散|冲剂))(?=，|$|一天|每天|早|晚|一次)"
)
_NO_NAME = re.compile(
    "^(?:.*(?:[一二两三四五六七八九十半几多\\d]|个|这|那|的|每|次|回|药).?|小?[白黄红粉蓝绿].*)(?:片|丸|胶囊)$|药片|药丸|大片|小片"
)
_TAKEN_BACK = re.compile(
    "(?=.*，)[，啊吧呢]*(?:哦|噢|哎|啊|嗯|不|，)*(?:不是|不对|错了|[说记讲念看]错了|叫错了|反了)[，啊了吧]*(?:哦|应该|吃的|叫|是)*"
)
_TAKEN_BACK_LATER = re.compile(
    "(?:，|^)[哦噢哎啊嗯]*(?:不是|不对|错了|[说记念讲看拿叫]错了|搞错了)+(?=[，了啊哈]|我)[^也还又和跟]{0,20}(?:是|叫|应该|，)$"
)
"""络活喜，不对不对，我拿盒子看看哈，是洛汀新."""
_TO_COME = re.compile(
    "(?:说|要|准备|打算|想|建议|让|叫|喊|劝)[^，]{0,8}(?:加|换|改|添|开|用|吃|打)(?:个|上|成|一种|一个|点)?$"
)
_NOT_YET = re.compile(
    "^[^，]{0,4}，(?:[^，]{0,6}，)?[^，]{0,4}(?:还没|还没有|没有?|尚未|不想|没肯|不敢|没敢|没去)(?:去|来得及|给)?[^，]{0,2}(?:开|买|拿|吃|加|换|用|配|打|领|到)"
)
_ANOTHERS = re.compile(
    "[，啊呢哦哎]*(?:不对|不是|错了|[说记看拿]错了|，)*(?:(?:那|这)个?)?是(?:我|俺|他|她)?(?:们?家)?"
    "(?:老伴|老头|老婆|爱人|儿|闺女|女儿|妹|姐|弟|哥|妈|爸|娘|爹|邻居|孙|媳妇|婆婆|公公|姑娘)[^，给买开拿叫让说]{0,3}(?:的|吃|用)"
)
_SAME = re.compile("(上回|上次|以前|原来|老)(的)?那些?(几[种样])?药?|没(变|换)过?")
_MOST_PIECES, _MANY_PIECES, _MANY_TIMES = 10, 2, 4


@dataclass(frozen=True, slots=True)
class _Item:
    medication: Medication
    named: Named | None
    doubts: tuple[str, ...]
    span: tuple[int, int]


def build(lexicons: Lexicons) -> dict[str, Parser]:
    """Parser of medications."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        return read_medications(utterance.text, ctx, lexicons) if utterance.text else Reading()

    return {"medications": parse}


def read_medications(text: str, ctx: AskContext, lexicons: Lexicons, *, exact_only: bool = False) -> Reading:
    """The medicines that the resident takes now."""
    named = find_medicines(text, lexicons, proxy=speaks_for_resident(ctx), exact_only=exact_only)
    if not (named.taken or named.stopped or named.open_questions or exact_only) and _PARENT.match(text):
        named = _read_back(find_medicines(text, lexicons, proxy=True))
    named = replace(named, taken=_not_withdrawn(text, named.taken))
    items = [
        _item(n, dose, ctx, lexicons) for n, dose in zip(named.taken, _doses(text, named.taken, lexicons), strict=True)
    ]
    items += [] if items or exact_only else _unknown_items(text, lexicons)
    open_questions = list(named.open_questions)
    if not items:
        return _no_item(text, open_questions, bool(named.stopped), lexicons)
    merged = _merged(items)
    doubts = [d for item in items for d in item.doubts] + open_questions
    span = (min(i.span[0] for i in items), max(i.span[1] for i in items))
    confidence = 0.95 if not doubts else 0.75
    reason = "; ".join(doubts) or "names " + "、".join(text[slice(*i.span)] for i in items)
    fill = SlotFill("medications", merged, confidence, span, confirm=bool(doubts), reason=reason)
    dosed = all(m.times_per_day is not None and m.dose_each is not None for m in merged)
    return Reading((fill,), confirm=bool(doubts), reason=reason, complete=dosed and not open_questions)


_PARENT = re.compile(
    "(?!.*(?:我|俺)(?:自己|吃|不吃|没|就|呢|嘛|是吃))(?:我|俺)(?:爸|妈|爹|娘|父亲|母亲|老爷子|老娘|老爹|老妈|老爸)"
)


def _read_back(named: NamedMedicines) -> NamedMedicines:
    """我爸吃的是缬沙坦氨氯地平: who tells of a parent's medicines speaks for the resident."""
    return replace(named, taken=tuple(replace(n, doubts=(*n.doubts, "told of a parent")) for n in named.taken))


def _not_withdrawn(text: str, taken: tuple[Named, ...]) -> tuple[Named, ...]:
    """厄贝沙坦，不是，是替米沙坦; 不是拜新同，是拜糖平; 那是我妹妹的: without the name that is taken back."""
    after = [*taken[1:], None][: len(taken)]
    return tuple(n for n, later in zip(taken, after, strict=True) if not _withdrawn(text, n, later))


def _withdrawn(text: str, name: Named, later: Named | None) -> bool:
    behind = text[name.span[1] : later.span[0] if later else len(text)]
    if _ANOTHERS.match(behind):
        return True
    if _TO_COME.search(text[: name.span[0]].rpartition("，")[2]) and _NOT_YET.match(behind):
        return True
    if re.search("(?:^|，|可|并)不是(?:那个?|这个?)?$", text[: name.span[0]]) and not re.match(
        "[，啊呢]*(?:吗|吧|么)", behind
    ):
        return True
    if later is None:
        return False
    not_but = text[: name.span[0]].endswith("不是") and re.match("[，啊呢]*(?:是|就是|而是|吃的是)$", behind)
    between = text[name.span[1] : later.span[0]]
    return bool(
        not_but or _TAKEN_BACK.fullmatch(text, name.span[1], later.span[0]) or _TAKEN_BACK_LATER.search(between)
    )


def _no_item(text: str, open_questions: list[str], stopped: bool, lexicons: Lexicons) -> Reading:
    words = lexicons.medicines
    if open_questions:
        return Reading(confirm=True, reason=open_questions[0])
    none = words.none.search(text)
    if stopped and not none:
        return Reading(confirm=True, reason="one was given up: whether others are taken is not said")
    if none or lexicons.yes_no["no"].whole(text):
        span = none or (0, len(text))
        fill = SlotFill("medications", (), 0.9, span, reason="takes no medicine")
        return Reading((fill,), answer=AnswerKind.NO, reason=fill.reason, complete=True)
    if words.herbal.search(text):
        return Reading(confirm=True, reason="a herbal or other remedy without a name")
    if lexicons.symptoms.same_as_before.search(text) or _SAME.search(text):
        return Reading(confirm=True, reason="the same as before: which they are is not said")
    if words.classes.search(text):
        return Reading(confirm=True, reason="a class, colour or purpose: the name on the box is needed")
    return Reading()


def _doses(text: str, named: tuple[Named, ...], lexicons: Lexicons) -> list[Dose]:
    """The dose stands behind its name, or before it (一次吃两片络活喜); 都是一天一片 serves all."""
    if not named:
        return []
    edges = [n.span[1] for n in named]
    ends = [n.span[0] for n in named[1:]] + [len(text)]
    parts = [_own_words(text[a:b], lexicons) for a, b in zip(edges, ends, strict=True)]
    behind = [_dose(words, n, lexicons) for words, n in zip(parts, named, strict=True)]
    if not behind[-1].said:
        starts = [0, *edges[:-1]]
        before = [_dose(text[a : n.span[0]], n, lexicons) for a, n in zip(starts, named, strict=True)]
        behind = before if before[0].said else behind
    elif not behind[0].said and len(named) == 1:
        ahead = _dose(text[: named[0].span[0]], named[0], lexicons)
        behind = [ahead if ahead.said else behind[0]]
    elif behind[0].times_per_day is None and len(named) == 1:
        behind = [_joined(_dose(text[: named[0].span[0]], named[0], lexicons), behind[0])]
    if len(named) > 1:
        starts = [0, *edges[:-1]]
        leads = [text[a : n.span[0]].rpartition("，")[2] for a, n in zip(starts, named, strict=True)]
        behind = [_timed(dose, words, lexicons) for dose, words in zip(behind, leads, strict=True)]
    last = behind[-1]
    if len(named) > 1 and last.said and lexicons.doses["all_alike"].search(text[edges[-1] :]):
        behind = [_shared(d, last) for d in behind]
    return behind


def _timed(dose: Dose, ahead: str, lexicons: Lexicons) -> Dose:
    """晚上瑞舒伐他汀一片: the time of the day stands before the name, the amount behind it."""
    if dose.each is None or dose.times_per_day is not None or not ahead:
        return dose
    return replace(dose, times_per_day=read_dose(ahead, lexicons).times_per_day)


def _own_words(words: str, lexicons: Lexicons) -> str:
    """The words after a name up to the next medicine, named or known by its class (他汀晚上一片)."""
    other = lexicons.medicines.classes.search(words)
    return words[: other[0]] if other and "，" in words[: other[0]] else words


def _shared(own: Dose, common: Dose) -> Dose:
    """都是一天一片, 都是早上吃: what a medicine has not of its own comes from the common words."""
    if not own.said:
        return common
    return own if own.times_per_day is not None else replace(own, times_per_day=common.times_per_day)


def _joined(ahead: Dose, behind: Dose) -> Dose:
    if ahead.times_per_day is None:
        return behind
    return Dose(ahead.times_per_day, behind.each, behind.unit, behind.reason, behind.unclear)


def _dose(words: str, named: Named, lexicons: Lexicons) -> Dose:
    medicine = lexicons.medicines.by_id.get(named.id)
    return read_dose(words, lexicons, insulin=medicine is not None and medicine.unit == "U")


def _item(named: Named, dose: Dose, ctx: AskContext, lexicons: Lexicons) -> _Item:
    medicine = lexicons.medicines.by_id.get(named.id) or Medicine(named.id, named.words, "", ())
    impossible = dose.each is not None and dose.unit in ("片", "粒") and dose.each > _MOST_PIECES and not medicine.pills
    each = None if impossible else dose.each
    medication = Medication(named.id, dose.times_per_day, each, dose.unit if each is not None else None)
    doubts = [*named.doubts, *_dose_doubts(medicine, dose)]
    if _known(named.id, ctx):
        doubts = [d for d in doubts if d not in named.doubts]
    if dose.unclear:
        doubts.append(dose.unclear)
    return _Item(medication, named, tuple(doubts), named.span)


def _known(medicine_id: str, ctx: AskContext) -> bool:
    """The medicine stands in the record of the last visit."""
    listed = ctx.history.get("medications", ())
    return isinstance(listed, tuple) and any(getattr(m, "id", m) == medicine_id for m in listed)


def _dose_doubts(medicine: Medicine, dose: Dose) -> list[str]:
    doubts: list[str] = []
    if dose.times_per_day is not None and dose.times_per_day > _MANY_TIMES:
        doubts.append(f"{dose.times_per_day:g} times a day is unusual")
    if medicine.weekly and dose.times_per_day is not None and dose.times_per_day >= 0.5:
        doubts.append(f"{medicine.name} is usually given once a week")
    if dose.each is None:
        return doubts
    if dose.unit in ("片", "粒") and dose.each > _MANY_PIECES and not medicine.pills:
        doubts.append(f"{dose.each:g} {dose.unit} at a time is unusual")
    daily = dose.each * max(dose.times_per_day or 1.0, 1.0)
    if dose.unit == "U" and dose.each > 60:
        doubts.append("more than 60 units at a time is unusual")
    amount = {"mg": daily, "g": daily * 1000}.get(dose.unit or "")
    if amount is None and dose.unit == "片" and medicine.strength_mg:
        amount = daily * medicine.strength_mg / 2  # a tablet may have half of the usual strength
    if amount is not None and medicine.unit == "mg" and medicine.day_max and amount > medicine.day_max:
        doubts.append(f"more {medicine.name} a day than usual")
    return doubts


def _unknown_items(text: str, lexicons: Lexicons) -> list[_Item]:
    """A name that is clearly a medicine's but not in the lexicon."""
    found: list[_Item] = []
    for match in _UNKNOWN_NAME.finditer(text):
        name = match.group(1)
        if _NO_NAME.match(name) or lexicons.medicines.classes.search(name):
            continue
        dose = read_dose(text[match.end(1) :], lexicons)
        medication = Medication(f"unknown:{name}", dose.times_per_day, dose.each, dose.unit)
        found.append(_Item(medication, None, (f"{name} is not in the lexicon",), match.span(1)))
    return found


def _merged(items: list[_Item]) -> tuple[Medication, ...]:
    """One entry a medicine; a second mention adds what the first left open."""
    merged: dict[str, Medication] = {}
    for item in items:
        new, old = item.medication, merged.get(item.medication.id)
        if old is None or (old.times_per_day is None and old.dose_each is None):
            merged[new.id] = new
    return tuple(merged.values())
