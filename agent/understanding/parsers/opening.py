"""Reads the opening of a call: who is speaking, whether we may go on, how a relative belongs to the resident."""

from __future__ import annotations

import re

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.lexicons import Lexicons
from agent.understanding.parsers.yes_no import WEAK, polar
from agent.understanding.parsing import Parser
from agent.understanding.pinyin import fold
from agent.understanding.text import Utterance

_OWN_NAME = re.compile(
    "(?<!不)(?:我|俺|咱)(?:就)?(?:(?:是|叫|系)(?P<name>(?!他|她|你|您|我|俺|本人|的|谁|哪|啥|什)[一-鿿]{2,4})|姓(?P<family>[一-鿿]))(?=，|$|啊|呀|你|呢|嘛)"
)
_RELATION_ORDER = ("8", "4", "6", "5", "7", "1", "3", "2")
"""儿媳妇 before 媳妇, 孙女 before 女: the longer word is looked for first."""
_REVERSED = {
    "reverse_grandchild": "4",
    "reverse_parent": "5",
    "reverse_grandparent": "6",
    "reverse_in_law": "8",
}


def build(lexicons: Lexicons) -> dict[str, Parser]:
    """Parsers of identity, consent, proxy_relation and contact_relation."""
    return {
        "identity": lambda utterance, ctx: _identity(utterance.text, ctx, lexicons),
        "consent": lambda utterance, ctx: _consent(utterance.text, lexicons),
        "proxy_relation": lambda utterance, ctx: _relation(utterance, lexicons),
        "contact_relation": lambda utterance, ctx: _contact(utterance.text, lexicons),
    }


def _answer(kind: AnswerKind, reason: str, *, complete: bool = True) -> Reading:
    return Reading(answer=kind, reason=reason, complete=complete)


def _identity(text: str, ctx: AskContext, lexicons: Lexicons) -> Reading:
    sets = lexicons.opening
    refuses = lexicons.general["refused_surely"].search(text.rpartition("，")[2]) and not sets["proxy"].search(text)
    if refuses or _WHY_TELL.search(text):
        return _answer(AnswerKind.REFUSED, "will not say")
    if _WHO_ELSE.search(text) or _IN_PERSON.search(text):
        return _answer(AnswerKind.SELF, "who else")
    kinds = ((AnswerKind.WRONG_PERSON, "wrong_person"), (AnswerKind.PROXY, "proxy"), (AnswerKind.SELF, "self"))
    for kind, name in kinds[:2]:
        if span := sets[name].search(text):
            return _answer(kind, f"said {text[slice(*span)]}")
    by_name = _by_name(text, ctx)
    if by_name is not None:
        return by_name
    if span := sets["self"].search(text):
        return _answer(AnswerKind.SELF, f"said {text[slice(*span)]}")
    return _identity_polar(text, lexicons)


_IN_PERSON = re.compile("(?:我|俺)(?:就|便)?(?:是|系)(?:他|她|佢)?(?:自己|本人)(?!.{0,2}(?:儿|女|家))")
"""我不是他儿子，我就是他本人."""
_WHO_ELSE = re.compile("不是(?:我|俺|额)还能?是(?:谁|哪个)|除了(?:我|俺)还(?:能|有)")
FETCHES = re.compile(
    "电话(?:拿|递|交)?(?:去|过去)?给(?:他|她|佢|伊|我?(?:爷爷?|奶奶?|爸爸?|妈妈?|爹|娘|外公|外婆|姥姥|姥爷|公公|婆婆|老伴))"
    "|(?:让|叫|喊|等)(?:他|她|佢|伊|老人家?|我?(?:爷爷|奶奶|爸爸?|妈妈?|爹|娘|外公|外婆|姥姥|姥爷|公公|婆婆|老伴))(?:自己|亲自|本人)?(?:来|过来|跟你|和你|同你|接)"
    "|我(?:去|这就去|现在去|马上去)?(?:叫|喊)(?:一?下)?(?:他|她|佢|伊)(?=，|$|来|过来|接|啊)"
)
"""我是她孙子，我把电话给奶奶: the resident will speak in person."""
_WHY_TELL = re.compile("凭(?:啥|什么)(?:要)?告诉")


