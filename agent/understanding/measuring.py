"""From numbers to one measured value: which number is meant, whether it is possible, what to read back."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.domain.answers import AnswerKind, Reading, SlotFill
from agent.understanding.masking import NUMERAL
from agent.understanding.numbers import Number, find_numbers
from agent.understanding.values import Range, tables

_LABELS = {
    "sbp": "收缩压|高压|上压|上面|上头|上边|大的|大数|高的|最高|收宿压|搞压|上面那个|大的那个|高亚",
    "dbp": "舒张压|低压|下压|下面|下头|底下|底压|地压|小的|小数|低的|最低|下边|底亚|低亚|底下那个",
    "bp": "高低压|上下压|血压(?!计|仪|表)|雪压|血鸭",
    "heart_rate": "心跳|心率|脉搏|脉率|脉博|心律|脉",
    "hba1c": "糖化血红蛋白|糖化|唐化",
    "fpg": "空腹血糖|空腹|空副|空肚子|没吃饭|没吃早饭|饭前|餐前|早起血糖",
    "pbg_2h": "饭后血糖|餐后血糖|饭后|餐后|吃完饭|吃过饭|吃了饭|吃饭以?后",
    "sugar_other": "睡前|随机|血糖|学堂|血唐",
    "weight_kg_now": "体重|多重|称了",
    "height_cm": "身高|个子|个头|多高",
    "spo2": "血氧|氧饱和度?|指氧|饱和度",
    "body_temperature": "体温|烧到|发烧|温度",
}
_LABEL = re.compile("|".join(f"(?P<{slot}>{words})" for slot, words in _LABELS.items()))
_PLACES = re.compile("压|亚|收|舒|的那个")
"""Labels that name a pressure itself; the others (上头, 底下) only say where on the display."""
_BEHIND = re.compile(f"的(?:是)?(?:{_LABELS['sbp']}|{_LABELS['dbp']}|心跳|心率|脉搏)")
_AFTERTHOUGHT = re.compile(
    "，(?:这|那)?是?(?:高压|上压|收缩压|低压|下压|底压|舒张压|心跳|心率|脉搏)(?:啊|呀|嘛|吧|这是|是)?(?=，|$)"
    f"(?!，[^，]{{0,3}}[{NUMERAL}])"
)
"""七十八，低压是。高压啊，一百三十六: a label behind its number, and none of the next one."""
_GAP = re.compile(f"^[^{NUMERAL}]{{0,12}}$")
_CLOCK = re.compile("(?:[点:∶](?!\\d)|点[钟半多几来]|点(?=[零一二三四五六七八九十\\d]+分?)|[::]\\d)")
_NOISE = re.compile(
    "(?:个(?:多)?)?(?:股|阵|团|滩|摊|肚子|身(?=汗|疙|都|的)|小时|钟头|钟|分钟|礼拜|星期|月|年|天|日|号|岁|回|次|遍|趟|片|粒|颗|顿|楼|层|块钱|元|毛|斤|公斤|千克|两|公里|里地|步|盒|瓶|包|根|支|点钟|毫克|mg|年代|个人|种|杯|碗|秒|刻)"
)
_CHANGE = re.compile("(?:低|高|降|升|涨|掉|减|差)了(?:有|大概|差不多)?$")
"""比上回低了一点二: by how much, not how much."""
_AGE = re.compile("(?:今年|虚岁|周岁|岁数|年纪)(?:都|有|是|已经|快)*$")
_TELLS_APART = re.compile(
    "上次|上回|这次|这回|昨|前天|第|后来|早|晚|之前|以前|原来|现在|又|再|最后|最近|月|礼拜|星期|周|瘦|胖|轻|重了|左|右"
)
UNKNOWN_WORDS = re.compile(
    "没(?:再|去|敢|怎么)?(?:碰|动|摸)(?:过)?(?:血压计|血糖仪|秤|机子|仪器|那个)|(?:没有?|还没|忘了?|忘记|从来没|没法|没得|懒得|不会|没人|量不了|测不了|舍不得|未)(?:给我|顾上|来得及|去|怎么|咋)?(?:量|测|称|查|数|夹|扎|验|做|化验|抽血|试)"
    "|不知道|不晓得|不清楚|不记得|记不[清得住]|没记|忘了|忘记|说不[上清好]|没印象|晓不得|弄不清|没(?:有)?(?:血压计|血糖仪|秤|仪器|体温计|表|那个)|坏了|没电|(?:血压计|血糖仪|秤|体温计|体温表|温度计)[^，没]{0,3}(?:摔|丢|碎|借|不见|找不)"
)
SAME_WORDS = re.compile(
    "(?:跟|和|同|与)?(?:上次|上回|以前|原来|平时|往常|之前)(?:的)?(?:差不多|一样|相同)|老样子|没变|没啥变化|一样|差不多"
)
QUALITY_WORDS = re.compile(
    "正常|不高|不低|挺好|还好|还行|可以|稳定|挺稳|偏?高|偏?低|不错|没问题|不烧|没有?发?烧|不发烧|平稳|标准|不快|不慢|匀(?:实|乎|称)"
)


def labels(text: str) -> tuple[tuple[str, int, int], ...]:
    """Labels of measured values in the text: (slot, start, end)."""
    return tuple((str(m.lastgroup), m.start(), m.end()) for m in _LABEL.finditer(text))


def label_of(text: str, number: Number, previous_end: int = 0) -> str | None:
    """The label that a number stands behind, with no other number between."""
    behind = _BEHIND.match(text, number.span[1]) or _AFTERTHOUGHT.match(text, number.span[1])
    if behind:
        return labels(behind[0])[-1][0]
    before = [
        (slot, end)
        for slot, start, end in labels(text[: number.span[0]])
        if start >= previous_end
        and _GAP.match(text[end : number.span[0]])
        and not re.search(f"[{NUMERAL}]的$", text[:start])
    ]
    return before[-1][0] if before else None


def place_only(text: str, number: Number, previous_end: int = 0) -> bool:
    """The label before the number only says where it stands on the display (最底下那个数)."""
    near = [
        (slot, text[a:b])
        for slot, a, b in labels(text[: number.span[0]])
        if a >= previous_end and slot in ("sbp", "dbp")
    ]
    return bool(near) and not any(_PLACES.search(words) for _, words in near)


def is_clock(text: str, number: Number) -> bool:
    """The number is an hour or a minute (六点, 八点二十, 8:30)."""
    start, end = number.span
    if number.measure == "点" or _CLOCK.match(text, end):
        return not (number.value != int(number.value) and number.measure != "点")
    before = text[max(0, start - 2) : start]
    return bool(re.search(f"[{NUMERAL}][点::]$", before))


_NEXT = re.compile("[下上前后换]$")
"""问下一个."""


def is_noise(text: str, number: Number) -> bool:
    """The number counts something else: days, times, tablets, years."""
    if number.measure in ("天", "年", "次", "片", "回", "月"):
        return True
    before = text[: number.span[0]]
    if _NEXT.search(before) and text.startswith(("个", "题", "条", "项", "样"), number.span[1]):
        return True
    if _CHANGE.search(before) or (35 <= number.low <= 105 and _AGE.search(before)):
        return True
    if number.low >= 30 and text.startswith("次", number.span[1]):  # 心跳七十五次
        return False
    return bool(_NOISE.match(text, number.span[1])) or bool(number.span[0] and text[number.span[0] - 1] in "第周")


def candidates(text: str, decimal_words: str = "点") -> tuple[Number, ...]:
    """Numbers that may be a measured value, without clock times and counts of other things."""
    return tuple(n for n in find_numbers(text, decimal_words) if not is_clock(text, n) and not is_noise(text, n))


def fill(slot: str, value: float, span: tuple[int, int], *, confirm: bool = False, reason: str = "") -> SlotFill | None:
    """A fill within the slot's ranges; None when the value is impossible."""
    limits: Range | None = tables().ranges.get(slot)
    if limits and limits.integer:
        confirm = confirm or abs(value - round(value)) > 0.01
        value = round(value)
    else:
        value = round(value, 2)
        value = int(value) if value == int(value) else value
    if limits and not limits.possible(value):
        return None
    if limits and not limits.usual(value):
        return SlotFill(slot, value, 0.8, span, True, reason or "unusual value")
    return SlotFill(slot, value, 0.8 if confirm else 1.0, span, confirm, reason if confirm else "value said")


