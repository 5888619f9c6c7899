"""A real HTTP server on this machine that misbehaves as told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """What the server does."""

    files: dict[str, bytes] = field(default_factory=dict)
    break_after: list[int] = field(default_factory=list)
    """Bytes sent by the first answers before the line drops; one entry an answer."""
    announce_more: int = 0
    """Added to Content-Length."""
    ranges: bool = True
    """Whether Range is understood."""
    status: int = 0
    """Answered to everything, when set."""
    etag: str = '"1"'
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range of every request."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The base address of a server that runs until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def file_server(behaviour: Behaviour) -> Iterator[str]:
    """Serves ``behaviour.files``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            span = self.headers.get("Range")
            behaviour.asked.append((self.path, span))
            content = behaviour.files.get(self.path.rsplit("/", 1)[-1])
            if behaviour.status or content is None:
                self.send_error(behaviour.status or 404)
                return
            if self.headers.get("If-Range", behaviour.etag) != behaviour.etag:
                span = None
            start = int(span.removeprefix("bytes=").rstrip("-")) if span and behaviour.ranges else 0
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header("ETag", behaviour.etag)
            self.send_header("Content-Length", str(len(content) - start + behaviour.announce_more))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            cut = behaviour.break_after.pop(0) if behaviour.break_after else len(content)
            self.wfile.write(content[start : start + cut])
            self.close_connection = True

        log_message: Callable[..., None] = lambda *_: None

    with serving(Handler) as base:
        yield base
