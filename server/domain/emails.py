"""An e-mail before it is given to a mail server. Pure."""

from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address

LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True, repr=False)
class AttachedPaper:
    """A PDF that goes with an e-mail, and the name of its file."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """An e-mail in plain text. Its representation hides address and text, which belong in no log.

    `id` is the same at each try; e-mails about one thing (`thread`) form one conversation.
    """

    id: str
    address: str
    subject: str
    text: str
    thread: str | None = None
    paper: AttachedPaper | None = None


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address that every mail server takes: name@domain in ASCII."""
    if not text.isascii() or not text.isprintable() or len(text) > LONGEST_EMAIL:
        return False
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        return False
    return bool(address.username) and bool(address.domain) and address.addr_spec == text
