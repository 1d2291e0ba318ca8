"""The certificate of a server of the local network, signed by an authority of its own (`parvis serve --lan`).

The key of the authority stays in the var folder, readable by its owner only. The authority may sign for
private addresses and the names that the machine had when it was made, and for nothing else: who steals its
key cannot pass for a site of the internet.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.domain.refusals import Refusal
from server.own_network import PRIVATE, own_addresses, own_names

AUTHORITY_FOR, CERTIFICATE_FOR = timedelta(days=3650), timedelta(days=365)
RENEWED_BEFORE = timedelta(days=30)
BEGUN_BEFORE = timedelta(days=1)
"""How far the clock of a device may be behind."""
LOOPBACK_NAMES, LOOPBACK_ADDRESSES = ("localhost",), ("127.0.0.1",)
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class OwnAuthority:
    """The files of an authority and of the certificate that it signed for this machine."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The certificate of the authority, which devices trust."""
        return self.folder / "authority.pem"

    @property
    def certificate(self) -> Path:
        """The certificate of the server."""
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        """The key of the server's certificate."""
        return self.folder / "certificate.key"

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the authority's certificate, as `openssl x509 -fingerprint` writes it."""
        return _certificate(self.authority).fingerprint(hashes.SHA256()).hex(":").upper()

    def ensure(self, now: datetime) -> bool:
        """Makes what is missing, and renews a certificate that ends within thirty days or lacks an address
        or a name that this machine has now; whether something changed.

        The authority is made anew only where its certificate ends first: devices must then trust the new one.
        Refusal: no_private_address.
        """
        addresses = own_addresses()
        if not addresses:
            raise Refusal("no_private_address")
        self.folder.mkdir(parents=True, exist_ok=True)
        authority_key, authority = self._authority(own_names(), now)
        names = [*_permitted(authority, own_names()), *LOOPBACK_NAMES]
        alternative_names = x509.SubjectAlternativeName(
            [
                *(x509.DNSName(each) for each in names),
                *(x509.IPAddress(ip_address(each)) for each in (*addresses, *LOOPBACK_ADDRESSES)),
            ]
        )
        key = _kept_key(self.key)
        if self._is_good(authority, key, alternative_names, now):
            return False
        signed = (
            _begun(_name("Parvis"), authority.subject, key, now, CERTIFICATE_FOR)
            .add_extension(alternative_names, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
            .sign(authority_key, hashes.SHA256())
        )
        _write(self.certificate, signed.public_bytes(serialization.Encoding.PEM))
        return True

    def _authority(
        self, names: Sequence[str], now: datetime
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = _kept_key(self.folder / "authority.key")
        if self.authority.exists():
            kept = _certificate(self.authority)
            if kept.public_key() == key.public_key() and kept.not_valid_after_utc > now + CERTIFICATE_FOR:
                return key, kept
        subject = _name(f"Parvis – {next(iter(names), 'hall')}"[:64])
        made = (
            _begun(subject, subject, key, now, AUTHORITY_FOR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_signing_only(), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(_only_for(names), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(self.authority, made.public_bytes(serialization.Encoding.PEM))
        return key, made

    def _is_good(
        self,
        authority: x509.Certificate,
        key: ec.EllipticCurvePrivateKey,
        alternative_names: x509.SubjectAlternativeName,
        now: datetime,
    ) -> bool:
        """Whether the certificate of now may stay."""
        if not self.certificate.exists():
            return False
        kept = _certificate(self.certificate)
        try:
            kept.verify_directly_issued_by(authority)
        except (ValueError, InvalidSignature):
            return False
        names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return (
            kept.public_key() == key.public_key()
            and names == alternative_names
            and kept.not_valid_after_utc > now + RENEWED_BEFORE
        )


def certificate_end(file: Path) -> datetime:
    """When a certificate ends: the first of a PEM file. Raises OSError, ValueError."""
    return _certificate(file).not_valid_after_utc


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEGUN_BEFORE)
        .not_valid_after(now + lasts)
    )


def _signing_only() -> x509.KeyUsage:
    others = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    never = dict.fromkeys((*others, "key_agreement", "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **never)


def _only_for(names: Iterable[str]) -> x509.NameConstraints:
    """What the authority may sign for: these names, private networks and this machine itself."""
    networks = [*PRIVATE, *(ip_network(each) for each in LOOPBACK_ADDRESSES)]
    permitted = [
        *(x509.DNSName(each) for each in (*names, *LOOPBACK_NAMES)),
        *(x509.IPAddress(each) for each in networks),
    ]
    return x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None)


def _permitted(authority: x509.Certificate, names: Iterable[str]) -> list[str]:
    """Those of the names for which an authority may sign: a machine renamed since goes by its address."""
    found = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or ()
    allowed = {each.value for each in found if isinstance(each, x509.DNSName)}
    return [each for each in names if each in allowed]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def _kept_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """The key in a file, made when there is none. It stays when its certificate is renewed."""
    if file.exists():
        kept = serialization.load_pem_private_key(file.read_bytes(), password=None)
        if isinstance(kept, ec.EllipticCurvePrivateKey):
            return kept
    made = ec.generate_private_key(ec.SECP256R1())
    plain = serialization.NoEncryption()
    _write(
        file,
        made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),
    )
    return made


def _write(file: Path, content: bytes) -> None:
    """Replaces a file whole, readable by its owner only: a server may be reading the old one."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as written:
        written.write(content)
    draft.replace(file)
