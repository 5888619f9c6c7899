"""What the end of the words tells about more to come. Pure: characters in, matches out; decides nothing."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"[\s，。！？、；：,.!?;:…]+")
_N = r"一二三四五六七八九十百零两半点幺\d"

HOLD = re.compile(
    r"(等一下|等一会|等会儿?|等等|稍等|我想想|让我想|想一想|我看看啊?|看一下|去拿|找一下|找找)(本子|啊|哦)?$"
)
"""The resident asks for a moment."""
MORE = re.compile(
    r"(还有|还要|另外|然后|后来|再就是|再有|(?<![我他她它那这])就是|就是说|那个|(?<!就是)这个|但是|不过|可是|因为|所以|如果|和|跟|或者|"
    r"比如|大概|好像|差不多|可能|反正|那就|嗯|呃|额|啊这|(没有?|没什么)别的|别的(都|倒)?没有?|叫什么来着|高压嘛?|低压嘛?|上压|下压|收缩压|舒张压|"
    r"[上下]面|[上下]边|[高低]的|空腹|饭后|餐后|两小时|两个钟头|一米|心率|心跳|脉搏|体重|身高|(?<![高低])血糖|(?<![高低])血压|"
    r"有时候?|偶尔|平时|一般|以前|最近|昨天|今天|刚才|现在|这两天|早上|早晨|上午|中午|下午|晚上|一天|每天|每分钟|一次|每次|一个?星期|每周|"
    r"百分之|(?<=[是的])(?<!是的)一个|[两三四五几]种药?|(?<![都没])(早上|早晨|中午|晚上|饭[前后])吃|吃的是|(?<![时天都在没])吃的|吃了药|"
    r"写的是|是的?(?=$)(?<=[的是]是)|叫|叫做|我的|我是|我叫|我姓|号码是?|是)$"
)
"""Ends like the beginning of something."""
ENDS_ALSO = ("是", "嗯", "一次", "一天", "每天", "晚上", "早上", "一般", "现在")
"""Words of ``MORE`` that also end an answer."""
TIME_ENDS = ("昨天", "今天", "早上", "早晨", "上午", "中午", "下午", "晚上", "现在", "每天")
"""Words of ``MORE`` that end an answer where a time is asked for."""
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
HAS_NUMBER = re.compile(rf"(?!一(点|般|样|直|定|些|起|会))[{_N}]")
PAIR = re.compile(rf"低压|舒张压|下压|下面|低的|百[{_N}]+十[{_N}]*(?<!百)[二三四五六七八九]十")
PULSE = re.compile(r"心跳|心率|脉搏")
OPEN_NUMBER = re.compile(r"([百千万点]|[百千万]零)$")
DAY_OPEN = re.compile(r"(年的?|[明后大]天|下个?(礼拜|星期|周)|这个?(礼拜|星期|周)|月份?)$")
"""A time of which the finer part is still to be told."""
SINGLE_DIGIT = re.compile(rf"(?<![{_N}])[一二三四五六七八九两\d]$")
VAGUE = re.compile(
    rf"[{_N}](来|几|多|出头|左右|多?一?点)?(吧|的|个|斤|下|根|次|分|度|两)*(左右|吧)?$|差不多|[{_N}]到[{_N}]"
)
ABOUT = re.compile(r"[几多]吧?$")
"""The exact figure is still looked for."""
HEDGED = re.compile(r"^(基本|一般|大部分|大多|平时|多半)(?!.*(但|可是|就|偶尔|有时))|倒是[^，]{1,3}$")
"""The rule is told, the exception is not (基本上都吃，偶尔忘一次)."""
CLOSED = re.compile(r"(了|吧|呢|的|呀|嘛|哦|吗|过|没有|谢谢|啦|喽)$")
NOT_KNOWN = re.compile(
    r"(不知道|不清楚|忘了|想不起来了?|记不清了?|记不得了?|记不住了?|不记得了?|没记住|说不上来?|说不准|没有?量过?|没有?测过?|没有?查过?|没注意过?)$"
)
COUNTED = re.compile(r"(天|次|回|趟|顿)$")
"""How often, behind which how long or how much comes: 一个礼拜五天，每次半小时."""
DENIAL = re.compile(r"(没|不(?![多少太大怎常])|都挺?好|还行|还好|挺好|正常)")
REFUSAL = re.compile(r"没|不(?![多少太大怎常])|戒|从来")
FILLER = re.compile(r"^(嗯|呃|额|哎呀?|诶|唉|哦|啊|那个|这个|就是说?)+")
MEASURED = re.compile(rf"[{_N}]个?(根|支|包|两|斤|克|片|粒|颗|公斤|厘米|度|下|分钟|小时)$")
MORNING_ONLY = re.compile(r"早(?!.*晚).*([吃片粒打碗]|单位|馒头)")
DOSED = re.compile(
    rf"[{_N}](次|片|粒|颗|顿|支|单位|毫克|回)|一种|就(吃)?(这|那)?一|就吃|只吃|没有了|叫什么|早晚|还有|还吃|再加|和|跟|上次|老样子|晚|^(我|就|现在)?(吃|用)(?!.*种)"
)
"""A medicine with how much or how often, in a whole clause, or said to be the last of several."""


def characters(text: str) -> str:
    """The words without punctuation and blanks."""
    return _PUNCTUATION.sub("", text)


def without_filler(text: str) -> str:
    """The words behind 嗯, 呃, 那个 at the beginning."""
    return FILLER.sub("", characters(text))
