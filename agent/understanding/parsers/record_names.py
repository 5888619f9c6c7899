"""Names and the contact's relation. A name is known by sound only: how it is spelled aloud decides the characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.lexicons import Lexicons
from agent.understanding.parsers.record_hits import after_correction, find_hits, of_whom, split_at_correction
from agent.understanding.parsing import Parser
from agent.understanding.phrases import compile_phrases
from agent.understanding.pinyin import fold, fold_char
from agent.understanding.text import Utterance
from agent.yaml_lines import load_yaml

_HAN = "[一-鿿]"
_DOTTED = re.compile(f"{_HAN}{{1,8}}(?:[·•・]{_HAN}{{1,8}})+")
_FRAME = re.compile(
    f"(?:(?<!不)叫做?作?|名字是|姓名是?|全名是?|大名(?:儿)?(?:叫做?|是)?|学名(?:叫|是)?|写的是|登记的是|名字就是)(?:个)?(?P<name>{_HAN}{{2,14}})"
)
_FAMILY = re.compile(f"姓(?P<family>{_HAN})(?=，|叫|名|$|啊|呀|的)")
_GIVEN = re.compile(f"(?:叫|名)(?:字)?(?:是|叫)?(?P<given>{_HAN}{{1,2}})(?=，|$|啊|呀)")
_LEAD = re.compile(
    "^(?:哦|啊|嗯|就|换成|改成|换|改|写成|写|填|登记|记|留|哎|喂|对|是|就是|我就?是|我就叫|免贵|名字|姓名|本人|我|俺|找|打给|联系人?|他|她)+"
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
    return {
        "name": _name_parser("name", words),
        "contact_name": _with_other(_name_parser("contact_name", words), _relation_parser(lexicons)),
        "contact_relation": _with_other(_relation_parser(lexicons), _called(_name_parser("contact_name", words))),
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
        for text in (*(parts[1:] if parts else ()), utterance.text):
            name, doubtful = _find(text, words)
            if name:
                return _filled(slot, _respelt(name, utterance.text, words), doubtful, ctx)
        return Reading()

    return parse


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


def _find(text: str, words: NameWords) -> tuple[str, bool]:
    """A name and whether it is doubtful: after 叫, after a relation, or a clause of its own."""
    family = _FAMILY.search(text)
    frames = [f for f in _FRAME.finditer(text) if not re.match("[我你您他她俺咱]", f["name"])]
    for framed in sorted(frames, key=lambda f: "大名" not in f.group() and "学名" not in f.group()):
        name = _cut(framed["name"], words)
        if not name or words.no_name.search(name):
            continue
        if family and len(name) <= 2 and name[0] != family["family"]:
            return family["family"] + name, False
        return _with_surname(name, words)
    given = _GIVEN.search(text)
    if family and given and not words.no_name.search(given["given"]):
        return family["family"] + given["given"], False
    for clause in text.split("，"):
        if re.search("的|那个", clause) and not words.relations.search(clause):
            continue
        found = _bare(clause, words)
        if found[0]:
            return found
    return "", False


def _with_surname(name: str, words: NameWords) -> tuple[str, bool]:
    """亡德财 -> 王德财, read back: the first character is one that begins no name but sounds like one that does."""
    if name[0] in words.surnames or name[:2] in words.compounds or len(name) > 3:
        return name, False
    surname = words.by_sound.get(fold_char(name[0]))
    return (surname + name[1:], True) if surname else (name, False)


def _bare(clause: str, words: NameWords) -> tuple[str, bool]:
    if any(clause.endswith(spelled) for spelled in words.spelled) or re.match("姓(?!名)", _LEAD.sub("", clause)):
        return "", False
    relations = list(words.relations.finditer(clause))
    related = relations[-1] if relations else None
    rest = clause[related.end() :] if related else _LEAD.sub("", clause)
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


def _relation_parser(lexicons: Lexicons) -> Parser:
    """What the contact is to the resident, GB/T 4761; the words are those of the caller's relation."""
    codes = {code: words for code, words in lexicons.relations.items() if code.isdigit()}
    codes["5"] = compile_phrases("5", [_PARENT], {})

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = _SPELLING.sub(lambda m: "，" * len(m[0]), utterance.text)
        hits = of_whom(text, after_correction(text, find_hits(codes, text)))
        if hits:
            doubtful = hits[0].doubtful or len({hit.code for hit in hits}) > 1
            reason = "two relations named" if doubtful else "named"
            fill = SlotFill("contact_relation", hits[0].code, 0.9, hits[0].span, doubtful, reason)
            return Reading((fill,), confirm=doubtful, complete=not doubtful)
        if _SELF.match(text):
            return Reading((SlotFill("contact_relation", "0", 0.8, confirm=True, reason="oneself"),), confirm=True)
        return Reading(confirm=_WHICH.search(text) is not None, reason="who that is, is not said")

    return parse
