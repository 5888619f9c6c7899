"""Forms of the console before their script has loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.web.console.entrance import login_page


def test_nothing_is_sent_by_the_browser_itself() -> None:
    """A form without a method sends what was typed in the address: a password would stand in every log."""
    page = login_page()
    assert re.search("<form[^>]*method=.dialog", page)
    assert re.search("<button[^>]*disabled", page), "the script lets it be pressed"


@pytest.mark.parametrize("name", ["entrance", "house", "roster", "alerts"])
def test_every_form_is_left_to_its_script(name: str, root: Path) -> None:
    code = (root / "connectors/web/console" / f"{name}.py").read_text("utf-8")
    assert code.count('"form",') == code.count('method="dialog"')
