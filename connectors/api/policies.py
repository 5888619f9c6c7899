"""The declared policies of an application's own routes. ``check_policies`` refuses a service with a forgotten one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount

from connectors.api.access import Needs, Policy, Scope

GUARDED_MOUNTS = frozenset({"/signing"})
"""Applications with a door of their own (OAuth 2); everything else that is mounted is public files."""
PUBLIC_MOUNTS = frozenset({"/static", "/web"})
"""Files of the pages: scripts, styles, sounds. Never anything of a person."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One route with what it needs."""

    method: str
    """GET, POST, …, or WS."""
    path: str
    needs: Needs


def declared(api: FastAPI) -> tuple[Declared, ...]:
    """Every route with its policy. Raises ``LookupError`` naming those without one, or with several."""
    found: list[Declared] = []
    wrong: list[str] = []
    for route in iter_route_contexts(api.routes):
        path, kind = str(route.path), route.original_route
        if isinstance(kind, Mount) and path in GUARDED_MOUNTS | PUBLIC_MOUNTS:
            continue
        needs = list(_needs(route))
        if len(needs) != 1:
            wrong.append(f"{path} declares {len(needs)} policies")
        elif problem := _unscoped(path, needs[0]):
            wrong.append(problem)
        else:
            found += [Declared(method, path, needs[0]) for method in _methods(route)]
    if wrong:
        raise LookupError("; ".join(wrong) + " (see docs/security.md)")
    return tuple(found)


def check_policies(api: FastAPI) -> None:
    """Raises ``LookupError`` when a route has no policy: such a service is not to be started."""
    declared(api)


def _unscoped(path: str, needs: Needs) -> str:
    """Where the path names somebody's data, the policy must look whose it is."""
    for scope in (Scope.VISIT, Scope.RESIDENT):
        if f"{{{scope.value}" in path and needs.scope is not scope and (needs.roles or needs.anyone):
            return f"{path} has {scope.value} and a policy without scope={scope.name}"
    return ""


def _needs(route: RouteContext) -> Iterator[Needs]:
    if isinstance(route.original_route, APIRoute | APIWebSocketRoute):
        yield from {id(policy): policy.needs for policy in _policies(route.dependant)}.values()


def _policies(dependant: Dependant) -> Iterator[Policy]:
    if isinstance(dependant.call, Policy):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _policies(inner)


def _methods(route: RouteContext) -> Sequence[str]:
    return sorted(route.methods or ()) if isinstance(route.original_route, APIRoute) else ["WS"]
