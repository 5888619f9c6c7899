"""Both nets together: the rules say what stands where, likeness says how much to believe it.

What the rules hold present stays so unless it is unlike everything that raised before: then one question is asked.
What no rule names, or a rule doubts or takes back, is raised where it is very alike, and asked about where it is alike.
Nothing that the rules found is ever dropped.
"""

from __future__ import annotations

from dataclasses import replace

from agent.domain.alerts import Mention, MentionStatus
from agent.understanding.redflags.case import Case
from agent.understanding.redflags.denying import nothing_wrong
from agent.understanding.redflags.evidence import known
from agent.understanding.redflags.judging import NO_EFFECT, NOBODY, judge
from agent.understanding.redflags.lexicon import RedFlagRules, Rule
from agent.understanding.redflags.matching import Candidate

BELIEVED, RAISED, ALONE, CONTRADICTED = 0.03, 0.06, 0.15, 0.24
"""How alike what the rules hold present, leave open, do not name, or take back must be to be raised. Flags are rare,
so these are small. Chosen by leaving one author out (``suifang train redflags --cross-validate``)."""
NEVER = 1.1
ASKED = 0.04
_SAID_BY_DENIAL = {"suicide_risk", "unconscious"}
"""不想活 and 没反应 are signs in the form of denials."""
_OPEN = {MentionStatus.UNCERTAIN}
_STANDING = {MentionStatus.PRESENT, MentionStatus.UNCERTAIN}


def weighed(text: str, ask: str | None, rules: RedFlagRules, found: list[Mention]) -> list[Mention]:
    """``found`` by the rules, with what likeness adds to it and doubts in it."""
    if rules.likeness is None:
        return found
    fine = not any(m.status in _STANDING for m in found) and nothing_wrong(text)
    scores = rules.likeness.scores(text, known(text, ask, found, rules.cues))
    kept = [_doubted(mention, scores.get(mention.flag, 1.0)) for mention in found]
    for flag, score in scores.items():
        statuses = {mention.status for mention in found if mention.flag == flag}
        if MentionStatus.PRESENT in statuses or (fine and flag not in _SAID_BY_DENIAL):
            continue
        needed = ALONE if not statuses else RAISED if statuses & _OPEN else CONTRADICTED
        if flag == "suicide_risk" and not statuses and rules.cues["wants_to_live"].search(text):
            needed = NEVER  # asked about at most: 寿衣做好了，我还想活到一百哩
        if score >= needed:
            kept.append(_alike(text, ask, rules, (flag, score), MentionStatus.PRESENT))
        elif score >= (RAISED if statuses else ASKED):
            kept.append(_alike(text, ask, rules, (flag, score), MentionStatus.UNCERTAIN))
    return kept


def _doubted(mention: Mention, score: float) -> Mention:
    """A mention that is present by the rules, unlike all that was: asked about."""
    if mention.status is not MentionStatus.PRESENT or score >= BELIEVED:
        return mention
    return replace(mention, status=MentionStatus.UNCERTAIN, reason=f"{score:.2f} alike only: {mention.reason}")


def _alike(
    text: str, ask: str | None, rules: RedFlagRules, scored: tuple[str, float], status: MentionStatus
) -> Mention:
    """A mention where the strongest evidence stands; taken back there by the words around it, it asks at most."""
    flag, score = scored
    assert rules.likeness is not None
    first = next(r for r in rules.rules if r.flag == flag)
    rule = Rule(f"{flag}.likeness", flag, first.severity, "seq", ())
    judged = judge(Case(text, Candidate(rule, (rules.likeness.place(text, flag),)), rules, ask, listing=False))
    if judged.reason.startswith((NOBODY, NO_EFFECT)):
        return judged
    if judged.status not in _STANDING and score < CONTRADICTED:
        status = MentionStatus.UNCERTAIN
    return replace(judged, status=status, reason=f"{score:.2f} alike")
