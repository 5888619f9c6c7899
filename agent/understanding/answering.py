"""What an answer to one ask means: the parser of the ask, a second look at its clauses, then the general answers."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.domain.answers import AnswerKind, AskContext, Reading
from agent.understanding.asks import PROBE_ASK, slots_of
from agent.understanding.general import asks_to_repeat, general_answer
from agent.understanding.hearing import settled
from agent.understanding.knowledge import Knowledge
from agent.understanding.lexicons import Lexicons
from agent.understanding.outright import outright
from agent.understanding.parsing import Parser
from agent.understanding.repair import Repaired
from agent.understanding.second_look import second_look
from agent.understanding.text import Utterance
from agent.understanding.values import tables

_AMOUNT = re.compile("[二三四五六七八九十百两几]|一[百米十斤]|\\d")
_VARIES = re.compile("没有?个?[准定](?:数|儿|头|谱|时候)?|不一定|看情况|说不准")
_ASKED_BACK = re.compile("(?<=[得清道住])几|几(?=[^，]{0,3}(?:不知道|晓?不得|不晓得|[记说讲]不|不清|不记得))")
"""记不得几回了: no number is said."""


def heard(ask: str, utterance: Utterance, repaired: Repaired, ctx: AskContext, knowledge: Knowledge) -> Reading:
    """The reading of the words as written, or as they were probably said."""
    reading = read_answer(ask, utterance, ctx, knowledge)
    if ask == "identity" and reading.answer is not None:
        return reading  # 我是牟世琼: a name is compared by its sound, as it is written
    if repaired.changes or repaired.doubts:
        meant = replace(utterance, text=repaired.text)
        reading = settled(reading, read_answer(ask, meant, ctx, knowledge), repaired)
    return knowledge.said_before.doubted(ask, utterance.text, reading)


def read_answer(ask: str, utterance: Utterance, ctx: AskContext, knowledge: Knowledge) -> Reading:
    """What the words as they stand mean as an answer to ``ask``; nothing is repaired or guessed."""
    words = knowledge.proxy.as_the_resident(utterance.text, ask, ctx)
    utterance = replace(utterance, text=knowledge.dialect.standard(words))
    if not utterance.text or knowledge.instructions.search(utterance.text):
        return Reading()
    if ask not in _NO_ECHO and _asks_again(utterance.text, knowledge):
        return Reading(answer=AnswerKind.REPEAT, complete=True, reason="asks to hear it again")
    parser = knowledge.parsers.get("yes_no" if ask.startswith(PROBE_ASK) else ask)
    reading = _parsed(ask, utterance, parser, ctx, knowledge.lexicons) if parser else Reading()
    if reading.answer is AnswerKind.UNKNOWN and knowledge.lexicons.general["refused"].search(utterance.text):
        return Reading(answer=AnswerKind.REFUSED, complete=True, reason="will not say")
    if reading.fills or reading.answer is not None:
        return reading
    return _without_value(ask, utterance, reading, knowledge)


def _without_value(ask: str, utterance: Utterance, reading: Reading, knowledge: Knowledge) -> Reading:
    """No value was read: whether the words refuse, do not know, or ask to hear it again."""
    kind = general_answer(utterance, ask, knowledge.lexicons, unread=not reading.confirm)
    if kind is None and ask in _DIGITS and knowledge.lexicons.general["refused"].search(utterance.text):
        kind = AnswerKind.REFUSED  # 身份证号电话里我不想说，回头去卫生院再登记
    if ask == "consent" and kind is AnswerKind.REFUSED:
        kind = AnswerKind.NO  # who will not be asked has not consented
    as_answer = kind is AnswerKind.REPEAT and reading.confirm and not asks_to_repeat(utterance, knowledge.lexicons)
    if (
        kind is AnswerKind.UNKNOWN
        and reading.confirm
        and _measured(ask)
        and _AMOUNT.search(_ASKED_BACK.sub("", utterance.text))
    ):
        return reading  # 一米五几吧，记不准: something is known
    if kind is AnswerKind.UNKNOWN and reading.confirm and _measured(ask) and _VARIES.search(utterance.text):
        return reading  # 走得少，也没个准数: it differs, and can be asked
    if kind is None and _owns_up(reading, utterance, ask, knowledge):
        return Reading(answer=AnswerKind.UNKNOWN, complete=True, reason="does not know")
    if kind is not None and not as_answer:  # 耳背 may be an answer and no request
        return Reading(answer=kind, complete=True, reason="general answer")
    return reading


def _parsed(ask: str, utterance: Utterance, parser: Parser, ctx: AskContext, lexicons: Lexicons) -> Reading:
    def again(text: str) -> Reading:
        return parser(replace(utterance, text=text), ctx)

    reading = outright(ask, utterance.text, parser(utterance, ctx), again, lexicons)
    return second_look(ask, utterance, reading, again)


_DIGITS = frozenset({"id_card_no", "phone", "contact_phone"})
_NO_ECHO = frozenset({"mmrc", "disability", "identity", "consent"})
"""Asks where 没听见 or 跟不上 may be told beside the answer."""


def _asks_again(text: str, knowledge: Knowledge) -> bool:
    """受过啥？听不清，你再说一遍: echoes of the question are no answer."""
    if len(text) > _LAST_WORD or len(_AMOUNT.findall(text.replace("几", ""))) > 1:
        return False
    return knowledge.lexicons.general["repeat_surely"].search(text) is not None


_LAST_WORD = 30
"""So long may an answer be that comes down to 不知道."""


def _owns_up(reading: Reading, utterance: Utterance, ask: str, knowledge: Knowledge) -> bool:
    """针是老伴打的，打几个单位我不知道: much is said, yet the answer is not known."""
    text = utterance.text
    if not reading.confirm or ask in ("medications", "smoke_per_day_now") or len(text) > _LAST_WORD:
        return False
    if _AMOUNT.search(text.replace("几", "")):
        return False
    return knowledge.lexicons.general["not_known"].search(text) is not None


def _measured(ask: str) -> bool:
    return any(slot in tables().ranges for slot in slots_of(ask))
