"""Made-up requests, fitting and not, to every operation of the service's own OpenAPI, by whoever may: 0 server errors.

The service runs behind a real server. Answers must be of a declared status and of the declared form.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from agent.library import load_library
from connectors.access.people import Role
from connectors.access.tokens import csrf_of, digest, new_token
from connectors.api.access import COOKIE, CSRF_HEADER, Needs
from connectors.api.policies import declared
from connectors.storage.sessions import StoredSession
from suifang.gate import wall_ms
from tests.fakes.house import House, hired, open_house, settings_in
from tests.fakes.matrix import Target, furnish

pytestmark = pytest.mark.integration

EXAMPLES = 60
"""Requests an operation and kind, as long as there is time."""
SECONDS = 420.0
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


@dataclass
class Running:
    """The service behind a server of its own, in a thread with its own loop."""

    house: House
    target: Target
    loop: asyncio.AbstractEventLoop
    staff: dict[Role, str]
    url: str = ""
    answers: Counter[int] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def needs_of(self, method: str, path: str) -> Needs:
        """What the operation's policy asks for."""
        return next(r.needs for r in declared(self.house.api) if (r.method, r.path) == (method, path))

    def headers_for(self, needs: Needs) -> dict[str, str]:
        """A fresh login of a role that may, or the resident's link."""
        if needs.link:
            return {"Authorization": f"Bearer {self.target.link_token}"}
        role = next((role for role in Role if role in needs.roles), Role.NURSE)
        token, now = new_token(), wall_ms()
        stored = StoredSession(digest(token), self.staff[role], now, now + 3_600_000)
        asyncio.run_coroutine_threadsafe(self.house.app.store.sessions.add(stored, now), self.loop).result(30)
        return {"Cookie": f"{COOKIE}={token}", CSRF_HEADER: csrf_of(token)}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Running]:
    """Start it, end it."""
    ready, found, library = threading.Event(), [], load_library(root)
    settings_ = settings_in(tmp_path_factory.mktemp("fuzz"), root).model_copy(update={"walk_in": True})

    async def serve() -> None:
        async with open_house(settings_, library) as house:
            target = await furnish(house, "T1", "翾", "13800001111")
            staff = {role: await hired(house.app, role, "T1") for role in Role}
            running = Running(house, target, asyncio.get_running_loop(), staff)
            server = uvicorn.Server(uvicorn.Config(house.api, port=0, log_config=None, lifespan="off"))
            serving = asyncio.create_task(server.serve(), name="server")
            while not server.started:  # noqa: ASYNC110 - uvicorn tells it by nothing else
                await asyncio.sleep(0.01)
            running.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            found.extend([running, server])
            ready.set()
            await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="service")
    thread.start()
    assert ready.wait(60), "the service did not start"
    running, server = found
    yield running
    server.should_exit = True
    thread.join(30)


def test_no_request_breaks_the_service(running: Running) -> None:
    contract = schemathesis.openapi.from_url(f"{running.url}/openapi.json")
    trials = [
        (found.ok(), mode)
        for found in contract.get_all_operations()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]
    end = time.monotonic() + SECONDS
    for number, (operation, mode) in enumerate(trials):
        now = time.monotonic()
        try_out(running, operation, mode, now + max(0.0, end - now) / (len(trials) - number))
    operations = len(running.asked)
    sys.stdout.write(f"{sum(running.asked.values())} requests to {operations} operations: {dict(running.answers)}\n")
    api = [route for route in declared(running.house.api) if route.method != "WS" and route.path.startswith("/api/")]
    assert operations >= len(api), "the contract tells all of /api"
    assert not {status: count for status, count in running.answers.items() if status >= 500}
    assert running.answers[200], "some requests were right"


def try_out(running: Running, operation: Any, mode: GenerationMode, until: float) -> None:
    """Some requests of one operation until its time is over, half of them about a visit that is there."""
    needs = running.needs_of(operation.method.upper(), operation.path)
    known = {name: value for name, value in running.target.samples.items() if f"{{{name}}}" in operation.path}
    turn = itertools.count()

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        if (number := next(turn)) and time.monotonic() > until:
            return
        if number % 2:
            case.path_parameters.update(known)
        answer = case.call(headers=running.headers_for(needs))
        running.answers[answer.status_code] += 1
        running.asked[operation.label] += 1
        case.validate_response(answer, checks=CHECKS)

    with contextlib.suppress(Unsatisfiable, SkipTest):  # what takes nothing cannot be given anything wrong
        one()
