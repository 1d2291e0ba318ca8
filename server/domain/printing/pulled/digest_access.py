"""HTTP Digest (RFC 7616, MD5) as printers speak it. Pure.

The server keeps MD5 of user, realm and secret. Whoever has that can answer every challenge, as with the
secret itself. Printers know no better algorithm.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

REALM = "Parvis"
NONCE_FOR = timedelta(minutes=5)
_LONGEST = 300


def kept_form(user: str, secret: str) -> str:
    """What is kept of a secret: 32 hexadecimal digits."""
    return _md5(f"{user}:{REALM}:{secret}")


def new_nonce(key: str, now: datetime) -> str:
    """A nonce that only who has the key can make; it says when it was made."""
    stamp = f"{int(now.timestamp()):x}"
    return f"{stamp}-{_signed(key, stamp)}"


def challenge(nonce: str, *, is_stale: bool) -> str:
    """The value of `WWW-Authenticate`. `is_stale`: the secret was right, only the nonce was old."""
    stale = ", stale=true" if is_stale else ""
    return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"{stale}'


def is_own_nonce(nonce: str, key: str) -> bool:
    """Whether this server, or another worker of it, made a nonce."""
    stamp, _, mac = nonce.partition("-")
    return hmac.compare_digest(mac.encode(), _signed(key, stamp).encode())


def is_fresh(nonce: str, now: datetime) -> bool:
    """Whether an own nonce may still be used; a clock set back keeps it."""
    made_at_s = int(nonce.partition("-")[0], 16)
    return now.timestamp() - made_at_s <= NONCE_FOR.total_seconds()


def is_answer(sent: Mapping[str, str | None], kept: str, *, method: str, path: str) -> bool:
    """Whether the parameters of an `Authorization` answer the challenge for this request."""
    values = {name: value or "" for name, value in sent.items()}
    if any(len(value) > _LONGEST for value in values.values()):
        return False
    uri, nonce = values.get("uri", ""), values.get("nonce", "")
    is_ours = values.get("realm") == REALM and values.get("algorithm", "MD5").upper() == "MD5"
    if not is_ours or not _is_for(uri, path):
        return False
    request = _md5(f"{method}:{uri}")
    if values.get("qop"):
        once = f"{nonce}:{values.get('nc', '')}:{values.get('cnonce', '')}:{values['qop']}"
    else:
        once = nonce
    expected = _md5(f"{kept}:{once}:{request}")
    return hmac.compare_digest(expected.encode(), values.get("response", "").lower().encode())


def _is_for(uri: str, path: str) -> bool:
    try:
        return urlsplit(uri).path == path
    except ValueError:
        return False


def _signed(key: str, stamp: str) -> str:
    return hmac.new(key.encode(), f"printer nonce {stamp}".encode(), hashlib.sha256).hexdigest()[:32]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
