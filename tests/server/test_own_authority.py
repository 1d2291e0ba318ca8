"""The certificate of `parvis serve --lan`: who trusts it, when it is renewed, who may read its key."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server import own_authority
from server.domain.refusals import Refusal
from server.own_authority import OwnAuthority

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The private addresses of this machine, which a test changes."""
    found = ["10.1.2.3"]
    monkeypatch.setattr(own_authority, "own_addresses", lambda: found)
    monkeypatch.setattr(own_authority, "own_names", lambda: ["accueil", "accueil.local"])
    return found


def test_the_certificate_is_renewed_for_its_end_and_addresses_and_the_authority_stays(
    addresses: list[str], tmp_path: Path
):
    own = OwnAuthority(tmp_path / "tls")
    assert own.ensure(NOW)
    trusted = own.fingerprint
    assert not own.ensure(NOW + timedelta(days=334))
    assert own.ensure(NOW + timedelta(days=336))
    addresses[:] = ["192.168.1.20"]
    assert own.ensure(NOW + timedelta(days=336))
    assert not own.ensure(NOW + timedelta(days=336))
    assert own.fingerprint == trusted
    assert names_of(own.certificate) == {
        *("accueil", "accueil.local", "localhost"),
        *("192.168.1.20", "127.0.0.1"),
    }
    assert {stat.S_IMODE(each.stat().st_mode) for each in own.folder.iterdir()} == {0o600}


def test_a_client_that_trusts_the_authority_trusts_the_server_by_its_address(
    addresses: list[str], tmp_path: Path
):
    own = OwnAuthority(tmp_path / "tls")
    own.ensure(datetime.now(UTC))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(own.certificate, own.key)
    assert shaken(served, own, "10.1.2.3") is None
    assert "address mismatch" in str(shaken(served, own, "10.9.9.9"))


def test_an_own_authority_signs_for_private_addresses_and_its_machine_only(
    addresses: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    own = OwnAuthority(tmp_path / "tls")
    own.ensure(datetime.now(UTC))
    addresses[:] = ["203.0.113.7"]
    monkeypatch.setattr(own_authority, "own_names", lambda: ["mairie.example.fr"])
    own.ensure(datetime.now(UTC))
    assert "mairie.example.fr" not in names_of(own.certificate)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(own.certificate, own.key)
    assert "permitted subtree violation" in str(shaken(served, own, "203.0.113.7"))


def test_a_machine_without_a_local_network_makes_no_certificate(addresses: list[str], tmp_path: Path):
    addresses.clear()
    with pytest.raises(Refusal, match="no_private_address"):
        OwnAuthority(tmp_path / "tls").ensure(NOW)


def names_of(certificate: Path) -> set[str]:
    """The names and addresses of a certificate."""
    found = ssl._ssl._test_decode_cert(str(certificate))  # type: ignore[attr-defined]
    return {value for _, value in found["subjectAltName"]}


def shaken(served: ssl.SSLContext, own: OwnAuthority, name: str) -> ssl.SSLError | None:
    """Why a client that trusts the authority alone refuses the server under a name; None: it does not."""
    client = ssl.create_default_context(cafile=own.authority)
    sent, answered = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(answered, sent, server_hostname=name),
        served.wrap_bio(sent, answered, server_side=True),
    )
    try:
        for end in (*ends, *ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    except ssl.SSLError as refused:
        return refused
    return None
