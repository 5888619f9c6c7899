"""Fetches the files of a model: resumes what broke off, checks what arrived, puts it in place at once."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from models.errors import ModelError
from models.published import Pin, PublishedFile, PublishedModel, measure, read_pins, write_pins

Progress = Callable[[str, int, int], None]
"""Told the file, bytes there and bytes in all (0: unknown)."""

_BLOCK = 1 << 18
_SIZE_FACTOR = 2
"""A file that much larger or smaller than the list says is another one (a login page, mostly)."""


@dataclass(frozen=True)
class Patience:
    """How long to go on."""

    tries: int = 5
    """In a row without a new byte."""
    wait_s: float = 1.0
    """Before the second try; doubles."""
    timeout_s: float = 30.0
    """Without a byte."""


def pull(
    model: PublishedModel,
    folder: Path,
    progress: Progress,
    stopped: Callable[[], bool] = lambda: False,
    patience: Patience | None = None,
) -> Path:
    """Have all files of a model in ``folder``; what is there already is checked and kept. Blocking.

    Files that somebody copied there are pinned as they are. Raises `ModelError`.
    """
    home = folder / model.name
    with _alone(home):
        pins = read_pins(home)
        for file in model.files:
            pins[file.name] = _Fetch(model, file, home, progress, stopped, patience or Patience()).run(
                pins.get(file.name)
            )
            write_pins(home, pins)
    return home


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One pull of a model at a time."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".pulling").open("wb")
    except OSError as error:
        raise _disk(home, error) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ModelError("model.busy", f"{home.name!r} is being pulled already.", "Wait for that to end.") from None
        yield


class _Broken(Exception):
    """The transfer ended early; worth another try."""


@dataclass
class _Fetch:
    """One file."""

    model: PublishedModel
    file: PublishedFile
    home: Path
    progress: Progress
    stopped: Callable[[], bool]
    patience: Patience

    def run(self, pin: Pin | None) -> Pin:
        target = self.home / self.file.name
        if target.is_file():
            return self._checked(target, pin, f"Delete it and run: suifang models pull {self.model.name}")
        try:
            self._download()
            found = self._checked(self._part, pin, "Pull again; if it stays so, the publisher has changed the file.")
            self._part.replace(target)
        except OSError as error:
            raise _disk(self.home, error) from None
        except ModelError as error:
            if error.code in ("model.checksum", "model.not-the-file"):
                self._forget()
            raise
        self._tag.unlink(missing_ok=True)
        return found

    @property
    def _part(self) -> Path:
        return self.home / f"{self.file.name}.part"

    @property
    def _tag(self) -> Path:
        """The server's name for the version that ``.part`` is of."""
        return self.home / f"{self.file.name}.part.etag"

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)

    def _have(self) -> int:
        return self._part.stat().st_size if self._part.is_file() else 0

    def _checked(self, path: Path, pin: Pin | None, remedy: str) -> Pin:
        found = measure(path)
        if pin is not None and found != pin:
            raise ModelError("model.checksum", f"{self.file.name} is not the file that was pinned before.", remedy)
        if not self.file.about_bytes / _SIZE_FACTOR <= found.size <= self.file.about_bytes * _SIZE_FACTOR:
            raise ModelError(
                "model.not-the-file",
                f"{self.file.name} has {found.size} bytes where about {self.file.about_bytes} are published.",
                "See whether a proxy or a login page answers in the publisher's place.",
            )
        return found

    def _download(self) -> None:
        """Until the end of the file, as long as new bytes come."""
        tries, most = 0, self._have()
        while True:
            try:
                return self._transfer()
            except _Broken as broken:
                reached = self._have()
                tries, most = (0, reached) if reached > most else (tries + 1, most)
                if tries >= self.patience.tries:
                    raise ModelError(
                        "model.broken-off",
                        f"{self.file.name} broke off at {reached} bytes ({broken}).",
                        f"Run again to go on from there: suifang models pull {self.model.name}",
                    ) from None
                time.sleep(self.patience.wait_s * 2**tries)

    def _transfer(self) -> None:
        have = self._have()
        try:
            with self._open(have) as response:
                start, total = _extent(response, have)
                if start != have:
                    self._forget()
                    have = 0
                self._tag.write_text(response.headers.get("ETag") or "", "utf-8")
                self._room(total - have)
                with self._part.open("ab") as sink:
                    have = self._copy(response, sink, have, total)
        except http.client.HTTPException as error:
            raise _Broken(type(error).__name__) from None
        if total and have != total:
            raise _Broken(f"{total} were announced")

    def _open(self, have: int) -> http.client.HTTPResponse:
        headers = {"User-Agent": "suifang", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if self._tag.is_file() and (tag := self._tag.read_text("utf-8")).startswith('"'):
                headers["If-Range"] = tag
        request = urllib.request.Request(self.file.url, headers=headers)
        try:
            answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=self.patience.timeout_s)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:
                self._forget()
            if error.code == 416 or error.code >= 500 or error.code == 429:
                raise _Broken(f"the server answered {error.code}") from None
            raise ModelError(
                "model.refused",
                f"{self.file.url} answered {error.code}.",
                "See whether the model has moved; set SUIFANG_MODEL_HUB to a mirror that has it.",
            ) from None
        except OSError as error:
            raise self._offline(error) from None
        return answer

    def _copy(self, response: http.client.HTTPResponse, sink: BinaryIO, have: int, total: int) -> int:
        while True:
            if self.stopped():
                raise ModelError("model.stopped", f"{self.file.name} was stopped.", "Run again to go on.")
            try:
                block = response.read(_BLOCK)
            except OSError as error:
                raise _Broken(str(error) or type(error).__name__) from None
            if not block:
                break
            sink.write(block)
            have += len(block)
            self.progress(self.file.name, have, total)
        sink.flush()
        os.fsync(sink.fileno())
        return have

    def _room(self, wanted: int) -> None:
        free = shutil.disk_usage(self.home).free
        if wanted > free:
            message = f"{self.file.name} needs {wanted} bytes more, {self.home} has {free} free."
            raise ModelError("model.disk", message, "Make room, or set SUIFANG_DATA_DIR to another disk.")

    def _offline(self, error: OSError) -> ModelError:
        host = urlsplit(self.file.url).hostname
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        return ModelError(
            "model.offline",
            f"{host} cannot be reached ({why}).",
            f"Connect this machine, set SUIFANG_MODEL_HUB to a mirror, or copy the files of {self.model.source} "
            f"into {self.home} and pull again.",
        )


def _extent(response: http.client.HTTPResponse, have: int) -> tuple[int, int]:
    """Where the answer starts in the file, and how long the file is (0: not told)."""
    length = int(response.headers.get("Content-Length") or 0)
    if response.status != 206:
        return 0, length
    unit, _, place = (response.headers.get("Content-Range") or "").partition(" ")
    first, _, rest = place.partition("-")
    total = rest.partition("/")[2]
    if unit != "bytes" or first != str(have):
        raise _Broken("the server resumes at another place")
    return have, int(total) if total.isdigit() else have + length


def _disk(home: Path, error: OSError) -> ModelError:
    why = error.strerror or type(error).__name__
    return ModelError("model.disk", f"{home} cannot be written ({why}).", "Make room, or set SUIFANG_DATA_DIR.")
