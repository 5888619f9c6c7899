"""The service as it is started: the demonstration, what is refused without one, and a log without anybody in it."""

from __future__ import annotations

import ipaddress
import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.service import KEY, command, service

pytestmark = pytest.mark.e2e

NAME, PHONE, ID_NUMBER = "王翾龘", "13800007777", "110101194805031234"


def test_a_newcomer_logs_in_and_a_resident_talks(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with service(log, tmp_path / "var", "--demo") as url:
        told = log.read_text("utf-8")
        passwords = dict(re.findall(r"^  (\w+) +(\S+)$", told, re.M))
        link = re.search(r"resident's link: (\S+)", told)
        assert set(passwords) == {"doctor", "nurse", "operator", "admin", "doctor2"}
        assert link is not None
        with httpx.Client(base_url=url) as staff:
            for name, password in passwords.items():
                entered = staff.post("/api/session", json={"name": name, "password": password})
                assert (entered.status_code, entered.json()["stage"]) == (200, "full"), name
        with httpx.Client(base_url=url) as resident:
            page = resident.get(link.group(1))
            assert page.status_code == 200
            bearer = {"Authorization": f"Bearer {link.group(1).rpartition('/')[2]}"}
            assert resident.post("/api/link/visit", headers=bearer).json()["replies"]
    with service(tmp_path / "again", tmp_path / "var", **KEY) as url:
        again = httpx.post(f"{url}/api/session", json={"name": "doctor", "password": passwords["doctor"]})
        assert again.status_code == 401, "demonstration accounts are closed where it is none"


def test_it_speaks_tls_itself(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    tls = {"SUIFANG_TLS_CERTIFICATE": str(certificate), "SUIFANG_TLS_KEY": str(key)}
    trusted = ssl.create_default_context(cafile=str(certificate))
    with service(tmp_path / "log", tmp_path / "var", **KEY, **tls) as url, httpx.Client(verify=trusted) as client:
        assert url.startswith("https://127.0.0.1:")
        told = client.get(f"{url}/health")
        assert (told.status_code, "strict-transport-security" in told.headers) == (200, True)
        assert trusted.minimum_version >= ssl.TLSVersion.TLSv1_2


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now, here = datetime.now(UTC), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )  # fmt: skip
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    return certificate, secret


@pytest.mark.parametrize(
    ("words", "more", "code"),
    [
        ((), {}, "secret-missing"),
        ((), {"SUIFANG_SECRET_KEY": "short"}, "secret-short"),
        (("--demo", "--host", "0.0.0.0"), {}, "demo-local"),
        ((), {**KEY, "SUIFANG_TLS_CERTIFICATE": "/nowhere.pem"}, "tls-unusable"),
    ],
)
def test_what_is_not_served(tmp_path: Path, words: tuple[str, ...], more: dict[str, str], code: str) -> None:
    done = command("serve", "--port", "0", *words, data=tmp_path, **more)
    assert done.returncode == 2
    assert code in done.stderr
    assert "->" in done.stderr


def test_the_service_s_log_has_nobody_in_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with service(log, tmp_path / "var", **KEY, SUIFANG_WALK_IN="true") as url, httpx.Client(base_url=url) as visitor:
        begun = visitor.post("/api/link", json={"flow": "hypertension_followup", "name": NAME}).json()
        visitor.headers["Authorization"] = f"Bearer {begun['token']}"
        for words in ("我就是", f"行，我叫{NAME}，电话{PHONE}，身份证{ID_NUMBER}", "我胸口疼得厉害", "有", "有", "有"):
            visitor.post(f"/api/chat/{begun['visit_id']}", json={"text": words})
        for path in (f"/{NAME}?phone={PHONE}", f"/r/{begun['token']}", f"/api/visits/{NAME}", "/health"):
            told = visitor.get(path)
            assert told.status_code < 500
            assert NAME not in told.text
            assert PHONE not in told.text
        visitor.post("/api/session", content=f"{{{NAME} {ID_NUMBER}".encode())
    written = log.read_text("utf-8")
    for mark in (NAME, PHONE, ID_NUMBER, begun["token"], begun["visit_id"]):
        assert mark not in written
    listed = command("audit", "verify", data=tmp_path / "var")
    assert (listed.returncode, "whole" in listed.stdout) == (0, True)
