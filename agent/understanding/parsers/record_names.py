"""Names and the contact's relation. A name is known by sound only: how it is spelled aloud decides the characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.lexicons import Lexicons
from agent.understanding.parsers.record_hits import Hit, after_correction, find_hits, of_whom, split_at_correction
from agent.understanding.parsers.record_numbers import phone_parser
from agent.understanding.parsing import Parser
from agent.understanding.phrases import compile_phrases
from agent.understanding.pinyin import fold, fold_char
from agent.understanding.text import Utterance
from agent.yaml_lines import load_yaml

_HAN = "[一-鿿]"
_DOTTED = re.compile(f"{_HAN}{{1,8}}(?:[·•・]{_HAN}{{1,8}})+")
_FRAME = re.compile(
    "(?:(?:户口[本簿]?|身份证|证件?|本本|存折|社保卡|医保卡|册子)(?:上|里)?(?:头|面)?(?:也|都|就|写|登记|的)*(?:是|叫)|"
    "(?:改|换)(?:成|叫|名叫?|名字叫?)(?:了)?|(?<![不没])叫做?作?|名字是|姓名是?|全名是?|[大本真官]名(?:儿|字)?(?:也|就)?(?:叫做?|是)?|"
    "学名(?:叫|是)?|写的是|登记的是|名字就是)(?:个|那个|这个|的是|嘛|啊)?"
    f"(?P<name>{_HAN}{{2,14}})"
)
_FAMILY = re.compile(f"姓(?P<family>{_HAN})(?=，|叫|名|$|啊|呀|的)")
_GIVEN = re.compile(f"(?:叫|名)(?:字)?(?:是|叫)?(?P<given>{_HAN}{{1,2}})(?=，|$|啊|呀)")
_LEAD = re.compile(
    "^(?:哦|啊|嗯|就|换成|改成|换|改|写成|写|填|登记|记|留|哎|喂|对|是|就是|我就?是|我就叫|免贵|名字|姓名|本人|我|俺|找|打给|联系人?|他|她|有事|有急事|急事|要找|要)+"
)
_SPELT = re.compile(f"(?:的|那个|那)({_HAN}{{1,2}})(?=，|$|啊|呀|嘛)")
_PARENT = "(?<!孩子他)(?<!孩子)(妈妈?|爸爸?|爹|娘(?!家)|父亲|母亲|老娘|老爹|老妈|老爸)"
_SELF = re.compile("^(?:就是|是|找|打)?(?:我|本人)(?:自己|本人)?(?:就行|吧|啊)?$")
_WHICH = re.compile("老[大二三四五六幺]|[大小]的|孩子")


@dataclass(frozen=True, slots=True)
class NameWords:
    """``nlu_data/record_names.yml``, ready to use."""

    surnames: str
    by_sound: Mapping[str, str]
    compounds: frozenset[str]
    spelled: tuple[str, ...]
    relations: re.Pattern[str]
    no_name: re.Pattern[str]
    stop: re.Pattern[str]


def build(nlu_data: Path, lexicons: Lexicons) -> dict[str, Parser]:
    """Parsers of name, contact_name and contact_relation."""
    words = _read(load_yaml(nlu_data / "record_names.yml"))
    relation = _relation_parser(lexicons)
    return {
        "name": _name_parser("name", words),
        "contact_name": _with_phone(_with_other(_name_parser("contact_name", words), relation)),
        "contact_relation": _with_phone(_with_other(relation, _called(_name_parser("contact_name", words)))),
    }


def _read(data: Mapping[str, Any]) -> NameWords:
    surnames = str(data["surnames"])
    by_sound: dict[str, str] = {}
    for surname in surnames:
        by_sound.setdefault(fold_char(surname), surname)
    return NameWords(
        surnames,
        by_sound,
        frozenset(data["compounds"]),
        tuple(data["spelled"]),
        re.compile(f"(?:{data['relations']})(?:的?(?:名字|大名))?(?:就?叫做?|就?是)?"),
        re.compile(data["no_name"]),
        re.compile(data["stop"]),
    )


def _name_parser(slot: str, words: NameWords) -> Parser:
    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        dotted = _DOTTED.search(unicodedata.normalize("NFKC", utterance.raw[:80]))
        if dotted:
            return _filled(slot, re.sub("[•・]", "·", dotted.group()), False, ctx)
        parts = split_at_correction(utterance.text)
        for text in map(_without_the_unwanted, (*(parts[1:] if parts else ()), utterance.text)):
            name, doubtful = _find(text, words, slot == "name")
            if name:
                return _filled(slot, _respelt(name, utterance.text, words), doubtful, ctx)
        if _KEEPS_IT.search(utterance.text):
            return Reading(answer=AnswerKind.REFUSED, complete=True, reason="will not leave a name")
        return Reading()

    return parse


_KEEPS_IT = re.compile(
    "(?:不想|不愿意?|不肯|不打算|不乐意|不能|不好|不方便|不便|莫|甭|别)(?:随便)?(?:留|写|给|填|登|报|说)(?:[他她]|人家|别人|名字|名|姓|给你|你|了|啊|的|哈|吧)*(?:$|，)"
    "|(?:名字?|姓名|姓啥)[^，]{0,3}不(?:给|留|报|说|告诉)"
)
"""别人的名字我不想留."""


def _with_other(parser: Parser, other: Parser) -> Parser:
    """我大儿子，叫赵建军 answers the question for the name and the one for the relation."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        found = parser(utterance, ctx)
        if not found.fills:
            return found
        rest = _without_names(utterance.text, found)
        beside = other(replace(utterance, text=rest), ctx) if rest.strip("，写填记登叫就是吧的嘛啊呀") else Reading()
        return replace(found, fills=(*found.fills, *beside.fills), confirm=found.confirm or beside.confirm)

    return parse


