"""Staff who take a running browser call over: one of two wins, the nets listen on, the agent goes on afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.domain.answers import Resident
from agent.domain.events import AgentSaid, AlertRaised, DoctorCall, EventBody, SlotSet, StaffWrote
from agent.errors import InputError
from agent.library import Library, load_library
from connectors.access.people import Role, Staff
from connectors.media.turn import Ice
from suifang.app import open_app
from suifang.bench_webrtc import CallerLine
from suifang.chat_voice import ChatVoices, SharedEngines
from suifang.chats import WebChats
from suifang.escalations import Escalations, Terms
from suifang.meetings import OwnMeetings
from suifang.taking_calls import TakingCalls
from suifang.taking_over import TakingOver
from suifang.talking import LiveHouse
from suifang.web import ChatHooks, present, web_chats
from suifang.web_calls import WebCall, WebCalls
from tests.fakes.house import settings_in

pytestmark = pytest.mark.integration
WANG, LI = Staff("w", "wang", "王医生", Role.DOCTOR, "T1"), Staff("l", "li", "李护士", Role.NURSE, "T1")


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@dataclass
class Line:
    """A running call at its question of the blood pressure."""

    visit: str
    chats: WebChats
    call: WebCall
    calls: TakingCalls
    taking: TakingOver
    doctors: Escalations

    def said(self, kind: type[EventBody]) -> list[EventBody]:
        return [event.body for event in self.call.visit.conversation.events if isinstance(event.body, kind)]

    def takeovers(self) -> list[DoctorCall]:
        return [body for body in self.said(DoctorCall) if isinstance(body, DoctorCall) and body.reason == "taken_over"]

    async def type(self, text: str) -> None:
        """Words of the resident, taken by the running call."""
        before = self.call.visit.conversation.state.turn
        self.call.typed.append(text)
        await self.until(lambda: self.call.visit.conversation.state.turn > before)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Until something is so, looked at whenever there is news."""
        with self.chats.watching(self.visit) as news:
            async with asyncio.timeout(20):
                while not holds():
                    await news.wait()
                    news.clear()


@asynccontextmanager
async def talking(folder: Path, root: Path, library: Library) -> AsyncIterator[Line]:
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings_in(folder, root), library))
        engines, hooks = SharedEngines(app.settings, stack), ChatHooks(app)
        chats = web_chats(app, hooks)
        calls = WebCalls(app, chats, hooks, engines, Ice())
        house = LiveHouse(app, chats, ChatVoices(app.library, app.store, engines), calls)
        hooks.doctors = Escalations(house, Terms(3.0, OwnMeetings(Ice())))
        held = TakingCalls(calls, hooks.doctors)
        taking = TakingOver(chats, present, held)
        visit = (await chats.start("hypertension_followup", Resident("王桂花", "R1"), {}, "T1", spoken=True)).visit_id
        browser = CallerLine()
        try:
            async with calls.page(visit) as page:
                await browser.answered(await page.connect(await browser.offer()))
                await asyncio.wait_for(browser.connected.wait(), 10)
                line = Line(visit, chats, page.call, held, taking, hooks.doctors)
                for text in ("我就是本人", "可以"):
                    await line.type(text)
                yield line
        finally:
            await browser.aclose()
            await hooks.doctors.aclose()
            await calls.aclose()


def held(folder: Path, root: Path, library: Library, check: Callable[[Line], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with talking(folder, root, library) as line:
            await check(line)

    asyncio.run(inside())


def test_of_two_one_has_it_and_the_agent_goes_on_with_its_question(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def check(line: Line) -> None:
        with pytest.raises(InputError, match="no doctor is in this room"):
            async with line.doctors.seat(line.visit, WANG, family=False):
                pass
        took = await asyncio.gather(
            line.taking.take(line.visit, WANG), line.taking.take(line.visit, LI), return_exceptions=True
        )
        assert [getattr(one, "code", None) for one in took] == [None, "talk-taken"]
        comes = line.said(AgentSaid)[-1]
        assert isinstance(comes, AgentSaid)
        assert comes.text.startswith("王医生来和您说")
        async with line.doctors.seat(line.visit, WANG, family=False):
            # What is said to the doctor is no answer, and the agent is silent; a red flag is raised all the same.
            await line.type("一百三，八十")
            await line.type("我胸口疼得厉害，喘不上气")
            assert not [set_ for set_ in line.said(SlotSet) if getattr(set_, "slot", "") == "sbp"]
            assert line.said(AgentSaid)[-1] is comes
            assert {getattr(alert, "flag", "") for alert in line.said(AlertRaised)} >= {"chest_pain"}
            await asyncio.sleep(0.2)
            assert line.doctors.news(line.visit) is None  # a doctor is there: none is rung
            with pytest.raises(InputError, match="the agent has this call"):
                await line.taking.hand_back(line.visit, LI)
            await line.taking.hand_back(line.visit, WANG)
        asked = line.said(AgentSaid)[-1]
        assert isinstance(asked, AgentSaid)
        assert asked.ask == "blood_pressure"
        (ended,) = line.takeovers()
        assert (ended.doctor, ended.outcome) == ("王医生", "handed_back")
        assert [getattr(wrote, "step", "") for wrote in line.said(StaffWrote)] == ["taken", "back"]
        await line.type("一百三，八十")
        assert line.call.visit.conversation.slots["sbp"] == 130
        await line.taking.take(line.visit, LI)
        await line.taking.end(line.visit, LI)
        await line.call.over()
        assert [(call.doctor, call.outcome) for call in line.takeovers()] == [
            ("王医生", "handed_back"), ("李护士", "over"),
        ]  # fmt: skip
        assert line.call.visit.conversation.outcome is not None

    held(tmp_path, root, library, check)


def test_who_leaves_is_followed_by_the_agent_with_what_is_urgent_first(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def check(line: Line) -> None:
        line.calls.left_s = 1.5
        await line.taking.take(line.visit, LI)
        await line.type("我胸口疼得厉害")
        await line.until(lambda: not line.call.visit.conversation.state.staff)
        assert [getattr(wrote, "step", "") for wrote in line.said(StaffWrote)] == ["taken", "left"]
        assert [call.outcome for call in line.takeovers()] == ["left"]
        assert line.doctors.news(line.visit) is not None  # a nurse had it: a doctor is rung
        said = [getattr(one, "response", "") for one in line.said(AgentSaid)]
        assert "utter_emergency_chest_pain" in said[-3:]

    held(tmp_path, root, library, check)


def test_of_two_doctors_who_accept_at_once_one_has_it_while_the_agents_call_gives_way(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def check(line: Line) -> None:
        zhao = Staff("z", "zhao", "赵医生", Role.DOCTOR, "T1")
        async with line.doctors.on_duty(WANG) as desk, line.doctors.on_duty(zhao) as other:
            await line.type("我胸口疼得厉害")
            await line.until(lambda: line.doctors.news(line.visit) is not None)
            took = await asyncio.gather(desk.accept(line.visit), other.accept(line.visit), return_exceptions=True)
            assert [getattr(one, "code", None) for one in took] == [None, "call-taken"]
            news = line.doctors.news(line.visit)
            assert news is not None
            assert (news.step, news.shown) == ("accepted", "王医生")

    held(tmp_path, root, library, check)
