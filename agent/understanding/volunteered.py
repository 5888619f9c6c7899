"""Values that an utterance names itself (高压一百五, 体重一百三十斤), whatever was asked.

Unlabelled numbers never count, nor do those of other people or of the past.
"""

from __future__ import annotations

import re

from agent.domain.answers import AskContext, SlotFill
from agent.understanding.masking import own, present
from agent.understanding.measuring import label_of
from agent.understanding.numbers import find_numbers
from agent.understanding.parsers import blood_pressure, glucose, lifestyle, vitals
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_SOURCES: tuple[tuple[re.Pattern[str], Parser, tuple[str, ...]], ...] = (
    (
        re.compile("血压|高压|低压|上压|下压|收缩压|舒张压"),
        blood_pressure.parse,
        ("sbp", "dbp"),
    ),
    (re.compile("心率|心跳|脉搏"), vitals.parse_heart_rate, ("heart_rate",)),
    (re.compile("空腹|餐后|饭后|血糖"), glucose.parse_fpg, ("fpg", "pbg_2h")),
    (re.compile("糖化"), glucose.parse_hba1c, ("hba1c",)),
    (re.compile("血氧|氧饱和"), vitals.parse_spo2, ("spo2",)),
    (re.compile("体温|发烧|烧到"), vitals.parse_temperature, ("body_temperature",)),
    (re.compile("体重|[^瘦胖轻重掉]\\d*(?:斤|公斤|千克)(?!酒|米|粮|面)"), vitals.parse_weight, ("weight_kg_now",)),
    (re.compile("身高|个子|个头|[一1]米[零一二三四五六七八九\\d]"), vitals.parse_height, ("height_cm",)),
    (
        re.compile("抽(?:烟|着)?[^，]{0,6}[包根支盒]|[包根支盒]烟(?!囱|筒|道|灰|丝)|不抽烟|不吸烟|戒烟"),
        lifestyle.parse_smoking,
        ("smoke_per_day_now",),
    ),
    (
        re.compile(
            "喝[^，]{0,8}[两斤瓶][^，]{0,4}酒|酒[^，]{0,8}[两斤瓶]|[两斤瓶](?:白|啤|红|黄)?酒|酒(?:也|都|还|倒)?喝[^，]{0,3}，?[^，]{0,6}[两斤瓶]|不喝酒|戒酒"
        ),
        lifestyle.parse_alcohol,
        ("alcohol_liang_now",),
    ),
)
_NEED_LABEL = {"heart_rate", "fpg", "pbg_2h", "hba1c", "spo2", "body_temperature"}


def extract_volunteered(utterance: Utterance, ctx: AskContext) -> tuple[SlotFill, ...]:
    """Fills for values said with their name; the first source of a slot wins."""
    found: dict[str, SlotFill] = {}
    for sign, parser, slots in _SOURCES:
        part = _part(utterance, sign)
        if part is None:
            continue
        for fill in parser(part, AskContext(ctx.now, ctx.resident, ctx.history)).fills:
            if fill.slot in slots and fill.slot not in found and _named(part.text, fill):
                found[fill.slot] = fill
    return tuple(found.values())


def _part(utterance: Utterance, sign: re.Pattern[str]) -> Utterance | None:
    """The clauses from the one that names the value on; what stands before is another matter, kept as pauses."""
    text = own(present(utterance.text), always=True)
    match = sign.search(text)
    if match is None:
        return None
    start = text.rfind("，", 0, match.start()) + 1
    return Utterance(utterance.raw, "，" * start + text[start:])


def _named(text: str, fill: SlotFill) -> bool:
    """A value of the kinds that need one must stand behind its own label; 血糖 alone does not say which."""
    if fill.slot not in _NEED_LABEL:
        return True
    if fill.slot in ("fpg", "pbg_2h"):
        words = "空腹|没吃饭|饭前|餐前" if fill.slot == "fpg" else "饭后|餐后|吃完饭|吃过饭"
        return bool(re.search(words, text[: fill.span[0]]))
    number = next((n for n in find_numbers(text, "点个块度") if n.span[0] == fill.span[0]), None)
    return number is None or label_of(text, number) == fill.slot or fill.slot == "body_temperature"