_CALLED = re.compile(
    "老?(?P<family>[一-鿿])(?:老?[头汉]子?|老太|大[妈娘爷伯叔婶嫂姐哥]|[奶爷]+|婆婆|老师|师傅|阿姨|叔|伯|婶|姨|姐|嫂子?|家的)"
)
"""老于头, 葛大妈: the family name and how people call one."""


_NOT_THE_NAME = re.compile("(?:不是|不叫|不姓|没有?(?:个|叫|这个)?)$")
_ASKS_FOR_IT = re.compile("(?:哪个|什么|啥|谁是|谁叫|找|叫)$(?<!我叫)(?<!俺叫)(?<!就叫)")
"""我不是王桂花; 什么王桂花: the name alone does not say that it is one's own."""


def _by_name(text: str, ctx: AskContext) -> Reading | None:
    """我是王桂花, 我姓赵: compared by sound with the name on the list."""
    name = ctx.resident.name if ctx.resident else ""
    if len(name) >= 2 and (at := fold(text).find(fold(name))) >= 0:
        if _NOT_THE_NAME.search(text[:at]):
            return _answer(AnswerKind.WRONG_PERSON, f"is not {name}")
        if not _ASKS_FOR_IT.search(text[:at]):
            return _answer(AnswerKind.SELF, f"says the name {name}")
        return None
    match = _OWN_NAME.search(text)
    if match is None:
        return None
    said = match.group("name") or match.group("family")
    if not name:
        return _answer(AnswerKind.SELF, "says a name") if match.group("name") else Reading()
    if fold(said.rstrip("啊呀呢嘛哦的")) in (
        fold(name),
        fold(name[1:]),
        fold(name[: len(said)]),
        fold(f"老{name[:1]}"),
    ):
        return _answer(AnswerKind.SELF, f"says the name {said}")
    if (called := _CALLED.fullmatch(said)) and fold(called["family"]) == fold(name[:1]):
        return _answer(AnswerKind.SELF, f"is called {said}")
    if match.group("family"):
        return _answer(AnswerKind.WRONG_PERSON, f"has another family name, {said}")
    return Reading(confirm=True, reason=f"says another name, {said}")


_COME_TO_THE_POINT = re.compile("有(?:啥|什么|甚)?事儿?(?:就|你|快|您)*(?:说|讲)")


def _identity_polar(text: str, lexicons: Lexicons) -> Reading:
    text = _COME_TO_THE_POINT.sub("", text)
    asked = lexicons.opening["who_are_you"]
    text = "，".join(clause for clause in text.split("，") if not asked.search(clause))  # 是，你哪儿的
    if not text:
        return Reading()
    found = polar(text, lexicons)
    if found is None or (found.confidence <= WEAK and not found.alone):
        return Reading()
    kind = AnswerKind.SELF if found.yes else AnswerKind.WRONG_PERSON
    return _answer(kind, found.reason, complete=found.confidence > WEAK)


_INVITES = re.compile(
    "(?<![别再不少])(?:你|您)?(?:问|说|讲|开始|唠|整)(?:吧|嘛|呗|哇|就是|就行|好了|噻|撒|啦|咯)|(?:你|您)(?:尽管|只管|快|就)?(?:问|说|讲)(?=，|$)"
)
"""行，你问吧，我正择菜呢: busy, and willing to talk all the same; after a refusal it takes the refusal back."""
_AGREES = re.compile("(?<![不没谁])(?<!没说)同意(?!不)")
_ANOTHER_TIME = re.compile(
    "再(?:打|来|说|问|聊|讲|联系)|(?:等|过|隔|待)(?:一|半|几|两)?(?:会|下|哈|阵|天|个|我|他|她)|(?:改|换|晚|迟)(?:天|日|点|些|个)|回头|下回|下次|明天|后天|下午|晚上"
)


