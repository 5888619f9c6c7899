"""The net of words: mentions of red flags in an utterance, judged; alerts for those that are present."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from agent.domain.alerts import FLAGS, Alert, Mention, MentionStatus, Severity, Subject
from agent.domain.answers import AskContext
from agent.understanding.redflags.case import Case
from agent.understanding.redflags.judging import judge
from agent.understanding.redflags.lexicon import RedFlagRules
from agent.understanding.redflags.matching import MIN_SOUND, Scan, candidates
from agent.understanding.redflags.values_net import value_candidates
from agent.understanding.redflags.weighing import weighed
from agent.understanding.text import Utterance, normalise

_DEGREE = re.compile(
    "(?<!治喘)(?<!平喘)(?<=[疼痛喘闷憋晕饿慌压堵肿紧渴抖吐高低瘦干累重烧难受])[的地](?!喷|话|时候?|事|感觉|情况|地方|人|药|是|我|，|$|没|都|那|样)"
)
"""疼的厉害 is written for 疼得厉害 as often as not."""
_STANDING = (MentionStatus.PRESENT, MentionStatus.UNCERTAIN)
_OPENING = 3
"""连我都不认得: only near the beginning of its clause is 我 its subject."""
_PROBE = "probe_"
_YES = re.compile(
    "^(?:嗯|哎|对|是|有|现在|正|就是|当然|在疼|在痛|刚才|今天|可不|要得|系|中|疼|痛|还在|还是|还有|想|真的?)"
)
_NO = re.compile("^(?:不|没|冇|莫|以前|早|过去|唔|未|那是|去年|好了|上)")
_OPEN_QUESTION = re.compile("(?:你们?|您)(?:是|刚才)?(?:说|问)|是不是|有没有|会不会|要是|如果|万一")


def mentions(
    utterance: Utterance, ask: str | None, ctx: AskContext, rules: RedFlagRules, *, partial: bool = False
) -> tuple[Mention, ...]:
    """Every mention of a red flag in ``utterance``; on a partial only those that nothing likely to follow undoes."""
    del ctx
    text = as_read(utterance.text)
    listing = "、" in utterance.raw
    found = weighed(text, ask, rules, by_words(text, ask, rules, listing=listing))
    found += _by_values(text, ask, rules, listing)
    if ask and ask.startswith(_PROBE) and not found:
        found += _probed(text, ask, rules)
    merged = _of_one_person(_merged(found), text, rules)
    return tuple(m for m in merged if not partial or _settled(m, text, rules))


def as_read(text: str) -> str:
    """Normalised text as the nets read it."""
    return _DEGREE.sub("得", text)


def word_alerts(found: Iterable[Mention], rules: RedFlagRules) -> tuple[Alert, ...]:
    """One alert for each flag and subject that is present."""
    alerts: dict[tuple[str, str], Alert] = {}
    for mention in found:
        if mention.status is not MentionStatus.PRESENT:
            continue
        severity = _severity(mention, rules)
        key = (mention.flag, mention.subject)
        earlier = alerts.get(key)
        if earlier is None or (severity is Severity.P0 and earlier.severity is not Severity.P0):
            alerts[key] = Alert(mention.flag, severity, mention.subject, mention.words, mention.rule, rules.version)
    return tuple(alerts.values())


def raised(text: str, ask: str | None, ctx: AskContext, rules: RedFlagRules) -> tuple[Alert, ...]:
    """What ``text`` raises now: words, and critical numbers said in it."""
    return word_alerts(mentions(normalise(text), ask, ctx, rules), rules)


def probe_question(mention: Mention, rules: RedFlagRules) -> str:
    """Response id of the one question that settles a doubtful mention."""
    del rules
    return f"utter_probe_{mention.flag}" if mention.subject == "self" else "utter_probe_other"


def _severity(mention: Mention, rules: RedFlagRules) -> Severity:
    rule = rules.rule(mention.rule)
    if rule is not None:
        return rule.severity
    if mention.rule.startswith("value."):
        slot = mention.rule[6:].replace("glucose", "fpg")
        base = next((t.severity for t in rules.thresholds if t.slot == slot and t.flag == mention.flag), Severity.VALUE)
        return Severity.P0 if "aggravated" in mention.reason else base
    return next((r.severity for r in rules.rules if r.flag == mention.flag), Severity.P0)


def by_words(text: str, ask: str | None, rules: RedFlagRules, *, listing: bool) -> list[Mention]:
    """Every place where a phrase rule holds, judged by the words around it."""
    found = [judge(Case(text, c, rules, ask, listing)) for c in candidates(Scan(text, rules), ask)]
    seen = {m.flag for m in found if m.status is not MentionStatus.UNCERTAIN}
    sounded = [judge(Case(text, c, rules, ask, listing)) for c in candidates(Scan(text, rules, by_sound=True), ask)]
    return found + [_weighed(m) for m in sounded if m.flag not in seen and not _too_grave_to_guess(m)]


def _too_grave_to_guess(mention: Mention) -> bool:
    """我烟是早戒了的 sounds like 厌世: nobody is asked about dying for two syllables."""
    return mention.flag == "suicide_risk" and mention.span[1] - mention.span[0] < MIN_SOUND


def _weighed(mention: Mention) -> Mention:
    """A match by sound; two syllables are too few to raise on."""
    short = mention.span[1] - mention.span[0] < MIN_SOUND and mention.status is MentionStatus.PRESENT
    status = MentionStatus.UNCERTAIN if short else mention.status
    return replace(mention, status=status, reason=f"by sound: {mention.reason}")


def _by_values(text: str, ask: str | None, rules: RedFlagRules, listing: bool) -> list[Mention]:
    found = []
    for candidate, said, sure in value_candidates(text, ask, rules):
        mention = judge(Case(text, candidate, rules, ask, listing))
        mention = replace(mention, words=text[said.start : said.span[1]])
        if candidate.rule.severity is Severity.P0:
            mention = replace(mention, reason=f"aggravated: {mention.reason}")
        if not sure and mention.status is MentionStatus.PRESENT:
            mention = replace(mention, status=MentionStatus.UNCERTAIN, reason="the number is vague")
        found.append(mention)
    return found


def _probed(text: str, ask: str, rules: RedFlagRules) -> list[Mention]:
    """A short answer to the one question about a doubtful mention."""
    del rules
    flag = ask.removeprefix(_PROBE)
    if flag not in FLAGS or not text:
        return []
    yes, no = _YES.match(text), _NO.match(text)
    status = MentionStatus.PRESENT if yes and not no else MentionStatus.DENIED if no else MentionStatus.UNCERTAIN
    return [Mention(flag, status, (0, len(text)), text, f"{flag}.probed", reason="answer to the question")]


def _merged(found: list[Mention]) -> list[Mention]:
    """The same words of the same flag once, the most serious reading first."""
    order = {status: i for i, status in enumerate((MentionStatus.PRESENT, MentionStatus.UNCERTAIN))}
    kept: dict[tuple[str, tuple[int, int]], Mention] = {}
    for mention in sorted(found, key=lambda m: order.get(m.status, 9)):
        kept.setdefault((mention.flag, mention.span), mention)
    return sorted(kept.values(), key=lambda m: m.span)


def _of_one_person(found: list[Mention], text: str, rules: RedFlagRules) -> list[Mention]:
    """俺老头这会儿嘴歪眼斜，话也说不成: who was in danger before the pause still is, unless 我 opens a clause."""
    kept: list[Mention] = []
    for mention in found:
        of_other = [m.span[0] for m in kept if m.subject is Subject.OTHER and m.status in _STANDING]
        theirs = of_other and not _own_clause(text, max(of_other), mention.span[0], rules)
        kept.append(replace(mention, subject=Subject.OTHER) if theirs else mention)
    return kept


def _own_clause(text: str, start: int, end: int, rules: RedFlagRules) -> bool:
    selves = rules.cues["self"].finditer(text, start, end)
    return any(match.start() - text.rfind("，", 0, match.start()) <= _OPENING for match in selves)


def _settled(mention: Mention, text: str, rules: RedFlagRules) -> bool:
    """Nothing that is likely to be said next takes this back (胸口疼 may go on: …没有)."""
    if mention.status is not MentionStatus.PRESENT or _OPEN_QUESTION.search(text[: mention.span[0]]):
        return False
    if mention.rule.startswith("value."):
        return mention.span[1] < len(text)
    rule = rules.rule(mention.rule)
    around = text[max(0, mention.span[0] - 8) : mention.span[1] + 6]
    return bool(rule and rule.strong) or bool(rules.cues["degree"].search(around))
