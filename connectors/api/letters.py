"""Dead letters, for operators: what could not be delivered and why, without a word of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from connectors.access.people import Role, Staff
from connectors.api.access import require

Operator = Annotated[Staff, Depends(require(Role.OPERATOR))]


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery that was given up."""

    number: int
    kind: str
    lane: str
    tries: int
    created: str
    code: str
    remedy: str
    """What a person does about it."""


class Letters(Protocol):
    """Dead letters of one team's residents. Raises ``InputError`` letter-unknown."""

    async def dead(self, team: str) -> Sequence[Letter]:
        """All of them, the oldest first."""

    async def retry(self, number: int, team: str) -> None:
        """Back into the queue."""


class LetterOut(BaseModel):
    """A delivery that was given up."""

    number: int
    kind: str
    lane: str
    tries: int
    created: str
    code: str
    remedy: str


def letters_router(letters: Letters) -> APIRouter:
    """The routes under /api/dead-letters."""
    router = APIRouter(prefix="/api/dead-letters")

    @router.get("")
    async def dead(operator: Operator) -> list[LetterOut]:
        """What waits for a decision."""
        return [LetterOut.model_validate(letter, from_attributes=True) for letter in await letters.dead(operator.team)]

    @router.post("/{number}/retry", status_code=204)
    async def retry(number: Annotated[int, Path(ge=1, le=2**31)], operator: Operator) -> None:
        """Deliver it once more."""
        await letters.retry(number, operator.team)

    return router
