"""Turn taking decisions: numbers and words in, decisions out."""

from __future__ import annotations

import pytest

from agent.domain.effects import Patience
from agent.domain.turns import Completeness, Expected
from speech.turns.barge_in import BargeIn, Nearness, Order, Overlap, Talk, Verdict, is_echo, judge
from speech.turns.endings import without_filler
from speech.turns.endpointing import Pause, decide
from speech.turns.habit import PauseHabit
from speech.turns.silence import SilenceLadder

C = Completeness
X = Expected


@pytest.mark.parametrize(
    ("expected", "text", "completeness", "low", "high"),
    [
        (X.NUMBERS, "高压一百五低压九十五", C.COMPLETE, 240, 300),
        (X.NUMBERS, "高压一百五低压九十五心跳七十", C.COMPLETE, 200, 300),
        (X.NUMBERS, "高压一百五", C.PARTIAL, 2_000, 2_400),
        (X.NUMBERS, "一百三十八", C.PARTIAL, 2_000, 2_400),
        (X.NUMBERS, "高压一百四十五，低压", C.PARTIAL, 2_000, 2_400),
        (X.NUMBERS, "一百九，一百", C.COMPLETE, 700, 900),
        (X.NUMBER, "一百", C.COMPLETE, 1_200, 2_200),
        (X.NUMBERS, "一百五十出头低压九十", C.PARTIAL, 700, 900),
        (X.NUMBERS, "一百四十多，低压没记", C.PARTIAL, 700, 900),
        (X.NUMBERS, "一百四十多低压忘了看", C.PARTIAL, 700, 900),
        (X.MEDICINES, "白色的小药片叫卡托普利", C.PARTIAL, 700, 1_700),
        (X.CHOICE, "淡了一点", C.UNKNOWN, 700, 900),
        (X.NUMBERS, "低压九十", C.PARTIAL, 2_000, 2_400),
        (X.NUMBERS, "走一圈，四十分钟", C.PARTIAL, 700, 900),
        (X.NUMBERS, "天天走路", C.PARTIAL, 1_900, 2_400),
        (X.NUMBERS, "挺好的", C.PARTIAL, 700, 900),
        (X.NUMBERS, "你说得太快了，啥几次", C.PARTIAL, 700, 900),
        (X.NUMBER, "六十五公斤", C.COMPLETE, 200, 300),
        (X.NUMBER, "体重啊", C.UNKNOWN, 1_900, 2_200),
        (X.NUMBER, "偶尔喝一点", C.PARTIAL, 1_900, 2_200),
        (X.NUMBER, "六点", C.PARTIAL, 1_900, 2_200),
        (X.NUMBER, "七十多", C.PARTIAL, 1_000, 1_300),
        (X.NUMBER, "一天五六根", C.PARTIAL, 700, 900),
        (X.NUMBER, "七十", C.COMPLETE, 500, 700),
        (X.NUMBER, "比上回高了点", C.PARTIAL, 700, 2_200),
        (X.NUMBER, "好几个月了", C.PARTIAL, 700, 2_200),
        (X.NUMBER, "没测过空腹", C.COMPLETE, 240, 620),
        (X.NUMBER, "我记不清了", C.PARTIAL, 400, 620),
        (X.DIGITS, "一三八零零一三", C.PARTIAL, 1_900, 2_400),
        (X.DIGITS, "一三八零零一三八八八零", C.COMPLETE, 200, 300),
        (X.OPEN, "没有头晕都挺好的", C.COMPLETE, 240, 320),
        (X.OPEN, "没有别的", C.UNKNOWN, 1_900, 2_400),
        (X.LIST, "没有", C.COMPLETE, 400, 620),
        (X.LIST, "早上起床的时候", C.UNKNOWN, 1_900, 2_400),
        (X.LIST, "那倒没有", C.COMPLETE, 1_900, 2_400),
        (X.LIST, "腿有点肿，别的倒是没啥", C.PARTIAL, 700, 900),
        (X.LIST, "胃不好，别的没有", C.PARTIAL, 700, 900),
        (X.LIST, "高血压", C.PARTIAL, 1_200, 1_700),
        (X.LIST, "要是出远门", C.UNKNOWN, 1_900, 2_400),
        (X.LIST, "没有，就是", C.COMPLETE, 1_900, 2_400),
        (X.LIST, "有", C.PARTIAL, 1_900, 2_200),
        (X.LIST, "有点头晕", C.PARTIAL, 700, 900),
        (X.LIST, "没有不舒服", C.COMPLETE, 200, 620),
        (X.MEDICINES, "氨氯地平", C.PARTIAL, 1_200, 1_700),
        (X.MEDICINES, "白色的小药片", C.PARTIAL, 1_900, 2_200),
        (X.MEDICINES, "吃两种，氨氯地平", C.PARTIAL, 1_900, 2_400),
        (X.MEDICINES, "吃两种，氨氯地平，二甲双胍", C.PARTIAL, 700, 900),
        (X.MEDICINES, "氨氯地平，早上一片", C.COMPLETE, 400, 900),
        (X.MEDICINES, "氨氯地平，还有", C.PARTIAL, 1_900, 2_400),
        (X.MEDICINES, "氨氯地平一天一次", C.COMPLETE, 200, 900),
        (X.MEDICINES, "早上吃氨氯地平", C.PARTIAL, 1_900, 2_200),
        (X.MEDICINES, "早上吃氨氯地平，晚上吃", C.PARTIAL, 1_900, 2_400),
        (X.MEDICINES, "早上吃氨氯地平，晚上吃阿司匹林", C.PARTIAL, 700, 1_500),
        (X.YES_NO, "对", C.COMPLETE, 300, 400),
        (X.YES_NO, "不对", C.COMPLETE, 700, 900),
        (X.YES_NO, "嗯", C.PARTIAL, 700, 900),
        (X.CONSENT, "行", C.COMPLETE, 500, 700),
        (X.CONSENT, "嗯", C.COMPLETE, 500, 700),
        (X.CONSENT, "可以，就是", C.COMPLETE, 1_900, 2_400),
        (X.CONSENT, "哎，我就是", C.COMPLETE, 240, 620),
        (X.CONSENT, "对对，我是", C.COMPLETE, 240, 600),
        (X.OPEN, "张桂美，美丽的美", C.UNKNOWN, 400, 900),
        (X.OPEN, "药吃完了还没去拿", C.COMPLETE, 240, 620),
        (X.CONSENT, "不是", C.COMPLETE, 700, 900),
        (X.CHOICE, "女的", C.COMPLETE, 200, 320),
        (X.TIME, "明天", C.PARTIAL, 1_900, 2_200),
        (X.TIME, "明天下午", C.PARTIAL, 700, 900),
        (X.TIME, "星期五", C.PARTIAL, 1_900, 2_200),
        (X.TIME, "明天十点以后", C.PARTIAL, 700, 900),
        (X.TIME, "一九四八年", C.PARTIAL, 1_900, 2_200),
        (X.NUMBERS, "早上十个单位", C.COMPLETE, 1_200, 2_400),
        (X.NUMBERS, "早上量的是一百四十五九十二", C.COMPLETE, 240, 300),
        (X.OPEN, "基本上都吃", C.COMPLETE, 1_200, 1_700),
        (X.OPEN, "能走", C.COMPLETE, 400, 620),
        (X.NUMBER, "八点几吧", C.PARTIAL, 1_000, 1_300),
        (X.OPEN, "就是", C.COMPLETE, 200, 620),
        (X.OPEN, "高压", C.UNKNOWN, 1_900, 2_400),
        (X.OPEN, "嗯", C.UNKNOWN, 1_900, 2_400),
        (X.OPEN, "我", C.UNKNOWN, 1_900, 2_400),
        (X.OPEN, "我想想", C.UNKNOWN, 2_500, 3_500),
        (X.NUMBERS, "我去拿血压本你等一下", C.UNKNOWN, 2_500, 3_500),
        (X.NUMBER, "穿着一衣服称的", C.UNKNOWN, 1_900, 2_200),
        (X.NUMBER, "一天", C.PARTIAL, 700, 2_200),
        (X.MEDICINES, "医生开的", C.UNKNOWN, 1_900, 2_200),
        (X.MEDICINES, "那个降糖的", C.PARTIAL, 1_900, 2_200),
        (X.MEDICINES, "医生开的缬沙坦", C.PARTIAL, 700, 1_700),
        (X.MEDICINES, "老样子", C.PARTIAL, 700, 900),
        (X.CHOICE, "老伴口味重", C.COMPLETE, 1_200, 1_700),
        (X.CHOICE, "老伴口味重我吃得淡", C.COMPLETE, 200, 700),
        (X.CHOICE, "一般在家量", C.COMPLETE, 700, 900),
        (X.NUMBER, "我数一下", C.UNKNOWN, 2_500, 3_500),
        (X.NUMBER, "我属一下", C.UNKNOWN, 2_500, 3_500),
        (X.NUMBERS, "等我戴上眼镜", C.UNKNOWN, 2_500, 3_500),
        (X.OPEN, "你给我看看", C.UNKNOWN, 1_900, 2_200),
        (X.OPEN, "我儿子看一下就走了", C.UNKNOWN, 500, 900),
        (X.NUMBERS, "一百四十几来着，一百四十四", C.PARTIAL, 2_000, 2_400),
        (X.NUMBERS, "一百四十几，低压九十", C.PARTIAL, 700, 900),
        (X.NUMBER, "一米五", C.COMPLETE, 500, 700),
        (X.NUMBER, "一米五八", C.COMPLETE, 200, 300),
        (X.NUMBER, "以前一天一包", C.COMPLETE, 1_200, 1_700),
        (X.NUMBER, "以前抽得多，现在一天五六根", C.PARTIAL, 700, 900),
        (X.CHOICE, "有时候在家", C.COMPLETE, 1_900, 2_400),
        (X.CHOICE, "有时候在家有时候去医院", C.COMPLETE, 200, 700),
        (X.OPEN, "有时候忘", C.COMPLETE, 500, 750),
        (X.MEDICINES, "名字我说不好", C.COMPLETE, 1_200, 1_700),
        (X.MEDICINES, "叫不上来", C.UNKNOWN, 1_200, 1_700),
        (X.MEDICINES, "一个是氨氯地平", C.PARTIAL, 1_900, 2_400),
        (X.MEDICINES, "一个是氨氯地平，还有二甲双胍", C.PARTIAL, 700, 900),
        (X.NUMBER, "每天一小时", C.PARTIAL, 200, 900),
        (X.NUMBER, "一天一盒", C.UNKNOWN, 200, 1_700),
        (X.NUMBER, "每天一支", C.UNKNOWN, 200, 1_700),
        (X.OPEN, "昨天儿子来看我了", C.UNKNOWN, 500, 900),
        (X.OPEN, "昨天儿子来看", C.UNKNOWN, 1_900, 2_200),
        (X.OPEN, "", C.EMPTY, 1_700, 2_000),
    ],
)
def test_wait(expected: Expected, text: str, completeness: Completeness, low: float, high: float) -> None:
    wait = decide(Pause(text, completeness, expected=expected))
    assert low <= wait.wait_ms <= high, wait
    assert wait.reason