_YES_FIRST = re.compile(
    "(?:嗯|哦|哎|那|啊|，)*(?:[唠说问讲整来][呗吧嘛哇噻啦]|可以|能?行|能?成|管|好|中|能|同意|没问题|要得|得行)"
    "(?:的|啊|呀|可以|行|好|嘞|呢|吧)*，"
)
_TO_COME = re.compile(
    "没空|没时间|没工夫|不方便|[忙急]|不得[空闲]|得[去走]|[先就]?(?:这样|不说)|马上要|出门|就是[^，]*[没不]"
)
"""可以可以，我爸就在边上坐着呢: agreed, and nothing that keeps one from it."""


_READY = re.compile(
    "(?:^|，|[啊呀哦嘛呢的])(?:行|可以|好|中|成|管|能(?:行|成|了)|得行|要得|没问题|方便|有空)(?=$|[，的啊呀嘛呢了吧嘞哦快问说讲你您恁])"
    "|(?:你|您|恁|侬)(?:问|说|讲)(?=$|[，哇吧嘛呗啊呀说讲问])"
)
_NOT_READY = re.compile(
    "[不没别莫甭冇唔勿弗未谁哪咋么吗骗烦]|怎么|干嘛|干啥|为啥|为什么|啥|等|忙|急|回头|改天|再|算了|转人工|人工|医生|大夫|听$"
)
_NO_MATTER = re.compile(
    "(?<=[问说讲来行成])么(?=$|，)|不(?:耽误|碍事?|影响|要紧|妨)|没(?:事|问题)|你问啥(?:我|俺)(?:说|答)啥|那么|这么|什么都(?:行|可以|能)|急(?:啥|什么)"
)
"""能行，你说哇，手上不耽误: words of leave, and none that could take it back."""


_NOT_MINE = re.compile(
    "(?:我|俺|咱)?(?:家)?(?:儿子|闺女|女儿|老伴儿?|老头子?|老婆子?|媳妇)[^，]{0,3}不(?:同意|愿意|让|许|肯)[^，]*|(?:我|俺)?本来[^，]*"
)
"""我同意，我儿子不同意也不算数; 本来想说不录."""


def _consent(text: str, lexicons: Lexicons) -> Reading:
    sets = lexicons.opening
    if (span := lexicons.yes_no["double_yes"].search(text)) and not sets["later"].search(text[span[1] :]):
        return _answer(AnswerKind.YES, f"said {text[slice(*span)]}")
    willing = (_INVITES.search(text) or _AGREES.search(text)) and not _ANOTHER_TIME.search(text)
    willing = willing or (_YES_FIRST.match(text) and not _TO_COME.search(text))
    if (span := sets["later"].search(text)) and not willing and not _INVITES.search(text, span[1]):
        return _answer(AnswerKind.LATER, f"said {text[slice(*span)]}")
    text = _NOT_MINE.sub(lambda m: "，" * len(m[0]), text)
    if span := sets["of_course"].search(text):
        return _answer(AnswerKind.YES, f"said {text[slice(*span)]}")
    refusals = sets["consent_no"].spans(text)
    if refusals and not (willing and _INVITES.search(text, max(end for _, end in refusals))):
        span = refusals[0]
        return _answer(AnswerKind.NO, f"said {text[slice(*span)]}")
    if _INVITES.search(text) and willing:
        return _answer(AnswerKind.YES, "says to go on")
    if sets["who_are_you"].search(text) and not sets["consent_yes"].search(text):
        return Reading()
    if span := sets["consent_yes"].search(text):
        return _answer(AnswerKind.YES, f"said {text[slice(*span)]}")
    if _READY.search(text) and not _NOT_READY.search(_NO_MATTER.sub("", text)):
        return _answer(AnswerKind.YES, "nothing speaks against it", complete=False)
    found = polar(text, lexicons) if text else None
    if found:
        return _answer(AnswerKind.YES if found.yes else AnswerKind.NO, found.reason, complete=found.confidence > WEAK)
    return Reading()


