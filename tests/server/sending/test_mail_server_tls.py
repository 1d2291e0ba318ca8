"""A letter over an encrypted connection, from the first byte or by STARTTLS; never to an unknown server."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.domain.texts import Letter
from server.sending.mail import MailServer
from server.settings import Settings
from tests.server.sending.endpoints import mailbox

LETTER = Letter("id", "marie@example.org", "Essai", "Ceci est un essai.")
NOW = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)


def certificate(folder: Path) -> Path:
    """The certificate of this machine, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    began = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_letters_are_sent_encrypted_to_a_mail_server_with_a_valid_certificate(
    tls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    how = {"ssl_context": context} if tls == "tls" else {"tls_context": context, "require_starttls": True}
    with mailbox(**how) as box:
        server = MailServer(Settings(smtp_host="127.0.0.1", smtp_port=box.port, smtp_tls=tls), within_s=5)
        assert server.try_to_send(LETTER, now=NOW) == "email_unreachable"
        assert box.letters == []
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert server.try_to_send(LETTER, now=NOW) is None
        assert [each.rcpt_tos for each in box.letters] == [["marie@example.org"]]
