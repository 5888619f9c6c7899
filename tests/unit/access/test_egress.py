"""Hosts that the service may call."""

from __future__ import annotations

import pytest

from agent.errors import InputError
from suifang.egress import check_egress
from suifang.settings import Settings


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5000", "http://[::1]/", "http://localhost:1", "https://a.example/", ""]
)
def test_hosts_that_may_be_called(url: str) -> None:
    assert check_egress(Settings(egress_hosts=("a.example",)), "SUIFANG_X_URL", url) == url


@pytest.mark.parametrize(
    "url", ["https://b.example", "http://10.0.0.5", "https://a.example.evil", "http://127.0.0.1.evil"]
)
def test_hosts_that_may_not(url: str) -> None:
    with pytest.raises(InputError, match="SUIFANG_X_URL") as caught:
        check_egress(Settings(egress_hosts=("a.example",)), "SUIFANG_X_URL", url)
    assert caught.value.code == "egress-closed"
