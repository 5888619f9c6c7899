"""Grooming and dressing of the self-care form: for which part is whose help needed, clause by clause.

The codes follow from that: help with the bath alone is 1, with some of it 3, with all of it 7 or 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from agent.domain.answers import Reading, SlotFill
from agent.understanding.masking import clauses

_WHO = (
    "(?:别人|人家|旁人|人|老伴儿?|老头子?|老婆子?|老公|老太婆|闺女|女儿|姑娘|丫头|儿子|儿媳妇?|媳妇儿?|孙子|孙女|孩子|女婿|"
    "弟弟|保姆|护工|护理员|阿姨|家里人?|家人|我(?!自|一个人|各人)们?|俺(?!自)|我妈|我爸|他爸|她妈|谁)"
)
_DO = "(?:帮|喂|扶|搀|搭|伺候|照顾|照应|弄|搓|擦|穿|脱|套|洗|梳|提|系|扣|递|给|看着|盯|守|陪)"
_NO_HELP = re.compile(
    f"(?:不|没|甭|莫|无需|未)(?:用|要|需要|必|靠|让|叫|麻烦|劳)(?:着)?{_WHO}{{0,2}}(?:管|{_DO})?|{_WHO}?(?:也|都)?不(?:用|要|需|劳|麻烦){_WHO}?"
    f"|没(?:得|有)?人{_DO}|(?:谁|哪个)(?:也|都)?不(?:用|要|靠)"
)
_ALL = re.compile(
    f"(?:全部?|完全|样样|一律|统统|都|整个)(?:都|得|要|是|靠|由|归|让|指着|指望|等着)*(?:别的?)?{_WHO}|(?:全|都)(?:得)?(?:靠|指着|指望){_WHO}?"
    f"|(?:一样|一点儿?|啥|什么|哪样|半点)(?:都|也|(?=弄))(?:弄|干|做|动|穿|洗|帮)?不(?:了|来|成|会|能|行)|动(?:都)?(?:动)?不了|(?<!谁)不(?:会|能)(?:自己)?(?:穿|洗|弄)(?:衣|脸|了|，|$)|(?:自己|自个)(?:完全|根本|压根|一点儿?|半点|啥|什么)?(?:都|也)?(?:弄|穿|洗|做|动)?不(?:了|来|成|会|能|行)(?!的)"
    f"|{_WHO}(?:给|替|帮)(?:我|他|她)?(?:全|都)?(?:包|代)|(?:自己|自个)[^，]{{0,4}}[伸抬拿举使]不(?:上|了|起|动)|^(?:全|都|样样)(?:都)?不(?:行|中|成)了?$"
    f"|^(?:衣裳|衣服|穿衣|都|也|现在)*(?:得|要|靠|等着?){_WHO}给(?:我|他|她)?穿(?=，|$|的)"
)
_SOME = re.compile(
    f"(?:得|要|需要|靠|让|叫|喊|等|由|归|是|有|离不了|少不了|全凭)(?:有|个)?{_WHO}.{{0,5}}?(?:{_DO}|来|手|一把|一下)|{_WHO}[^，自]{{0,4}}?(?:得|要|会|都)?(?:给|替|帮|来)(?:我|他|她|着)?{_DO}?|递(?:到|给)|(?:弄|洗|穿)一(?:些|部分|点|半)"
    "|搭(?:一)?把手|帮(?:一)?(?:把|下|忙|着|个|衬|手)|协助|(?:够|摸|弯|抬|蹲|扣|系|套|拉|提)不(?:着|到|下|起|上|住|去|了)|(?:得|要)(?:有)?人(?=，|$|的)|(?:要|得)人"
)
_SELF = re.compile(
    "自己|自个|各人|独立|没问题|(?<!不)(?:能|会|行|可以|利索|利落|麻利)(?!不)|照(?:样|常)|难不倒|不费劲|穿得上|弄得好|扣得上"
)
_EASY = re.compile("不成问题|不是问题|不在话下|小菜一碟|[三两]下[两五]下|(?<!没)(?<!不)穿(?:好|上)了?$")
_ALONE = re.compile("自理|样样(?:都)?(?:能|行|会)")
_DARES_NOT = re.compile("不敢|不能|不会|不行|不了|不成")
_EXCEPT = re.compile("除(?:了|开|脱)[^，]{1,6}")
_BATH = re.compile("澡|搓背|擦背|擦身|洗身|后背|背(?![心包])|泡脚")
_OTHERS = re.compile("脸|牙|头|梳|剃|刮|样样|全|都|一样|啥|什么|生活")
_WHOLE = re.compile("衣.*(?:全|都|统统|样样|通通|一概)")
_PART = re.compile("鞋|袜|扣|裤|袖|上衣|毛衣|外套|棉袄|拉链|腰带|后背|胸罩|头上|套头")


class _Need(IntEnum):
    UNSAID = 0
    NONE = 1
    SOME = 2
    ALL = 3


@dataclass(frozen=True, slots=True)
class _Part:
    need: _Need
    words: str


def _needs(text: str) -> list[_Part]:
    return [_Part(_need(text[a:b]), text[a:b]) for a, b in clauses(text)]


def _need(clause: str) -> _Need:
    if _ALONE.search(clause) or _EASY.search(clause):
        return _Need.NONE
    rest = _NO_HELP.sub("，", clause)
    if _EXCEPT.match(rest) or (_BATH.search(rest) and not _OTHERS.search(rest) and _DARES_NOT.search(rest)):
        return _Need.SOME
    if _ALL.search(rest):
        return _Need.ALL
    if _SOME.search(rest):
        return _Need.SOME
    if rest != clause or _SELF.search(rest):
        return _Need.NONE
    return _Need.UNSAID


def grooming(text: str) -> int | None:
    """0 by oneself, 1 help with the bath, 3 partly helped, 7 all done by others; None when it is not said."""
    parts = _needs(text)
    bath: list[_Need] = []
    rest: list[_Need] = []
    bathing = False
    for part in parts:
        named = _BATH.search(part.words) is not None
        bathing = (named and not _OTHERS.search(part.words)) or (
            bathing and not named and not _OTHERS.search(part.words)
        )
        (bath if bathing else rest).append(part.need)
    if _Need.ALL in rest:
        return 7
    if _Need.SOME in rest:
        return 3
    if bath and max(bath) >= _Need.SOME:
        return 1
    return 0 if _Need.NONE in (*bath, *rest) else None


def dressing(text: str) -> int | None:
    """0 by oneself, 3 partly helped, 5 all done by others; None when it is not said."""
    parts = _needs(text)
    whole = [p for p in parts if not _PART.search(p.words) or _WHOLE.search(p.words)]
    if any(p.need is _Need.ALL for p in whole) and not any(p.need is _Need.NONE for p in whole):
        return 5
    if any(p.need >= _Need.SOME for p in parts):
        return 3
    return 0 if any(p.need is _Need.NONE for p in parts) else None


def weigh(ask: str, text: str) -> Reading | None:
    """The code of grooming or dressing where the answer says who helps with what; None elsewhere."""
    parts = {"adl_grooming": grooming, "adl_dressing": dressing}.get(ask)
    code = parts(text) if parts else None
    if code is None:
        return None
    return Reading((SlotFill(ask, code, 0.9, (0, len(text)), reason="who helps with what"),), complete=True)
