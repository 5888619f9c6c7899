"""Which words of an answer count now: past states, other people and withdrawn values are blanked out.

Blanking keeps the length, so that spans stay those of ``Utterance.text``.
"""

from __future__ import annotations

import re
from itertools import pairwise

NUMERAL = "零一二三四五六七八九十百两半几\\d"
BLANK = "，"
PAST = re.compile(
    "(?<![跟像比如和同])(?:以前|原来|从前|过去|早先|早些年|前些年|年轻(?:时|的时候|那会)|那会儿?|那时候?|头几年|原先|早年|(?:刚做完|做完|刚出|手术)[^，]{0,5}那(?:[几两三]天|几日|阵子?|会儿?|段)|(?<![饭药觉])之前|当年)(?!的|一样|那样|差不多|那么)"
)
NOW = re.compile("现在|如今|眼下|这阵|这会|目前|这些天|这几天|最近|今年|今天|今儿|今早|后来|这两年")
OTHERS = re.compile(
    "老伴|老头|老婆|老公|那口子|屋里的|当家的|儿子|闺女|女儿|媳妇|孙子|他爸|她爸|他爷|我爸|我妈|邻居|弟弟|妹妹|哥哥|姐姐|家里人|别人|人家|[他她](?=抽|喝|吃|一天)"
)
FIX = re.compile(
    "(?:^|(?<=，))(?:哦|哎|啊|唉|诶|嗯|哎呀|等一?下|等等)*，?(?:不对|不是|错了|没有|哪有|不不|应该是|口误|重说|更正)"
    "|(?:^|(?<=，))(?:哦|哎|啊|唉|噢)?不(?:行|成|中)(?=，)"
    f"|(?<=[{NUMERAL}])[吗啊呀]?(?:没有|哪有|不是)(?=[{NUMERAL}])"
    f"|(?<=，)(?:等一?下|等等|慢着|哦|噢)，?(?:应该|好像)?是(?=[{NUMERAL}])"
    "|[说讲记看弄搞念读报](?:错|岔|反)了?|不对|我再看看|应该是"
)
"""Words that take back what was just said; 没有 only between a value and its correction."""


_NOT_TODAY = re.compile(
    "(?:这次|这回|今天|今儿|今早|最近|这阵子?|这两天|现在)[^，]{0,4}(?:没|忘了?|没有|没顾上)(?:量|测|称|查|扎|数)"
)
_LAST_TIME = re.compile("上次|上回|上个?月|上礼拜|上周|前阵子?|前些天")


_BEFORE = re.compile(
    f"(?:我|那|比|可)?上(?:[次回]|一?个?(?:礼拜|星期|周|月))(?:量|测|查|称|都|还|才|可|那个|是)*[的得]?(?:是|才)?[{NUMERAL}]"
)
_FIGURE = re.compile(f"[{NUMERAL}][点个]?[{NUMERAL}]")
_THIS_TIME = re.compile(f"(?:这(?:[次回]|一?个?(?:礼拜|星期|周|月))|今天|今儿|今早|现在)[^，]{{0,6}}[{NUMERAL}]")


def blank(text: str, start: int, end: int) -> str:
    """``text`` with a span replaced by pauses."""
    return text[:start] + BLANK * (end - start) + text[end:]


def clauses(text: str) -> list[tuple[int, int]]:
    """Spans between pauses."""
    return [m.span() for m in re.finditer(f"[^{BLANK}]+", text)]


