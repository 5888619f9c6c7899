"""What happens to animals and things, and losses of money told in words of the body: nobody is in danger."""

from __future__ import annotations

import re

_BEAST = re.compile(
    "(?<![属像跟雪血])(?:狗|猫|鸡|鸭|鹅|猪|牛|羊|驴|骡|鸽子|鹦鹉|八哥|兔子|乌龟|金鱼|小鸟|小马|老马|母马)"
    "(?![肉蛋汤年毛皮爪奶杂尾粉刺眼瘟圈窝骨肝油癫角羔])"
    "(?![^，]{0,6}(?:咬|抓|扑|撞|啄|踢|拱|顶|绊|挠|拽|带|追|吓|蹿|窜|冲|拖|蹬))"
)
_HANDLED = re.compile("(?:被|让|叫|给|跟|和|对|抱|遛|喂|追|骑|牵|拴|撵|怕|为了?|吃|喝|看|陪|照顾|放|赶)[^，]{0,4}$")
"""遛狗摔了: the animal is what is handled."""
_SLAUGHTERED = re.compile("(?:杀|宰|剁|剖)(?:了|完|个|着)?[^，]{0,3}(?:鸡|鸭|鹅|鱼|猪|羊|牛|兔)")
_BEFELL = re.compile("摔|跌|病|瘸|死|倒|咬|流血|蔫|不吃|下崽|瘫|睡|伤")
"""羊摔沟里了，把腿摔断了: what befell the animal goes on in the next clause."""
_BEING = re.compile(
    "我(?!们?家)|俺(?!们?家)|自己|老伴|老头|老婆|老公|爱人|儿子|女儿|闺女|孙|孩子|娃|爸|妈|爹|娘|爷|奶|他|她|人|邻居|老[李王张刘陈赵]|谁"
)
_THING_DROPPED = re.compile(
    "(?:手机|碗|血压计|盘子?|杯子?|电视机?|镜子|血糖仪|体温计|遥控器|眼镜|暖壶|热水瓶|花盆|罐子?|瓶子?|锅|屏幕?|外壳|玻璃)"
    "(?:都|给|又|也|全)?[^，]{0,2}(?:摔|跌|掉|碎|裂|砸)"
    "|(?:摔|打|砸|磕|碰)(?:碎|破|坏|烂)?了?[一个只]*(?:个|只)?"
    "(?:碗|杯子?|盘子?|碟子?|瓶子?|暖壶|热水瓶|手机|镜子|缸|罐子?|花盆|眼镜|锅|鸡蛋|遥控器)"
)
_BODY = re.compile(
    "腿|胳膊|腰|头(?!发)|脑|膝|手(?!机|电|表)|脚|骨|屁股|肩|背|脸|血(?!压计|糖仪)|疼|痛|晕|(?:我|人|自己)[^，]{0,4}(?:摔|跌|倒|滑)"
)
_DEVICE = re.compile(
    "(?:这|那|我家|我的?|破|旧|老)[^，]{0,3}(?:收音机|电视机?|喇叭|录音机|音箱|助听器|电话机?|手机)"
    "(?=，|[^，]{0,2}(?:说话|声|老是?|总是?|里头?|滋|嗡|呜))"
)
_MONEY = re.compile(
    "(?:输|亏|赔|涨价|涨钱|挨宰|破财)[^，]{0,6}，?[^，]{0,6}(?:大出血|吐血)"
    "|(?:大出血|吐血)[^，]{0,3}，[^，]{0,4}(?:输|亏|赔|花)了?[^，]{0,8}[块钱百千万]|吐血了?，?[哈呵嘿]"
)


def nobody(text: str, start: int, end: int, flag: str) -> str:
    """The words that say that no person is meant between ``start`` and ``end``; empty when one may be."""
    if flag == "bleeding":
        found = _MONEY.search(text) or _before(_SLAUGHTERED, text, start, end)
        return found.group() if found else ""
    if flag == "fall_injury":
        found = _THING_DROPPED.search(text)
        if found and not _BODY.search(text):
            return found.group()
    if flag == "stroke":
        found = _before(_DEVICE, text, start, end)
        return found.group() if found else ""
    if flag == "suicide_risk":
        return ""
    return _beast(text, start, end, flag)


def _beast(text: str, start: int, end: int, flag: str) -> str:
    """The nearest being before the mention is an animal; who is unconscious may be named clauses before."""
    found = _before(_BEAST, text, start, end)
    if found is None or _HANDLED.search(text[: found.start()]):
        return ""
    told = text[found.end() : max(start, found.end())]
    near = flag == "unconscious" or "，" not in told or _BEFELL.search(told.partition("，")[0])
    return found.group() if near else ""


def _before(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    """The last match that begins before the mention ends, with no person between the two."""
    found = None
    for found in pattern.finditer(text, 0, end):  # noqa: B007 - the last match is wanted
        pass
    return found if found and not _BEING.search(text, found.end(), max(start, found.end())) else None