def _with_phone(parser: Parser) -> Parser:
    """周军，电话是幺三九…: the number that is said along."""
    phone = phone_parser("contact_phone")

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        found = parser(utterance, ctx)
        if not found.fills:
            return found
        beside = phone(utterance, ctx)
        doubtful = found.confirm or any(fill.confirm for fill in beside.fills)
        return replace(found, fills=(*found.fills, *beside.fills), confirm=doubtful)

    return parse


def _without_names(text: str, found: Reading) -> str:
    """李小梅 holds no 小妹: the name itself says nothing about the relation."""
    for fill in found.fills:
        if fill.slot == "contact_name" and isinstance(fill.value, str):
            text = text.replace(fill.value, "，" * len(fill.value))
    return _SPELLING.sub(lambda m: "，" * len(m[0]), text)


_SPELLING = re.compile(
    "(?<![^，])(?:那个?|就是|是)?[^，我俺他她]{1,5}(?:的|那个|这个)[^，子儿女孙妻夫妈爸爹娘哥姐弟妹嫂媳婿侄娃友邻人](?=，|$)"
    "|[^，]{0,3}字(?:边|旁|头|底|加)[^，]*|[^，]{1,2}(?:加|带)(?:个|一)[^，]{1,3}(?=，|$)"
)
"""How the characters are written (赵钱孙李的赵, 女字边): no word of a relative."""


def _called(parser: Parser) -> Parser:
    """A name only where it is introduced as one."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        return parser(utterance, ctx) if re.search("叫|名字|大名", utterance.text) else Reading()

    return parse


def _filled(slot: str, name: str, doubtful: bool, ctx: AskContext) -> Reading:
    """The resident's own name has the characters that are on the list when it sounds the same."""
    listed = ctx.resident.name if ctx.resident else ""
    if listed and fold(listed) == fold(name):
        name, doubtful = listed, slot == "contact_name"
    reason = "read back" if doubtful else "characters are known by sound only"
    return Reading((SlotFill(slot, name, 0.8, confirm=doubtful, reason=reason),), confirm=doubtful, complete=True)


def _find(text: str, words: NameWords, own: bool) -> tuple[str, bool]:
    """A name and whether it is doubtful: after 叫, after a relation, or a clause of its own."""
    family = _FAMILY.search(text)
    frames = [f for f in _FRAME.finditer(text) if not re.match("[我你您他她俺咱]", f["name"])]
    for framed in sorted(frames, key=lambda f: _rank(f, text, own)):
        name = _cut(framed["name"], words)
        if not name or words.no_name.search(name):
            continue
        if family and len(name) <= 2 and name[0] != family["family"]:
            return family["family"] + name, False
        return _with_surname(name, words)
    if again := _FAMILY_AGAIN.search(text):  # 我姓李李玉兰
        return _cut(text[again.end() :], words), False
    given = _GIVEN.search(text)
    if family and given and not words.no_name.search(given["given"]):
        return family["family"] + given["given"], False
    for clause in text.split("，"):
        if re.search("的|那个", clause) and not words.relations.search(clause) and not _SPELT_ALONG.search(clause):
            continue
        found = _bare(clause, words)
        if found[0]:
            return found
    return _in_pieces(text, words), False


