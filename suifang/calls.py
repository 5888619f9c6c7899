"""Spoken cases bound to the real agent: virtual time, as many at once as there are cores."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from agent.conversation import Conversation, Past
from agent.library import Library, load_library
from evaluation.calls import Deaf, SpokenCall, Staging, evaluate_calls, first_of, hold_call
from evaluation.cases import DialogueCase
from evaluation.ending import Verdict, ending_of, judge
from evaluation.judgement import Evaluation
from speech.call import CallParts
from speech.channel import VirtualTime
from suifang.judging import Judge
from suifang.settings import Settings
from suifang.voice import Engines, open_engines


async def evaluate_spoken(cases: Sequence[DialogueCase], settings: Settings) -> Evaluation:
    """Hold every call and score it."""
    library = load_library(settings.root)
    at_once = asyncio.Semaphore(os.cpu_count() or 1)
    async with open_engines(settings, library.knowledge.lexicons) as engines:

        async def one(case: DialogueCase) -> tuple[Verdict, SpokenCall]:
            async with at_once:
                return await spoken_case(case, library, engines)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(case), name=f"call {case.id}") for case in cases]
        except ExceptionGroup as several:
            raise first_of(several) from None
    return evaluate_calls([task.result() for task in tasks])


async def spoken_case(case: DialogueCase, library: Library, engines: Engines) -> tuple[Verdict, SpokenCall]:
    """One call in virtual time, judged."""
    conversation, opening = Conversation.open(library, case.flow, case.resident, case.now, Past(case.history))
    parts = CallParts(engines.recognizer, engines.agent, engines.bench, case.now, style=engines.style, lockstep=True)
    staging = Staging(parts, engines.resident, Judge(library).reads(case.now), VirtualTime, Deaf())
    call = await hold_call(case, conversation, opening, staging)
    return judge(case, ending_of(conversation.events, conversation.slots)), call
