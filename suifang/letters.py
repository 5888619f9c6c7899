"""Dead letters as operators see them."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.api.letters import Letter
from connectors.storage.outbox import SqlOutbox
from connectors.storage.parcels import Lane, OutboxRow, OutboxStatus
from suifang.delivery import wall_ms

MEANING = {
    "backend-refused": "the backend does not take this record as it is: correct and sign a new version, or put the "
    "backend's data right and retry",
    "resident-unknown": "the backend has no such resident: enter the person there, then retry",
    "contract-missing": "the resident has no contract there: sign one, then retry",
    "contract-expired": "the contract there has ended: renew it, then retry",
    "key-reused": "the backend has other contents under this key: compare both, then sign a new version",
    "courier-died": "every process that delivered it died: look at the service's log, then retry",
    "backend-timeout": "the backend did not answer in time: check the line to it, then retry",
    "backend-unreachable": "the backend could not be reached: check SUIFANG_SIGNING_URL and the line, then retry",
    "backend-contract": "the backend speaks another version of the contract: update one of the two, then retry",
    "link-over": "the message with the way to the doctor's video would come too late: call the resident",
    "phone-unknown": "there is no number that takes messages: call the resident, and correct the number",
    "message-refused": "the gateway does not take this number: call the resident, and correct the number",
    "message-unreachable": "the gateway of messages could not be reached: call the resident, then check its address",
    "message-timeout": "the gateway of messages did not answer in time: call the resident, then check the line to it",
    "message-garbage": "the gateway's answer has no id: call the resident, then check SUIFANG_MESSAGE_URL",
    "messages-off": "no gateway of messages is set: call the resident, then set SUIFANG_MESSAGES",
    "courier-fault": "the service failed at it: look at the service's log, then retry",
}
"""What a dead letter's code means for a person."""
OTHERWISE = "look at the service's log, then retry"
BY_HAND = "see to it by hand with what the record says, or put the backend's data right and retry"
OF_WISHES = {
    "backend-refused": f"the backend does not take this wish, tip or fact: {BY_HAND}",
    "key-reused": f"the backend has something else under this key: {BY_HAND}",
    "resident-unknown": f"the backend has no such resident: {BY_HAND}",
}
"""The same where no record can be signed anew: an appointment that was asked for, a tip, an accepted fact."""


def meaning(row: OutboxRow) -> str:
    """What a dead letter means, and what to do."""
    return (OF_WISHES if row.lane in (Lane.WISH, Lane.FILE) else {}).get(row.code) or MEANING.get(row.code, OTHERWISE)


class HouseLetters:
    """The ``Letters`` port over the outbox."""

    def __init__(self, outbox: SqlOutbox) -> None:
        self._outbox = outbox

    async def dead(self, team: str) -> Sequence[Letter]:
        """Those of one team's residents."""
        rows = await self._outbox.rows(OutboxStatus.DEAD, 1000, team)
        return [
            Letter(row.id, row.kind, row.lane.value, row.tries, row.created, row.code, meaning(row)) for row in rows
        ]

    async def retry(self, number: int, team: str) -> None:
        """Back into the queue."""
        await self._outbox.retry([number], wall_ms(), team)
