"""Residents made up from a seed: who they are, what is true of them, and how they say it.

A persona is a dialogue case whose ``expect`` is the truth; the same person can be typed or spoken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from agent.domain.answers import Resident
from agent.domain.effects import Outcome
from evaluation import spoken
from evaluation.cases import DialogueCase, Expectation, Voice

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"
GIVEN = {
    "1": ("建国", "国强", "志明", "德福", "永贵", "长顺", "文军", "金山", "保田", "学礼"),
    "2": ("桂花", "秀英", "玉兰", "淑珍", "凤霞", "素琴", "春梅", "翠莲", "丽华", "月娥"),
}

MEDICINES = (
    ("amlodipine", "氨氯地平"),
    ("amlodipine", "络活喜"),
    ("valsartan", "缬沙坦"),
    ("valsartan", "代文"),
    ("irbesartan", "安博维"),
    ("losartan", "氯沙坦"),
    ("levamlodipine", "施慧达"),
    ("enalapril", "依那普利"),
    ("metoprolol", "倍他乐克"),
    ("nifedipine_gits", "拜新同"),
)

SYMPTOMS = (
    (("1",), ("没有哪儿不舒服", "都挺好的，没啥不舒服", "没有，都没有")),
    (("2",), ("有点头晕", "就是头有点昏", "有时候头晕")),
    (("4",), ("耳朵嗡嗡响", "有点耳鸣")),
    (("8",), ("手脚有点发麻", "就是手发麻")),
    (("9",), ("脚有点肿", "腿有点肿")),
    (("2", "8"), ("头晕，手也发麻",)),
)

WOMEN = ("grandma", "Alicia", "belinda", "Annie", "Andrea", "aunty", "linda", "anika", "steph", "shelby")
"""Voices of women whose name does not begin with f."""

HESITATIONS = ("嗯，", "那个，", "呃，", "我想想啊，")


@dataclass(slots=True)
class Draft:
    """A persona being made: answers by ask, truth by slot."""

    random: Random
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    truth: dict[str, Any] = field(default_factory=dict)

    def say(self, ask: str, *ways: str, **truth: Any) -> None:
        """Answer an ask in one of the ways, asked again in another; all of them mean ``truth``."""
        self.answers[ask] = tuple(self.random.sample(ways, len(ways)))
        self.truth |= truth

    def chance(self, share: float) -> bool:
        """True in ``share`` of the cases."""
        return self.random.random() < share


def persona(seed: int, flow: str, now: datetime, voice: Voice | None = None) -> DialogueCase:
    """The resident of a seed; a voice that is named decides whether it is a man or a woman."""
    random = Random(seed)
    resident = _resident(random, now.date(), voice.name if voice else "")
    draft = Draft(random)
    for habit in HABITS:
        habit(draft)
    _hesitate(draft)
    expect = Expectation(outcome=Outcome.COMPLETED.value, slots=draft.truth)
    answers = {**draft.answers, "_default": ("没有",)}
    return DialogueCase(f"persona-{seed}", flow, now, resident, answers, expect=expect, voice=voice or Voice(seed=seed))


def _resident(random: Random, today: date, voice: str) -> Resident:
    sex = random.choice(("1", "2", "2"))
    if voice:
        sex = "2" if voice[0] == "f" or voice in WOMEN else "1"
    name = random.choice(SURNAMES) + random.choice(GIVEN[sex])
    born = date(today.year - random.randint(63, 86), random.randint(1, 12), random.randint(1, 28))
    phone = "138" + "".join(str(random.randint(0, 9)) for _ in range(8))
    return Resident(name, f"sim-{phone}", sex, born, phone)


def _opening(draft: Draft) -> None:
    draft.say("identity", "哎，我就是", "我是", "是我，你说", "对，我就是")
    draft.say("consent", "行，你说吧", "可以", "好的，你问吧", "方便，你说")


def _pressure(draft: Draft) -> None:
    random = draft.random
    sbp = random.randrange(122, 168, 2)
    dbp = min(random.randrange(70, 98, 2), sbp - 34)
    high, low = spoken.some_way(sbp, random), spoken.some_way(dbp, random)
    ways = [f"高压{high}，低压{low}", f"{high}，{low}", f"上压{high}，下压{low}", f"早上量的，高压{high}，低压{low}"]
    if draft.chance(0.2):
        slip = spoken.colloquial(sbp + 10)
        ways = [f"高压{slip}，不对，是{high}，低压{low}"]
    draft.say("blood_pressure", *ways, sbp=sbp, dbp=dbp)


def _setting(draft: Draft) -> None:
    where, ways = draft.random.choice(
        (
            ("home", ("在家自己量的", "家里量的", "我自己在家量的")),
            ("clinic", ("在卫生室量的", "卫生院大夫给量的")),
            ("pharmacy", ("药店量的", "在药店里量的")),
        )
    )
    draft.say("bp_setting", *ways, bp_setting=where)


def _heart(draft: Draft) -> None:
    rate = draft.random.randint(58, 92)
    way = spoken.numeral(rate)
    if draft.chance(0.2):
        first, *others = draft.answers["blood_pressure"]
        draft.answers["blood_pressure"] = (f"{first}，心跳{way}", *others)
    draft.say("heart_rate", f"{way}", f"一分钟{way}下", f"心跳{way}", heart_rate=rate)


def _symptoms(draft: Draft) -> None:
    codes, ways = draft.random.choice((*SYMPTOMS[:1] * 3, *SYMPTOMS[1:]))
    draft.say("htn_symptoms", *ways, htn_symptoms=list(codes))


def _weight(draft: Draft) -> None:
    random = draft.random
    kilos = random.randint(45, 82)
    if draft.chance(0.6):
        jin = spoken.some_way(kilos * 2, random)
        draft.say("weight_kg_now", f"{jin}斤", f"有{jin}斤", weight_kg_now=kilos)
    else:
        draft.say("weight_kg_now", f"{spoken.numeral(kilos)}公斤", weight_kg_now=kilos)
    height = random.randint(150, 178)
    digits = spoken.digit_by_digit(height)
    draft.say("height_cm", f"一米{digits[1:]}", f"{spoken.numeral(height)}厘米", height_cm=height)


def _smoke(draft: Draft) -> None:
    count, ways = draft.random.choice(
        (
            (0, ("不抽烟", "我不抽", "从来不抽烟")),
            (0, ("不抽烟", "早就不抽了")),
            (10, ("一天半包", "一天抽十根")),
            (20, ("一天一包", "一天抽一包")),
            (5, ("一天五根", "一天抽五根")),
        )
    )
    draft.say("smoke_per_day_now", *ways, smoke_per_day_now=count)


def _alcohol(draft: Draft) -> None:
    liang, ways = draft.random.choice(
        (
            (0, ("不喝酒", "不喝", "一点不喝")),
            (0, ("从来不喝酒", "不喝酒")),
            (2, ("一天二两白酒", "每天喝二两白酒")),
            (1, ("一天一两白酒", "每天喝一两白酒")),
        )
    )
    draft.say("alcohol_liang_now", *ways, alcohol_liang_now=liang)


def _exercise(draft: Draft) -> None:
    random = draft.random
    days, how_often = random.choice(
        ((7, "天天走路"), (7, "每天散步"), (5, "一个礼拜走五天"), (3, "一个礼拜三次"), (4, "一周四次"))
    )
    minutes, how_long = random.choice(
        ((30, "每次半个钟头"), (30, "每次三十分钟"), (60, "每次一个小时"), (40, "每次四十分钟"), (20, "一次二十分钟"))
    )
    draft.say("exercise", f"{how_often}，{how_long}", exercise_per_week_now=days, exercise_minutes_now=minutes)


def _salt(draft: Draft) -> None:
    code, ways = draft.random.choice(
        (("1", ("口轻", "吃得淡", "比较清淡")), ("2", ("一般", "不咸不淡")), ("3", ("口重", "吃得咸", "爱吃咸的")))
    )
    draft.say("salt_now", *ways, salt_now=code)


def _mind(draft: Draft) -> None:
    code, ways = draft.random.choice((("1", ("挺好的", "心情挺好", "还不错")), ("2", ("一般", "一般般"))))
    draft.say("psych_adjust", *ways, psych_adjust=code)
    code, ways = draft.random.choice((("1", ("都照着做了", "做得挺好")), ("2", ("一般", "一般般"))))
    draft.say("compliance_behavior", *ways, compliance_behavior=code)


def _medicines(draft: Draft) -> None:
    medicine, name = draft.random.choice(MEDICINES)
    times, often = draft.random.choice(((1, "一天一次"), (1, "一天一回"), (2, "一天两次")))
    truth = {"id": medicine, "times_per_day": times, "dose_each": 1, "dose_unit": "片"}
    draft.say("medications", f"{name}，{often}，一次一片", f"吃{name}，{often}，每次一片", medications=[truth])


def _adherence(draft: Draft) -> None:
    if draft.chance(0.75):
        draft.say("med_adherence", "天天吃，没落过", "每天都吃", "都按时吃", med_adherence="1")
        return
    draft.say("med_adherence", "有时候会忘", "有时候忘了吃", med_adherence="2")
    draft.say("nonadherence_reason", "记性不好，忘了", "就是忘了", nonadherence_reason=["2"])


def _reaction(draft: Draft) -> None:
    if draft.chance(0.85):
        draft.say("adr", "没有", "没有不舒服", "没什么不舒服", adr="1")
    else:
        draft.say("adr", "吃了有点干咳", "吃了老咳嗽", adr="2")


def _closing(draft: Draft) -> None:
    draft.say("satisfaction_score", "满意", "挺满意的", "很满意")
    draft.say("wants_doctor", "不用了", "没有了，不用")
    draft.say("resident_question", "没有了", "没有")
    draft.say("aux_exam", "没有", "没做过")
    for ask in ("next_call_ok", "yes_no"):
        draft.say(ask, "行", "可以", "好的")
    draft.say("callback_time", "明天上午十点")


def _hesitate(draft: Draft) -> None:
    """Some answers start with a filler, as answers do."""
    for ask in ("blood_pressure", "weight_kg_now", "exercise", "medications"):
        if draft.chance(0.25):
            first, *others = draft.answers[ask]
            draft.answers[ask] = (draft.random.choice(HESITATIONS) + first, *others)


HABITS: tuple[Callable[[Draft], None], ...] = (
    _opening, _pressure, _setting, _heart, _symptoms, _weight, _smoke, _alcohol, _exercise, _salt, _mind,
    _medicines, _adherence, _reaction, _closing,
)  # fmt: skip
