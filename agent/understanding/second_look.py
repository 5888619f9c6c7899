"""A second look at an answer of several clauses: whose and which time's words count, and whether its parts agree.

What one clause says alone is set beside what all of them were taken to mean. Where they differ, the value is read
back: 自己能吃，就是要煮得烂烂的 may be heard either way, and one question costs less than a wrong record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from agent.domain.answers import Reading, SlotFill, SlotValue
from agent.understanding.masking import BLANK, FIX, NOW, OTHERS, PAST, blank, clauses
from agent.understanding.parsers.standing import withdrawn
from agent.understanding.text import Utterance

Read = Callable[[str], Reading]

OF_OTHERS = frozenset(
    {
        "identity", "proxy_relation", "contact_name", "contact_phone", "contact_relation", "family_father",
        "family_mother", "family_sibling", "family_child", "genetic_disease", "marital", "sex", "name",
    }
)  # fmt: skip
"""Asks whose answers are about other people, or name them."""
OF_EARLIER = frozenset(
    {
        "past_disease", "surgery", "trauma", "transfusion", "drug_allergy", "exposure", "disability", "birth_date",
        "education", "occupation", "callback_time", "id_card_no", "phone", "days_since_discharge", "resident_type",
    }
) | OF_OTHERS  # fmt: skip
"""Asks about what was, where 以前 is the answer."""
ADDED_UP = frozenset(
    {
        "staple_g_now", "alcohol_liang_now", "smoke_per_day_now", "exercise_minutes_now", "exercise_per_week_now",
        "aecopd_count", "angina_freq_per_week", "ntg_use",
    }
)  # fmt: skip
"""Slots whose parts are told one by one."""
FREE = frozenset({"adr_text", "insulin_usage"})
"""Slots that keep words: a part of them is no other value."""
_EARLIER = re.compile(
    f"{PAST.pattern}|[早前头][几两三]年|[一二两三四五六七八九十几]+年前|往年|前年|去年|旧年|(?<!年)头年|旧时|上个?月|上礼拜|上个?星期|上周|(?<!头)上一?[回次]|前一?阵|那阵|那年|住院"
    "[^，]{0,2}(?:时|那|的)|老早(?!就)|本来|先前|前些|老家|乡下|老屋|[前昨]天|昨[儿晚夜]|寻日|琴日"
)
_NOW = re.compile(
    f"{NOW.pattern}|这(?:个?礼拜|个?月|[次回会歇边]|一年)|城里|而家|今[晨朝日]|依家|眼目前|这歇|格歇|后头|后首|往后|打那|从那|那以后"
)
_OTHERS = re.compile(
    f"{OTHERS.pattern}|老太|老倌|屋里[人头的他她]|老汉|隔壁|对门|邻舍|街坊|同事|亲家|[我俺咱](?:家|屋里|们家)?(?:姐|妹|哥|弟|娘|爹|爷|奶|婆|囡|仔|孙)"
    "|[他她伊佢](?=[一-鿿])|(?:爸|妈)(?!，|你|您)"
)
_SINCE_LAST = re.compile("前几天|上个?月|上个?礼拜|上周|前一?阵|[一二两]个?月前|半个月前|前些天|前天|昨天")
"""Attacks since the last visit count, also where none came afterwards."""
_HELPS = re.compile("[给帮替陪喂扶搀量测带搭接把管]|伺候|照顾")
"""闺女帮着搓背: somebody is named, yet it is about the resident."""
_THAT_WAS = re.compile("(?:哎|哦|啊|喔|唉|诶)?(?:不对|不是|错了|弄错了)?[那这]个?(?:都|还)?(?:是|得)")
_ME = re.compile(
    "(?:我|俺|咱|阿拉|自己|自家)(?!们?家|们?村|屋|老|爱人|儿|闺|女|妈|爸|爹|娘|媳|姐|妹|哥|弟|爷|奶|婆|囡|仔|孙|说的?是)"
)


_NOT_BUT = re.compile(
    "(?:^|(?<=，))(?:[我他她这那]|哎|哦)?(?:可|并)?不是[^，]{1,10}，(?:[^，]{1,8}，)?(?=[我俺他她那这]?(?:就|应该)?是[^，])"
)
"""不是俺儿，儿靠不上，是俺亲弟弟."""


def second_look(ask: str, utterance: Utterance, reading: Reading, read: Read) -> Reading:
    """``reading``, corrected to what is the resident's own and of now, and read back where its clauses disagree."""
    if (
        ask in _MEASURED_NOW
        and reading.fills
        and _LAST_YEAR.search(utterance.text)
        and not _SINCE.search(utterance.text)
    ):
        return Reading(confirm=True, reason="measured last year or before: what is it now?")
    if len(clauses(utterance.text)) < 2 or reading.answer is not None:
        return reading
    for counts in _counting(ask, utterance.text):
        own = read(counts)
        if own.fills and _values(own) != _values(reading):
            return own.read_back("only what is said of now, or of oneself, counts")
    if not reading.fills or reading.confirm or all(fill.confirm for fill in reading.fills):
        return reading
    doubted = any(_disagree(reading.fills, read(part), utterance.text) for part in _parts(utterance.text))
    return reading.read_back("one part of the answer says something else") if doubted else reading


_MEASURED_NOW = frozenset({"blood_pressure", "heart_rate", "fpg", "pbg_2h", "spo2", "body_temperature"})
_LAST_YEAR = re.compile(
    "去年|前年|旧年|[早前头][几两三]年|[一二两三四五六七八九十几]+年前|年轻(?:时|的时候|那)|(?:住院|刚(?:得病|查出))[^，]{0,3}那[阵会时年]"
)
_SINCE = re.compile(
    f"{_NOW.pattern}|这[次回天两几]|[昨前]天|昨[晚儿]|刚才|刚刚|早上|上午|中午|下午|晚上|礼拜|星期|上个?月|我(?:的)?是"
)


