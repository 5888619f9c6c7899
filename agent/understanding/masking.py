"""Which words of an answer count now: past states, other people and withdrawn values are blanked out.

Blanking keeps the length, so that spans stay those of ``Utterance.text``.
"""

from __future__ import annotations

import re

NUMERAL = "零一二三四五六七八九十百两半几\\d"
BLANK = "，"
PAST = re.compile(
    "(?<![跟像比如和同])(?:以前|原来|从前|过去|早先|早些年|前些年|年轻(?:时|的时候|那会)|那会儿?|那时候?|头几年|原先|早年|(?<![饭药觉])之前|当年)(?!的|一样|那样|差不多|那么)"
)
NOW = re.compile("现在|如今|眼下|这阵|这会|目前|这些天|这几天|最近|今年|今天|今儿|今早|后来|这两年")
OTHERS = re.compile(
    "老伴|老头|老婆|老公|儿子|闺女|女儿|媳妇|孙子|他爸|她爸|他爷|我爸|我妈|邻居|家里人|别人|人家|[他她](?=抽|喝|吃|一天)"
)
FIX = re.compile(
    "(?:^|(?<=，))(?:哦|哎|啊|唉|诶|嗯|哎呀|等一?下|等等)*，?(?:不对|不是|错了|没有|哪有|不不|应该是|口误|重说|更正)"
    f"|(?<=[{NUMERAL}])[吗啊呀]?(?:没有|哪有|不是)(?=[{NUMERAL}])"
    f"|(?<=，)(?:等一?下|等等|慢着|哦|噢)，?(?:应该|好像)?是(?=[{NUMERAL}])"
    "|[说讲记看弄搞念读报](?:错|岔|反)了?|不对|我再看看|应该是"
)
"""Words that take back what was just said; 没有 only between a value and its correction."""


_NOT_TODAY = re.compile(
    "(?:这次|这回|今天|今儿|今早|最近|这阵子?|这两天|现在)[^，]{0,4}(?:没|忘了?|没有|没顾上)(?:量|测|称|查|扎|数)"
)
_LAST_TIME = re.compile("上次|上回|上个?月|上礼拜|上周|前阵子?|前些天")


_BEFORE = re.compile(f"(?:我|那|比|可)?上[次回](?:量|测|查|称|都|还|才|可|那个|是)*[的得]?(?:是|才)?[{NUMERAL}]")
_FIGURE = re.compile(f"[{NUMERAL}][点个]?[{NUMERAL}]")
_THIS_TIME = re.compile(f"(?:这[次回]|今天|今儿|今早|现在)[^，]{{0,6}}[{NUMERAL}]")


def blank(text: str, start: int, end: int) -> str:
    """``text`` with a span replaced by pauses."""
    return text[:start] + BLANK * (end - start) + text[end:]


def clauses(text: str) -> list[tuple[int, int]]:
    """Spans between pauses."""
    return [m.span() for m in re.finditer(f"[^{BLANK}]+", text)]


def present(text: str) -> str:
    """Without the clauses that say how it was before (以前高压一百八); 早就戒了 stays."""
    unmeasured = _NOT_TODAY.search(text)
    for start, end in clauses(text):
        clause = text[start:end]
        if unmeasured and _LAST_TIME.search(clause) and not _NOT_TODAY.search(clause):
            text = blank(text, start, end)  # 上次一百六，这次没量
            continue
        if _compared(text, start, end):
            text = blank(text, start, end)  # 六点九，上回是七点四
            continue
        past, now = PAST.search(clause), NOW.search(clause)
        if past and now and past.end() < now.start():  # 以前口重现在淡了, without a pause
            text = blank(text, start, start + now.start())
        if past and not now and not re.search("戒|不抽|不喝|没", clause):
            text = blank(text, start, end)
    return text


def _compared(text: str, start: int, end: int) -> bool:
    """A figure of last time beside one of this time: behind it, or with 这回 said of the other."""
    if not _BEFORE.match(text, start, end):
        return False
    earlier = any(_FIGURE.search(text[slice(*span)]) for span in clauses(text[:start]))
    return earlier or any(_THIS_TIME.search(text[slice(*span)]) for span in clauses(text) if span != (start, end))


def own(text: str, *, always: bool = False) -> str:
    """Without clauses about other people; unless ``always``, only when another clause is about oneself."""
    spans = clauses(text)
    others = [
        s
        for s in spans
        if OTHERS.search(text, *s) and "我" not in text[slice(*s)].replace("我老", "").replace("我儿", "")
    ]
    if not others or (len(others) == len(spans) and not always):
        return text
    for span in others:
        text = blank(text, *span)
    return text


def corrected(text: str) -> str:
    """Without the values that the speaker takes back: 七十二，不对，七十八 keeps the last one."""
    has_value = re.compile(f"[{NUMERAL}]")
    for match in reversed(list(FIX.finditer(text))):
        before, after = text[: match.start()], text[match.end() :]
        if has_value.search(before) and has_value.search(after):
            return blank(text, 0, match.end())
    return text


def fix_points(text: str) -> tuple[int, ...]:
    """Where corrections begin that stand between two values."""
    has_value = re.compile(f"[{NUMERAL}]")
    return tuple(
        m.end() for m in FIX.finditer(text) if has_value.search(text[: m.start()]) and has_value.search(text[m.end() :])
    )
