"""Web push: a message encrypted for one browser (RFC 8291) and signed for its push service (RFC 8292)."""

import base64
import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from server.domain.visits.told_before import SENT_WITHIN
from server.sending.sender import Posting
from server.store.visits.reminders import ReminderRow

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the curve P-256 (SEC 2, secp256r1): private keys are below it."""
RECORD_BYTES = 4_096
_LAST_RECORD = b"\x02"
SIGNED_FOR_S = 3_600


class VapidKey:
    """The key by which push services know this server, made of the installation's own key.

    `read` is called once, for the first push or page. A subscription lives no longer than a visit: another
    key needs nothing more.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    @cached_property
    def private(self) -> ec.EllipticCurvePrivateKey:
        """The private key."""
        derived = HKDF(hashes.SHA256(), 48, salt=None, info=b"parvis vapid").derive(self._read())
        return ec.derive_private_key(int.from_bytes(derived) % (P256_ORDER - 1) + 1, ec.SECP256R1())

    @cached_property
    def public(self) -> str:
        """The public key as browsers take it: an uncompressed point in base64url."""
        return base64.urlsafe_b64encode(_point(self.private.public_key())).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class PushServices:
    """The push services of browsers. `contact`: the address by which they reach who runs this server."""

    key: VapidKey
    contact: str
    posting: Posting

    def send(self, reminder: ReminderRow, *, now: datetime) -> None:
        """Returns once the push service has taken the message. Raises SendRefused."""
        subscription = json.loads(reminder.address)
        content = encrypted(reminder.rule.encode(), subscription["p256dh"], subscription["auth"])
        self.posting.post(subscription["endpoint"], self.headers(subscription["endpoint"], now), content)

    def headers(self, endpoint: str, now: datetime) -> dict[str, str]:
        """The headers of a push to an endpoint: who sends it, and that it is void once it is late."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(now.timestamp()) + SIGNED_FOR_S,
            "sub": self.contact,
        }
        token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(self.key.private))
        return {
            "Authorization": f"vapid t={token}, k={self.key.public}",
            "TTL": str(int(SENT_WITHIN.total_seconds())),
            "Urgency": "high",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }


def encrypted(
    text: bytes,
    p256dh: str,
    auth: str,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """One record that only the browser of a subscription reads: its public key and secret in base64url.

    `own`, `salt`: the key and the salt of this message, new unless a test names those of the standard.
    """
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes_of(p256dh))
    sender = _point(own.public_key())
    purpose = b"WebPush: info\x00" + _point(theirs) + sender
    secret = HKDF(hashes.SHA256(), 32, _bytes_of(auth), purpose).derive(own.exchange(ec.ECDH(), theirs))
    key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
    head = salt + struct.pack("!IB", RECORD_BYTES, len(sender)) + sender
    return head + AESGCM(key).encrypt(nonce, text + _LAST_RECORD, None)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
