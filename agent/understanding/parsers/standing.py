"""What of an answer in words stands: what is taken back, asked back, told of others or of earlier days does not.

Every blanking keeps the length. What is left is read; where nothing is left that can be read, the whole is, and is
read back. A refusal or 不知道 beside it counts when nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.domain.answers import AnswerKind, AskContext, Reading
from agent.understanding.masking import BLANK, NUMERAL, blank, clauses, present
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

Step = Callable[[str], str]

_SIGH = "(?:哦|噢|哎呀?|哟|啊|唉|诶|嗯|呃|嗨|嗐|不|那个|等等|慢着)*"
_TAKEN_BACK = re.compile(
    f"(?<=，){_SIGH}(?:不对|不是|错了|弄错了?|[说讲]的?(?:错|岔|反|漏|混)了?|口误|不是这么[回个]事)(?:不对|不是|了|啊|呀|的)*(?=，|$)"
)
_DENIED = re.compile(
    "(?<=，)(?:没有|没|没得|不用|不要|不消|哪有|哪里|没的事|没那回事|瞎说|才不是|不是)(?:没有|没|不用|不要|不消|哪有|的事|的话|啊|呀|呢|哦|嘛|的)*(?=，(?!我?也?(?:没|不)))"
)
"""还得人帮？没有没有，自己穿: the question is given back, and denied."""
_THAT_WAS = re.compile(f"^{_SIGH}(?:那|这)(?:个|都|还|可)*是")
_NOT_THIS = re.compile(
    "(?:^|(?<=，))(?:我|他|她|倒|可|并|也|这|那)*不(?:是|算)(?!不|没|很|太|特别|说|那么|十分|非常|全|都|一点|大|病|么|吗|吧|每)[^，]{1,10}(?=，)"
)
_ASKS_BACK = re.compile(
    "哪(?=里|儿|还|用|要|需|能|会)(?:里|儿|能|会)?(?:还|就)?(?:用得着|要得着|需要|用|要|得)(?:别?人|谁|[你他她]们?)"
)
_NEVER = re.compile("哪有(?!人|空|时间|工夫|钱)")
_STILL = re.compile(
    "还(?:要|用|得)谁[^，]{0,3}|(?:现在|如今)?还(?:用|要|需要)(?:得着)?(?:别?人|谁)[^，]{0,3}[吗么嘛]?(?=，)"
)
_WAS = re.compile(
    "[前头那][几两些](?:天|日|个月)|那阵|那会|那时|刚(?:出院|做完|开完?刀|手术|得病|病|中风|摔)|骨折那|去年|前年|上个?月|(?<![跟像和同])以前(?!的|会|能|那|一样)|早先|先前"
    "|原先|原来(?!的|会|能|是)|起先|起初|开头|一开始|头里|刚开始|住院(?:那|时|的时)|当初|当时|早些|那两|术后那"
)
_IS = re.compile(
    "现在|如今|眼下|这两天|这几天|这会|目前|今天|今儿|今早|这阵|后来|而今|依家|而家|眼目前|(?<!在)早(?:就|都|已|好|扔)|已经|(?:扎|治|吃|养|长|看)好了|消了|退了|这礼拜|这周|这个?星期|这个?月"
)
_WHO = (
    "(?:[我俺咱])?(?:家|们家|屋里|那个?|这个?)?(?:的)?(?:老伴儿?|老头子?|老婆子?|老太婆|老公|爱人|邻床|临床|隔壁|病友|邻居|同病房|对门|孙子|孙女|老大|老二|亲家|我妈|我爸|我哥|我姐|我弟|我妹|"
    "闺女|女儿|儿子|媳妇|人家)(?:家?的)?(?:那个?|那位|他|她)?"
)
_OF_OTHER = re.compile(
    f"^(?:病房里|屋里|楼上|楼下)?{_WHO}(?:(?:的)?(?:刀口|伤口|口子|刀疤|腿|脚))?(?:那个|倒|是|也|才|都|就|又|现在|天天|一直|他|她|可)*(?:(?:要|得|靠|离不了|少不了|让|归|全靠|由|是)(?:别?人|我|俺|保姆|护工|家里人|护士)"
    "|(?:不能|不会|瘫|走不|穿不|吃不|起不|下不|动不|化脓|发炎|流脓|红|肿|裂|烂|喘|咳|头?晕|尿|失禁|拄|坐轮椅|口[轻重味]|爱吃|吃得?[咸淡]|嫌[淡咸]))"
)
_ME = re.compile(
    "(?:^|(?<=，))(?:至于|可是?|倒是|不过|但是?|那|你问)?(?:我|俺|咱|阿拉|额)(?!们?家|屋|老|爱人|儿|闺|女|妈|爸|爹|娘|媳|姐|妹|哥|弟|孙|[给帮替喂]|伺候)"
)
_WONT = re.compile(
    "(?:不想|不愿意?|不肯|懒得|不高兴|不乐意|不爱|不方便|不好意思|没必要)[^，]{0,9}(?:[说讲答谈聊提]|告诉)|(?:不要|别|甭|莫)(?:再|老)?(?:问|打听)|(?:^|(?<=，))[我俺]?(?:就|偏|才)?不[讲说答](?:了|啊|的)?(?=，|$)"
    "|无可奉告|关你(?:啥|什么)?|你[^，]{0,3}管(?:得|这|我|啊|吗|$|，)|管得(?:太|真|也|着)|隐私|不告诉|说不出口|问这(?:个|些)?(?:干|做|弄)"
)
_DONT_KNOW = re.compile(
    "(?<![尿便屎拉屙饱饿痛疼])(?:不(?:知道|晓得|清楚|大清楚|太清楚|懂)|晓不得|搞不清|弄不清|说不(?:清|上|准|好)|讲不(?:清|上)|记不(?:得|清|住)|没(?:太|怎么|大)?(?:留意|注意|在意|留心|看)|[尝看]不出来?)"
)
_LET_GO = re.compile("你们?[^，]{0,3}不(?:知道|晓得)|[尿屎拉屙便][^，]{0,8}不(?:知道|晓得)")
"""拉到裤子里都不晓得 is an answer."""
_WHETHER = re.compile("([一-鿿])[没不]\\1[^，]{0,3}|[咋啥怎]样|有没有[^，]{0,6}")
_CALLER = re.compile("接(?:个|一下|的)?电话|^我是[^，]{0,8}(?:邻居|护工|保姆|亲戚|朋友)")


def standing(text: str) -> str:
    """The words that count."""
    for step in (_asked_back, withdrawn, _not_but, _not_of_others, _not_of_earlier):
        text = step(text)
    return text


def _asked_back(text: str) -> str:
    text = _NEVER.sub("没有", text)
    text = _ASKS_BACK.sub(lambda m: ("不用人" + "，" * len(m[0]))[: len(m[0])], text)
    return _STILL.sub(lambda m: ("不用人" + "，" * len(m[0]))[: len(m[0])], text)


def withdrawn(text: str) -> str:
    """脚肿，哎不是，那是去年的事了: without the clause that is taken back."""
    for match in (_TAKEN_BACK.search(text), _DENIED.search(text)):
        if match and text[match.end() :].strip(BLANK):
            text = blank(text, _clause_before(text, match.start()), match.end())
    spans = clauses(text)
    for number, (start, end) in enumerate(spans):
        explained = _THAT_WAS.match(text[start:end])
        if explained and (_WAS.search(text, start, end) or re.search(_WHO, text[start:end])) and len(spans) > 2:
            text = blank(text, spans[max(0, number - 1)][0], end)
    return text


def _not_but(text: str) -> str:
    return _NOT_THIS.sub(lambda m: BLANK * len(m[0]), text)


def _clause_before(text: str, at: int) -> int:
    return text.rfind(BLANK, 0, len(text[:at].rstrip(BLANK))) + 1


def _not_of_others(text: str) -> str:
    spans = clauses(text)
    if not any(_ME.match(text, start) or _ME.match(text[start:end]) for start, end in spans):
        return text
    off = False
    for start, end in spans:
        clause = text[start:end]
        off = bool(_OF_OTHER.match(clause)) or (off and not _ME.match(clause))
        text = blank(text, start, end) if off else text
    return text


def _not_of_earlier(text: str) -> str:
    """骨折那两个月是老婆子给穿的，如今自己穿: from the earlier days up to now."""
    spans = clauses(text)
    off, now = False, [n for n, span in enumerate(spans) if _IS.search(text[slice(*span)])]
    for number, (start, end) in enumerate(spans):
        here = _IS.search(text[start:end])
        was = _WAS.search(text[start:end])
        if was and here and was.start() < here.start():
            text = blank(text, start, start + here.start())
        off = (off or was is not None) and not here and any(n > number for n in now)
        text = blank(text, start, end) if off else text
    return text


_RETAKEN = re.compile(
    f"(?:^|(?<=，)){_SIGH}(?:不|不对|不是|错了|[等让]?我(?:再)?(?:数|想|算|看|摸)[^，]{{0,6}}|等会儿?|[说讲记]错了?|那个?是[^，]{{1,8}})(?=，)"
)
_COUNT = re.compile(f"[{NUMERAL}]")
_LAST_WEEK = re.compile("上个?(?:礼拜|星期|周)|前一?阵|上个?月|前一?个?(?:礼拜|星期|周)")
_THIS_WEEK = re.compile("[这本]个?(?:礼拜|星期|周|月|[几两]天)|现在|如今|最近|眼下|近来|今天")


def retaken(text: str) -> str:
    """三次，不，两次 and 四回，等我数数，五回: without what stands before."""
    for match in reversed(list(_RETAKEN.finditer(text))):
        if _COUNT.search(text[: match.start()]) and _COUNT.search(text[match.end() :]):
            return blank(text, 0, match.end())
    return text


def of_this_week(text: str) -> str:
    """上个礼拜四次，这个礼拜一次: without the figures of the week before."""
    spans = clauses(text)
    now = [span for span in spans if _THIS_WEEK.search(text[slice(*span)]) and _SAID.search(text[slice(*span)])]
    for span in spans if now else ():
        clause = text[slice(*span)]
        if _LAST_WEEK.search(clause) and not _THIS_WEEK.search(clause):
            text = blank(text, *span)
    return text


_SAID = re.compile(f"[{NUMERAL}]|没|不")


def of_now(text: str) -> str:
    """出院那天三十七度六，眼下三十七度: without the figures of earlier days, where others are told of now."""
    rest = _not_of_earlier(text)
    return rest if _COUNT.search(rest) else text


def declined(text: str) -> bool:
    """不想说 in any words."""
    return _WONT.search(text) is not None


def weighed(read: Callable[[str], Reading | None]) -> Parser:
    """A parser of what stands; ``read`` reads a text, None or empty when it says nothing."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        whole = present(utterance.text)
        text = standing(utterance.text)
        counts = present(text)
        kind = _no_answer(counts)
        if kind is not None:
            rest = _without_it(counts)
            told = (read(rest) if rest.strip(BLANK) else None) or Reading()
            return told.read_back() if told.fills else Reading(answer=kind, complete=True, reason="says so")
        found = read(counts) or Reading()
        if not found.empty or counts == whole:
            return found
        return (read(whole) or Reading()).read_back()

    return parse


def _no_answer(text: str) -> AnswerKind | None:
    if declined(text):
        return AnswerKind.REFUSED
    words = _LET_GO.sub("", text)
    return AnswerKind.UNKNOWN if _DONT_KNOW.search(words) else None


def _without_it(text: str) -> str:
    for start, end in clauses(text):
        clause = text[start:end]
        if any(words.search(clause) for words in (_WONT, _DONT_KNOW, _WHETHER, _CALLER)):
            text = blank(text, start, end)
    return text
