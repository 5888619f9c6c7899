"""Who is speaking in this conversation, as far as the slots tell."""

from __future__ import annotations

from agent.domain.answers import AskContext


def speaks_for_resident(ctx: AskContext) -> bool:
    """A relative or helper answers for the resident."""
    return ctx.slots.get("identity") == "proxy"
