"""Words that espeak-ng's Mandarin reads wrongly, rewritten so that it says them right. Pure.

Replacements are homophones, or pinyin with a tone number, which the voice also reads. The syllables xiong, qiong
and jiong are missing from its dictionary altogether and are given as phonemes in ``[[ ]]``.
"""

from __future__ import annotations

import re

_SOUNDS = {
    "胸": "[[S;ong55]]",
    "凶": "[[S;ong55]]",
    "兄": "[[S;ong55]]",
    "汹": "[[S;ong55]]",
    "匈": "[[S;ong55]]",
    "雄": "[[S;ong35]]",
    "熊": "[[S;ong35]]",
    "穷": "[[tS;hong35]]",
    "琼": "[[tS;hong35]]",
    "窘": "[[tS;ong214]]",
    "炯": "[[tS;ong214]]",
}
_WORDS = {
    "测量": "测liang2",
    "量血压": "liang2血压",
    "量血糖": "liang2血糖",
    "量体温": "liang2体温",
    "量体重": "liang2体重",
    "量一下": "liang2一下",
    "量过": "liang2过",
    "量了": "liang2了",
    "量的": "liang2的",
    "没量": "没liang2",
    "再量": "再liang2",
    "您得": "您dei3",
    "就得": "就dei3",
    "都得": "都dei3",
    "还得": "还dei3",
    "得按": "dei3按",
    "得去": "dei3去",
    "得让": "dei3让",
    "得马上": "dei3马上",
    "教您": "交您",
    "长大": "掌大",
    "几点": "ji3点",
    "血压计": "xue4压计",
    "便宜": "骈宜",
    "似的": "是的",
    "屏住": "饼住",
    "露出": "漏出",
    "一会儿": "一会",
    "点儿": "点",
    "这儿": "这里",
    "哪儿": "哪里",
    "那儿": "那里",
}
_TABLE = {**_SOUNDS, **_WORDS}
_PATTERN = re.compile("|".join(sorted(map(re.escape, _TABLE), key=len, reverse=True)))
_RULES = (
    (re.compile("地(?=平|尔硫|特|高辛|沙坦|洛|里)"), "帝"),  # medicines; by itself it is read as the particle
    (re.compile("䓬"), "卓"),
    (re.compile("(?<=可)拓"), "唾"),
    (re.compile("咳(?!嗽)"), "ke2"),  # not the interjection
    (re.compile("(?:^|(?<=[，。！？；：、]))得(?!了)"), "dei3"),
)


def for_espeak(text: str) -> str:
    """Rewrite a spoken-form text for espeak-ng; markup characters of its own input language are dropped."""
    plain = re.sub(r"[\[\]<>&]", "", text)
    for pattern, sound in _RULES:
        plain = pattern.sub(sound, plain)
    return _PATTERN.sub(lambda match: _TABLE[match.group()], plain)