def _in_pieces(text: str, words: NameWords) -> str:
    """弓长张，秀英，秀气的秀，英雄的英: the family name, the given name, and how that is written."""
    parts = text.split("，")
    for family, given in pairwise(parts):
        named = next((spelled[-1] for spelled in words.spelled if family.endswith(spelled)), "")
        said = {match[1][-1] for match in _SPELT.finditer(text)}
        if named and re.fullmatch(f"{_HAN}{{1,2}}", given) and set(given) <= said:
            return named + given
    return ""


_FAMILY_AGAIN = re.compile(f"姓({_HAN})(?=\\1{_HAN})")
_UNWANTED = re.compile(
    "(?:别|不|莫|甭|不要|不用)(?:写|填|留|登|记|找|打)[^，的]{2,6}，(?:[他她][^，]*，)?(?=[^，]*(?:写|填|留|登|记|找|打))"
)


def _without_the_unwanted(text: str) -> str:
    """不写高德旺了，他耳朵背，写孙丽华: only who is wanted."""
    return _UNWANTED.sub("", text)


_SPELT_ALONG = re.compile(f"{_HAN}{{2,4}}(?:{_HAN}{{1,3}}的{_HAN}){{2}}$")
_PAPER = re.compile("户口|身份证|证|本本|存折|卡|册子")
_FORMAL = re.compile("[大本真官学全]名|登记|写的")
_FORMER = re.compile(
    "原来|以前|从前|小时候|小名|奶名|乳名|外号|绰号|人家|大家|大伙儿?|都(?:喊|管)|平时|屋里|原先|早先|过去|本来"
)
_OF_OTHER = re.compile(
    "[他她佢伊](?:的名字)?(?:就|是)*$|(?:老伴儿?|老头子?|老婆子?|爱人|老公|儿子|闺女|女儿|媳妇|爸|妈|爹|娘|哥|姐|弟|妹|邻居)[^，我]{0,3}$"
)


def _rank(framed: re.Match[str], text: str, own: bool) -> int:
    """The name on paper first, then the formal one; last what one was called before, or another is called."""
    before = text[: framed.start()].rpartition("，")[2]
    other = _OF_OTHER.search(before) is not None
    if own and other:
        return 5
    if not own and re.search("(?:^|，)我(?:自己|嘛|啊|就|的名字)*$", text[: framed.start()]):
        return 5
    if _PAPER.match(framed.group()):
        return 0
    if framed.group()[0] in "改换":
        return 1
    if _FORMAL.match(framed.group()):
        return 2
    return 4 if _FORMER.search(before) else 3


def _with_surname(name: str, words: NameWords) -> tuple[str, bool]:
    """亡德财 -> 王德财, read back: the first character is one that begins no name but sounds like one that does."""
    if name[0] in words.surnames or name[:2] in words.compounds or len(name) > 3:
        return name, False
    if name[0] == "阿":
        return name, True  # 阿芳 is what she is called at home
    surname = words.by_sound.get(fold_char(name[0]))
    return (surname + name[1:], True) if surname else (name, False)


def _bare(clause: str, words: NameWords) -> tuple[str, bool]:
    if any(clause.endswith(spelled) for spelled in words.spelled) or re.match("姓(?!名)", _LEAD.sub("", clause)):
        return "", False
    relations = list(words.relations.finditer(clause))
    related = relations[-1] if relations else None
    rest = clause[related.end() :] if related else _LEAD.sub("", clause)
    if related and not rest.strip("的嘛啊呀呢") and len(before := _LEAD.sub("", clause[: related.start()])) > 1:
        rest = before.removesuffix("是").removesuffix("就")  # 戴小军我儿子
    name = _cut(rest, words)
    if not name or words.no_name.search(clause if not related else rest) or words.relations.fullmatch(name):
        return "", False
    if name[0] in words.surnames or name[:2] in words.compounds:
        return name, False
    surname = words.by_sound.get(fold_char(name[0]))
    if surname and len(name) == 3 and len(name) == len(rest) and not related:
        return surname + name[1:], True
    return "", False


def _cut(words: str, known: NameWords) -> str:
    """Two or three characters, four after a double surname; empty when that is no name."""
    longest = 4 if words[:2] in known.compounds else 3
    spelt = next((n for n in range(2, longest + 1) if _spelt_behind(words, n)), None)
    if spelt:
        return words[:spelt]
    stop = known.stop.search(words, 1)
    name = words[: stop.start()] if stop else words
    if re.match("[老小]", name):
        return ""  # 老李, 小王: no name for a form
    if not re.fullmatch(f"{_HAN}{{2,{longest}}}", name):
        name = name[:longest] if stop is None and len(words) <= longest + 1 and words[:1] not in known.surnames else ""
    return name


