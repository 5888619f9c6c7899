"""Critical readings said in an utterance: which number belongs to which measurement. Numbers are read elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from agent.understanding.numbers import Number, find_numbers
from agent.understanding.pinyin import fold

_LABELS = {
    "sbp": "高压|上压|收缩压|上头(?:那个)?|上面(?:那个)?|大的那?个?|大数",
    "dbp": "低压|下压|底压|舒张压|底下|下头(?:那个)?|下面(?:那个)?|小的那?个?|小数",
    "bp": "血压(?!药|计|仪|表|病|门诊|本)|雪鸭|雪压|血丫|血压计",
    "glucose": "血糖(?!仪|计|药|试纸|试条|本|针)|空腹|饭后|餐后|学糖|雪糖|雪堂|学堂|血堂|随机|扎手指"
    "|糖(?=有|是|到|量|测|都|得|才|只)",
    "spo2": "血氧|氧饱和度?|饱和度|指夹|氧量|夹手指",
    "body_temperature": "体温|发烧|高烧|烧到|烧了?|发热|低烧",
    "read": "量(?:的|了|得|出来|下来)|测(?:的|了|得|出来|下来)|[量测](?=[一二两三四12])|一[量测]|再[量测]",
    "none": "糖化|脉搏|心跳|心率|体重|身高|尿糖|腰围|胆固醇|血脂|尿酸|岁|药|电话|手机|工资|抽烟|喝酒|走|步"
    "|空调|[气水室]温|天气|门牌|车牌|快递|频道|音量",
}
_LABEL = re.compile("|".join(f"(?P<{k}>{v})" for k, v in _LABELS.items()))
_FOLDED_LABEL = re.compile("|".join(f"(?P<{k}>{fold(v)})" for k, v in _LABELS.items() if k not in ("none", "read")))
"""By sound the quantities alone: 不 sounds like 步."""
_SLASHED = re.compile("(?<![0-9/])[0-9]{3}/[0-9]{2,3}(?![0-9/])")
_MISHEARD = str.maketrans(
    "巴吧爸把疤酒就久旧伞山散删无吴武屋留流柳刘溜起其妻期齐而儿尔耳是时事石拾实食白摆败柏拜店典电颠滇衣医依移似思死林灵领凌",
    "八八八八八九九九九三三三三五五五五六六六六六七七七七七二二二二十十十十十十十百百百百百点点点点点一一一一四四四零零零零",
)
_BETWEEN = re.compile(
    "(?<=[零一二两三四五六七八九十百点])[^零一二两三四五六七八九十百点，a-z0-9](?=[零一二两三四五六七八九十百点几])"
)
_ASKED = {
    "blood_pressure": "bp", "bp_setting": "bp", "hypoglycemia": "glucose",
    "fpg": "glucose", "pbg_2h": "glucose", "rbg": "glucose", "spo2": "spo2",
    "body_temperature": "body_temperature",
}  # fmt: skip
_OTHER_UNIT = re.compile(
    "(?:点半|点钟|(?<!多)点(?![一二三四五六七八九零0-9几多])|个?(?:年|月|礼拜|星期|小时|钟头|分钟)|号|日|天|次|回|遍|趟|岁|斤|公斤|片|粒|颗|块|元|里|步|米|厘米|毫克|单位|袋|瓶|两|顿|楼|根|支|[点十]?[钟刻]|个加号?|种|[条张盒本亩棵桶件页户台](?!腿)|平方?|平米|[一-鿿]?号人|人|位|个人|个?(?:英文)?字母|[个笼]?(?:包子|馒头|馍|鸡蛋|饺子|油条|烧饼)|碗|杯|口)"
)
_OF_ELSE = re.compile(
    "(?:今年|虚岁|周岁|岁数|年纪)(?:都|有|是|已经|快|才|也|该)*$"
    "|(?:花|付|卖|存|取|借|欠|赔|赚|挣|罚|便宜|工资|退休金|养老金|低保|电费|水费|燃气费|煤气费|话费|房租|物业费|学费|药费)(?:了|掉|去|是|一共|总共)*$"
)
"""Years and money: 买菜花了一百九."""
_AT_MOST = re.compile("(?:不到|没到|没有到|低于|不超过|没超过|没有超过|不足|没上|达不到)$")
_JUST_BELOW = re.compile("(?:快|小|将近|接近|靠近|差一?点|奔|逼近|差不多|几乎|眼看)(?:是|有|到|着)?$")
"""小二百, 将近二百: the nineties below it."""
_BELOW_SHARE = 0.95
_TWICE = re.compile(
    "早上|晚上|中午|下午|昨天|今天|前天|上次|有时|或者|高的时候|低的时候|第[一二三]次|左手|右手|左边|右边|[我俺他她]|老伴|一回|以前|现在|后来|吃药"
)
_MG_DL = 40
_LOWEST_SBP, _HIGHEST_SBP = 90, 260
_USUAL_DBP, _HIGHEST_DBP = 130, 150
"""没到一百八，一百六十几 is one reading put right, no pair."""
_NUMERAL = re.compile("[0-9一二两三四五六七八九十百几幺]")


@dataclass(frozen=True, slots=True)
class SpokenValue:
    """One reading as said: at least ``low``, at most ``high``."""

    slot: str
    """sbp, dbp, glucose, spo2 or body_temperature."""
    low: float
    high: float
    span: tuple[int, int]
    start: int
    """Where its label stands, or the number itself."""


def spoken_values(text: str, ask: str | None) -> tuple[SpokenValue, ...]:
    """Every reading of the measurements that have critical values."""
    asked = _ASKED.get(ask or "")
    if not _NUMERAL.search(text):
        return ()
    labels = _labels(text)
    if all(kind == "none" for *_, kind in labels):
        labels = sorted([*labels, *_bare_pair(text, asked)])
    if asked is None and not labels:
        return ()
    text = _BETWEEN.sub(lambda m: m.group().translate(_MISHEARD), text)
    labelled = []
    sugar = asked == "glucose" or any(kind == "glucose" for _, _, kind in labels)
    for number in _numbers(text, sugar=sugar):
        if number.high < 0 or _elsewhere(text, number) or _was_none(text, number):
            continue
        kind, start = _label(text, number, labels, asked)
        if kind == "read":
            kind = _by_size(text, number)
        if kind not in ("", "none"):
            labelled.append((kind, number, start))
    return tuple(_readings(text, labelled))


def _bare_pair(text: str, asked: str | None) -> list[tuple[int, int, str]]:
    """今天还是一百八十八，一百一: two figures side by side that are those of a pressure, told of now."""
    if asked is not None or not _TOLD_NOW.search(text):
        return []
    numbers = find_numbers(text)
    for first, second in pairwise(numbers):
        beside = text[first.span[1] : second.span[0]] in ("", "，", "、")
        sizes = _HIGH_PAIR <= first.value <= _HIGHEST_SBP and _LOWEST_DBP <= second.value <= _USUAL_DBP
        if beside and sizes and not any(_elsewhere(text, n) for n in (first, second)):
            return [(first.span[0], first.span[0], "bp")]
    return []


_WAS_NONE = re.compile(
    "[^，]{0,2}，?(?:那|这)(?:个|都|可)*是(?:我|俺|他|她)?(?:眼花|老花眼)?(?:[看记说听念写报瞧瞅](?:错|岔|反|差)|弄错)了?(?=，|$)"
    "|[^，]{0,2}，?(?:那|这)?是(?:我|俺)?(?:没夹[好紧稳住正]|夹[歪反松]|手(?:冰|凉|冷))[^，]*，[^，]{0,3}[重再又后][^，]{0,2}(?=夹)"
    "|[^，]{0,2}，?(?:那|这)(?:个|可)*是(?:房间|门牌|床|楼|车牌)号|[^，]{0,2}，?你们?(?:听|记|写)(?:错|岔|差)了?"
)
"""血糖十六点八？那是我看错了, 一百九十二，你听岔了, 二十三？那是房间号."""


def _was_none(text: str, number: Number) -> bool:
    """The figure is taken back at once, and another stands in its place."""
    return _WAS_NONE.match(text, number.span[1]) is not None and bool(find_numbers(text[number.span[1] :]))


def _elsewhere(text: str, number: Number) -> bool:
    return bool(_OTHER_UNIT.match(text, number.span[1]) or _OF_ELSE.search(text[: number.span[0]]))


_TOLD_NOW = re.compile("今[天儿早晨朝晚]|刚才|现在|这会|[还又]是|[吃服]着?药|[头脑]")
_HIGH_PAIR, _LOWEST_DBP = 170, 60


def _labels(text: str) -> list[tuple[int, int, str]]:
    found = list(_LABEL.finditer(text)) or list(_FOLDED_LABEL.finditer(fold(text)))
    if not found:
        return [(m.start(), m.start(), "bp") for m in _SLASHED.finditer(text)]
    return [(m.start(), m.end(), str(m.lastgroup)) for m in found]


def _numbers(text: str, *, sugar: bool) -> Iterator[Number]:
    """All numbers; a run of five or six single digits is a blood pressure said digit by digit.

    With ``sugar`` 七块二 is 7.2.
    """
    for number in find_numbers(text, "点个度块" if sugar else "点个度"):
        if len(number.digits) in (5, 6) and number.digits.isdigit():
            for piece, at in ((number.digits[:3], 0), (number.digits[3:], 3)):
                value, start = float(piece), number.span[0] + at
                yield replace(number, value=value, low=value, high=value, span=(start, start + len(piece)))
        else:
            yield number


def _by_size(text: str, number: Number) -> str:
    """What was measured, where only 量了 or 测了 is said: the range of a pressure, or a decimal as glucose has."""
    if number.low >= _LOWEST_SBP and min(number.high, number.value) <= _HIGHEST_SBP:
        return "bp"
    return "glucose" if number.value < _MG_DL and re.search("[.点]", text[slice(*number.span)]) else ""


def _label(text: str, number: Number, labels: list[tuple[int, int, str]], asked: str | None) -> tuple[str, int]:
    before = [lab for lab in labels if lab[1] <= number.span[0]]
    if before:
        start, end, kind = before[-1]
        if kind == "read" and len(before) > 1 and before[-2][2] not in ("read", "none"):
            kind = before[-2][2]
        between = text[end : number.span[0]]
        if kind in ("sbp", "dbp") and _NUMERAL.search(between) and _TWICE.search(between):
            kind = "bp"  # 低压八十二，下午高点，一百四十一: the next reading begins
        if asked and text.startswith("药", start) and "，" in between:
            return asked, number.span[0]  # 吃着药呢，今天还是一百八十八
        if len(between) <= 14 and between.count("，") <= 2:
            return (asked if asked and kind == "read" else kind), start
    return (asked or ""), number.span[0]


def _readings(text: str, labelled: list[tuple[str, Number, int]]) -> Iterator[SpokenValue]:
    pressures = [(n, s) for kind, n, s in labelled if kind == "bp"]
    yield from _pressures(text, pressures)
    swapped = _swapped(labelled)
    for kind, number, start in labelled:
        if kind != "bp":
            yield _value(text, swapped.get(kind, kind), number, start)


def _swapped(labelled: list[tuple[str, Number, int]]) -> dict[str, str]:
    """低压一百五，高压九十: the labels are the wrong way round."""
    high = next((n.value for kind, n, _ in labelled if kind == "sbp"), None)
    low = next((n.value for kind, n, _ in labelled if kind == "dbp"), None)
    return {"sbp": "dbp", "dbp": "sbp"} if high is not None and low is not None and low > high else {}


def _pressures(text: str, said: list[tuple[Number, int]]) -> Iterator[SpokenValue]:
    """Pairs are systolic and diastolic; two far-apart times or a lone number are systolic."""
    at = 0
    while at < len(said):
        number, start = said[at]
        partner = said[at + 1][0] if at + 1 < len(said) else None
        if partner and _is_pair(text, number, partner):
            high, low = (number, partner) if number.value >= partner.value else (partner, number)
            yield _value(text, "sbp", high, min(start, high.span[0]))
            yield _value(text, "dbp", low, min(start, low.span[0]))
            at += 2
            continue
        yield _value(text, "sbp", number, start)
        at += 1


def _is_pair(text: str, first: Number, second: Number) -> bool:
    between = text[first.span[1] : second.span[0]]
    if len(between) > 4 or _TWICE.search(between) or re.search("不|没|错|是|降|升|到|从|涨|我|他|她|才|量|测", between):
        return False
    high, low = max(first.value, second.value), min(first.value, second.value)
    return high - low >= 20 and 30 <= low <= (_HIGHEST_DBP if high >= 200 else _USUAL_DBP)


def _value(text: str, kind: str, number: Number, start: int) -> SpokenValue:
    low, high = number.low, number.high
    if number.kind == "approx" and high > low:
        high -= 0.1
        low += 0.1 if kind == "body_temperature" else 0
    before = text[max(0, number.span[0] - 4) : number.span[0]]
    if _AT_MOST.search(before):
        low, high = 0.0, number.value - 0.1
    elif _JUST_BELOW.search(before):
        low, high = number.value * _BELOW_SHARE, number.value - 0.1
    if text.startswith(("以上", "往上", "朝上", "出头", "多"), number.span[1]):
        low = high = number.value
    if kind == "glucose" and number.value > _MG_DL:
        low, high = low / 18, high / 18
    if kind in ("sbp", "dbp") and re.search("千帕|kpa", text):
        low, high = low * 7.5, high * 7.5
    return SpokenValue(kind, low, high, number.span, min(start, number.span[0]))
