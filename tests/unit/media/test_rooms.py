"""Rooms: who comes begins and is polite, signals reach one page only, nobody is too many."""

from __future__ import annotations

import pytest

from agent.errors import InputError
from connectors.media.places import Guest
from connectors.media.rooms import MOST_PEERS, Peer, Rooms

RESIDENT, DOCTOR, FAMILY = (Guest(f"{role}-1", role) for role in ("resident", "doctor", "family"))


def taken(peer: Peer) -> list[dict[str, object]]:
    return [peer.outbox.get_nowait() for _ in range(peer.outbox.qsize())]


def test_who_comes_is_polite_and_hears_of_those_who_are_there() -> None:
    rooms = Rooms()
    with (
        rooms.inside("v", RESIDENT, "") as first,
        rooms.inside("v", DOCTOR, "王医生") as second,
    ):
        assert taken(second) == [
            {"type": "peer", "id": first.id, "guest": "resident-1", "role": "resident", "shown": "", "polite": True}
        ]
        assert taken(first)[0]["polite"] is False


def test_a_signal_reaches_the_one_it_is_for() -> None:
    rooms = Rooms()
    with (
        rooms.inside("v", RESIDENT, "") as one,
        rooms.inside("v", DOCTOR, "") as two,
        rooms.inside("w", RESIDENT, "") as stranger,
    ):
        for peer in (one, two, stranger):
            taken(peer)
        rooms.pass_on("v", one, two.id, {"candidate": {}})
        rooms.pass_on("v", one, stranger.id, {"candidate": {}})
        assert [message["from"] for message in taken(two)] == [one.id]
        assert taken(stranger) == []


def test_who_leaves_is_told_and_a_full_room_refuses() -> None:
    rooms = Rooms()
    with rooms.inside("v", RESIDENT, "") as one:
        with rooms.inside("v", DOCTOR, "") as two:
            gone = two.id
        assert taken(one)[-1] == {"type": "gone", "id": gone}
        seats = [rooms.inside("v", FAMILY, "") for _ in range(MOST_PEERS)]
        for seat in seats[:-1]:
            seat.__enter__()
        with pytest.raises(InputError, match="room"):
            seats[-1].__enter__()
        for seat in seats[:-1]:
            seat.__exit__(None, None, None)
