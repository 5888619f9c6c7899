"""End of turn: how long to wait in a pause before answering, and why. Pure.

Old people pause 0.4–2 s inside an answer. Silence alone cannot tell; whether the words answer the ask can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agent.domain.effects import Patience
from agent.domain.turns import Completeness
from speech.turns.habit import PauseHabit


@dataclass(frozen=True, slots=True)
class Pause:
    """The situation when the resident has stopped speaking."""

    text: str
    """Words of the turn so far."""
    completeness: Completeness
    patience: Patience = Patience.NORMAL
    habit: PauseHabit = field(default_factory=PauseHabit)
    voice_ms: float = 10_000.0
    """From the first voice of the turn to its last."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Answer when silence has lasted ``wait_ms`` since the voice ended."""

    wait_ms: float
    reason: str


@dataclass(frozen=True, slots=True)
class WaitTable:
    """The waits that the decision starts from."""

    number_ms: float = 250.0
    """The number asked for is there and whole: nothing belongs behind it."""
    pair_ms: float = 440.0
    """Both numbers of a blood pressure: the third on the display, the pulse, often comes with the same breath."""
    elaborated_ms: float = 300.0
    """An answer with its explanation (没有头晕都挺好); more may come, but seldom does."""
    complete_ms: float = 450.0
    """Old people put 0.2–0.4 s between the clauses of one answer (天天吃，没落过); shorter waits cut in."""
    consent_ms: float = 660.0
    """After a bare 行 or 嗯: people like to add a word (行，你说吧), or only draw breath with it."""
    digit_ms: float = 560.0
    """A single figure where the step is patient: a decimal may follow (六…点二)."""
    list_ms: float = 820.0
    """Something was named where the step is patient: another medicine or complaint may follow."""
    finished_ms: float = 760.0
    """Does not answer, but ends like a sentence of some length."""
    partial_ms: float = 1_450.0
    """Something is answered; more of the same kind may come."""
    unknown_ms: float = 1_900.0
    """Words that do not answer what was asked: the answer is still on its way."""
    evening_ms: float = 1_450.0
    """The morning's medicine is told (早上吃氨氯地平), the evening's is not."""
    half_number_ms: float = 1_500.0
    """A number is there and another is missing: people look it up in the middle."""
    trailing_ms: float = 2_100.0
    measured_ms: float = 880.0
    """A measure is given, though not one that fills the ask (五六根): seldom anything follows."""
    empty_ms: float = 1_900.0
    empty_short_ms: float = 1_200.0
    """A short sound without words was a word, not the beginning of a sentence."""
    hold_ms: float = 3_000.0
    """The resident asked for a moment."""
    most_ms: float = 3_500.0


_PUNCTUATION = re.compile(r"[\s，。！？、；：,.!?;:…]+")
_HOLD = re.compile(r"(等一下|等一会|等会儿?|等等|稍等|我想想|让我想|想一想|我看看啊?|看一下|去拿|找一下|找找)$")
_MORE = re.compile(
    r"(还有|还要|另外|然后|后来|再就是|再有|(?<![我他她它那这])就是|就是说|那个|这个|但是|不过|可是|因为|所以|如果|和|跟|或者|"
    r"比如|大概|好像|差不多|可能|反正|那就|嗯|呃|额|啊这|没有?别的|叫什么来着|高压|低压|上压|下压|收缩压|舒张压|[上下]面|[上下]边|[高低]的|空腹|饭后|餐后|"
    r"两小时|一米|心率|心跳|脉搏|体重|身高|血糖|血压|有时候?|偶尔|平时|一般|以前|最近|昨天|今天|刚才|早上|早晨|上午|中午|下午|晚上|"
    r"一天|每天|一次|每次|一个?星期|每周|吃的是|(?<![时天都在没])吃的|叫|叫做|我的|我是|是)$"
)
_BARE_YES = re.compile(r"(哎|诶|嗯)?(行|好|好的|中|成|要得|没问题|行行|好好)|可以|嗯+|啊|哦")
_NEVER_MORE = ("是", "嗯", "一次", "一天", "每天", "晚上")
"""Words of ``_MORE`` that also end an answer."""
_NUMBER = r"一二三四五六七八九十百零两半点幺\d"
_ENDS_IN_NUMBER = re.compile(rf"[{_NUMBER}]$")
_NUMBER_GIVEN = re.compile(
    rf"[{_NUMBER}]个?(下|斤|公斤|千克|厘米|公分|片|粒|颗|根|支|包|两|克|度|分|岁|号|日|单位|分钟|小时|盒|顿|杯|瓶|米|左右)?$"
)
_PAIR = re.compile(rf"低压|舒张压|下压|下面|低的|百[{_NUMBER}]+十[{_NUMBER}]*(?<!百)[二三四五六七八九]十")
_PULSE = re.compile(r"心跳|心率|脉搏")
_OPEN_NUMBER = re.compile(r"([百千万点]|[百千万]零)$")
_SINGLE_DIGIT = re.compile(rf"(?<![{_NUMBER}])[一二三四五六七八九两\d]$")
_CLOSED = re.compile(r"(了|吧|呢|的|呀|嘛|哦|吗|过|没有|谢谢|啦|喽)$")
_NOT_KNOWN = re.compile(r"(不知道|不清楚|忘了|记不清了?|记不得了?|记不住|不记得了?|说不上来?|说不准|没量过?|没测过?)$")
_COUNTED = re.compile(r"(天|次|回|趟|顿)$")
"""How often, behind which how long or how much comes: 一个礼拜五天，每次半小时."""
_DENIAL = re.compile(r"(没|不(?![多少太大怎常])|都挺?好|还行|还好|挺好|正常)")
_FILLER = re.compile(r"^(嗯|呃|额|哎|诶|唉|哦|啊|那个|这个|就是说?)+")
_MEASURED = re.compile(rf"[{_NUMBER}]个?(根|支|包|两|斤|克|片|粒|颗|公斤|厘米|度|下|分钟|小时)$")
_MORNING_ONLY = re.compile(r"早上?.*吃(?!.*晚)")
ELABORATED_CHARS = 5
SHORT_VOICE_MS = 700.0
SENTENCE_CHARS = 5
_PATIENCE = {Patience.SHORT: 0.8, Patience.NORMAL: 1.0, Patience.LONG: 1.3}


