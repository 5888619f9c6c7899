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


@dataclass(frozen=True, slots=True)
class Wait:
    """Answer when silence has lasted ``wait_ms`` since the voice ended."""

    wait_ms: float
    reason: str


@dataclass(frozen=True, slots=True)
class WaitTable:
    """The waits that the decision starts from."""

    complete_ms: float = 460.0
    """Old people put 0.2–0.4 s between the clauses of one answer (天天吃，没落过); shorter waits cut in."""
    complete_long_ms: float = 500.0
    """A complete answer where the step is patient: a second number or another medicine may follow."""
    consent_ms: float = 560.0
    """After a bare 行 or 好: people like to add a word (行，你说吧)."""
    finished_ms: float = 700.0
    """Not known to be complete, but ends like a sentence."""
    unknown_ms: float = 1_000.0
    partial_ms: float = 900.0
    """Something is answered; more of the same kind may come."""
    half_number_ms: float = 1_500.0
    """A number is there and another is missing: people look it up in the middle."""
    trailing_ms: float = 1_700.0
    empty_ms: float = 1_300.0
    hold_ms: float = 3_000.0
    """The resident asked for a moment."""
    most_ms: float = 3_500.0


_PUNCTUATION = re.compile(r"[\s，。！？、；：,.!?;:…]+")
_HOLD = re.compile(r"(等一下|等一会|等会儿?|等等|稍等|我想想|让我想|想一想|我看看|看一下|去拿|找一下|找找)$")
_MORE = re.compile(
    r"(还有|还要|另外|然后|后来|再就是|再有|(?<![我他她它那这])就是|就是说|那个|这个|但是|不过|可是|因为|所以|如果|和|跟|或者|"
    r"比如|大概|好像|差不多|可能|反正|嗯|呃|额|啊这|高压|低压|上压|下压|收缩压|舒张压|空腹|饭后|餐后|早上|中午|晚上|"
    r"心率|心跳|脉搏|体重|一天|每天|一次|每次|吃的是|吃的|叫|叫做|我的|我是|是)$"
)
_CONSENT = re.compile(r"(哎|诶|嗯)?(行|好|好的|中|成|可以|要得|没问题|行行|好好)")
_ENDS_IN_NUMBER = re.compile(r"[一二三四五六七八九十百零两\d]$")
_OPEN_NUMBER = re.compile(r"[百千万点零]$")
_CLOSED = re.compile(r"(了|吧|呢|的|呀|嘛|哦|吗|过|没有|谢谢|啦|喽|不知道|不清楚|忘了)$")
_PATIENCE = {Patience.SHORT: 0.8, Patience.NORMAL: 1.0, Patience.LONG: 1.3}


def decide(pause: Pause, table: WaitTable | None = None) -> Wait:
    """The wait for this pause, with its reason in words."""
    table = table or WaitTable()
    text = _PUNCTUATION.sub("", pause.text)
    wait = _asked_to_wait(text, table) or _by_completeness(text, pause, table)
    return Wait(min(wait.wait_ms, table.most_ms), wait.reason)


def _asked_to_wait(text: str, table: WaitTable) -> Wait | None:
    found = _HOLD.search(text)
    return Wait(table.hold_ms, f"asks for a moment: {found.group()}") if found else None


def _by_completeness(text: str, pause: Pause, table: WaitTable) -> Wait:
    factor = _PATIENCE[pause.patience]
    if not text or pause.completeness is Completeness.EMPTY:
        return Wait(table.empty_ms * factor, "no words yet")
    more = _MORE.search(text)
    if pause.completeness is Completeness.COMPLETE:
        return _when_complete(text, more, pause, table)
    if more:
        return Wait(_at_least(table.trailing_ms * factor, pause.habit), f"announces more: {more.group()}")
    if pause.completeness is Completeness.PARTIAL:
        half = _ENDS_IN_NUMBER.search(text)
        wait_ms = (table.half_number_ms if half else table.partial_ms) * factor
        reason = "a number is given, another is missing" if half else "the ask is partly answered"
        return Wait(_at_least(wait_ms, pause.habit), reason)
    closed = _CLOSED.search(text)
    if closed:
        return Wait(table.finished_ms * factor, f"ends like a sentence: {closed.group()}")
    return Wait(_at_least(table.unknown_ms * factor, pause.habit), "not known whether more comes")


def _when_complete(text: str, more: re.Match[str] | None, pause: Pause, table: WaitTable) -> Wait:
    """A whole answer may still announce more (可以，就是…); said alone the same words are the answer (就是)."""
    if more and more.start() > 0 and more.group() not in ("是", "嗯", "一次", "一天", "每天"):
        return Wait(table.trailing_ms, f"complete, but announces more: {more.group()}")
    if _OPEN_NUMBER.search(text):
        return Wait(table.unknown_ms, f"complete, but the number may go on: {text[-1]}")
    if _CONSENT.fullmatch(text):
        return Wait(max(table.consent_ms, pause.habit.caution_ms), f"answered with a bare {text}")
    usual_ms = table.complete_long_ms if pause.patience is Patience.LONG else table.complete_ms
    if pause.habit.caution_ms > usual_ms:
        return Wait(pause.habit.caution_ms, "the ask is answered, but this resident was cut in on before")
    return Wait(usual_ms, "the ask is answered")


def _at_least(wait_ms: float, habit: PauseHabit) -> float:
    """Longer for a resident who is known to pause longer."""
    return max(wait_ms, habit.long_ms + 150) if habit.count >= 2 else wait_ms
