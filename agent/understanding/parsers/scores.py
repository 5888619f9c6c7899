"""Graded answers by words (salt, hypoglycaemia, wound, mMRC, mRS, self care) and scores by number."""

from __future__ import annotations

import re

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.masking import NUMERAL, blank, clauses, corrected, own, present
from agent.understanding.measuring import UNKNOWN_WORDS, choose, fill, is_noise, reading, unknown, vague
from agent.understanding.numbers import find_numbers
from agent.understanding.parsers.self_care import weigh
from agent.understanding.parsers.standing import declined, of_now, retaken, weighed
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance
from agent.understanding.values import Grade, tables

_WHETHER = re.compile(
    "(?:不知道|不晓得|不清楚|说不好|说不准|没留意|没注意)[^，]{0,3}(?:有没有|算不算|是不是)(?:过|犯过)?(?=，|$)"
    "|(?:有没有|算不算|是不是)(?:过|犯过)?[^，]{0,4}(?:不知道|不晓得|(?:讲|说|记|搞|弄)不(?:清楚?|得|准))"
)
_THIS_ONE = re.compile("(?:今天|今儿|今早|这[次回])")
"""平常在卫生室量，今天是在家量的."""
_NOT_THERE = re.compile("(?:^|(?<=，))[我俺]?(?:又|也|都|可|就|还)?[没不](?:有)?(?:去|上|到|在|跑|用)[^，]{1,5}(?=，)")
"""没去医院，就在家."""
_WONT_GO = re.compile("[^，]*，?[^，]{0,2}(?:嫌|懒得|不爱|不想|怕|烦)[^，]*(?:不去|没去|不上|不跑|去)(?:了|的)?(?=，)")
"""诊所里人多，我嫌烦不去，…"""
_LEFT_OUT = re.compile("(?:留|差|扣|少|剩|加|缺|减)(?:你们?|了|掉|着|那|这|的)*$")
"""留一分: points not given."""
_NOT_BUT = re.compile("(?:不是|不在|没在)[^，]{1,12}?，?(?=(?:而|就)?是|在)")


_HOW_MUCH = re.compile(
    "(?:[说讲]不|不知道|不晓得|不清楚|没法说|弄不清)[^，]{0,4}几|几[分级][^，]{0,3}(?:[说讲]不|不知道|不晓得|不清楚)"
)
_STEP = re.compile(
    "(?:多|少|降|涨|轻|重|好|减|加|低|高)了[一两二三四五]分|满分(?:是|算)?(?:十|10)分?|(?:十|10)分(?:里头?|制|算最|是最)|(?<=[疼痛得])十分(?=[厉难])"
)
"""比昨天多了一分, 满分十分: no score."""
_TOLD = re.compile(
    "(?:大夫|医生|护士|医院|社区|闺女|儿子|女儿|孩子|老伴|媳妇|你们)[^，]{0,3}(?:让|叫|要|嘱咐|劝|说)[^，]*，(?=[^，]*(?:可|但|就是|偏|改不|听不|管不|惯|还是|哪))"
)
"""大夫让淡点，我吃不惯: what is only ordered."""
_I_CARE_FOR = re.compile(
    "(?:我|俺|咱)?(?:们?家)?(?:老伴儿?|老头子?|老太婆|老婆子?|老公|我妈|我爸|他|她)[^，]*，?[^，]{0,4}(?:要|得|靠|全靠)(?:我|俺)(?:来|给)?(?:喂|帮|扶|伺候|穿|洗|擦|弄)[^，]*"
)
"""我们家老头子不行，吃饭要我喂的: said by the resident, it is about whom he or she looks after."""
_WARNED_OF = ("wound_status", "foot_check")
_IF = re.compile("(?:^|(?<=，))[^，]*(?:要是|如果|万一|假如|若是)[^，]*")
"""医生讲要是流脓就回去找他: what may come."""
_NO_TASTE = re.compile("体重|净重|严重|加重|病重|沉重|重量|尊重")
_TASTES = ("salt_now",)
"""Asks where what others like says nothing; where others help, it says much."""


def _graded(ask: str) -> Parser:
    """A parser whose words decide a code."""

    def read(text: str) -> Reading | None:
        text = _NOT_BUT.sub(lambda m: "，" * len(m[0]), text)
        if ask == "bp_setting":
            text = _WONT_GO.sub(lambda m: "，" * len(m[0]), text)
        if ask.startswith("adl_") and (cared := _I_CARE_FOR.search(text)):
            text = blank(text, *cared.span())
        if ask in _WARNED_OF:
            text = _IF.sub(lambda m: "，" * len(m[0]), text)
        if ask in _TASTES:
            text = _NO_TASTE.sub(lambda m: "，" * len(m[0]), own(text))
            followed = _TOLD.sub(lambda m: "，" * len(m[0]), text)
            return grade(ask, followed) or grade(ask, text)
        return weigh(ask, text) or grade(ask, text)

    return weighed(read)


def grade(ask: str, text: str) -> Reading | None:
    """The first rule of the ask that applies to the text; None when none does."""
    for rule in tables().grades[ask]:
        match = _applies(rule, text)
        if match:
            slot = SlotFill(ask, rule.code, 0.9, match.span(), rule.confirm, f"said {match[0]}")
            return reading(slot, complete=True)
    return None


