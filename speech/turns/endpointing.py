"""End of turn: how long to wait in a pause before answering, and why. Pure.

Old people pause 0.4–2 s inside an answer. Silence alone cannot tell; whether the words answer the ask can, and what
kind of answer the ask wants tells how one usually ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from agent.domain.effects import Patience
from agent.domain.turns import Completeness, Expected
from speech.turns import endings
from speech.turns.endings import characters
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
    expected: Expected = Expected.OPEN


@dataclass(frozen=True, slots=True)
class Wait:
    """Answer when silence has lasted ``wait_ms`` since the voice ended."""

    wait_ms: float
    reason: str


@dataclass(frozen=True, slots=True)
class WaitTable:
    """The waits that the decision starts from."""

    number_ms: float = 250.0
    """What was asked for is there and whole: nothing belongs behind it."""
    pair_ms: float = 290.0
    """Both numbers of a blood pressure; the pulse may come with the same breath."""
    elaborated_ms: float = 280.0
    """An answer with its explanation (没有头晕都挺好); more may come, but seldom does."""
    confirmed_ms: float = 360.0
    """A yes or no to a question that wants nothing else."""
    complete_ms: float = 580.0
    """Old people put 0.2–0.4 s between the clauses of one answer (天天吃，没落过), a voice fades for 0.1 s before it,
    and another 0.1 s goes by until the next is known for a voice: shorter waits cut in."""
    consent_ms: float = 620.0
    """After a bare 行 or 嗯: people like to add a word (行，你说吧), or only draw breath with it."""
    digit_ms: float = 560.0
    """A single figure where the step is patient: a decimal may follow (六…点二)."""
    finished_ms: float = 760.0
    """Does not answer, but ends like a sentence of some length."""
    list_ms: float = 800.0
    """Something was named where more of the kind is usual, or 不对, behind which the right thing comes."""
    measured_ms: float = 800.0
    """A measure is given, though not one that fills the ask (五六根): seldom anything follows."""
    vague_ms: float = 1_100.0
    """七十几: the exact figure may follow."""
    medicine_ms: float = 1_600.0
    """A bare name: the dose, or the next medicine, is looked up in the pause."""
    empty_short_ms: float = 1_600.0
    """A short sound without words was a word, not the beginning of a sentence."""
    partial_ms: float = 1_600.0
    """Something is answered; more of the same kind may come."""
    evening_ms: float = 2_200.0
    """The morning's medicine is told (早上吃氨氯地平), the evening's is not."""
    unknown_ms: float = 2_150.0
    """Words that do not answer what was asked: the answer is still on its way."""
    empty_ms: float = 1_900.0
    half_number_ms: float = 2_150.0
    """A number is there and another is missing: people look it up in the middle."""
    trailing_ms: float = 2_200.0
    hold_ms: float = 3_000.0
    """The resident asked for a moment."""
    most_ms: float = 3_500.0

    def scaled(self, factor: float) -> WaitTable:
        """Every wait longer or shorter by the same factor."""
        return WaitTable(**{wait.name: getattr(self, wait.name) * factor for wait in fields(self)})


ELABORATED_CHARS = 5
SHORT_VOICE_MS = 700.0
SENTENCE_CHARS = 5
SHORT_SENTENCE_CHARS = 3
BARE_NAME_CHARS = 4
_PATIENCE = {Patience.SHORT: 0.8, Patience.NORMAL: 1.0, Patience.LONG: 1.1}
_QUANTITIES = (Expected.NUMBER, Expected.NUMBERS, Expected.DIGITS)
_LISTS = (Expected.LIST, Expected.MEDICINES)
_CLOSED = (Expected.YES_NO, Expected.CONSENT)


def decide(pause: Pause, table: WaitTable | None = None) -> Wait:
    """The wait for this pause, with its reason in words."""
    table = table or WaitTable()
    text = characters(pause.text)
    wait = _asked_to_wait(text, table) or _by_completeness(text, pause, table)
    return Wait(min(wait.wait_ms, table.most_ms), wait.reason)


def _asked_to_wait(text: str, table: WaitTable) -> Wait | None:
    found = endings.moment(text)
    return Wait(table.hold_ms, f"asks for a moment: {found}") if found else None


def _by_completeness(text: str, pause: Pause, table: WaitTable) -> Wait:
    if not text or pause.completeness is Completeness.EMPTY:
        if pause.expected in _CLOSED:
            return Wait(table.list_ms, "no words yet, and one phrase is asked for")
        return Wait(table.empty_short_ms if pause.voice_ms < SHORT_VOICE_MS else table.empty_ms, "no words yet")
    if pause.completeness is Completeness.COMPLETE:
        return _when_complete(text, pause, table)
    if endings.QUESTION.search(text):
        return Wait(table.finished_ms, "asks back")
    more = endings.LINK.search(text) or endings.TOPIC.search(text)
    if more and not _ends_there(text, more.group(), pause.expected):
        return Wait(_at_least(table.trailing_ms, pause.habit), f"announces more: {more.group()}")
    nameless = _nameless(text, pause, table)
    if nameless is not None:
        return nameless
    unknown = endings.NOT_KNOWN.search(text)
    if unknown:
        return Wait(table.complete_ms, f"does not know: {unknown.group()}")
    if pause.expected in _QUANTITIES:
        return _when_number_open(text, pause, table)
    return _when_open(text, pause, table)


def _ends_there(text: str, more: str, expected: Expected) -> bool:
    """What usually announces more is the answer to this kind of ask: 明天下午, 嗯."""
    if expected is Expected.TIME:
        return more in endings.TIME_ENDS
    return expected in _CLOSED and text == more == "嗯"


def _when_number_open(text: str, pause: Pause, table: WaitTable) -> Wait:
    """Quantities are asked for, and not all of them are there."""
    former = _former(text, pause, table)
    if former is not None:
        return former
    if endings.SAME.search(text):
        return Wait(table.finished_ms, "as before, or well")
    if not endings.HAS_NUMBER.search(text):
        refused = endings.REFUSAL.search(text)
        if refused:
            return Wait(table.finished_ms, f"denies: {refused.group()}")
        return Wait(_at_least(table.unknown_ms, pause.habit), "the number is still to come")
    if pause.expected is not Expected.NUMBER:
        return _when_half(text, pause, table)
    if endings.OPEN_NUMBER.search(text):
        return Wait(_at_least(table.unknown_ms, pause.habit), f"the number goes on: {text[-1]}")
    if endings.LITTLE.search(text):
        return Wait(_at_least(table.unknown_ms, pause.habit), "there is some, how much may follow")
    if endings.ABOUT.search(text):
        return Wait(table.vague_ms, "about so many, the exact figure may follow")
    if endings.MEASURED.search(text) or endings.VAGUE.search(text) or endings.CLOSED.search(text):
        return Wait(table.measured_ms, "a measure is given")
    return Wait(_at_least(table.partial_ms, pause.habit), "a number is given, but not what was asked")


def _former(text: str, pause: Pause, table: WaitTable) -> Wait | None:
    if pause.expected not in _QUANTITIES or not endings.FORMER.search(text):
        return None
    return Wait(_at_least(table.partial_ms, pause.habit), "what was is told, what is may follow")


def _nameless(text: str, pause: Pause, table: WaitTable) -> Wait | None:
    if pause.expected is not Expected.MEDICINES or not endings.NAMELESS.search(text):
        return None
    return Wait(table.medicine_ms, "the name is not known, what it looks like may follow")


def _when_half(text: str, pause: Pause, table: WaitTable) -> Wait:
    """A number is there where two or more are asked for."""
    if pause.expected is Expected.DIGITS:
        if len(text) >= endings.IDENTITY_DIGITS and not endings.NOT_DIGITS.search(text):
            return Wait(table.complete_ms, "as many digits as there are")
    elif endings.RESTATED.search(text):
        return Wait(_at_least(table.half_number_ms, pause.habit), "a number is found, another is missing")
    elif endings.BOTH.search(text) or endings.LASTED.search(text):
        return Wait(table.measured_ms, "all of it is told, if not exactly")
    elif endings.SAID_ALL.search(text):
        return Wait(table.finished_ms, "the other number is not known")
    wait_ms = _at_least(table.half_number_ms * _PATIENCE[pause.patience], pause.habit)
    return Wait(wait_ms, "a number is given, another is missing")


def _when_open(text: str, pause: Pause, table: WaitTable) -> Wait:
    """Words that answer in part or not at all, where no quantity is asked for."""
    if endings.HAS.fullmatch(text):
        return Wait(_at_least(table.unknown_ms, pause.habit), "there is something, what it is may follow")
    if endings.CONCEDED.search(text):
        return Wait(_at_least(table.unknown_ms, pause.habit), "what is not so is told, what is may follow")
    if endings.SPELT.search(text):
        return Wait(table.complete_ms, "a name is spelt")
    denial = endings.DENIAL.search(text)
    if denial and (pause.completeness is Completeness.UNKNOWN or pause.expected in _LISTS):
        return Wait(table.finished_ms, f"denies or assures: {denial.group()}")
    if pause.completeness is Completeness.PARTIAL:
        return _when_partial(text, pause, table)
    if pause.expected is Expected.MEDICINES and endings.DESCRIBED.search(text):
        return Wait(_at_least(table.unknown_ms, pause.habit), "a medicine is described, its name may follow")
    closed = endings.CLOSED.search(text)
    if closed and len(text) >= SENTENCE_CHARS:
        return Wait(table.finished_ms * _PATIENCE[pause.patience], f"ends like a sentence: {closed.group()}")
    if len(text) >= SHORT_SENTENCE_CHARS and (endings.SHORT_CLOSED.search(text) or endings.COMPLAINT.search(text)):
        return Wait(table.list_ms, "ends like a short sentence")
    if pause.expected in _CLOSED:
        return Wait(table.list_ms, "does not answer, but one phrase is asked for")
    return Wait(_at_least(table.unknown_ms, pause.habit), "does not answer yet")


def _when_partial(text: str, pause: Pause, table: WaitTable) -> Wait:
    if pause.expected in _LISTS:
        return _when_named(text, pause, table)
    if pause.expected is Expected.CONSENT and endings.AGREED.fullmatch(text):
        return Wait(table.vague_ms, f"a bare {text} may be a yes, or the beginning of it")
    if pause.expected is Expected.TIME and endings.DAY_OPEN.search(text):
        return Wait(_at_least(table.unknown_ms, pause.habit), "the day or the hour is still to come")
    if pause.expected is Expected.TIME:
        given = endings.TIME_GIVEN.search(text)
        return Wait(table.list_ms if given else table.vague_ms, "a time is given, a finer one may follow")
    if pause.expected in (Expected.CHOICE, *_CLOSED):
        return Wait(table.measured_ms, "something is answered, if not all")
    if endings.NUMBER_END.search(text):
        return Wait(_at_least(table.half_number_ms, pause.habit), "a number is given, another is missing")
    if endings.CLOSED.search(text) and len(text) >= SHORT_SENTENCE_CHARS:
        return Wait(table.finished_ms, "something is answered, and ends like a sentence")
    return Wait(_at_least(table.partial_ms, pause.habit), "the ask is partly answered")


def _when_named(text: str, pause: Pause, table: WaitTable) -> Wait:
    """One of a list: another may follow."""
    if endings.MORNING_ONLY.search(text):
        return Wait(table.evening_ms, "the morning is told, the evening may follow")
    if pause.expected is Expected.MEDICINES:
        return _when_medicine_named(text, pause, table)
    bare = len(text) <= BARE_NAME_CHARS and not endings.SINGLE.search(text)
    if bare and pause.completeness is Completeness.PARTIAL:
        return Wait(_at_least(table.partial_ms, pause.habit), "a bare name, another of the kind may follow")
    return Wait(table.list_ms, "something is named, another of the kind may follow")


def _when_medicine_named(text: str, pause: Pause, table: WaitTable) -> Wait:
    missing = endings.medicines_missing(text)
    if missing is not None:
        announced = f"{missing} of the medicines announced are not named yet"
        return Wait(table.trailing_ms if missing > 0 else table.list_ms, announced if missing > 0 else "all are named")
    if endings.DOSED.search(text):
        return Wait(table.list_ms, "a medicine is named, another may follow")
    if endings.DESCRIBED.search(text) or not (endings.NAMED.search(text) or endings.CLOSED.search(text)):
        return Wait(_at_least(table.unknown_ms, pause.habit), "a medicine is described, its name may follow")
    return Wait(table.medicine_ms, "a medicine is named, its dose or another may follow")


def _when_complete(text: str, pause: Pause, table: WaitTable) -> Wait:
    """A whole answer may still announce more (可以，就是…); said alone the same words are the answer (就是).

    What is only a topic (空腹, 今天) announces nothing behind a whole answer: 没测过空腹.
    """
    more = endings.LINK.search(text)
    if more and more.start() > 0 and not _ends_there(text, more.group(), pause.expected):
        return Wait(table.trailing_ms, f"complete, but announces more: {more.group()}")
    if pause.expected is not Expected.TIME and endings.OPEN_NUMBER.search(text):
        paired = pause.expected is Expected.NUMBERS  # 一百九，一百: the second number seldom goes on
        return Wait(table.list_ms if paired else table.partial_ms, f"complete, but the number may go on: {text[-1]}")
    wait = _complete(text, pause, table)
    if pause.habit.caution_ms > wait.wait_ms:
        return Wait(pause.habit.caution_ms, f"{wait.reason}, but this resident was cut in on before")
    return wait


def _complete(text: str, pause: Pause, table: WaitTable) -> Wait:
    """What kind of whole answer it is tells how likely another clause is."""
    told_in_part = _told_in_part(text, pause, table)
    if told_in_part is not None:
        return told_in_part
    if pause.patience is Patience.LONG and endings.SINGLE_DIGIT.search(text):
        return Wait(table.digit_ms, "answered with a single figure")
    if pause.expected is Expected.NUMBER and endings.ROUND_TEN.search(text):
        return Wait(table.digit_ms, "answered with a round number")
    if pause.expected is not Expected.MEDICINES and endings.NUMBER_GIVEN.search(text):
        if endings.PAIR.search(text) and not endings.PULSE.search(text):
            return Wait(table.pair_ms, "both numbers are given")
        return Wait(table.number_ms, "the number is given")
    if endings.AGREED.fullmatch(text) and pause.expected is not Expected.YES_NO:
        return Wait(table.consent_ms, f"answered with a bare {text}")
    if _may_go_on(text, pause):
        return _when_named(text, pause, table)
    if pause.expected is Expected.YES_NO:
        return Wait(table.confirmed_ms, "yes or no is answered")
    if pause.expected is Expected.TIME and endings.DAY_OPEN.search(text):
        return Wait(table.list_ms, "the hour may follow")
    return _answered(text, pause, table)


def _told_in_part(text: str, pause: Pause, table: WaitTable) -> Wait | None:
    """Answers the ask by its form, though the half of it is usually still to come."""
    if endings.CONCEDED.search(text):
        return Wait(_at_least(table.unknown_ms, pause.habit), "what is not so is told, what is may follow")
    open_still = _nameless(text, pause, table) or _former(text, pause, table)
    if open_still is not None:
        return open_still
    if pause.expected is Expected.CHOICE and endings.ONE_OF_TWO.search(text):
        return Wait(_at_least(table.unknown_ms, pause.habit), "now this is told, now that may follow")
    if pause.expected in (Expected.NUMBERS, Expected.MEDICINES) and endings.MORNING_ONLY.search(text):
        return Wait(table.evening_ms, "the morning is told, the evening may follow")
    if endings.HEDGED.search(text):
        wait_ms = table.list_ms if pause.expected is Expected.CHOICE else table.partial_ms
        return Wait(wait_ms, "the rule is told, the exception may follow")
    if pause.expected in (Expected.CHOICE, *_QUANTITIES) and endings.OTHERS.search(text):
        return Wait(table.partial_ms, "somebody else's is told, the own may follow")
    if endings.REFUSED.fullmatch(text) and pause.expected in _CLOSED:
        return Wait(table.list_ms, f"a bare {text}, the right thing may follow")
    return None


def _may_go_on(text: str, pause: Pause) -> bool:
    """Named, not denied, where more of the kind is usual."""
    told = endings.NOT_KNOWN.search(text) or endings.DENIAL.search(text) or endings.COUNTED.search(text)
    if pause.expected is Expected.MEDICINES:
        return not told and endings.NAMED.search(text) is not None
    return not told and (pause.expected is Expected.LIST or endings.MORNING_ONLY.search(text) is not None)


def _answered(text: str, pause: Pause, table: WaitTable) -> Wait:
    """No list and no number: the least that answers is often explained with the next breath."""
    if endings.BARE.fullmatch(text):
        justified = pause.expected is Expected.NUMBER  # 不喝，从来不喝: a no in place of a number
        return Wait(table.consent_ms if justified else table.complete_ms, "the ask is answered")
    if endings.COUNTED.search(text):
        return Wait(table.complete_ms, "the ask is answered")
    if len(text) >= ELABORATED_CHARS:
        return Wait(table.elaborated_ms, "answered and explained")
    if pause.expected in (Expected.CHOICE, Expected.TIME):
        return Wait(table.elaborated_ms, "answered, nothing else is asked")
    return Wait(table.complete_ms, "the ask is answered")


def _at_least(wait_ms: float, habit: PauseHabit) -> float:
    """Longer for a resident who is known to pause longer."""
    return max(wait_ms, habit.long_ms + 150) if habit.count >= 2 else wait_ms
