"""What a page shows of a conversation, while it runs and after it has ended."""

from __future__ import annotations

from agent.conversation import Conversation
from agent.domain.events import ConversationOpened, ResidentSaid
from agent.errors import InputError
from agent.flows.progress import progress
from agent.flows.replies import Replies, replies_to
from agent.library import Library
from agent.report.messages import messages
from connectors.api.ports import Sight
from connectors.storage.ports import Store, VisitStatus


def open_sight(library: Library, visit_id: str, conversation: Conversation, after: int) -> Sight:
    """Of a running conversation."""
    state, ask = conversation.state, conversation.ask
    outcome = conversation.outcome.value if conversation.outcome else None
    topics = library.knowledge.topics if outcome is None and not state.staff else ()
    said = messages(conversation.events, after, topics)
    return Sight(
        visit_id, library.flow(state.flow).name, state.resident.name, state.speaker, state.turn, ask,
        replies_to(state, ask, library.replies) if outcome is None and not state.staff else Replies(),
        progress(state, ask, library.script.flows), outcome,
        said, staff=state.staff if outcome is None else "",
        offers={one.amend: library.replies[one.amend] for one in said if one.amend and one.amend in library.replies},
    )  # fmt: skip


async def stored_sight(library: Library, store: Store, visit_id: str, after: int) -> Sight:
    """Of a visit that is not in memory: taken up from its log, or what is left of it. Raises visit-unknown."""
    visit = await store.visits.get(visit_id)
    events = await store.events.read(visit_id) if visit else ()
    if visit is None or not events or not isinstance(events[0].body, ConversationOpened):
        raise InputError("visit-unknown", f"there is no visit {visit_id!r}", "start one with POST /api/chat")
    if visit.status is VisitStatus.OPEN:
        return open_sight(library, visit_id, Conversation.resume(library, events), after)
    said = [event.body for event in events if isinstance(event.body, ResidentSaid)]
    return Sight(
        visit_id, library.flow(visit.flow).name, events[0].body.resident.get("name", ""),
        said[-1].speaker if said else "self", said[-1].turn if said else 0, None, Replies(), None,
        visit.outcome or "incomplete", messages(events, after, ()),
    )  # fmt: skip
