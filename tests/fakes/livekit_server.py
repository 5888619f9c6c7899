"""A LiveKit server small enough for tests: room API (Twirp), signals (protobuf over WebSocket), media by aiortc.

It looks at every token with livekit-api's own verifier. It is none of LiveKit's code: what it lacks is not tested.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from aiortc.sdp import candidate_from_sdp

aiohttp_web = pytest.importorskip("aiohttp.web", reason="livekit: livekit-api is not installed")
api = pytest.importorskip("livekit.api", reason="livekit: livekit-api is not installed")
rtc = pytest.importorskip("livekit.protocol.rtc", reason="livekit: livekit-api is not installed")
models = pytest.importorskip("livekit.protocol.models", reason="livekit: livekit-api is not installed")

KEY, SECRET = "APItest", "a-secret-of-the-tests-that-is-long-enough"
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*"}
_numbers = itertools.count(1)


@dataclass(eq=False)
class Inside:
    """Somebody in a room."""

    sid: str
    identity: str
    grants: Any
    socket: Any
    publisher: RTCPeerConnection = field(default_factory=RTCPeerConnection)
    subscriber: RTCPeerConnection = field(default_factory=RTCPeerConnection)
    wanted: dict[str, Any] = field(default_factory=dict)
    """Tracks that were announced, by the browser's own id."""
    tracks: list[tuple[Any, Any]] = field(default_factory=list)
    """What is known of a track, and the track."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def info(self) -> Any:
        sources = [models.TrackSource.Value(name.upper()) for name in self.grants.can_publish_sources or ()]
        permission = models.ParticipantPermission(
            can_publish=self.grants.can_publish, can_subscribe=self.grants.can_subscribe, can_publish_sources=sources
        )
        return models.ParticipantInfo(
            sid=self.sid, identity=self.identity, state=models.ParticipantInfo.State.ACTIVE, permission=permission,
            tracks=[known for known, _ in self.tracks], is_publisher=bool(self.tracks),
        )  # fmt: skip

    async def tell(self, **message: Any) -> None:
        with suppress(ConnectionError):
            await self.socket.send_bytes(rtc.SignalResponse(**message).SerializeToString())


class FakeLiveKit:
    """One server. ``mode``: ok, slow, failing, garbage; ``shut``: nobody gets in by the signals."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.shut = False
        self.asked: list[tuple[str, Any, Any]] = []
        """Method, request and grants of every call of the room API."""
        self.refused: list[str] = []
        self.rooms: dict[str, dict[str, Inside]] = {}
        self.joined: list[tuple[str, str]] = []
        """Room and identity of everybody who came in."""
        self.loop = asyncio.get_running_loop()
        self.closed = asyncio.Event()
        """A room was deleted."""
        self._relay = MediaRelay()
        self._verifier = api.TokenVerifier(KEY, SECRET)
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> Any:
        app = aiohttp_web.Application()
        app.router.add_post("/twirp/livekit.RoomService/{method}", self._room_service)
        for newer in ("/rtc/v1", "/rtc/v1/validate"):  # one connection in place of two: older servers do not know it
            app.router.add_get(newer, _unknown)
        app.router.add_get("/rtc/validate", self._validate)
        app.router.add_get("/rtc", self._signals)
        return app

    def _claims(self, token: str) -> Any:
        try:
            return self._verifier.verify(token)
        except Exception as error:
            self.refused.append(type(error).__name__)
            return None

    async def _room_service(self, request: Any) -> Any:
        if self.mode == "slow":
            await asyncio.sleep(5)
        if self.mode == "failing":
            return aiohttp_web.json_response({"code": "unavailable", "msg": "no node"}, status=503)
        if self.mode == "garbage":
            return aiohttp_web.Response(body=b"<html>a proxy's page</html>")
        claims = self._claims(request.headers.get("authorization", "").removeprefix("Bearer "))
        if claims is None or not claims.video.room_create:
            return aiohttp_web.json_response({"code": "unauthenticated", "msg": "permissions denied"}, status=401)
        method, body = request.match_info["method"], await request.read()
        wanted = getattr(api, f"{method}Request").FromString(body)
        self.asked.append((method, wanted, claims))
        if method == "CreateRoom":
            self.rooms.setdefault(wanted.name, {})
            return _protobuf(models.Room(sid=f"RM_{next(_numbers)}", name=wanted.name))
        if wanted.room not in self.rooms:
            return aiohttp_web.json_response({"code": "not_found", "msg": "no such room"}, status=404)
        for inside in self.rooms.pop(wanted.room).values():
            await inside.socket.close()
        self.closed.set()
        return _protobuf(api.DeleteRoomResponse())

    async def _validate(self, request: Any) -> Any:
        valid = self._claims(request.query.get("access_token", "")) is not None and not self.shut
        return aiohttp_web.Response(status=200 if valid else 401, headers=OPEN_TO_ALL)

    async def _signals(self, request: Any) -> Any:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        claims = self._claims(request.query.get("access_token", "") or bearer)
        if claims is None or not claims.video.room_join or self.shut:
            return aiohttp_web.Response(status=401, headers=OPEN_TO_ALL)
        room = self.rooms.get(claims.video.room)
        if room is None:
            return aiohttp_web.Response(status=404, headers=OPEN_TO_ALL)
        socket = aiohttp_web.WebSocketResponse()
        await socket.prepare(request)
        me = Inside(f"PA_{next(_numbers)}", claims.identity, claims.video, socket)
        self.joined.append((claims.video.room, claims.identity))
        try:
            await self._inside(room, me)
        finally:
            room.pop(me.identity, None)
            await asyncio.gather(me.publisher.close(), me.subscriber.close())
        return socket

    async def _inside(self, room: dict[str, Inside], me: Inside) -> None:
        others = list(room.values())
        room[me.identity] = me
        join = rtc.JoinResponse(
            room=models.Room(sid="RM_1", name="room"), participant=me.info, server_version="1.9.0",
            other_participants=[other.info for other in others], ping_timeout=15, ping_interval=5,
            server_info=models.ServerInfo(version="1.9.0"),
            enabled_publish_codecs=[models.Codec(mime="video/VP8"), models.Codec(mime="audio/opus")],
        )  # fmt: skip
        await me.tell(join=join)
        me.publisher.on("track", lambda track: self._spawn(self._published(room, me, track)))
        for other in others:
            await other.tell(update=rtc.ParticipantUpdate(participants=[me.info]))
        self._spawn(self._catch_up(others, me))
        async for message in me.socket:
            if message.type is aiohttp_web.WSMsgType.BINARY:
                await self._take(me, rtc.SignalRequest.FromString(message.data))

    async def _take(self, me: Inside, request: Any) -> None:
        kind = request.WhichOneof("message")
        if kind == "offer":
            await me.publisher.setRemoteDescription(RTCSessionDescription(request.offer.sdp, "offer"))
            await me.publisher.setLocalDescription(await me.publisher.createAnswer())
            sdp = me.publisher.localDescription.sdp
            await me.tell(answer=rtc.SessionDescription(type="answer", sdp=sdp, id=request.offer.id))
        elif kind == "answer":
            await me.subscriber.setRemoteDescription(RTCSessionDescription(request.answer.sdp, "answer"))
            me.answered.set()
        elif kind == "trickle":
            given = json.loads(request.trickle.candidateInit)
            if text := given.get("candidate", "").removeprefix("candidate:"):
                candidate = candidate_from_sdp(text)
                candidate.sdpMid, candidate.sdpMLineIndex = given.get("sdpMid"), given.get("sdpMLineIndex")
                theirs = request.trickle.target == rtc.SignalTarget.SUBSCRIBER
                await (me.subscriber if theirs else me.publisher).addIceCandidate(candidate)
        elif kind == "add_track":
            add = request.add_track
            mime = "video/VP8" if add.type == models.TrackType.VIDEO else "audio/opus"
            known = models.TrackInfo(sid=f"TR_{next(_numbers)}", type=add.type, source=add.source, mime_type=mime)
            me.wanted[add.cid] = known
            await me.tell(track_published=rtc.TrackPublishedResponse(cid=add.cid, track=known))
        elif kind == "ping_req":
            await me.tell(pong_resp=rtc.Pong(last_ping_timestamp=request.ping_req.timestamp, timestamp=0))
        elif kind == "leave":
            await me.socket.close()

    async def _published(self, room: dict[str, Inside], me: Inside, track: Any) -> None:
        kinds = {"video": models.TrackType.VIDEO, "audio": models.TrackType.AUDIO}
        known = me.wanted.get(track.id) or next(
            one
            for one in me.wanted.values()
            if one.type == kinds[track.kind] and not any(one is k for k, _ in me.tracks)
        )
        me.tracks.append((known, track))
        for other in [other for other in room.values() if other is not me]:
            await other.tell(update=rtc.ParticipantUpdate(participants=[me.info]))
            await self._give(other, me, known, track)

    async def _catch_up(self, others: list[Inside], me: Inside) -> None:
        for other in others:
            for known, track in list(other.tracks):
                await self._give(me, other, known, track)

    async def _give(self, to: Inside, owner: Inside, known: Any, track: Any) -> None:
        """One more track for somebody: offered, and answered, one after the other."""
        async with to.turn:
            sender = to.subscriber.addTrack(self._relay.subscribe(track))
            sender._stream_id, sender._track_id = f"{owner.sid}|{known.sid}", known.sid
            await to.subscriber.setLocalDescription(await to.subscriber.createOffer())
            to.answered.clear()
            await to.tell(offer=rtc.SessionDescription(type="offer", sdp=to.subscriber.localDescription.sdp))
            await asyncio.wait_for(to.answered.wait(), 20)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def dies(self) -> None:
        """Everybody is cut off, and nobody gets in any more; called from any thread."""
        self.shut = True
        asyncio.run_coroutine_threadsafe(self.aclose(), self.loop).result(20)

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for room in self.rooms.values():
            for inside in list(room.values()):
                await inside.socket.close()


async def _unknown(request: Any) -> Any:
    return aiohttp_web.Response(status=404, headers=OPEN_TO_ALL)


def _protobuf(message: Any) -> Any:
    return aiohttp_web.Response(body=message.SerializeToString(), content_type="application/protobuf")


@asynccontextmanager
async def served() -> AsyncIterator[tuple[FakeLiveKit, str]]:
    """The server with its ws:// address, in this loop."""
    fake = FakeLiveKit()
    runner = aiohttp_web.AppRunner(fake.routes(), shutdown_timeout=1)
    await runner.setup()
    site = aiohttp_web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield fake, f"ws://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    finally:
        await fake.aclose()
        await runner.cleanup()


@contextmanager
def in_a_thread() -> Iterator[tuple[FakeLiveKit, str]]:
    """The same for tests whose own loop is a browser's driver."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []
    over = asyncio.Event()

    async def work() -> None:
        async with served() as both:
            found.append(both)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(work(),), name="livekit")
    thread.start()
    try:
        ready.wait(20)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)
        loop.close()
