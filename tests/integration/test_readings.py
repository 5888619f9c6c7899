"""How espeak-ng reads what the agent says: polyphones, medicines, and one loudness for all voices."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import numpy as np
import pytest

from agent.understanding.lexicons import load_lexicons
from agent.understanding.pinyin import toned
from speech.loudness import TARGET_LUFS, loudness_lufs
from speech.ports import VoiceStyle
from speech.synthesis.espeak import EspeakSynthesizer
from speech.synthesis.espeak_readings import for_espeak
from speech.synthesis.fallback import Evened
from speech.synthesis.spoken import spoken

ROOT = Path(__file__).resolve().parents[2]
READINGS = {
    "还有别的不舒服吗": "hai2 you3 bie2 de5 bu4 shu1 fu5 ma5",
    "把钱还给他": "ba3 qian2 huan2 gei3 ta1",
    "行吗": "xing2 ma5",
    "银行": "yin2 hang2",
    "自行车": "zi4 xing2 che1",
    "体重是多少": "ti3 zhong4 shi4 duo1 shao3",
    "再重复一遍": "zai4 chong2 fu4 yi2 bian4",
    "长期吃药": "chang2 qi1 chi1 yao4",
    "院长": "yuan4 zhang3",
    "孩子长大了": "hai2 zi5 zhang3 da4 le5",
    "您得按时吃药": "nin2 dei3 an4 shi2 chi1 yao4",
    "得马上去医院": "dei3 ma3 shang4 qu4 yi1 yuan4",
    "今天得让大夫看": "jin1 tian1 dei3 rang4 dai4 fu5 kan4",
    "得了糖尿病": "de2 le5 tang2 niao4 bing4",
    "睡得好吗": "shui4 de5 hao3 ma5",
    "觉得头晕": "jue2 de5 tou2 yun1",
    "吃了药": "chi1 le5 yao4",
    "了解一下": "liao3 jie3 yi2 xia4",
    "量血压": "liang2 xue4 ya1",
    "您量了几次": "nin2 liang2 le5 ji3 ci4",
    "在家量的": "zai4 jia1 liang2 de5",
    "剂量": "ji4 liang4",
    "运动量": "yun4 dong4 liang4",
    "空腹血糖": "kong1 fu4 xue4 tang2",
    "有空吗": "you3 kong4 ma5",
    "睡觉": "shui4 jiao4",
    "睡着了": "shui4 zhao2 le5",
    "吃着药": "chi1 zhe5 yao4",
    "大夫": "dai4 fu5",
    "大便": "da4 bian4",
    "恶心": "e3 xin1",
    "口干": "kou3 gan1",
    "干活": "gan4 huo2",
    "干咳": "gan1 ke2",
    "咳痰": "ke2 tan2",
    "中风": "zhong4 feng1",
    "教您": "jiao1 nin2",
    "几点": "ji3 dian3",
    "不良反应": "bu4 liang2 fan3 ying4",
    "转人工": "zhuan3 ren2 gong1",
    "慢慢地走": "man4 man4 de5 zou3",
    "在地里干活": "zai4 di4 li3 gan4 huo2",
}
_IN_NAMES = {"长": "chang2", "参": "shen1", "䓬": "zhuo2"}
"""Characters that names of medicines read otherwise than the table of single characters does."""


def _sounds(phonemes: str, *, tones: bool = False) -> str:
    """Without stress, pauses and the weak vowels of neutral syllables."""
    return re.sub(r"[\s|'_,;\-\[\]&]" + ("" if tones else r"|\d"), "", phonemes)


async def _differing(cases: dict[str, str]) -> list[str]:
    engine = EspeakSynthesizer()
    try:
        return [
            text
            for text, pinyin in cases.items()
            if _sounds(await engine.phonemes(for_espeak(spoken(text))))
            != _sounds(await engine.phonemes(pinyin, "cmn-latn-pinyin"))
        ]
    finally:
        await engine.aclose()


def test_polyphones_are_read_as_they_are_meant() -> None:
    assert asyncio.run(_differing(READINGS)) == []


def test_a_measured_value_is_liang2_and_an_amount_liang4() -> None:
    async def tones() -> tuple[str, str]:
        engine = EspeakSynthesizer()
        try:
            measured, amount = [await engine.phonemes(for_espeak(text)) for text in ("量血压", "药量")]
        finally:
            await engine.aclose()
        return _sounds(measured, tones=True), _sounds(amount, tones=True)

    measured, amount = asyncio.run(tones())
    assert measured.startswith("liA35N")
    assert amount.endswith("liA51N")


def test_every_medicine_is_read_as_it_is_written() -> None:
    medicines = load_lexicons(ROOT / "nlu_data").medicines.by_id.values()
    names = {name for one in medicines for name in one.names if re.fullmatch("[㐀-鿿]{2,}", name)}
    read = {name: " ".join(_IN_NAMES.get(char) or toned(char) or "" for char in name) for name in sorted(names)}
    assert len(read) > 200
    assert asyncio.run(_differing(read)) == []


@pytest.mark.parametrize("text", ["您好。", "我再念一遍：高压一百五十，低压九十五。", "胸口疼不疼？"])
def test_all_voices_are_equally_loud(text: str) -> None:
    async def levels() -> list[float]:
        engine = Evened(EspeakSynthesizer())
        try:
            clips = [await engine.synthesize(text, VoiceStyle(voice, 150)) for voice in ("cmn", "cmn+f3", "cmn+m7")]
        finally:
            await engine.aclose()
        return [loudness_lufs(clip) or -99.0 for clip in clips]

    # a short clip with a sharp peak stays a little below, or it would clip
    assert np.abs(np.array(asyncio.run(levels())) - TARGET_LUFS).max() < 1.5
