"""The espeak-ng process: readings, crashes, hangs."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.errors import SpeechError
from speech.ports import VoiceStyle
from speech.synthesis.espeak import EspeakSynthesizer
from speech.synthesis.espeak_readings import for_espeak
from speech.synthesis.prewarm import prewarm
from speech.synthesis.spoken import spoken
from tests.fakes.running import run

pytestmark = pytest.mark.integration

READINGS = {
    "还行": "Xai35 S;i35N",
    "银行": "ji35n XA35N",
    "体重": "thi214 ts.ong51",
    "重复一遍": "ts.hong35 fu51 ji35 piE51n",
    "严重": "jiE35n ts.ong51",
    "多长时间": "tuo55 ts.hA35N s.i.35 tS;iE55n",
    "家长": "tS;iA55 ts.A214N",
    "您得按时吃药": "ni35n tei214 a51n s.i.35 ts.hi.55 jAu51",
    "觉得": "tS;yE35 t@11",
    "好了": "XAu214 l@11",
    "量血压": "liA35N S;yE51 jiA55",
    "测量": "tsho-51 liA35N",
    "质量": "ts.i.51 liA51N",
    "空腹": "khong55 fu51",
    "有空": "jiou214 khong51",
    "还有": "Xai35 jiou214",
    "还在": "Xai35 tsai51",
    "降压药": "tS;iA51N jiA55 jAu51",
    "大夫": "tai51 fu11",
    "发麻": "fA55 mA35",
    "血压150/95": "S;yE51 jiA55 kAu55 jiA55 ji51 pai214 wu214 s.i.35 ti55 jiA55 tS;iou214 s.i.35 wu214",
    "拨打120": "po55 tA214 jAu55 @r51 li35N",
}


@pytest.fixture(scope="module")
def phonemes() -> dict[str, str]:
    """espeak-ng's phonemes of the texts, as they are given to it."""

    async def work() -> dict[str, str]:
        engine = EspeakSynthesizer()
        found = {text: await engine.phonemes(for_espeak(spoken(text))) for text in READINGS}
        await engine.aclose()
        return found

    return run(work())


def plain(text: str) -> str:
    """Without word breaks, stress marks and the rise of a third tone before another."""
    return re.sub(r"[\s',|_:]", "", text)


@pytest.mark.parametrize("text", READINGS)
def test_reading(text: str, phonemes: dict[str, str]) -> None:
    assert plain(phonemes[text]) == plain(READINGS[text])


def test_chest_is_a_word_and_not_a_chinese_letter() -> None:
    async def work() -> tuple[int, int]:
        engine = EspeakSynthesizer()
        chest = await engine.synthesize("胸闷", VoiceStyle())
        loose = await engine.synthesize("松闷", VoiceStyle())
        await engine.aclose()
        return len(chest), len(loose)

    chest, loose = run(work())
    assert chest == pytest.approx(loose, rel=0.2)


def test_a_crashed_worker_is_replaced_and_the_text_spoken() -> None:
    async def work() -> int:
        engine = EspeakSynthesizer()
        await engine.synthesize("您好", VoiceStyle())
        assert engine._worker is not None
        engine._worker.kill()
        clip = await engine.synthesize("您好", VoiceStyle())
        await engine.aclose()
        return len(clip)

    assert run(work()) > 3_000


@pytest.mark.parametrize(
    ("program", "code", "timeout_s"),
    [("import sys; sys.exit(3)", "synthesis-died", 10.0), ("import sys; sys.stdin.read()", "engine-hangs", 0.2)],
)
def test_a_worker_that_never_works_is_an_error_in_time(program: str, code: str, timeout_s: float) -> None:
    async def work() -> None:
        engine = EspeakSynthesizer(timeout_s=timeout_s, command=(sys.executable, "-c", program))
        try:
            await engine.synthesize("您好", VoiceStyle())
        finally:
            await engine.aclose()

    started = time.monotonic()
    with pytest.raises(SpeechError) as caught:
        run(work())
    assert caught.value.code == code
    assert time.monotonic() - started < max(2, timeout_s)


def test_an_unknown_voice_is_refused() -> None:
    async def work() -> None:
        engine = EspeakSynthesizer()
        try:
            await engine.synthesize("您好", VoiceStyle("nobody"))
        finally:
            await engine.aclose()

    with pytest.raises(SpeechError, match="nobody"):
        run(work())


_SPEAKS = """
import asyncio
from speech.ports import VoiceStyle
from speech.synthesis.espeak import EspeakSynthesizer

async def main():
    engine = EspeakSynthesizer()
    assert len(await engine.synthesize("您好", VoiceStyle()))
    await engine.aclose()

asyncio.run(main())
print("espeak" in open("/proc/self/maps").read())
"""


def test_nothing_of_espeak_is_loaded_into_the_process_that_speaks(root: Path) -> None:
    if not Path("/proc/self/maps").exists():
        pytest.skip("needs /proc to see what a process has loaded")
    done = subprocess.run([sys.executable, "-c", _SPEAKS], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_prewarm_fills_the_folder(tmp_path: Path) -> None:
    assert run(prewarm(["您好，我是随访助手。请问您是王阿姨吗？"], VoiceStyle(), tmp_path)) == 2
    assert len(list(tmp_path.glob("*.pcm"))) == 2
