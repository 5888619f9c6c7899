"""Live state that several workers share: locks, rate limits, who runs a conversation, news. In process, or in Redis."""

from connectors.live.memory import MemoryLive
from connectors.live.ports import Live, News

__all__ = ["Live", "MemoryLive", "News"]