def test_patience_of_the_step_counts_where_the_end_is_not_sure() -> None:
    waits = [decide(Pause("高压一百五", C.PARTIAL, patience, expected=X.NUMBERS)).wait_ms for patience in Patience]
    assert waits == sorted(waits)
    assert len(set(waits)) == 3


def test_a_single_figure_of_a_patient_step_may_get_its_decimal() -> None:
    hasty, patient = (
        decide(Pause("六", C.COMPLETE, p, expected=X.NUMBER)).wait_ms for p in (Patience.SHORT, Patience.LONG)
    )
    assert hasty < 300
    assert 500 < patient < 700


def test_a_short_sound_without_words_is_waited_for_less() -> None:
    assert decide(Pause("", C.EMPTY, voice_ms=400)).wait_ms < decide(Pause("", C.EMPTY, voice_ms=1_500)).wait_ms


def test_fillers_at_the_beginning_are_no_words() -> None:
    assert without_filler("嗯，那个没有") == "没有"
    assert without_filler("嗯") == ""


def test_a_voice_across_the_room_is_noise_unless_it_answers() -> None:
    near = Nearness()
    assert near.is_distant(-36)
    assert not near.is_distant(-26)
    for _ in range(10):
        near = near.after(-34)
    assert not near.is_distant(-36)
    assert judge(overlap("下面请看天气预报", distant=True)) is Verdict.NOISE
    assert judge(overlap("有头晕", distant=True, question_put=True, completeness=C.COMPLETE)) is Verdict.INTERRUPTION


