"""What the end of the words tells about more to come. Pure: characters in, matches out; decides nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from agent.understanding.pinyin import syllables

_PUNCTUATION = re.compile(r"[\s，。！？、；：,.!?;:…]+")
_N = r"一二三四五六七八九十百零两半点幺\d"

_NAMED = (
    r"地平|沙坦|双胍|[他伐]汀|匹[林灵]|波糖|洛尔|普利|列净|列汀|格列.|噻嗪|胰岛素|格雷|络?活喜|倍他|代文|拜新同|"
    r"缓释|控释|胶囊|[丸散汤]"
)
HOLD = re.compile(
    r"(等一下|等一会|等会儿?|等等|稍等|我想想|让我想|想一想|(?<![给让])我看看啊?|看一下|(?<![没人不])去拿|找一下|找找)(本子|啊|哦)?$"
)
"""The resident asks for a moment."""
_LOOKS = "看想找翻数查问算量拿"
_MOMENT = re.compile(
    rf"^(.*(?<!给)(?<!让))?我(再|先|来|去)?([{_LOOKS}])(一下儿?|一\3|\3)(啊|哦|本子|记录|药盒|手机)?$|^[你您]?等我[^了]{{1,6}}$"
)
"""我数数, 我去翻一下本子, 等我戴上眼镜."""
LINK = re.compile(
    r"(还有|还要|另外|然后|后来|再就是|再有|(?<![我他她它那这])(?<!就是)就是|就是说|(?<![没不哪懂说].)(?<![没不哪懂说]..)(那个|(?<!就是)这个)|但是|不过|可是|"
    r"因为|所以|如果|和|跟|或者|比如|大概|好像|差不多|可能|反正|那就|呃|额|啊这|叫什么来着|(?<=..)嗯|^嗯)$"
)
"""Ends with a word that binds to what follows, or fills the pause before it: more comes whatever was said before."""
TOPIC = re.compile(
    r"(^(没有?|没什么)别的|^别的(都|倒)?没有?|高压嘛?|低压嘛?|上压|下压|收缩压|舒张压|"
    r"[上下]面|[上下]边|(?<!不)[高低]的|空腹|饭后|餐后|(?<![次回趟过])两个?(小时|钟头)|一米|心率|心跳|脉搏|体重|身高|"
    r"(?<![高低和])血糖|(?<![高低和])血压|"
    r"有时候?|偶尔|平时|一般|以前|最近|昨天|今天|刚才|现在|这两天|早上|早晨|上午|中午|下午|晚上|一天|每天|每分钟|(?<!过)一次|每次|"
    r"一个?星期|每周|百分之|(?<=[是的])(?<!是的)一个|[两三四五几]种药?|(?<![都没])(早上|早晨|中午|晚上|饭[前后])吃|吃的是|"
    r"(?<![时天都在没点])吃的|吃了药|写的是|写着|是的?(?=$)(?<=[的是]是)|(?<![蝉鸟])叫|叫做|我的|(?<!是)(?<!对)我是|我叫|我姓|号码是?|是|"
    r"(?<![天年月点钟])(以后|之后)|时候|的话|[上这下]次查?)$"
    r"|^(要是|如果|只要|除了|万一)(?!.*[就都没])"
)
"""Ends with what is going to be told, or when; or is but the condition of it."""
QUESTION = re.compile(
    r"^(啊|什么|啥)+$|听不[清见到]|没听[清见懂]|再说一遍|[你您](?!好|放心).{0,6}(啥|什么|么子|哪位|谁|哪里|几次)|哪位|是谁"
)
"""The resident asks back: nothing more comes until that is answered."""
SAME = re.compile(r"(一样|老样子|没变化?|没怎么变|正常|挺好)(的|吧|呢)?$")
"""As last time, or well: an answer where a number was asked for."""
ENDS_ALSO = ("是", "嗯", "一次", "一天", "每天", "晚上", "早上", "一般", "现在")
"""Words of ``LINK`` and ``TOPIC`` that also end an answer."""
TIME_ENDS = ("昨天", "以后", "之后", "今天", "早上", "早晨", "上午", "中午", "下午", "晚上", "现在", "每天")
"""Words of ``TOPIC`` that end an answer where a time is asked for."""
AGREED = re.compile(r"(哎|诶|嗯)?(行|好|好的|中|成|要得|没问题|行行|好好|可以的?|行啊|好啊)|嗯+|啊|哦")
"""A bare yes to something that is wanted."""
REFUSED = re.compile(r"不行|不是|不对|没空|不要|错了")
"""A bare no behind which the right thing follows: 不对，是八十五; 不是，我是他儿子."""
BARE = re.compile(
    r"(没有?|不[抽喝咸淡打吃]|有|有的|对|对的|是|是的|按时吃|天天吃|每天吃|戒了|挺好|都挺好的?|还行吧?|可以|满意)"
)
"""The least that answers: an explanation often follows with the next breath."""
HAS = re.compile(r"(嗯|哎)?(有|有的|有啊|有一点|有点|是有|抽|喝|抽的|喝的|在吃|吃着呢?|吃药的?|降压药)")
"""There is something; what it is, or how much, is still to be told."""
NUMBER_END = re.compile(rf"[{_N}]$")
NUMBER_GIVEN = re.compile(
    rf"[{_N}]个?(下|斤|公斤|千克|厘米|公分|片|粒|颗|根|支|包|两|克|度|分|岁|号|日|单位|分钟|小时|盒|顿|杯|瓶|米|左右)?(左右|吧|了)?$"
)
HAS_NUMBER = re.compile(
    r"[二三四五六七八九十百零两半幺\d]|一(?=[一二三四五六七八九十百千零点个天次回顿片粒颗根支包盒瓶袋碗勺两斤米分杯周月年]|公斤|小时|$)"
)
"""一 counts before a numeral or a measure, and at the end: in 一般, 一直, 一定 it is none."""
ROUND_TEN = re.compile(rf"(?<![点百千{'一二三四五六七八九'}])[二三四五六七八九]十$|一米[四五六七八]$")
"""七十 may be the beginning of 七十四, 一米五 of 一米五八."""
RESTATED = re.compile(rf"([{_N}]{{2,}})[几多].*\1[{_N}]*$")
"""One number, looked for and found: 一百四十几来着，一百四十四."""
PAIR = re.compile(rf"低压|舒张压|下压|下面|低的|百[{_N}]+十[{_N}]*(?<!百)[二三四五六七八九]十")
PULSE = re.compile(r"心跳|心率|脉搏")
OPEN_NUMBER = re.compile(rf"([百千万]零?|(?<!一)(?<=[{_N}])点)$")
DAY_OPEN = re.compile(
    r"(年的?|[明后大今]天|下个?(礼拜|星期|周)|这个?(礼拜|星期|周)|(礼拜|星期|周)[一二三四五六日天]|月[份初中底]?|没空|有事)$"
)
"""A time of which the finer part is still to be told."""
TIME_GIVEN = re.compile(
    rf"([{_N}][号日]|初[{_N}]+|[{_N}]点(钟|半|来钟|多)?|[上下中]午|晚上|早上|以后|之后|都行|都可以|再打|再说|[吧呗])(吧|呗|就行|可以)?$"
)
"""A time as fine as people give it."""
SHORT_CLOSED = re.compile(r"([了过的]|了一[点些])$")
"""Makes a sentence even of few words; 吧, 啊 and 呢 behind few words rather put a topic (最近吧)."""
COMPLAINT = re.compile(r"(不太?好|不舒服|[疼痛晕昏麻肿胀痒闷慌喘累响])$")
"""Ends with what is wrong."""
SAID_ALL = re.compile(r"((没|不)[^没不]{1,3}|上次的?|没有|[高低]压[^一二三四五六七八九十百零]{2,})$")
"""Behind a number: the other one is not known."""
BOTH = re.compile(rf"[{_N}]{{2,}}.*(低|下|舒|百|，)[^{_N}]*[{_N}]{{2,}}")
"""Two numbers of a pair, if not exact (一百五十出头，低压九十)."""
LASTED = re.compile(rf"[{_N}半]个?多?(分钟|小时|钟头|刻钟|钟)(左右|吧|吗|呢|的|样子)?$")
"""How long, which is told behind how often."""
NOT_DIGITS = re.compile(rf"[^{_N}叉Xx]")
IDENTITY_DIGITS = 18
SINGLE_DIGIT = re.compile(rf"(?<![{_N}])[一二三四五六七八九两\d]$")
VAGUE = re.compile(
    rf"[{_N}](来|几|多|出头|左右|多?一?点)?(吧|的|个|斤|下|根|次|分|度|两)*(左右|吧)?$|差不多|[{_N}]到[{_N}]"
)
LITTLE = re.compile(r"[喝抽吃有]一?点$")
"""Some, and how much may follow: 偶尔喝一点，一天二两."""
ABOUT = re.compile(r"几(吧|来着)?$|多$")
"""The exact figure is still looked for."""
HEDGED = re.compile(r"^(基本|一般|大部分|大多|平时|多半)(?!.*(但|可是|就|偶尔|有时))")
"""The rule is told, the exception is not (基本上都吃，偶尔忘一次)."""
FORMER = re.compile(r"^(以前|从前|原来|过去|原先|早先)(?!.*(现在|如今|后来|戒|早就|没有|不))")
"""What was is told first: 原来一天一包，现在半包."""
ONE_OF_TWO = re.compile(r"^(有时候?|有的时候|一会儿?)(?!.*(有时|有的|一会|[都也]))")
"""Where one thing is asked for, and it is now this, now that: 有时候在家，有时候去医院."""
OTHERS = re.compile(r"^我?(老伴儿?|老头子?|老公|老婆|爱人|儿子|女儿|闺女|媳妇|孩子)(?!.*(我|给|做饭|烧|[都也]))")
"""How it is with somebody else is told first: 老伴口味重，我吃得淡."""
DESCRIBED = re.compile(rf"^(?!.*(?:{_NAMED})).*(?<!样)的(那种|那个)?$")
"""医生开的, 降糖的: said of a medicine whose name follows."""
NAMELESS = re.compile(
    r"(说|叫|认|记|写|念)(不[来太大]?|不大)(清楚?|好|准|上来?|出来?|来|得|住|识)(的|了|啊|呀)?$|不知道(叫|是)?(啥|什么)"
)
"""A name that is not known: what the medicine looks like, or a guess, follows."""
CONCEDED = re.compile(r"^.{1,3}倒是?(没|不|还)?[^就]{1,3}$")
"""What is not so is told first: 头晕倒是不晕，就是耳朵响."""
SPELT = re.compile(r"(.)[^的]?的\1$")
"""How a name is written: 美丽的丽."""
CLOSED = re.compile(r"(了|吧|呢|的|呀|嘛|哦|吗|过|没有|没别的|谢谢|啦|喽|呗|啊|就行|就好|不动|不了|不来)$")
NOT_KNOWN = re.compile(
    r"(不知道|不清楚|忘了|想不起来了?|记不清了?|记不得了?|记不住了?|不记得了?|没记住|说不上来?|说不准|没有?量过?|没有?测过?|没有?查过?|没注意过?)$"
)
COUNTED = re.compile(r"(天|次|回|趟|顿)$")
"""How often, behind which how long or how much comes: 一个礼拜五天，每次半小时."""
DENIAL = re.compile(r"(没|不(?![多少太大怎常])|都挺?好|还行|还好|挺好|正常)")
REFUSAL = re.compile(r"没|不(?![多少太大怎常])|戒|从来")
FILLER = re.compile(r"^(嗯|呃|额|哎呀?|诶|唉|哦|啊|那个|这个|就是说?)+")
MEASURED = re.compile(rf"[{_N}]个?(根|支|包|两|斤|克|片|粒|颗|公斤|厘米|度|下|分钟|小时)$")
MORNING_ONLY = re.compile(
    rf"^.{{0,2}}早[上晨起]?(?!.*[晚黑夜])(?!.*(分钟|小时|钟头|[吃停]过?了)).*([吃片粒打碗]|单位|馒头|[{_N}]个)"
)
SINGLE = re.compile(r"有一?点|有些|就|^只?有|^对|[了的过吧呢]$|左右$")
"""One complaint, said with what makes a sentence of it; a bare name (高血压) more often begins a list."""
DOSED = re.compile(
    rf"[{_N}](次|片|粒|颗|顿|支|单位|毫克|回)|一种|就(吃)?(这|那)?一|就吃|只吃|没有了|叫.{(2,)}|早晚|还有|还吃|再加|和|跟|上次|老样子|晚|^(我|就|现在)?(吃|用)(?!.*种)"
)
"""A medicine with how much or how often, in a whole clause, or said to be the last of several."""

NAMED = re.compile(_NAMED)
"""How medicines are called."""
ONE_IS = re.compile(r"^(?!.*一[个种].*一[个种]).*一[个种]是(?!.*[另还])")
"""Said of the first of several: 一个是氨氯地平."""
COUNT_ANNOUNCED = re.compile(r"([两三四五])种")


def medicines_missing(text: str) -> int | None:
    """How many of the announced medicines are not named yet (吃三种药，氨氯地平…: 2); None when none were announced."""
    announced = COUNT_ANNOUNCED.search(text)
    if announced is None:
        return 1 if ONE_IS.search(text) else None
    return "两三四五".index(announced.group(1)) + 2 - len(NAMED.findall(text, announced.end()))


def moment(text: str) -> str | None:
    """The words by which the resident asks for a moment, also where they are written as they sound (我属一下)."""
    found = HOLD.search(text) or _MOMENT.search(text)
    if found:
        return found.group()
    ends = (text[-size:] for size in (3, 4))
    misspelt = (end for end in ends if end[:1] == "我" and end[1:2] not in (*_LOOKS, ""))
    return next((end for end in misspelt if syllables(end) in _moment_sounds()), None)


@lru_cache(maxsize=1)
def _moment_sounds() -> frozenset[tuple[str, ...]]:
    return frozenset(syllables(f"我{look}{form}") for look in _LOOKS for form in ("一下", look, f"一{look}"))


def characters(text: str) -> str:
    """The words without punctuation and blanks."""
    return _PUNCTUATION.sub("", text)


def without_filler(text: str) -> str:
    """The words behind 嗯, 呃, 那个 at the beginning."""
    return FILLER.sub("", characters(text))