def reading(*fills: SlotFill | None, complete: bool = True, confirm: bool = False, reason: str = "") -> Reading:
    """The fills that are possible; asks for the exact value when one was not."""
    kept = tuple(f for f in fills if f is not None)
    lost = len(kept) < len(fills)
    must = confirm or lost or any(f.confirm for f in kept)
    why = reason or ("impossible value" if lost else next((f.reason for f in kept if f.confirm), ""))
    return Reading(kept, confirm=must, reason=why, complete=complete and not lost)


def vague(reason: str) -> Reading:
    """Nothing is filled; the exact value must be asked for."""
    return Reading(confirm=True, reason=reason)


def unknown(reason: str = "not measured or not known") -> Reading:
    """The speaker cannot say."""
    return Reading(answer=AnswerKind.UNKNOWN, reason=reason, complete=True)


def without_value(text: str) -> Reading:
    """What an answer without a usable number means for a measured value."""
    if re.search(f"[{NUMERAL}][点个]?(?:多|几|来)(?!少)", text):
        return vague("not exact")  # 六点多吧，没记: something is known
    if UNKNOWN_WORDS.search(text):
        return unknown()
    if SAME_WORDS.search(text):
        return vague("same as before: the number is needed")
    if QUALITY_WORDS.search(text):
        return vague("a judgement, not a number")
    return Reading()


def retold(number: Number, value: float) -> Number:
    """The same number with another worth (七八 read digit by digit as 78)."""
    return replace(number, value=value, kind="exact", low=value, high=value)


def choose(text: str, numbers: tuple[Number, ...]) -> Number | None:
    """Of several exact values the one of today, else the last said; unsure when nothing tells them apart."""
    exact = [n for n in numbers if n.exact]
    today = [n for n in exact if re.search(f"(?:今天|今儿|今早|刚才?|现在|最后)[^{NUMERAL}]*$", text[: n.span[0]])]
    if not exact:
        return None
    chosen = (today or exact)[-1]
    told_apart = today or len({n.value for n in exact}) == 1 or _TELLS_APART.search(text)
    return chosen if told_apart else replace(chosen, soft=True)
