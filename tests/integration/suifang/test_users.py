"""``suifang users`` and ``suifang link``."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from suifang import cli

pytestmark = pytest.mark.integration


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(words)
    out, err = capsys.readouterr()
    return code, out, err


def test_accounts_and_links_by_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUIFANG_DATA_DIR", str(tmp_path))
    add = ("users", "add", "wang", "--role", "doctor", "--team", "T1", "--shown", "王医生")
    code, out, _ = run(capsys, *add)
    assert (code, out.split()[0], len(out.split()[1])) == (0, "wang", 19)
    assert run(capsys, *add)[0] == 2, "the name is taken"
    monkeypatch.setattr("sys.stdin", io.StringIO("12345\n"))
    code, _, err = run(capsys, "users", "add", "li", "--role", "nurse", "--team", "T1", "--password-stdin")
    assert (code, "password-weak" in err, "12345" in err) == (2, True, False)
    assert run(capsys, "users", "reset", "nobody")[0] == 2
    assert run(capsys, "users", "totp", "wang")[0] == 0
    assert "disabled" in run(capsys, "users", "disable", "wang")[1]
    assert len(run(capsys, "users", "secret")[1].strip()) >= 32
    assert run(capsys, "backend", "seed", "--residents", "5")[0] == 0
    assert run(capsys, "link", "create", "R00001")[0] == 2, "no key, no link"
    monkeypatch.setenv("SUIFANG_SECRET_KEY", "k" * 43)
    code, out, _ = run(capsys, "link", "create", "R00001", "--family")
    url, link = out.split()
    assert (code, "/r/" in url) == (0, True)
    assert run(capsys, "link", "revoke", link)[0] == 0
    assert run(capsys, "link", "revoke", link)[0] == 2
    code, out, _ = run(capsys, "audit", "list")
    assert [line.split()[2] for line in out.splitlines()] == [
        "staff_add", "staff_totp_reset", "staff_disable", "link_create", "link_revoke"
    ]  # fmt: skip
