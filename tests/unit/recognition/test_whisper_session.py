"""What is asked of Whisper, and what of its answer is believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from speech.audio import silence
from speech.ports import Hints
from speech.recognition import whisper
from speech.recognition.hallucinations import LOOPED, Spoken, credible, unlooped, without_credits

SOUND = np.full(16_000, 5_000, np.int16)


@dataclass
class Told:
    """A segment."""

    text: str
    avg_logprob: float = -0.2
    no_speech_prob: float = 0.1


@dataclass
class FakeModel:
    """Answers as told; segments come lazily, as from the real one."""

    segments: list[Told]
    asked: list[dict[str, Any]] = field(default_factory=list)
    read: int = 0

    def transcribe(self, audio: Any, **options: Any) -> tuple[Iterator[Told], None]:
        self.asked.append({"samples": len(audio), **options})

        def lazily() -> Iterator[Told]:
            for segment in self.segments:
                self.read += 1
                yield segment

        return lazily(), None


def heard(*segments: Told, hints: Hints | None = None) -> tuple[str, FakeModel]:
    model = FakeModel(list(segments))
    session = whisper.WhisperRecognizer(model).open(hints or Hints("medications", ("阿司匹林", "amlodipine")))
    session.accept(SOUND)
    return session.finish().text, model


def test_segments_are_read_at_once_and_joined_without_blanks() -> None:
    text, model = heard(Told(" 高压一百五"), Told(" 低压九十"))
    assert text == "高压一百五低压九十"
    assert model.read == 2


def test_the_ask_is_in_the_prompt_and_no_value_is() -> None:
    _, model = heard(Told("对"))
    asked = model.asked[0]
    assert "药名" in asked["initial_prompt"]
    assert asked["hotwords"] == "阿司匹林"
    assert not asked["vad_filter"]
    assert asked["language"] == "zh"
    assert not set("0123456789零一二三四五六七八九百") & set(
        "".join(whisper._ASKED.values()).replace("一天", "").replace("一次", "")
    )


def test_silence_is_not_even_asked_about() -> None:
    model = FakeModel([Told("谢谢观看")])
    session = whisper.WhisperRecognizer(model).open(Hints(None))
    session.accept(silence(2_000))
    assert session.finish().text == ""
    assert not model.asked


def test_partials_are_seldom() -> None:
    model = FakeModel([Told("没有")])
    session = whisper.WhisperRecognizer(model, partial_every_s=2.0).open(Hints(None))
    for _ in range(5):
        session.accept(SOUND)
        session.partial()
    assert len(model.asked) == 2
    assert session.finish().text == "没有"
    assert len(model.asked) == 3


@pytest.mark.parametrize(
    "text",
    [
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", "請不吝點贊訂閱轉發打賞支持明鏡與點點欄目",
        "字幕志愿者 杨茜茜", "字幕by索兰娅",
        "由 Amara.org 社区提供的字幕", "谢谢大家的观看", "感谢观看！", "中文字幕组", "谢谢观看。下期再见。",
        "字幕由 Amara.org 社群提供",
        "优优独播剧场——YoYo Television Series Exclusive",
    ],
)  # fmt: skip
def test_thanks_of_subtitle_makers_are_no_words(text: str) -> None:
    assert heard(Told(text))[0] == ""


@pytest.mark.parametrize(
    "text",
    [
        "谢谢",
        "谢谢大夫",
        "我感谢你们",
        "没有。谢谢您。",
        "看电视看字幕眼睛花",
        "下期的药还没开",
        "血压一百五，低压九十",
        "再见",
    ],
)
def test_what_residents_say_stays(text: str) -> None:
    assert without_credits(text) == text


def test_a_credit_behind_an_answer_is_cut_off() -> None:
    assert without_credits("没有不舒服。谢谢观看。") == "没有不舒服"


@pytest.mark.parametrize(
    ("text", "once", "looped"),
    [
        ("救命救命救命救命救命救命救命", "救命", True),
        ("血压一百五血压一百五血压一百五血压一百五", "血压一百五", True),
        ("对对对", "对对对", False),
        ("没有没有没有", "没有没有没有", False),
        ("幺三八八八八八八八八八", "幺三八八八八八八八八八", False),
        ("嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯", "嗯", True),
    ],
)
def test_loops_are_kept_once(text: str, once: str, looped: bool) -> None:
    assert unlooped(text) == (once, looped)


def test_words_of_a_loop_are_not_believed_far() -> None:
    text, sure = credible([Spoken("血压一百五" * 5, -0.1, 0.0)])
    assert (text, sure) == ("血压一百五", LOOPED)


def test_doubtful_silence_and_the_prompt_itself_are_no_words() -> None:
    assert credible([Spoken("我们", -1.2, 0.8)])[0] == ""
    assert credible([Spoken("没有", -0.3, 0.8)])[0] == "没有"
    assert heard(Told("没有"), hints=Hints("symptoms"))[0] == "没有"
    assert credible([Spoken("家庭医生的随访电话。", -0.2, 0.1)], whisper.PROMPT)[0] == ""
