"""Who helps with what decides the code."""

from __future__ import annotations

import pytest

from agent.understanding.parsers.self_care import dressing, grooming


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("洗脸刷牙都自己来，洗澡也行", 0),
        ("谁也不用帮，自个儿弄", 0),
        ("脸自己洗，洗澡要儿媳妇搭把手", 1),
        ("就是澡洗不了，得儿媳妇帮忙", 1),
        ("除了搓背，别的都行", 1),
        ("毛巾递到手里，慢慢能弄一些", 3),
        ("自己一样也弄不了，擦脸梳头洗澡样样都是护工弄", 7),
        ("你说啥", None),
    ],
)
def test_grooming(text: str, code: int | None) -> None:
    assert grooming(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("衣裳鞋袜都自己穿", 0),
        ("扣子鞋袜都弄得好", 0),
        ("袜子跟裤子得儿子帮着套，上衣我自己来", 3),
        ("胳膊抬不起来，全是人给穿", 5),
        ("穿脱都是儿媳妇弄，手脚不听使唤", 5),
        ("今天天气好", None),
    ],
)
def test_dressing(text: str, code: int | None) -> None:
    assert dressing(text) == code
