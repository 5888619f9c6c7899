"""Every route × everybody × own and other people's data, from the service's own routes: 0 leaks.

A new route is walked as soon as it is there. One without a policy, with a policy that does not look whose data its path
names, or with a parameter that ``Target.samples`` does not know, fails.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from agent.library import Library, load_library
from connectors.access.people import CLINICAL, Role
from connectors.api.access import Scope, anyone, either, guard, require
from connectors.api.policies import Declared, check_policies, declared
from tests.fakes.house import House, held, settings_in
from tests.fakes.matrix import Principal, Target, Walk, everybody, furnish

pytestmark = pytest.mark.integration

LEAST_CELLS = 500
NAMES_SOMEBODY = {"visit_id", "resident_id", "resident", "visit"}


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def test_nobody_reads_or_changes_what_is_not_theirs(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        targets = [await furnish(house, "T1", "翾", "13800001111"), await furnish(house, "T2", "龘", "13900002222")]
        people = await everybody(house, targets)
        walk = Walk(house, house.client())
        routes = sorted(declared(house.api), key=lambda route: route.method == "DELETE")
        for route in routes:
            await refuse(walk, route, people, targets)
            await admit(walk, route, people, targets)
        await walk.client.aclose()
        assert not walk.leaks, "\n".join(walk.leaks)
        assert walk.cells == len(routes) * len(people) * len(targets)
        assert walk.cells >= LEAST_CELLS
        sys.stdout.write(f"{len(routes)} routes x {len(people)} people x {len(targets)} = {walk.cells} cells\n")

    held(settings_in(tmp_path, root).model_copy(update={"walk_in": True}), library, check)


async def refuse(walk: Walk, route: Declared, people: list[Principal], targets: list[Target]) -> None:
    """What is not allowed, or asked about another team: nothing may change."""
    before = await walk.snapshot()
    for who in people:
        for target in targets:
            if not who.may(route, target) or who.team not in ("", target.team):
                await walk.knock(route, who, target, targets)
    assert await walk.snapshot() == before, f"{route.method} {route.path} was refused, and changed something"


async def admit(walk: Walk, route: Declared, people: list[Principal], targets: list[Target]) -> None:
    """What is allowed is done; and tells nothing of others."""
    for who in people:
        for target in targets:
            if who.may(route, target) and who.team in ("", target.team):
                await walk.knock(route, who, target, targets)


def test_only_doctors_sign_and_clips_have_a_right_of_their_own(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        for route in declared(house.api):
            if route.path.endswith(("/sign", "/proposals/{proposal}")):
                assert route.needs.roles == {Role.DOCTOR}, route.path
            if "/clips" in route.path:
                assert route.needs.act == "listen", route.path
            if route.needs.scope is not Scope.NONE:
                assert not route.needs.roles & {Role.OPERATOR, Role.ADMIN}, route.path

    held(settings_in(tmp_path, root), library, check)


@pytest.mark.parametrize(
    ("path", "policy", "wrong"),
    [
        ("/api/new", None, "declares 0 policies"),
        ("/api/visits/{visit_id}/new", require(*CLINICAL), "without scope=VISIT"),
        ("/api/residents/{resident_id}", require(Role.DOCTOR, scope=Scope.VISIT), "without scope=RESIDENT"),
        ("/api/visits/{visit_id}/new", either(), "without scope=VISIT"),
        ("/api/visits/{visit_id}/new", anyone, "without scope=VISIT"),
        ("/api/visits/{visit_id}/new", require(*CLINICAL, scope=Scope.VISIT), None),
    ],
)
def test_a_route_without_a_fitting_policy_is_not_served(path: str, policy: object, wrong: str | None) -> None:
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @api.get(path, dependencies=[guard(policy)] if policy else [])  # type: ignore[arg-type]
    async def new() -> None: ...

    if wrong is None:
        check_policies(api)
        return
    with pytest.raises(LookupError, match=wrong):
        check_policies(api)


def test_a_hole_is_seen(tmp_path: Path, root: Path, library: Library) -> None:
    """The walk itself: a route that forgets the team, and one that tells everybody, are leaks."""

    async def check(house: House) -> None:
        targets = [await furnish(house, "T1", "翾", "13800001111"), await furnish(house, "T2", "龘", "13900002222")]
        people = await everybody(house, targets)
        walk = Walk(house, house.client())

        @house.api.get("/hole", dependencies=[guard(require(*CLINICAL))])
        async def hole() -> dict[str, str]:
            return {"name": "王翾"}

        @house.api.get("/door", dependencies=[guard(anyone)])
        async def door() -> dict[str, str]:
            return {"name": "王龘"}

        for route in declared(house.api):
            if route.path in ("/hole", "/door"):
                await admit(walk, route, people, targets)
        await walk.client.aclose()
        told = "\n".join(walk.leaks)
        assert "/hole by doctor of T2" in told
        assert "/door by nobody" in told
        assert "/door by admin of T2" in told
        assert "/hole by doctor of T1" not in told

    held(settings_in(tmp_path, root), library, check)


def test_ids_in_bodies_are_held_against_the_team(tmp_path: Path, root: Path, library: Library) -> None:
    """The walk knows paths; whose data a body names is asked here, of every operation that takes such a name."""

    async def check(house: House) -> None:
        await furnish(house, "T1", "翾", "13800001111")
        other = await furnish(house, "T2", "龘", "13900002222")
        flow = "hypertension_followup"
        bodies = {
            "POST /api/chat": {"flow": flow, "resident": {"name": "王", "id": other.resident_id}},
            "POST /api/links": {"flow": flow, "resident_id": other.resident_id},
        }
        assert naming_somebody(house.api.openapi()) == set(bodies), "teach this test the new operation"
        walk = Walk(house, house.client())
        async with await house.staff(Role.DOCTOR, "T1") as doctor:
            before = await walk.snapshot()
            for operation, body in bodies.items():
                answer = await doctor.request(*operation.split(), json=body)
                assert (answer.status_code, answer.json()["code"]) == (404, "resident-unknown"), operation
        assert await walk.snapshot() == before
        await walk.client.aclose()

    held(settings_in(tmp_path, root), library, check)


def naming_somebody(contract: dict[str, Any]) -> set[str]:
    """Operations whose body or query names a visit or a resident."""
    found = set()
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            asked = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            for kind in operation.get("requestBody", {}).get("content", {}).values():
                asked += properties(kind.get("schema", {}), contract)
            if NAMES_SOMEBODY & set(asked):
                found.add(f"{method.upper()} {path}")
    return found


def properties(schema: dict[str, Any], contract: dict[str, Any]) -> list[str]:
    """Names of the fields of a body."""
    if "$ref" in schema:
        schema = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("properties", {}))