def decide(pause: Pause, table: WaitTable | None = None) -> Wait:
    """The wait for this pause, with its reason in words."""
    table = table or WaitTable()
    text = _PUNCTUATION.sub("", pause.text)
    wait = _asked_to_wait(text, table) or _by_completeness(text, pause, table)
    return Wait(min(wait.wait_ms, table.most_ms), wait.reason)


def without_filler(text: str) -> str:
    """The words behind 嗯, 呃, 那个 at the beginning."""
    return _FILLER.sub("", _PUNCTUATION.sub("", text))


def _asked_to_wait(text: str, table: WaitTable) -> Wait | None:
    found = _HOLD.search(text)
    return Wait(table.hold_ms, f"asks for a moment: {found.group()}") if found else None


def _by_completeness(text: str, pause: Pause, table: WaitTable) -> Wait:
    if not text or pause.completeness is Completeness.EMPTY:
        return Wait(table.empty_short_ms if pause.voice_ms < SHORT_VOICE_MS else table.empty_ms, "no words yet")
    more = _MORE.search(text)
    if pause.completeness is Completeness.COMPLETE:
        return _when_complete(text, more, pause, table)
    if more:
        return Wait(_at_least(table.trailing_ms, pause.habit), f"announces more: {more.group()}")
    unknown = _NOT_KNOWN.search(text)
    if unknown:
        return Wait(table.complete_ms, f"does not know: {unknown.group()}")
    if _MEASURED.search(text):
        return Wait(table.measured_ms, "a measure is given")
    denial = _DENIAL.search(text)
    if denial and (pause.completeness is Completeness.UNKNOWN or pause.patience is Patience.LONG):
        return Wait(table.finished_ms, f"denies or assures: {denial.group()}")
    return _when_open(text, pause, table)


def _when_open(text: str, pause: Pause, table: WaitTable) -> Wait:
    """Words that answer in part or not at all."""
    factor = _PATIENCE[pause.patience]
    if pause.completeness is Completeness.PARTIAL and _ENDS_IN_NUMBER.search(text):
        wait_ms = _at_least(table.half_number_ms * factor, pause.habit)
        return Wait(wait_ms, "a number is given, another is missing")
    if pause.completeness is Completeness.PARTIAL and pause.patience is Patience.LONG:
        if _MORNING_ONLY.search(text):
            return Wait(table.evening_ms, "the morning is told, the evening may follow")
        return Wait(table.list_ms, "something is named, another of the kind may follow")
    if pause.completeness is Completeness.PARTIAL:
        return Wait(_at_least(table.partial_ms, pause.habit), "the ask is partly answered")
    closed = _CLOSED.search(text)
    if closed and len(text) >= SENTENCE_CHARS:
        return Wait(table.finished_ms * factor, f"ends like a sentence: {closed.group()}")
    return Wait(_at_least(table.unknown_ms, pause.habit), "does not answer yet")


def _when_complete(text: str, more: re.Match[str] | None, pause: Pause, table: WaitTable) -> Wait:
    """A whole answer may still announce more (可以，就是…); said alone the same words are the answer (就是)."""
    if more and more.start() > 0 and more.group() not in _NEVER_MORE:
        return Wait(table.trailing_ms, f"complete, but announces more: {more.group()}")
    if _OPEN_NUMBER.search(text):
        return Wait(table.digit_ms + table.complete_ms, f"complete, but the number may go on: {text[-1]}")
    wait = _complete(text, pause.patience, table)
    if pause.habit.caution_ms > wait.wait_ms:
        return Wait(pause.habit.caution_ms, f"{wait.reason}, but this resident was cut in on before")
    return wait


def _complete(text: str, patience: Patience, table: WaitTable) -> Wait:
    """What kind of whole answer it is tells how likely another clause is."""
    if patience is Patience.LONG and _SINGLE_DIGIT.search(text):
        return Wait(table.digit_ms, "answered with a single figure")
    if _NUMBER_GIVEN.search(text):
        if _PAIR.search(text) and not _PULSE.search(text):
            return Wait(table.pair_ms, "both numbers are given")
        return Wait(table.number_ms, "the number is given")
    if _BARE_YES.fullmatch(text):
        return Wait(table.consent_ms, f"answered with a bare {text}")
    if (
        _NOT_KNOWN.search(text) is None
        and patience is Patience.LONG
        and not _DENIAL.search(text)
        and not _COUNTED.search(text)
    ):
        if _MORNING_ONLY.search(text):
            return Wait(table.evening_ms, "the morning is told, the evening may follow")
        return Wait(table.list_ms, "answered, another of the kind may follow")
    if len(text) >= ELABORATED_CHARS and not _COUNTED.search(text):
        return Wait(table.elaborated_ms, "answered and explained")
    return Wait(table.complete_ms, "the ask is answered")


def _at_least(wait_ms: float, habit: PauseHabit) -> float:
    """Longer for a resident who is known to pause longer."""
    return max(wait_ms, habit.long_ms + 150) if habit.count >= 2 else wait_ms
