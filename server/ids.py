"""New identifiers: UUIDv7 texts for everything that happens, random tokens for everything that is secret."""

import hashlib
import re
import secrets
import uuid

import uuid_utils

SHORT_CODE_LETTERS = "ABCDEFGHJKLMNPRTUVWXYZ2346789"
"""Letters of a visitor's short code: none that is read as another (no I, O, Q, S, 0, 1, 5)."""


def new_id() -> str:
    """A UUIDv7 as text: 36 characters, growing with time."""
    return str(uuid_utils.uuid7())


def new_pseudonym() -> str:
    """An id that says nothing of when it was made: 36 random characters."""
    return str(uuid.uuid4())


def new_token() -> str:
    """A secret of 128 bits as 22 URL-safe characters.

    One in 30,000 looks like a name and is drawn again, so that a log can tell every token (`server.logs`).
    """
    while not is_token_shaped(token := secrets.token_urlsafe(16)):
        pass
    return token


API_KEY_PREFIX = "parvis_key_"
"""Before the random part of an API key: it is pasted into files of others, where a name can be searched."""


def new_api_key() -> str:
    """An API key: a secret of 128 bits behind a prefix of its own."""
    return API_KEY_PREFIX + new_token()


_WORDS = re.compile(r"[a-z]+|[A-Z]+|(?:[A-Z][a-z]{2,}){1,}|[a-z]{2,}(?:[A-Z][a-z]{2,})+")
"""What one part of a name looks like: one_case, CamelCase, camelCase."""


def is_token_shaped(text: str) -> bool:
    """Whether URL-safe characters mix capitals and small letters as no name, id or hash does."""
    if text == text.lower() or text == text.upper():
        return False
    return not all(_WORDS.fullmatch(part) for part in re.split("[-_]", text) if part)


def new_short_code() -> str:
    """Eight characters that a visitor types by hand, about 38 bits."""
    drawn, letters = secrets.randbelow(len(SHORT_CODE_LETTERS) ** 8), []
    for _ in range(8):
        drawn, letter = divmod(drawn, len(SHORT_CODE_LETTERS))
        letters.append(SHORT_CODE_LETTERS[letter])
    return "".join(letters)


def demand_of_press(hall: str, press: str) -> str:
    """The id of the demand of a press that got no ticket: the same however often it is sent."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{hall} {press}"))


def session_mark(session: str) -> str:
    """A public name of a counter session: places of one session share it, and it does not tell the id."""
    return token_digest(f"counter-session:{session}")[:12]


def token_digest(token: str) -> str:
    """What is stored of a device token, an API key or a session: its SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()
