"""The words around numbers: look-alikes that are no numbers, hedges, measure words. Grammar, not clinic."""

from __future__ import annotations

import re

MEASURES = (
    "毫米汞柱", "毫摩尔", "个小时", "个钟头", "个钟", "个单位", "个礼拜", "个星期", "个月", "小时", "钟头",
    "分钟", "公斤", "千克", "厘米", "公分", "毫米", "毫升", "单位", "千帕", "礼拜", "星期", "个", "次", "回",
    "趟", "遍", "天", "日", "周", "月", "年", "岁", "斤", "两", "克", "片", "粒", "颗", "丸", "根", "支", "只",
    "枝", "条", "包", "盒", "瓶", "杯", "盅", "碗", "顿", "口", "度", "分", "秒", "点", "米", "里", "步", "圈",
    "层", "楼", "升", "格", "下", "块", "元", "针", "袋", "听", "罐", "壶", "斗", "刻", "号", "尺", "寸", "%",
    "kg", "cm", "mg", "ml", "g",
)  # fmt: skip
MEASURE = "(?:" + "|".join(re.escape(m) for m in MEASURES) + ")"

STOP = re.compile(
    "有一[根口顿天阵搭]没一[根口顿天阵搭]|一点点|一点(?![零一二三四五六七八九十两半多钟来\\d])|一般|一样|一直|一向|一定|一共|一起|一边|一旦|一切|一律|一些|一下子?|一会儿?|一阵|一辈子|一如既往"
    "|一块儿|一口气|一回事|一旁|一路|一味|一句|一时|一早|一方面|一家子?人?|一大早|一清早|一溜|一身|一来二去|一五一十|一是(?=[^零〇一二三四五六七八九十百])"
    "|万一|三天两头|隔三差五|隔三岔五|三番五次|乱七八糟|七上八下|七嘴八舌|十有八九|四肢|四周|四处|三餐|五官|五脏|三伏|三九天|四季"
    "|两侧|两边|两口子|老两口|二甲双胍|二甲|三甲|二线|三高|百姓|老百|百货|百合|千万别?|二尖瓣|二话|六神|三七(?:粉|片)|五谷|八成(?!新)|十足|十全"
    "|八九不离十|三三两两|统一|唯一|单一|第一|一把手|星期天|说一说|量一量|看一看|想一想|测一测|走一走|问一问|试一试|查一查|等一等|歇一歇"
    "|(?<![十百千两点零一二三四五六七八九])一(?=[扎量测查称验瞧瞅摸戳搭夹](?![次回下遍个]))|(?<=[看瞧瞅瞄瞟扫睇])一眼"
    "|[我你他她咱]们?[俩仨]|半夜|半身|半路|半瘫|半边|半道|[前后上下]半[年月天夜晌辈]|半截|夜半|一半会儿?|一时半会儿?|半信半疑|半死"
    "|十分(?=[满难疼痛好不厉重严清舒稳正高])|百分百"
)
WEEKDAY = re.compile("(?:星期|礼拜|周)[一二三四五六](?![次回趟遍])")
"""礼拜三 is a day, but 一个礼拜三四次 is a count: see ``is_weekday``."""
ORDINAL = re.compile("第[零一二三四五六七八九十百两\\d]+")

SUFFIX_OPEN = re.compile(
    f"(?:{MEASURE}){{0,2}}(?:左右|上下|来往|出头|开外|以上|以下|以内|往上|往下|挂零|冒头|朝上|之间|边上|(?:还|都)?不到(?![半一二三四五六七八九十两\\d家医了])|打底|还差(?:一?点|些)|差(?:一?点儿?|些)(?=，|$))"
)
PREFIX_OPEN = re.compile(
    "(?:将近|接近|不到|没到|没过|不足|不够|不满|没有超过|不超过|没超过|超过|不止|不下|少说|至少|最少|最多也?就?|顶多|起码|挨近|快到?|奔|靠近|近)"
    "(?:了|着|有|个|是|大概)?$"
)
PREFIX_SOFT = re.compile(
    "(?:大概|大约|大致|大约摸|约莫|约摸|约|差不多|估计|估摸|可能|好像|恐怕|也许|应该有|记得是|八成)[^零一二三四五六七八九十百两半几\\d，]{0,5}$"
)
"""The speaker is unsure, yet names one value: filled and read back, unlike the open hedges."""


SUFFIX_SOFT = re.compile(
    "(?:斤|公斤|根|两|分|岁|下)?(?:吧|呢|了)?，?(?:好像|大概|可能|差不多|应该|估计)"
    "(?:是|就是)?(?:这样|这么多|那样)?吧?(?:，|$)"
)


_COUNTED_AFTER = "天到至二两三四五六七八九十条包盒瓶斤顿根支杯碗针片粒"


def is_weekday(text: str, match: re.Match[str]) -> bool:
    """Whether 礼拜三 names a day; after 一/每 and before a further number it is a count per week."""
    before = text[max(0, match.start() - 2) : match.start()]
    after = text[match.end() : match.end() + 1]
    counted = bool(re.search("(?:[一每]|[一每]个)$", before)) and after in tuple(
        "天到至二两三四五六七八九十条包盒瓶斤顿根支杯碗针片粒"
    )
    return not counted


def stop_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of words whose numerals are no numbers (一般, 三天两头, 礼拜三, 第二)."""
    spans = [m.span() for m in STOP.finditer(text)]
    spans += [m.span() for m in WEEKDAY.finditer(text) if is_weekday(text, m)]
    spans += [m.span() for m in ORDINAL.finditer(text)]
    return tuple(sorted(spans))