_WHOSE = re.compile(
    "(?:老太太|老爷子|老人家?|老头子?|老婆婆|奶奶|爷爷|姥姥|姥爷|大爷|大妈|大娘|他|她)的"
    "(?=大?小?二?(?:女儿|闺女|儿|媳妇|孙|外孙|老伴|姑娘|丫头|保姆|邻居|侄|外甥|妹|姐|弟|哥|女婿|护工))"
)
"""我是老太太的女儿: whose daughter, no relation of its own."""


_TAKEN_BACK = re.compile("(?:说|讲|搞|弄|记)(?:错|岔|反|混)了?，")
_I_AM = re.compile(
    "(?<![不说])(?:我|俺|咱)(?:就|可)?(?:是|系)(?:(?:他|她|佢|伊|老人家?|老爷子|老太太)(?:家)?的?|个|[一-鿿]{2,4}的)[^，]{1,6}"
)


_MYSELF = re.compile("(?:我|俺)(?:就|便)?(?:是|系)[^，他她的]{0,4}本人|(?:我|俺)本人|电话(?:拿|转|递|交)?给我了")


def comes_in_person(text: str) -> bool:
    """电话给我了，我就是王桂花本人: from here on the resident speaks."""
    return _MYSELF.search(text) is not None


def said_relation(utterance: Utterance, lexicons: Lexicons) -> tuple[SlotFill, ...]:
    """我是她闺女，她睡觉呢 at the very beginning: who the caller is need not be asked."""
    return _relation(utterance, lexicons).fills if _I_AM.search(utterance.text) else ()


def _relation(utterance: Utterance, lexicons: Lexicons) -> Reading:
    if _MYSELF.search(utterance.text):
        return _answer(AnswerKind.SELF, "the resident has come to the telephone")
    said = _TAKEN_BACK.split(utterance.text)[-1]
    text = _WHOSE.sub(lambda m: "，" * len(m[0]), said.rpartition("不是，")[2])
    offset = len(utterance.text) - len(text)
    sets = lexicons.relations
    if own := _I_AM.search(text):  # 我是她女儿，我家姐出了国: what the speaker is, before whom else he names
        named = [
            (span[0], -span[1], n, code)
            for n, code in enumerate(_RELATION_ORDER)
            if (span := sets[code].search(own[0]))
        ]
        if named:
            first = min(start for start, *_ in named)
            start, end, _, code = min((n for n in named if n[0] <= first + 2), key=lambda n: n[2])
            return _relation_fill(code, (start + own.start(), own.start() - end), offset, text)
    for name, code in _REVERSED.items():
        if span := sets[name].search(text):
            return _relation_fill(code, span, offset, text)
    child = sets["reverse_child"].search(text)
    rest = text if child is None else text[: child[0]] + " " * (child[1] - child[0]) + text[child[1] :]
    for code in ("2", "3") if child else _RELATION_ORDER:
        if span := sets[code].search(rest):
            return _relation_fill(code, span, offset, text)
    if child:
        return Reading(confirm=True, reason="a child of the resident: son or daughter is not said")
    return Reading()


def _contact(text: str, lexicons: Lexicons) -> Reading:
    """The resident says what the contact is to him: 他是我儿子 is a son."""
    sets = lexicons.relations
    named = (("5", "contact_parent"), ("6", "contact_grandparent"), *((code, code) for code in _RELATION_ORDER))
    found = [(span[0], -span[1], code) for code, name in named if (span := sets[name].search(text))]
    if not found:
        return Reading()
    start, end, code = min(found)
    return _relation_fill(code, (start, -end), 0, text)


def _relation_fill(code: str, span: tuple[int, int], offset: int, text: str) -> Reading:
    where = (span[0] + offset, span[1] + offset)
    fill = SlotFill("contact_relation", code, 0.95, where, reason=f"said {text[slice(*span)]}")
    return Reading((fill,), reason=fill.reason, complete=True)