def _applies(rule: Grade, text: str) -> re.Match[str] | None:
    """A match in a clause that the rule's exceptions leave standing."""
    for start, end in clauses(text):
        clause = text[start:end]
        if rule.unless and rule.unless.search(clause):
            continue
        match = rule.says.search(clause)
        if match:
            return rule.says.search(blank(blank(text, 0, start), end, len(text))) or match
    return rule.says.search(text) if not rule.unless else None


def parse_pain(utterance: Utterance, ctx: AskContext) -> Reading:
    """Pain from 0 to 10; 不疼 is 0."""
    text = _STEP.sub(lambda m: "，" * len(m[0]), of_now(retaken(corrected(present(utterance.text)))))
    numbers = tuple(
        n
        for n in find_numbers(text)
        if re.match("分|级|左右|[吧啊了呢，]|$", text[n.span[1] :]) or (n.low >= 2 and not is_noise(text, n))
    )
    number = choose(text, numbers)
    if number and number.value == int(number.value):
        return reading(fill("pain_score", number.value, number.span, confirm=number.soft, reason="unsure"))
    if numbers:
        return unknown() if _HOW_MUCH.search(text) else vague("not exact")
    if re.search(
        "还行|能忍|忍得住|受得了|好点|好些|不(?:觉得|怎么|咋|太)(?:疼|痛)|不是很[疼痛]|有(?:点|些|一点)", text
    ):
        return vague("how much from 0 to 10?")
    if re.search("(?:不|没|没有|没得)(?:再|啥|什么|感觉)?(?:疼|痛)|^没有?(?:，|$|啊|了)|不觉得|没(?:有|啥)?感觉", text):
        return reading(SlotFill("pain_score", 0, 1.0, (0, len(text)), reason="no pain"))
    return vague("how much from 0 to 10?") if re.search("[疼痛]", text) else Reading()


def parse_satisfaction(utterance: Utterance, ctx: AskContext) -> Reading:
    """Satisfaction from 1 to 5, by number or word."""
    text = corrected(utterance.text)
    told = [n for n in find_numbers(text) if re.match("分|颗?星|$|吧|，", text[n.span[1] :])]
    given = [n for n in told if re.search("[打给评]个?$", text[: n.span[0]])]
    numbers = given or [n for n in told if not _LEFT_OUT.search(text[: n.span[0]])]
    number = choose(text, tuple(numbers))
    if number and number.value == int(number.value):
        return reading(fill("satisfaction_score", number.value, number.span, confirm=number.soft, reason="unsure"))
    if numbers:
        return vague("one number from 1 to 5")
    return grade("satisfaction_score", text) or Reading()


def _grade_or_number(ask: str, top: int) -> Parser:
    """A grade from 0 to ``top`` (mMRC, modified Rankin), by words or by its number."""

    def read(text: str) -> Reading | None:
        told = re.fullmatch(f"[^{NUMERAL}]{{0,4}}([{NUMERAL}])(?:级|分)[^{NUMERAL}]{{0,3}}", corrected(text))
        if told:
            value = find_numbers(told[1])
            if value and 0 <= value[0].value <= top:
                return reading(SlotFill(ask, str(int(value[0].value)), 1.0, told.span(1), reason="grade said"))
        return grade(ask, text)

    return weighed(read)


def parse_hypoglycemia(utterance: Utterance, ctx: AskContext) -> Reading:
    """1 none, 2 now and then, 3 often."""
    doubt = _WHETHER.search(utterance.text)
    if doubt is None:
        return _graded("hypoglycemia")(utterance, ctx)
    rest = blank(utterance.text, *doubt.span())
    return (grade("hypoglycemia", rest) if rest.strip("，低血糖是个啥样我的你说") else None) or unknown(
        "cannot tell what it is"
    )


def parse_bp_setting(utterance: Utterance, ctx: AskContext) -> Reading:
    """Where the pressure was measured; a pressure said along is left to the volunteered values."""
    text = _NOT_BUT.sub(lambda m: "，" * len(m[0]), present(utterance.text))
    text = _NOT_THERE.sub(lambda m: "，" * len(m[0]), text)
    if declined(text):
        return Reading(answer=AnswerKind.REFUSED, complete=True, reason="will not say")
    if UNKNOWN_WORDS.search(text) and not re.search("家|医院|卫生|药", text):
        return unknown()
    told = _THIS_ONE.search(text)
    found = grade("bp_setting", blank(text, 0, told.start())) if told else None
    return found or grade("bp_setting", text) or Reading()


_GRADED = (
    "salt_now",
    "foot_check",
    "wound_status",
    "adl_eating",
    "adl_grooming",
    "adl_dressing",
    "adl_toilet",
    "adl_mobility",
)
PARSERS: dict[str, Parser] = {
    **{ask: _graded(ask) for ask in _GRADED},
    "bp_setting": parse_bp_setting,
    "hypoglycemia": parse_hypoglycemia,
    "pain_score": parse_pain,
    "satisfaction_score": parse_satisfaction,
    "mmrc": _grade_or_number("mmrc", 4),
    "mrs": _grade_or_number("mrs", 6),
}
