"""What is said of animals, things, money, goods, poison for vermin or an accent: nobody is in danger."""

from __future__ import annotations

import re
from collections.abc import Mapping

Cues = Mapping[str, re.Pattern[str]]

_BEAST = re.compile(
    "(?<![属像跟雪血])(?:狗|猫|鸡|鸭|鹅|猪|牛|羊|驴|骡|鸽子|鹦鹉|八哥|兔子|乌龟|金鱼|小鸟|小马|老马|母马)"
    "(?![肉蛋汤年毛皮爪奶杂尾粉刺眼瘟圈窝骨肝油癫角羔])"
    "(?![^，]{0,6}(?:咬|抓|扑|撞|啄|踢|拱|顶|绊|挠|拽|带|追|吓|蹿|窜|冲|拖|蹬))"
)
_HANDLED = re.compile("(?:被|让|叫|给|跟|和|对|抱|遛|喂|追|骑|牵|拴|撵|怕|为了?|吃|喝|看|陪|照顾|放|赶)[^，]{0,4}$")
"""遛狗摔了: the animal is what is handled."""
_SLAUGHTERED = re.compile(
    "(?:牛|羊|猪|鸡|鱼|鸭|生)[肉排蛋肝](?:里|上|还|带|有|是)|下[的了]?蛋"
    "|(?:杀|宰|剁|剖)(?:了|完|个|着)?[^，]{0,3}(?:鸡|鸭|鹅|鱼|猪|羊|牛|兔)"
)
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
    "(?=，|[^，]{0,4}(?:说话?|声|老是?|总是?|里头?|滋|嗡|呜))"
)
_THING_SUBJECT = re.compile(
    "(?:^|，)(?:我|俺|咱|他|家里?|的|这|那|个|台|破|老|旧|今[天年儿]|昨[天儿]|前天|最近|这几天|这两天|也|又|早上|村里|院里|厂里|隔壁)*"
    "(?:拖拉机|汽车|轿车|三轮车?|摩托车?|电动车|火车|公交车?|水?壶嘴?|锅炉|发动机|马达|水泵|机器|空调|冰箱|洗衣机|电脑|手机|平板|遥控器|路由器|轮胎"
    "|股[市票]|大盘|基金|气温|温度|行情|汇率|[一-鿿]{0,2}价钱?|收成|产量|拐[杖棍]|梯子|凳子|柜子|扫帚|花盆|晾衣[架杆])"
    "(?!上(?!坡|山)|里|下|撞|砸|压|碰|剐|刮|蹭|挤|翻|把|将|轧|给|倒[下了]?[来去]?[^，]{0,2}[砸压]|滑)"
)
_MONEY = re.compile(
    "(?:输|亏|赔|涨价|涨钱|挨宰|破财)[^，]{0,6}，?[^，]{0,6}(?:大出血|吐血)"
    "|(?:大出血|吐血)[^，]{0,3}，[^，]{0,4}(?:输|亏|赔|花)了?[^，]{0,8}[块钱百千万]|吐血了?，?[哈呵嘿]"
    "|(?:药费|学费|房租|话费|礼金|份子|彩礼|装修|房款|贷款|钱包|荷包|腰包)[^，]{0,8}，?[^，]{0,5}(?:大出血|放[^，]{0,2}血|吐血|割肉)"
)
_UNABLE = re.compile("手|胳膊|[拿端握捏抓]|劲|麻|软|腿|嘴|脸|话|[老又连]|[两三几好]个")
_BADLY = re.compile("紫|坐[着起]|躺|夜|汗|胸|心[口窝脏坎]|左|晕|厉害")
_HEART = re.compile("心(?![口窝脏坎尖])[^，]{0,2}[疼痛]")
_OF_THINGS = ("dyspnea", "unconscious", "fall_injury", "anaphylaxis")
_FROM_BODY = re.compile("鼻|嘴|大便|伤口|刀口|尿|咳|[一两几]口|一地|止不|下身|黑|拉|晕|真的|产|胃")
_OF_BREATH = re.compile("(?:嘴|口|呼|哈|喘|吐出)(?![^，]{0,3}(?:没|冇|莫|不))|恶心|[呕吐]|没劲|没精神|昏")
_OF_SPEECH = re.compile("[说讲话舌嘴口听]")
_STRUCK = re.compile("半边|[左右]|歪|麻|[手腿脚][^，]{0,3}[没不软]|发硬|大舌头|捋不|晕|变|不会说|以前|一向|本来|平时")


def nobody(text: str, start: int, end: int, flag: str, cues: Cues) -> str:
    """The words that say that nobody is in danger between ``start`` and ``end``; empty when somebody may be."""
    if flag == "suicide_risk":
        return _spoken_of(text, start, end, "slogan", cues) or _kept_for_use(text, cues)
    if flag == "bleeding":
        return _blood(text, start, end) or _spoken_of(text, start, end, "slogan", cues)
    if flag == "stroke":
        return _device(text, start, end) or _accent(text, start, end, cues)
    if flag == "fall_injury" and not _BODY.search(text) and (dropped := _THING_DROPPED.search(text)):
        return dropped.group()
    return (
        _eased(text, start, end, flag, cues) or _thing(text, start, end, flag, cues) or _beast(text, start, end, flag)
    )


def _blood(text: str, start: int, end: int) -> str:
    """Of money, or of what is slaughtered and cooked."""
    money = None if _FROM_BODY.search(text) else _MONEY.search(text)
    found = money or _before(_SLAUGHTERED, text, start, end)
    return found.group() if found else ""


def _device(text: str, start: int, end: int) -> str:
    """A radio that mumbles, a bowl that broke with no hand in it."""
    found = _before(_DEVICE, text, start, end) or (None if _UNABLE.search(text) else _THING_DROPPED.search(text))
    return found.group() if found else ""


def _eased(text: str, start: int, end: int, flag: str, cues: Cues) -> str:
    """Close air that is better with the window open; a loss that hurts."""
    if flag not in ("dyspnea", "chest_pain") or _BADLY.search(text):
        return ""
    loss = cues["loss"].search(text) if _HEART.search(text, start, end) else None
    found = loss or cues["stuffy"].search(text)
    return found.group() if found else ""


def _thing(text: str, start: int, end: int, flag: str, cues: Cues) -> str:
    """A machine or a price is the subject of the clause; bellows and apples are what they are called."""
    found = _before(_THING_SUBJECT, text, start, end) if flag in _OF_THINGS else None
    if found and "，" not in text[found.end() : start]:
        return found.group().strip("，")
    literal = cues["literal"].search(text) if flag in ("dyspnea", "hyperglycemic_crisis") else None
    return literal.group() if literal and not _OF_BREATH.search(text) else ""


def _spoken_of(text: str, start: int, end: int, cue: str, cues: Cues) -> str:
    """跳楼价, 吐血大甩卖: the mention is part of such words."""
    found = next((m for m in cues[cue].finditer(text) if m.start() < end and start < m.end()), None)
    return found.group() if found else ""


def _kept_for_use(text: str, cues: Cues) -> str:
    """Poison for rats, rope for firewood, a coffin made in good time: nothing said of oneself goes with it."""
    if cues["own_death"].search(text):
        return ""
    found = cues["for_use"].search(text) or cues["custom"].search(text)
    return found.group() if found else ""


def _accent(text: str, start: int, end: int, cues: Cues) -> str:
    """我普通话讲不清楚: how one has always spoken, or how the line carries it."""
    if not _OF_SPEECH.search(text[start:end]) or cues["now"].search(text) or _STRUCK.search(text):
        return ""
    found = cues["accent"].search(text)
    return found.group() if found else ""


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
