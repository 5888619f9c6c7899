"""What Whisper writes that nobody said: words for silence, thanks of subtitle makers, loops, its own prompt. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from speech.recognition.words import joined

_ECHO_CHARS = 6
"""Shorter words that the prompt holds may well be an answer."""
LOOPED = 0.25
"""Highest confidence of words that were looped: low enough for a value to be read back first."""
_CREDITS = re.compile(
    r"(?:请)?不吝(?:点赞|點贊|點讚).*|.*(?:订阅|訂閱).{0,8}(?:转发|轉發|频道|頻道|打赏|打賞).*"
    r"|(?:字幕|中文字幕)(?:志愿者|志願者|组|組|by|制作|製作|提供|由).*|.*(?:社区|社群|社區)提供的?字幕.*|.*amara\.org.*"
    r"|(?:谢谢|謝謝|感谢|感謝)(?:大家|您|你们|各位|您的|大家的)?(?:的)?(?:观看|觀看|收看|收听|收聽|聆听|观赏)"
    r"|.*(?:明镜|明鏡)(?:与点点|與點點|需要您|栏目|欄目).*|(?:优优|優優)?独播剧场.*|(?:本集|全剧|全劇)(?:完|终|終)|.*(?:李宗盛|索兰娅).*"
    r"|下期(?:再见|見|再會|节目再见)|(?:请)?(?:点赞|點贊)(?:订阅|关注|加关注).*",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[^，。！？,.!?、；;\s]+[，。！？,.!?、；;\s]*")
_EDGE = "，。！？,.!?、；; "
_LOOP = re.compile(r"(?P<unit>(?P<short>.{1,2}?)(?P=short){5,})|(?P<long>.{3,20}?)(?P=long){3,}", re.DOTALL)
_DIGITS = frozenset("零〇一二三四五六七八九十幺两0123456789")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One segment as the engine tells it."""

    text: str
    mean_log: float
    """Mean log probability of its tokens."""
    silence: float
    """Probability that nothing was said."""


def credible(segments: Sequence[Spoken], prompt: str = "") -> tuple[str, float]:
    """The words worth using and how sure they are; no words when none are."""
    kept = [segment for segment in segments if not _of_silence(segment)]
    text = without_credits(joined([segment.text for segment in kept]))
    bare = _bare(text)
    if not bare or (len(bare) >= _ECHO_CHARS and bare in _bare(prompt)):
        return "", 0.0
    once, looped = unlooped(text)
    sure = math.exp(sum(segment.mean_log for segment in kept) / len(kept))
    return once, min(sure, LOOPED) if looped else sure


def _of_silence(segment: Spoken) -> bool:
    return segment.silence > 0.6 and segment.mean_log < -0.7


def without_credits(text: str) -> str:
    """Clauses that only subtitles hold are left out."""
    if _CREDITS.fullmatch(text.strip(_EDGE)):
        return ""
    clauses = [clause.group() for clause in _CLAUSE.finditer(text)]
    kept = [clause for clause in clauses if not _CREDITS.fullmatch(clause.strip(_EDGE))]
    return text if len(kept) == len(clauses) else "".join(kept).strip(_EDGE)


def unlooped(text: str) -> tuple[str, bool]:
    """A piece said over and over is kept once, for 救命 must not be lost; digits that repeat are left alone."""
    looped = False

    def once(match: re.Match[str]) -> str:
        nonlocal looped
        unit: str = match["short"] or match["long"]
        if set(unit) <= _DIGITS and len(match.group()) <= 12:
            return match.group()
        looped = True
        return unit

    return _LOOP.sub(once, text), looped


def _bare(text: str) -> str:
    return re.sub(r"[，。！？,.!?、；;：:\s]", "", text)
