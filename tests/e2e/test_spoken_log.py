"""A marked name, telephone and identity number are SPOKEN in a call and to the chat, and the bundled recogniser hears
them; nothing of them, nor of what it made of them, stands in a log, a metric or an error page.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from agent.domain.events import ResidentSaid
from connectors.storage import open_store
from speech.audio import frames, silence, wav_bytes
from speech.ports import Pcm, VoiceStyle
from speech.synthesis.espeak import EspeakSynthesizer
from suifang.bench_service import Way
from suifang.bench_webrtc import CallerLine
from tests.fakes.service import KEY, service

pytestmark = pytest.mark.e2e

NAME, PHONE, ID_NUMBER = "欧阳桂花", "13877665544", "110101194805031234"
DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
FLOW = "hypertension_followup"
CALL_S = 90.0
"""On a machine that does much else; a call takes half a minute."""
PAUSE_MS = 900.0
"""Between two sentences: the turn is over."""
NUMBER = re.compile(r"[\d零幺一二三四五六七八九]{5,}")


def aloud(number: str) -> str:
    """Digit by digit, as people say it."""
    return "".join(DIGITS.get(digit, digit) for digit in number)


WHO, PHONE_SAID, ID_SAID = f"我就是{NAME}", f"行，电话{aloud(PHONE)}", f"身份证{aloud(ID_NUMBER)}"


async def call(url: str, way: Way, voice: EspeakSynthesizer) -> Sequence[str]:
    """A browser's call over WebRTC in which all three are said, over the agent's first words; what was understood."""
    line, heard, style = CallerLine(), [], VoiceStyle("cmn+f2", 200)
    sounds = [await voice.synthesize(words, style) for words in (WHO, PHONE_SAID, ID_SAID)]
    spoken = np.concatenate([part for sound in sounds for part in (sound, silence(PAUSE_MS))])
    address, key = url.replace("http", "ws", 1), f"suifang.link.{way.token}"
    try:
        async with connect(f"{address}/api/call/{way.visit}/live", subprotocols=[Subprotocol(key)]) as socket:
            await socket.send(json.dumps({"type": "offer", "sdp": await line.offer()}))
            async with asyncio.timeout(CALL_S), asyncio.TaskGroup() as group:
                async for message in map_json(socket):
                    if message["type"] == "answer":
                        await line.answered(message["sdp"])
                        saying = group.create_task(say(line, spoken), name="the resident")
                    if message["type"] == "caption" and message["by"] == "resident":
                        heard.append(message["text"])
                        if message["final"] and saying.done():
                            await socket.send(json.dumps({"type": "hang-up"}))
                    if message["type"] == "ended":
                        break
    finally:
        await line.aclose()
    return heard


async def map_json(socket: ClientConnection) -> AsyncIterator[dict[str, Any]]:
    """What the page is told; pings are answered."""
    async for raw in socket:
        message = json.loads(raw)
        if message["type"] == "ping":
            await socket.send(json.dumps({"type": "pong"}))
        yield message


async def say(line: CallerLine, sound: Pcm) -> None:
    """Speak in the time that it takes."""
    await asyncio.wait_for(line.connected.wait(), CALL_S)
    for frame in frames(sound):
        await line.send(frame)
        await line.receive()


async def chat(visitor: httpx.AsyncClient, visit: str, voice: EspeakSynthesizer) -> None:
    """A whole conversation spoken to the chat, until the agent has ended it."""
    style = VoiceStyle("cmn+f2", 180)
    for words in (WHO, "行，你说吧", PHONE_SAID, ID_SAID, "别再打电话给我了", "好", "好"):
        sound = wav_bytes(await voice.synthesize(words, style))
        told = await visitor.post(f"/api/chat/{visit}/voice", content=sound)
        assert told.status_code < 500
        if told.json().get("outcome"):
            return
    raise AssertionError("the conversation did not end")


async def begun(visitor: httpx.AsyncClient, purpose: str) -> Way:
    told = (
        await visitor.post("/api/link", json={"flow": FLOW, "name": NAME, "phone": PHONE, "purpose": purpose})
    ).json()
    return Way(told["token"], told["visit_id"])


def marks_of(transcripts: Sequence[str]) -> Iterator[str]:
    """All that names somebody: as it was said, and as it was heard."""
    yield from (NAME, PHONE, ID_NUMBER, aloud(PHONE), aloud(ID_NUMBER), *map(quote, (NAME, aloud(PHONE))))
    for text in transcripts:
        yield from (text, quote(text), *NUMBER.findall(text)) if len(text) > 3 else ()


def leaks(text: str, marks: Sequence[str]) -> list[str]:
    return [mark for mark in marks if mark in text]


async def pages(visitor: httpx.AsyncClient, way: Way, marks: Sequence[str]) -> str:
    """Every kind of answer that is no conversation: errors with the marks in the request, health, metrics."""
    told = []
    for mark in (NAME, PHONE, ID_NUMBER, *marks[-3:]):
        told += [
            await visitor.get(f"/{quote(mark)}?who={quote(mark)}", headers={"Accept": "text/html"}),
            await visitor.get(f"/api/visits/{quote(mark)}"),
            await visitor.post(f"/api/chat/{way.visit}", json={"text": {mark: mark}}),
            await visitor.post(f"/api/chat/{way.visit}/voice", content=mark.encode()),
            await visitor.post("/api/link", content=f"{{{mark}".encode()),
        ]
    told += [await visitor.post("/api/session", json={"name": NAME, "password": ID_NUMBER})]
    told += [
        await visitor.get(path) for path in ("/health", "/metrics", "/openapi.json", f"/visits/{way.visit}/report")
    ]
    assert all(answer.status_code < 500 for answer in told)
    return "\n".join(f"{answer.text}\n{answer.headers}" for answer in told)


def test_what_is_spoken_stands_in_no_log_metric_or_error_page(tmp_path: Path) -> None:
    log, data = tmp_path / "log", tmp_path / "var"

    async def talk(url: str) -> tuple[list[Way], list[str], str]:
        voice = EspeakSynthesizer(timeout_s=20.0)
        try:
            async with httpx.AsyncClient(base_url=url, timeout=30.0) as visitor:
                one, two = [await begun(visitor, purpose) for purpose in ("call", "chat")]
                visitor.headers["Authorization"] = f"Bearer {two.token}"
                understood, _ = await asyncio.gather(call(url, one, voice), chat(visitor, two.visit, voice))
                stored = await transcripts(data, [one, two])
                assert understood, "the call was not heard at all"
                assert understood[-1] in stored
                assert len([number for text in stored for number in NUMBER.findall(text)]) >= 2, "no number was heard"
                marks = list(dict.fromkeys(marks_of([*stored, *understood])))
                return [one, two], marks, await pages(visitor, two, marks)
        finally:
            await voice.aclose()

    with service(log, data, **KEY, SUIFANG_WALK_IN="true") as url:
        ways, marks, told = asyncio.run(talk(url))
    written = log.read_text("utf-8")
    keys = [part for way in ways for part in (way.token, way.visit)]
    assert leaks(written, [*marks, *keys]) == []
    assert leaks(told, marks) == []
    assert leaks(asyncio.run(audited(data)), marks) == []
    assert marks[-1] in leaks(f"{written} {marks[-1]}", marks), "the search itself"


async def transcripts(data: Path, ways: Sequence[Way]) -> list[str]:
    """What the service keeps of the residents' words."""
    async with open_store(data / "suifang.db") as store:
        events = [event for way in ways for event in await store.events.read(way.visit)]
    return [event.body.text for event in events if isinstance(event.body, ResidentSaid)]


async def audited(data: Path) -> str:
    """The audit log."""
    async with open_store(data / "suifang.db") as store:
        entries = await store.audit.entries()
    assert entries
    return "\n".join(f"{entry.who} {entry.act} {entry.subject} {dict(entry.detail)}" for entry in entries)