_SINCE = re.compile(f"{NOW.pattern}|自打|自从|打从|从打|那以后|打那")
"""Where an account of earlier days comes to the present."""
_TOLD_TO = re.compile(
    "(?:大夫|医生|护士|医院|社区|你们|闺女|儿子|女儿|孩子|老伴)[^，]{0,3}(?:让|叫|要求|规定|嘱咐|建议|劝|喊|催)(?:我|俺|咱)"
)
_NOT_DONE = re.compile(
    "(?:我|俺|咱)?(?:也|都|可|哪|就|真|实在)*(?:做|办|坚持|达|走|动|吃|喝|戒|听|管|控制)[^，]{0,2}不(?:到|了|住|来|下)|没(?:照|听|做到|当回事)|(?:我|俺)哪|^哪[^，]{0,4}(?:得|到|了|住|下来)|^(?:可|就|都)?(?:减|戒|少|改|控)不(?:了|下来|掉|动|住)"
)
_NOT_THIS = re.compile(
    f"(?<!是)不是[{NUMERAL}点个]+[^，{NUMERAL}]{{0,2}}，?(?=(?:我|那|而|应该|说的)?就?是[^，]{{0,3}}[{NUMERAL}])"
)
"""高压不是一百六十二，是一百二十六."""
_STARTLED = re.compile("吓(?:了|我|人|俺|得)*一大?跳|吃了一惊|愣了一下")
"""十七点二，吓我一跳: no number."""
_NOT_THAT = re.compile(
    f"(?<=[{NUMERAL}])[^，{NUMERAL}]{{0,2}}，(?:可|才|并)?不是[{NUMERAL}点个]+[^，{NUMERAL}]{{0,2}}(?=，|$)"
)
"""是九十八，不是八十八."""
_WAS_THEN = re.compile(
    f"(?:^|(?<=，))(?:那个?|这个?|你说的?|刚才(?:那个?)?)?(?:是)?[{NUMERAL}点个]+[^，{NUMERAL}]{{0,4}}(?:那个?|都)?是(?:我|俺)?"
    "(?:上[次回]|去年|前年|头年|头两年|往年|以前|原来|早先|年轻)[^，]*"
    f"|(?:^|(?<=，))(?:刚才)?(?:给你)?[说讲报念写记]成[{NUMERAL}点个]+[^，{NUMERAL}]{{0,4}}(?=，|$)"
)
"""六点四是上回的, 十根是去年: whose time is told behind it; 说成六两了 was said wrongly."""
_MEASURED_FOR = re.compile("[量测扎查称数]|给|帮|看|[说念读讲问]")
_MINE = re.compile("(?:我|俺|咱)(?!们?家|们?村|老|爱人|儿|闺女|女儿|妈|爸|爹|娘|媳妇)")


def present(text: str) -> str:
    """Without the clauses that say how it was before (以前高压一百八), what was only ordered, or another's figures.

    早就戒了 stays.
    """
    text = _WAS_THEN.sub(lambda m: BLANK * len(m[0]), _STARTLED.sub(lambda m: BLANK * len(m[0]), text))
    text = _NOT_THAT.sub(lambda m: BLANK * len(m[0]), _NOT_THIS.sub(lambda m: BLANK * len(m[0]), text))
    text = _done(_told_up_to_now(_own_figures(_others_figures_behind(text))))
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


def _told_up_to_now(text: str) -> str:
    """早先口重，离了咸菜不吃饭，自打查出来才改的: all before 自打 is of earlier days."""
    spans = clauses(text)
    first = next((n for n, span in enumerate(spans) if PAST.search(text[slice(*span)])), None)
    if first is None or NOW.search(text[slice(*spans[first])]):
        return text
    later = range(first + 1, len(spans))
    since = next((n for n in later if _SINCE.search(text[slice(*spans[n])])), None)
    return text if since is None else blank(text, spans[first][0], spans[since][0])


def _own_figures(text: str) -> str:
    """老头子一百七，他那个老高了，我是一百二十八: what is told of another before 我 is not the speaker's."""
    spans = clauses(text)
    other = next((n for n, span in enumerate(spans) if _figure_of_another(text[slice(*span)])), None)
    if other is None:
        return text
    mine = next((n for n in range(other + 1, len(spans)) if _MINE.match(text, spans[n][0])), None)
    return text if mine is None else blank(text, spans[other][0], spans[mine][0])


_OF_THE_OTHER = re.compile(
    f"^(?:[我俺咱]?(?:老伴|老头子?|老婆子?|弟弟?|儿子|闺女|邻居)|他|她)(?:的|那个|呢)*(?:才|都|倒|可|是|有|就|高|得)*[{NUMERAL}]"
)


def _others_figures_behind(text: str) -> str:
    """高压一百四十二，低压八十一，俺老头子那个高，他一百七: what is told of another behind one's own figures."""
    seen = False
    for start, end in clauses(text):
        if seen and _OF_THE_OTHER.match(text[start:end]) and not _MEASURED_FOR.search(text[start:end]):
            text = blank(text, start, end)
        seen = seen or bool(re.search(f"[{NUMERAL}]", text[start:end]))
    return text


def _figure_of_another(clause: str) -> bool:
    who = OTHERS.search(clause)
    return who is not None and bool(re.search(f"[{NUMERAL}]", clause)) and not _MEASURED_FOR.search(clause)


def _done(text: str) -> str:
    """大夫让我一天走一个小时，我做不到，…: an order that is not followed is no habit."""
    spans = clauses(text)
    for (start, end), (after, stop) in pairwise(spans):
        if _TOLD_TO.search(text, start, end) and _NOT_DONE.search(text, after, stop):
            text = blank(text, start, stop)
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
        if OTHERS.search(text, *s)
        and "我" not in text[slice(*s)].replace("我老", "").replace("我儿", "").replace("我家", "")
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