def test_a_resident_who_pauses_long_is_waited_for() -> None:
    habit = PauseHabit()
    for pause_ms in (2_300, 2_500, 2_400, 2_450):
        habit = habit.after(pause_ms)
    slow = decide(Pause("高压一百五", C.PARTIAL, Patience.SHORT, habit)).wait_ms
    assert slow > decide(Pause("高压一百五", C.PARTIAL, Patience.SHORT)).wait_ms
    assert slow >= 2_400
    assert decide(Pause("没有", C.COMPLETE, Patience.SHORT, habit)).wait_ms < 620


def test_after_a_cut_in_the_agent_waits_longer_for_a_while() -> None:
    habit = PauseHabit().after_cut_in(540)
    cautious = decide(Pause("没有头晕都挺好的", C.COMPLETE, habit=habit))
    assert 500 < cautious.wait_ms <= 600
    for _ in range(10):
        habit = habit.after_turn()
    later = decide(Pause("没有头晕都挺好的", C.COMPLETE, habit=habit))
    assert 250 < later.wait_ms < 320
    assert PauseHabit().after_cut_in(5_000).caution_ms <= 600


def test_habit_ignores_what_is_no_pause() -> None:
    assert PauseHabit().after(50).after(20_000) == PauseHabit()


def overlap(text: str, **known: object) -> Overlap:
    values: dict[str, object] = {
        "confidence": 0.9, "ended": True, "agent_text": "您最近有没有头晕胸闷", "question_put": False,
        "completeness": C.UNKNOWN, **known,
    }  # fmt: skip
    return Overlap(text, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (overlap("嗯"), Verdict.BACKCHANNEL),
        (overlap("嗯嗯好的"), Verdict.BACKCHANNEL),
        (overlap("好", ended=False), Verdict.UNDECIDED),
        (overlap("好", question_put=True, completeness=C.COMPLETE), Verdict.INTERRUPTION),
        (overlap("没有"), Verdict.INTERRUPTION),
        (overlap("等一下"), Verdict.INTERRUPTION),
        (overlap("你等一下", ended=False), Verdict.INTERRUPTION),
        (overlap("你", ended=False), Verdict.UNDECIDED),
        (overlap("你"), Verdict.UNDECIDED),
        (overlap("停", completeness=C.COMPLETE), Verdict.INTERRUPTION),
        (overlap("", voiced=False), Verdict.NOISE),
        (overlap(""), Verdict.UNDECIDED),
        (overlap("", ended=False), Verdict.UNDECIDED),
        (overlap("药片", confidence=0.05, voiced=False), Verdict.NOISE),
        (overlap("你先等一下", confidence=0.05), Verdict.INTERRUPTION),
        (overlap("有没有头晕"), Verdict.ECHO),
        (overlap("我头晕得厉害"), Verdict.INTERRUPTION),
        (overlap("有头晕", question_put=True, completeness=C.COMPLETE), Verdict.INTERRUPTION),
    ],
)
def test_words_over_the_agent(case: Overlap, verdict: Verdict) -> None:
    assert judge(case) is verdict