def _spelt_behind(words: str, size: int) -> bool:
    """陈玉珍玉石的玉珍珠的珍: the characters of the given name come again, spelled out."""
    name, rest = words[:size], words[size:]
    spelt = re.findall(f"{_HAN}{{1,3}}?的({_HAN})", rest)
    if len(spelt) == size - 1 and set(name[1:]) <= set(spelt):  # 顾丽华美丽的丽中华的华
        return True
    return len(rest) >= 2 * (size - 1) and rest[0] == name[1] and all(char in rest for char in name[1:])


def _respelt(name: str, text: str, words: NameWords) -> str:
    """汪桂花, 三横一竖那个王 -> 王桂花: a character that is spelled aloud replaces one of the same sound."""
    said = "".join(match[1] for match in _SPELT.finditer(text))
    said += "".join(spelled[-1] for spelled in words.spelled if spelled in text)
    letters = list(name)
    for char in said:
        if char in letters:
            continue
        same = next((n for n, letter in enumerate(letters) if fold_char(letter) == fold_char(char)), None)
        if same is not None:
            letters[same] = char
    return "".join(letters)


_WRITE = re.compile(
    "(?:写|填|留|登|记|登记|找|打给|联系|换成|改成|用|报|是|叫)(?:个|上)?(?:我|俺|咱)?(?:们?家)?(?:的|那个?)?$"
)
_NOT_HIM = re.compile(
    "(?:别|不|莫|甭|不要|不用|没法|不能)(?:写|填|留|登|记|找|打|联系|是)(?:给)?(?:我|俺|咱)?(?:们?家)?(?:的|那个?)?$"
)
_NO_USE = re.compile(
    "^(?:他|她|的话|，|是|那|就|又|也|都|早|人|现在|嘛|啊|呢|平时|老)*(?:不行|不中|靠不[上住]|指望不[上着]|不管|不写|不填|不留|不在|没在|走了|死|过世|去世|没了|出差|在外|忙|远|"
    "耳[朵]?|听不|糊涂|痴呆|不识|不会|不认|没(?:得)?(?:手机|电话)|瘫|病|住院|眼睛|顾不)"
)


def _grandchild(text: str, hit: Hit) -> Hit:
    """我大儿子的闺女."""
    of_child = hit.code in {"2", "3"} and re.search(
        "(?:儿子|闺女|女儿|姑娘|老[大二三四五])(?:家)?的$", text[: hit.span[0]]
    )
    return replace(hit, code="4", doubtful=True) if of_child else hit


def _settled(text: str, hits: list[Hit]) -> list[Hit]:
    """本来该写老伴的，他耳朵背，还是写我二闺女: without those who will not do, where another is named."""
    left = [hit for hit in hits if not _NOT_HIM.search(text[: hit.span[0]]) and not _NO_USE.match(text[hit.span[1] :])]
    hits = [_grandchild(text, hit) for hit in left or hits]
    written = [hit for hit in hits if _WRITE.search(text[: hit.span[0]])]
    last = written[-1] if written else None
    if last is None or re.search("(?:本来|原本|原来|上次|以前)[^，]*$", text[: last.span[0]]):
        return hits
    return [replace(last, doubtful=len({hit.code for hit in hits}) > 1)]


_CHILDLESS = re.compile("[没无](?:有)?儿(?:子)?[没无](?:有)?女儿?|[没无](?:有)?儿女")


def _relation_parser(lexicons: Lexicons) -> Parser:
    """What the contact is to the resident, GB/T 4761; the words are those of the caller's relation."""
    codes = {code: words for code, words in lexicons.relations.items() if code.isdigit()}
    codes["5"] = compile_phrases("5", [_PARENT], {})

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = _CHILDLESS.sub(lambda m: "，" * len(m[0]), _SPELLING.sub(lambda m: "，" * len(m[0]), utterance.text))
        hits = _settled(text, of_whom(text, after_correction(text, find_hits(codes, text))))
        if hits:
            doubtful = hits[0].doubtful or len({hit.code for hit in hits}) > 1
            reason = "two relations named" if doubtful else "named"
            fill = SlotFill("contact_relation", hits[0].code, 0.9, hits[0].span, doubtful, reason)
            return Reading((fill,), confirm=doubtful, complete=not doubtful)
        if _SELF.match(text):
            return Reading((SlotFill("contact_relation", "0", 0.8, confirm=True, reason="oneself"),), confirm=True)
        return Reading(confirm=_WHICH.search(text) is not None, reason="who that is, is not said")

    return parse
