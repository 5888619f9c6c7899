"""Personal data on the disk: sealed after a whole call, opened with the right keys only, rotated through kills."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from agent.domain.answers import Resident
from agent.domain.events import AgentSaid, Event, ResidentSaid
from agent.errors import BackendError, StorageError
from agent.library import Library, load_library
from connectors.database.ciphers import Cipher
from connectors.database.keyring import new_ring
from connectors.database.keys import FILE, Keys
from connectors.signing.reference import open_reference
from connectors.storage import VisitStart, open_store
from connectors.storage.media import Media
from connectors.storage.persons import Act
from connectors.storage.ports import Channel
from speech.call_recording import AiMark, StereoFile
from speech.recording import ClipFolder
from suifang.app import App, open_app
from suifang.delivery import Courier
from suifang.reviewing import Reviewing, Signer
from suifang.settings import Settings
from suifang.visits import Caller

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 9, 30)
AT = NOW.isoformat()
NAME, PHONE, NUMBER, WORDS = "欧阳玛莉亚", "13877665544", "110101194805030027", "高压一百五，低压九十五"
VOICE = b"RIFF-the-voice-of-the-resident" * 40
ACT = Act("信息科陈", AT, "本人申请")
WHO = Resident(NAME, "R1", "2", date(1948, 5, 3), PHONE, NUMBER)


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


async def whole_call(app: App) -> str:
    """A call with an alert, a consent, an opt-out, a clip, a correction and a signature; delivered."""
    visit, _ = await app.visits.open("hypertension_followup", Caller(WHO, {}), Channel.VOICE, NOW)
    for words in ("我就是", "行，你说吧", WORDS, "一般是在家量的", "我胸口疼得厉害", "有人在", "好"):
        await visit.hear(words, NOW)
    await visit.close("hung up", NOW)
    await app.papers.draw_up(visit.id)
    clips = app.papers.folder_of(visit.id) / "clips"
    clips.mkdir(parents=True)
    (clips / "turn-001.wav").write_bytes(VOICE)
    await app.store.clips.add(visit.id, 1, str(clips / "turn-001.wav"))
    reviewing, li = Reviewing(app.library, app.store), Signer("李医生", AT)
    await reviewing.correct(visit.id, "sbp", "148", li, (f"听录音，{NAME}说的是148", False))
    await reviewing.sign(visit.id, li, accept=True)
    await app.store.ledger.opt_out("R1", f"{NAME}说别打", "陈护士", AT)
    async with open_reference(app.settings.signing_database, NOW.date) as backend:
        await Courier(app.store.outbox, backend).empty()
    return visit.id


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != FILE)


def marks(text: str) -> tuple[bytes, ...]:
    return text.encode(), json.dumps(text)[1:-1].encode()


def test_after_a_whole_call_nothing_lies_in_clear(tmp_path: Path, root: Path, library: Library) -> None:
    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
            visit = await whole_call(app)
            left = everything(tmp_path)  # the log of changes as well
            assert b"chest_pain" in left  # names of flags stay: alerts are counted by them
            for marked in (NAME, PHONE, NUMBER, WORDS, "一百五", "1948-05-03", "胸口疼得厉害"):
                for mark in marks(marked):
                    assert mark not in left, marked
            assert VOICE[:40] not in left
            assert await app.store.clips.voices(visit) == {"turn-001.wav": VOICE}
            found = await app.store.persons.find(phone=f"+86 {PHONE[:3]}-{PHONE[3:]}")
            assert found == ("R1",) == await app.store.persons.find(id_number=NUMBER)
            assert await app.store.persons.find(phone="13800000000") == ()
            export = await app.store.persons.export("R1", ACT)
            assert WORDS in json.dumps(export, ensure_ascii=False, default=str)

    asyncio.run(inside())
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_clip_is_sealed_before_it_is_written(tmp_path: Path) -> None:
    keys = Keys(tmp_path / FILE)
    keys.ensure()
    name = ClipFolder(tmp_path / "clips", lambda data: keys.seal(data, "media")).save(3, np.ones(1600, np.int16))
    assert name == "turn-003.wav"
    assert b"RIFF" not in (tmp_path / "clips" / name).read_bytes()
    assert keys.open((tmp_path / "clips" / name).read_bytes(), "media").startswith(b"RIFF")


def test_a_recording_is_sealed_while_the_call_runs(tmp_path: Path) -> None:
    keys = Keys(tmp_path / FILE)
    keys.ensure()
    media, path, plain = Media(keys), tmp_path / "call.ogg", tmp_path / "plain.ogg"
    mark = AiMark("社区卫生服务中心", "v1")
    for file in (StereoFile(path, mark, media.recorder), StereoFile(plain, mark)):
        for n in range(150):  # three seconds
            tone = (8000 * np.sin(np.arange(320) * (0.05 + n / 900))).astype(np.int16)
            file.add(tone, tone[::-1].copy())
        if file.path == path:
            meanwhile = path.read_bytes()
        file.close()
    data = path.read_bytes()
    assert b"OggS" not in data
    assert b"AIGC" not in data
    assert abs(len(media.read(path)) - plain.stat().st_size) < 100
    with av.open(io.BytesIO(media.read(path))) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) >= 48_000
    path.write_bytes(meanwhile[:-7])  # the process died within a piece
    early = media.read(path)
    assert early.startswith(b"OggS")
    assert 0 < len(early) < len(data)
    keys.write(keys.ring().rotated(Cipher.SM4), replace=True)
    assert media.seal_file(path)
    assert media.read(path) == early
    assert media.usage(tmp_path) == {keys.ring().active: 1, "clear": 1}


def opened(path: Path, keys: Keys | None = None) -> list[str]:
    async def inside() -> list[str]:
        async with open_store(path, keys) as store:
            return [e.body.text for e in await store.events.read("v0") if isinstance(e.body, ResidentSaid)]

    return asyncio.run(inside())


def filled(path: Path, visits: int, keys: Keys | None = None) -> None:
    async def inside() -> None:
        async with open_store(path, keys) as store:

            async def one(n: int) -> None:
                who = Resident(NAME, f"R{n}", "2", None, PHONE)
                await store.visits.open(VisitStart(f"v{n}", who, "f", "gw3-htn", Channel.VOICE, AT))
                said = (ResidentSaid(1, WORDS, "a"), AgentSaid(1, NAME, "utter"))
                await store.events.append(f"v{n}", [Event(seq, AT, body) for seq, body in enumerate(said)])

            await asyncio.gather(*(one(n) for n in range(visits)))

    asyncio.run(inside())


def test_missing_wrong_and_foreign_keys_are_told_apart(tmp_path: Path) -> None:
    path, file = tmp_path / "s.db", tmp_path / FILE
    filled(path, 1)
    right = file.read_text()
    file.unlink()
    with pytest.raises(StorageError) as caught:
        opened(path)
    assert (caught.value.code, file.exists()) == ("key-missing", False)  # no new key for old data
    assert "SUIFANG_KEY_FILE" in caught.value.remedy
    file.write_text(new_ring(Cipher.AES).dump())
    file.chmod(0o600)
    with pytest.raises(StorageError) as caught:
        opened(path)
    assert caught.value.code == "key-missing"
    changed = json.loads(right)
    changed["keys"][changed["active"]]["key"] = json.loads(file.read_text())["keys"].popitem()[1]["key"]
    file.write_text(json.dumps(changed))
    with pytest.raises(StorageError) as caught:
        opened(path)
    assert caught.value.code == "key-wrong"
    file.unlink()
    assert opened(path, Keys(None, right)) == [WORDS]  # from the environment

    async def far() -> None:
        async with open_reference(tmp_path / "far.db"):
            pass

    asyncio.run(far())
    file.unlink()
    with pytest.raises(BackendError) as refused:
        asyncio.run(far())
    assert refused.value.code == "key-missing"


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    settings = {"SUIFANG_DATA_DIR": str(folder), "SUIFANG_CIPHER": "sm4-gcm"}
    return subprocess.run(
        [sys.executable, "-m", "suifang", "keys", *words], env={**os.environ, **settings}, text=True,
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_rotation_goes_on_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "suifang.db"
    filled(path, 1500)
    clip = tmp_path / "visits" / "v0" / "clips" / "turn-001.wav"
    clip.parent.mkdir(parents=True)
    clip.write_bytes(VOICE)  # as an older version left it
    assert command(tmp_path, "status").returncode == 1
    settings = {**os.environ, "SUIFANG_DATA_DIR": str(tmp_path), "SUIFANG_CIPHER": "sm4-gcm"}
    with subprocess.Popen([sys.executable, "-m", "suifang", "keys", "rotate"], env=settings) as rotating:
        for _ in range(4000):
            if mixed(path):
                break
            time.sleep(0.005)
        assert rotating.poll() is None
        os.kill(rotating.pid, signal.SIGKILL)
    assert mixed(path)
    keys_then = json.loads((tmp_path / FILE).read_text())
    assert len(keys_then["keys"]) == 2
    done = command(tmp_path, "rotate", "--forget", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told["values"]) == [told["active"]] == [keys_then["active"]]  # no third key
    assert list(json.loads((tmp_path / FILE).read_text())["keys"]) == [told["active"]]
    assert opened(path) == [WORDS]
    assert VOICE[:40] not in everything(tmp_path)
    assert command(tmp_path, "init").returncode == 2
    assert command(tmp_path, "status").returncode == 0


def mixed(path: Path) -> bool:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as database:
        return database.execute("SELECT count(DISTINCT substr(body, 1, 8)) FROM events").fetchone()[0] > 1