def test_two_characters_are_never_called_echo() -> None:
    assert not is_echo("头晕", "您最近有没有头晕")


def speaking() -> BargeIn:
    barge = BargeIn()
    barge.agent_speaks()
    return barge


def test_onset_ducks_and_noise_goes_on() -> None:
    barge = speaking()
    assert barge.onset(100) is Order.DUCK
    assert barge.dismissed() is Order.RESUME
    assert barge.state is Talk.SPEAKING


def test_a_voice_freezes_and_a_backchannel_goes_on() -> None:
    barge = speaking()
    barge.onset(100)
    assert barge.confirmed(180) is Order.FREEZE
    assert barge.words(Verdict.UNDECIDED) is Order.NONE
    assert barge.words(Verdict.BACKCHANNEL) is Order.RESUME


def test_words_stop_the_agent_in_every_state() -> None:
    for steps in ((), ("onset",), ("onset", "confirmed")):
        barge = speaking()
        for step in steps:
            getattr(barge, step)(100)
        assert barge.words(Verdict.INTERRUPTION) is Order.YIELD
        assert barge.state is Talk.IDLE


def test_a_silent_agent_is_not_interrupted() -> None:
    barge = BargeIn()
    assert barge.onset(0) is barge.confirmed(0) is barge.words(Verdict.INTERRUPTION) is Order.NONE


def test_a_frozen_agent_goes_on_when_nobody_speaks() -> None:
    barge = speaking()
    barge.confirmed(100)
    assert barge.tick(500, voice_ms=400) is Order.NONE
    assert barge.tick(700, voice_ms=400) is Order.RESUME


def test_silence_ladder() -> None:
    ladder = SilenceLadder()
    assert ladder.wait_ms(Patience.SHORT) < ladder.wait_ms(Patience.NORMAL) < ladder.wait_ms(Patience.LONG)
    assert ladder.climbed().wait_ms(Patience.LONG) < ladder.wait_ms(Patience.LONG)
    assert ladder.climbed().heard("没有") == ladder
    assert ladder.heard("你等一下我去拿本子").wait_ms(Patience.SHORT) > 20_000
    assert ladder.climbed().climbed().climbed().climbed().exhausted
