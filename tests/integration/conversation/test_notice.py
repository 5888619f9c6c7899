"""What is told before consent: why, what it means, in few plain words; another version of it asks anew."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from agent.conversation import Conversation, Past
from agent.domain.effects import Outcome, Say
from agent.domain.events import ConsentGiven, NoticeRenewed, SlotSet
from agent.flows.model import Act, CallFlow, Collect
from agent.flows.state import NOTICE_VERSION
from agent.library import Library
from connectors.storage import VisitStart, open_store
from connectors.storage.ports import Channel
from suifang.visits import Visits
from tests.integration.conversation.talks import NOW, WANG, Talk

pytestmark = pytest.mark.integration

NOTICE = ("utter_opening", "utter_ask_consent")
AS_OF = {"2026-11-2": "324608c6897cfb1c"}
"""What the notice says, as a digest: whoever changes the words gives them a new version."""


def notice(library: Library) -> list[str]:
    return [text for name in NOTICE for text in (*library.script.responses[name].texts, *chat(library, name))]


def chat(library: Library, name: str) -> tuple[str, ...]:
    return tuple(library.script.responses[name].written)


def test_it_says_why_and_what_it_means(library: Library) -> None:
    """Needed: for the follow-up, for the doctor who looks after one. Its effect: kept, seen by the doctor; a no costs
    nothing; a person can be had."""
    talk = Talk(library)
    opening = talk.said
    talk.hear("我就是")
    for why in ("随访", "家庭医生", "照看"):
        assert why in talk.said
    for meaning in ("记下来", "不愿意也不影响您看病", "五分钟"):
        assert meaning in talk.said
    for right in ("录音", "人工智能", "转人工"):
        assert right in opening


def test_it_is_short_and_plain(library: Library) -> None:
    for text in notice(library):
        assert len(text) <= 120, text
        assert max(map(len, text.replace("？", "。").replace("，", "。").split("。"))) <= 20, text


def test_another_wording_is_another_version(library: Library) -> None:
    digest = hashlib.sha256("\n".join(notice(library)).encode()).hexdigest()[:16]
    assert AS_OF[NOTICE_VERSION] == digest, "the notice changed: give NOTICE_VERSION and this digest a new value"


def test_every_programme_asks_before_it_asks_anything(library: Library) -> None:
    for flow in library.script.flows.values():
        if flow.form:
            first = flow.steps[flow.first]
            assert isinstance(first, CallFlow), flow.id
            assert first.flow == "opening", flow.id
    opening = library.script.flows["opening"]
    asked = [step.ask for step in opening.steps.values() if isinstance(step, Collect)]
    assert asked == ["identity", "proxy_relation", "consent", "callback_time"]
    assert isinstance(opening.steps[opening.first], Act)


def begun_under(library: Library, version: str) -> Conversation:
    talk, _ = Conversation.open(library, "hypertension_followup", WANG, NOW, Past(notice=version))
    for words in ("我就是", "可以", "高压一百三，低压八十"):
        talk.hear(words, 1.0, NOW)
    return talk


def test_a_conversation_begun_under_another_notice_asks_anew(library: Library) -> None:
    again = Conversation.resume(library, begun_under(library, "2026-01").events)
    asked = again.ask
    effects = again.renew_notice(NOW)
    assert [e.response for e in effects if isinstance(e, Say)] == ["utter_notice_changed", "utter_ask_consent"]
    assert again.ask == "consent"
    again.hear("可以", 1.0, NOW)
    assert again.ask == asked
    given = [(e.body.granted, e.body.notice_version) for e in again.events if isinstance(e.body, ConsentGiven)]
    assert given == [(True, "2026-01"), (True, NOTICE_VERSION)]
    assert Conversation.resume(library, again.events).events == again.events
    assert again.renew_notice(NOW) == []


def test_who_does_not_agree_anew_is_asked_nothing_more(library: Library) -> None:
    again = Conversation.resume(library, begun_under(library, "2026-01").events)
    again.renew_notice(NOW)
    again.hear("那不行，我不同意", 1.0, NOW)
    assert again.outcome is Outcome.REFUSED
    assert not again.may_record


def test_in_danger_nobody_is_asked_for_consent(library: Library) -> None:
    talk = begun_under(library, "2026-01")
    talk.hear("我现在胸口疼得厉害，喘不上气", 1.0, NOW)
    assert Conversation.resume(library, talk.events).renew_notice(NOW) == []


def test_taken_up_from_the_store_it_asks_and_files_both(library: Library, tmp_path: Path) -> None:
    async def inside() -> None:
        async with open_store(tmp_path / "store.db") as store:
            talk = begun_under(library, "2026-01")
            start = VisitStart("v", WANG, "hypertension_followup", "gw3-htn", Channel.CHAT, NOW.isoformat())
            await store.visits.open(start)
            await store.events.append("v", talk.events)
            visit = await Visits(library, store, {}).resume("v", NOW)
            assert visit.conversation.ask == "consent"
            assert any(isinstance(event.body, NoticeRenewed) for event in await store.events.read("v"))
            await visit.hear("不行，别记了", NOW)
            consents = [(c.granted, c.notice_version) for c in await store.ledger.consents(WANG.id)]
            assert consents == [(True, "2026-01"), (False, NOTICE_VERSION)]
            kept = [e.body.slot for e in await store.events.read("v") if isinstance(e.body, SlotSet)]
            assert "sbp" not in kept

    asyncio.run(inside())