def _counting(ask: str, text: str) -> Iterator[str]:
    """The words without those about others, and without those about earlier days, where both kinds are there."""
    text = withdrawn(text) if ask.endswith("_symptoms") else text
    if (meant := _NOT_BUT.sub(lambda m: BLANK * len(m[0]), text)) != text:
        yield meant
    if ask.startswith("adl_"):
        own = _without_states_of_others(_turned_down(text))
    else:
        own = text if ask in OF_OTHERS else _without(text, _OTHERS, _ME, _HELPS)
    now = (
        own
        if ask in OF_EARLIER or (ask == "hypoglycemia" and _SINCE_LAST.search(own))
        else _without(own, _EARLIER, _NOW)
    )
    if now != text:
        yield now


_STATE_OF_ANOTHER = re.compile(
    "^(?:我|俺|咱)?(?:们?家)?(?:里|的|那个?|这个?)?老?(?:老伴儿?|老头子?|老太婆|老婆子?|老公|妈|爸|爹|娘|婆婆|公公|哥|姐|弟|妹|邻居|隔壁[^，]{0,3})呢?"
    "(?:倒是?|才|可|就|是|都|得|要|需要|一直|早就?|现在|前年|去年|[一二两三四五几]年前)*[^，帮给替让喂扶自]{0,3}?"
    "(?:卧床|瘫|得人|要人|靠人|人[喂扶帮伺]|坐轮椅|躺|起不来|下不了|失禁|尿裤|尿床|不能自理|中风)"
)
_ONESELF = re.compile("(?:我|俺|咱)(?:自己|自个|倒|可|吃|走|穿|洗|能|都|还|是|没|不)|自己|自个")


def _without_states_of_others(text: str) -> str:
    """老伴得要人喂，我自己吃饭没问题: where others help it is the resident's; what others cannot do is not."""
    spans = clauses(text)
    others = [span for span in spans if _STATE_OF_ANOTHER.search(text[slice(*span)])]
    rest = [span for span in spans if span not in others]
    if not others or not any(_ONESELF.search(text[slice(*span)]) for span in rest):
        return text
    for span in others:
        text = blank(text, *span)
    return text


_OFFER = re.compile(
    "[^，]*(?:要|想|非|抢着|老是?|总是?|说)(?:来|给|去|着)?(?:帮|喂|扶|搀|替|给)[^，]*，(?:我|俺)?(?:可|就|都|偏|坚决)?(?:不让|没让|不要|不肯|没要|不乐意|不答应|不干|谢了)"
)


def _turned_down(text: str) -> str:
    """闺女老要帮我洗澡，我不让: help that is not taken."""
    return _OFFER.sub(lambda m: BLANK * len(m[0]), text)


def _without(text: str, off: re.Pattern[str], on: re.Pattern[str], unless: re.Pattern[str] | None = None) -> str:
    """Clauses from ``off`` up to the next ``on`` are blanked; all stay where there is not one of each."""
    counts = True
    marks: list[tuple[int, int, bool, bool]] = []
    for start, end in clauses(text):
        clause = text[start:end]
        last_on = max((m.start() for m in on.finditer(clause)), default=-1)
        if last_on >= 0:
            counts = True
        elif off.search(clause) and not (unless and unless.search(clause)):
            counts = False
            if _THAT_WAS.match(clause):  # 脚肿，哎不是，那是去年的事了: what stands before is meant
                marks = [(begin, stop, False, named) for begin, stop, _, named in marks]
        marks.append((start, end, counts, last_on >= 0))
    if not any(named for *_, named in marks) or all(kept for _, _, kept, _ in marks):
        return text
    for number, (start, end, kept, _) in enumerate(marks):
        echoed = number > 1 and not marks[number - 1][2] and any(mark[2] for mark in marks[: number - 1])
        if not kept or (echoed and _NOT_I.fullmatch(text, start, end)):
            text = blank(text, start, end)
    return text


_NOT_I = re.compile("(?:但是?|可)?(?:我|俺|咱)(?:自己|可|倒是?|就|都|是)*(?:没有?|没得|冇|莫得|没这[个病]+)[的啊呀]*")
"""有糖，冠心病是我老伴的，我没有: only of the last."""


def _parts(text: str) -> Iterator[str]:
    """Every clause alone, at its place."""
    spans = clauses(text)
    for span in spans:
        alone = text
        for start, end in spans:
            alone = alone if (start, end) == span else blank(alone, start, end)
        yield alone


def _disagree(fills: tuple[SlotFill, ...], part: Reading, text: str) -> bool:
    whole = {fill.slot: fill.value for fill in fills}
    told = [fill for fill in part.fills if fill.slot in whole and fill.slot not in FREE]
    return any(not _fits(fill, whole[fill.slot], text) for fill in told)


def _fits(fill: SlotFill, whole: SlotValue, text: str) -> bool:
    """A part that is less of the same: some of a list, none of it beside some, one meal of a day."""
    part = fill.value
    if part == whole:
        return True
    turned = _OTHERS.search(text) or _EARLIER.search(text)
    if isinstance(part, tuple) and isinstance(whole, tuple):
        less = {getattr(item, "id", item) for item in part} <= {getattr(item, "id", item) for item in whole}
        return less or (part == ("1",) and not turned)
    if fill.slot in ADDED_UP and isinstance(part, (int, float)) and isinstance(whole, (int, float)):
        return 0 <= part < whole and not FIX.search(text) and not turned
    return False


def _values(reading: Reading) -> dict[str, SlotValue]:
    return {fill.slot: fill.value for fill in reading.fills}
