"""Passwords, codes and tokens."""

from __future__ import annotations

import pyotp
import pytest

from agent.errors import InputError
from connectors.access import codes, passwords
from connectors.access.tokens import LinkClaim, LinkSigner, csrf_of, new_token

KEY = "k" * 32
NOON_MS = 1_796_000_000_000


def test_a_password_is_kept_as_argon2id_and_recognised() -> None:
    stored = passwords.hash_of("Baihua-2026")
    assert stored.startswith("$argon2id$")
    assert passwords.fits(stored, "Baihua-2026")
    assert not passwords.fits(stored, "baihua-2026")
    assert not passwords.fits("-", "Baihua-2026")
    assert passwords.outdated("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA")


@pytest.mark.parametrize(
    "weak",
    ["Kurz-1", "alllowercaseletters", "Password-2026", "Wangyisheng-1", "Baaaahua-2026", "12345-Abcdefg", "X" * 129],
)
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(InputError) as caught:
        passwords.check_strength(weak, "wangys")
    assert caught.value.code == "password-weak"
    assert weak not in str(caught.value)


def test_the_login_name_is_no_password() -> None:
    with pytest.raises(InputError):
        passwords.check_strength("Limei-2026-x", "limei")
    passwords.check_strength("Limei-2026-x", "wang")


def test_random_passwords_are_strong_and_differ() -> None:
    made = {passwords.random_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check_strength(password, "-")


def test_a_code_works_once_and_only_about_its_time() -> None:
    secret = codes.secret_for("token")
    code = pyotp.TOTP(secret).at(NOON_MS // 1000)
    step = codes.step_of(secret, f"{code[:3]} {code[3:]}", NOON_MS + 25_000, 0)
    assert step == NOON_MS // 30_000
    assert codes.step_of(secret, code, NOON_MS, step) is None, "a code that was used"
    assert codes.step_of(secret, code, NOON_MS + 90_000, 0) is None, "a code that is over"
    assert codes.step_of(secret, "12", NOON_MS, 0) is None
    assert secret in codes.enrolment_uri(secret, "wang", "卫生院")
    assert codes.secret_for("another") != secret


def test_links_are_read_back_and_forged_ones_are_not() -> None:
    claim = LinkClaim("a" * 32, "chat", NOON_MS)
    token = LinkSigner(KEY).sign(claim)
    assert LinkSigner(KEY).read(token) == claim
    for forged in (token[:-2] + "AA", "", "x.y", LinkSigner("other" * 8).sign(claim), token.replace(".", "")):
        with pytest.raises(InputError) as caught:
            LinkSigner(KEY).read(forged)
        assert caught.value.code == "link-unknown"


def test_short_keys_are_refused() -> None:
    with pytest.raises(InputError, match="secret key"):
        LinkSigner("short")


def test_tokens_differ_and_have_their_own_csrf_token() -> None:
    one, other = new_token(), new_token()
    assert len({one, other, csrf_of(one), csrf_of(other)}) == 4
