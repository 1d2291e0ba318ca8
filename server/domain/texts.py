"""Texts as they enter, as they are searched and sorted, and as a spreadsheet program reads them. Pure.

None that enters holds a control character, and one without a visible character is empty. Some databases
refuse such characters and others store them; a printer or a terminal obeys them. Unicode categories Cc and
Cs, but tabs and line ends; single lines are checked by their own fields.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from server.domain.refusals import Refusal

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OF_LINES = re.compile("[\t\n\r]")
_UNSEEN = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]+"
)
"""White space, and what Unicode calls Default_Ignorable_Code_Point (DerivedCoreProperties), and the blank of
Braille: fonts draw nothing for them.
"""


def has_control(text: str, *, has_lines: bool) -> bool:
    """Whether a text has control characters. `has_lines`: tabs and line ends are none."""
    return _CONTROL.search(text) is not None or (not has_lines and _OF_LINES.search(text) is not None)


def entered_text(text: str, field: str) -> str:
    """The text of a field; empty if nothing of it can be seen. Refusal: control_characters, of the field."""
    if has_control(text, has_lines=True):
        raise Refusal("control_characters", field=field)
    return "" if _UNSEEN.fullmatch(text) else text


def entered_values(content: object, field: str = "") -> object:
    """JSON with each text as `entered_text` leaves it; names of fields are checked too."""
    match content:
        case str():
            return entered_text(content, field)
        case list():
            return [entered_values(each, f"{field}.{at}".lstrip(".")) for at, each in enumerate(content)]
        case dict():
            return {
                name: entered_values(each, f"{field}.{name}".lstrip("."))
                for name, each in content.items()
                if entered_text(name, field) is not None
            }
        case _:
            return content


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})


def fold_text(text: str) -> str:
    """The text without capitals, accents and ligatures: « Sœur » matches « soeur »."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(each for each in decomposed if not unicodedata.combining(each))


_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def plain_cell(value: object) -> str:
    """A value as the cell of a sheet: what a program would take for a formula is quoted, a number is not."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) and not _NUMBER.fullmatch(text) else text


def plain_cells(values: Iterable[object]) -> list[str]:
    """The cells of a line."""
    return [plain_cell(value) for value in values]


BYTE_ORDER_MARK = "\ufeff"
"""Without it the most used spreadsheet program takes UTF-8 for something else."""


def csv_text(lines: Iterable[Iterable[object]], language: str = "en") -> str:
    """Lines of cells as CSV, with `;` in French and Spanish; what a program would calculate stays text."""
    text = io.StringIO()
    sheet = csv.writer(text, delimiter="," if language == "en" else ";", lineterminator="\r\n")
    sheet.writerows(map(plain_cells, lines))
    return text.getvalue()


def csv_sheet(lines: Iterable[Iterable[object]], language: str = "en") -> str:
    """The same as a whole file for a spreadsheet program."""
    return BYTE_ORDER_MARK + csv_text(lines, language)


class MarkKind(StrEnum):
    """Why a part of a text needs attention."""

    EMAIL = "email"
    PHONE = "phone"
    DIGITS = "digits"
    NAME = "name"
    THREAT = "threat"


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a text that needs attention: from the character `begin` until before `end`."""

    kind: MarkKind
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and why it is marked; None: it is not."""

    text: str
    kind: MarkKind | None


_CAPITALISED = r"[A-ZÀ-ÖØ-ÞŒ](?:[’']?[^\W\d_])+"
_AT = r"(?:@|\s*[(\[]\s*(?:at|arobase|arroba)\s*[)\]]\s*|\s+arobase\s+|\s+arroba\s+)"
_DOT = r"(?:\.|\s*[(\[]\s*(?:dot|point|punto)\s*[)\]]\s*)"
_EMAIL = re.compile(rf"(?<![\w.+-])[\w.+-]++{_AT}[\w-]+(?:{_DOT}[\w-]+)*", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\w)(?:\+|00)?\(?\d(?:[ \u00a0\u202f.()/-]{0,2}\d){7,14}(?!\w)")
_DIGITS = re.compile(r"(?:(?<!\w)[A-Z]{1,3}[ \u00a0-]?)?\d(?:[ \u00a0\u202f.\-/]?\d){2,}[^\W_]*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TITLE = (
    r"(?i:monsieur|madame|mademoiselle|mme|mlle|mrs?|ms|miss|docteur|doctor|señora?|srta|sra|doña|dr|maître)"
    r"\b\.?|\bM\.|\b(?i:sr)\.?\b"
)
_CALLED = (
    r"(?i:je m[’']appelle|s[’']appelle|mon nom est|nommée?|my name is|is called|named|me llamo|se llama"
    r"|mi nombre es)"
)
_NAMES = (
    re.compile(rf"(?<!\w)(?:{_TITLE}|{_CALLED})[ \u00a0]*{_CAPITALISED}(?:[ \u00a0-]{_CAPITALISED})*"),
    re.compile(rf"(?<=[^\W\d_,;:][ \u00a0]){_CAPITALISED}(?:[ \u00a0]{_CAPITALISED})+"),
)
"""A title or « je m’appelle » and a name; or two words with capitals that do not begin a sentence."""

_THREAT_WORDS = frozenset(
    (
        *("tuer", "tue", "tuerai", "buter", "mort", "mourir", "crever", "frapper", "frapperai", "cogner"),
        *("egorger", "bruler", "brulerai", "arme", "armes", "fusil", "pistolet", "couteau"),
        *("kill", "die", "dead", "stab", "shoot", "burn", "gun", "knife"),
        *(
            "matar",
            "matare",
            "mato",
            "morir",
            "muerte",
            "quemar",
            "quemare",
            "pistola",
            "cuchillo",
            "golpear",
        ),
    )
)
_THREAT_BEGINNINGS = ("bomb", "explos", "menac", "amenaz", "threat", "incendi", "suicid", "veng", "attentat")
"""Words of threats in French, English and Spanish, folded, and how others begin."""


def screen_text(text: str) -> tuple[Mark, ...]:
    """The marks of a text in their order; no two of them overlap.

    E-mail addresses, phone numbers, other numbers of three digits or more (but a year), people named with a
    title, and words of threats, also against oneself.
    """
    found: list[Mark] = []
    for mark in _all_marks(text):
        if all(mark.end <= other.begin or other.end <= mark.begin for other in found):
            found.append(mark)
    return tuple(sorted(found, key=lambda mark: mark.begin))


def pieces_of(text: str) -> tuple[Piece, ...]:
    """The whole text in pieces, each marked or not; put together they are the text."""
    pieces: list[Piece] = []
    at = 0
    for mark in screen_text(text):
        if at < mark.begin:
            pieces.append(Piece(text[at : mark.begin], None))
        pieces.append(Piece(text[mark.begin : mark.end], mark.kind))
        at = mark.end
    if at < len(text):
        pieces.append(Piece(text[at:], None))
    return tuple(pieces)


def mark_kinds(text: str) -> tuple[MarkKind, ...]:
    """The kinds of the marks of a text, each once, in the order of `MarkKind`."""
    kinds = {mark.kind for mark in screen_text(text)}
    return tuple(kind for kind in MarkKind if kind in kinds)


def _all_marks(text: str) -> Iterator[Mark]:
    """Marks that may overlap: the first one of a part counts."""
    for found in _EMAIL.finditer(text):
        yield Mark(MarkKind.EMAIL, *found.span())
    for found in _PHONE.finditer(text):
        yield Mark(MarkKind.PHONE, *found.span())
    for found in _DIGITS.finditer(text):
        if not _YEAR.fullmatch(found.group()):
            yield Mark(MarkKind.DIGITS, *found.span())
    for pattern in _NAMES:
        for found in pattern.finditer(text):
            yield Mark(MarkKind.NAME, *found.span())
    for found in re.finditer(r"[^\W\d_]+", text):
        word = fold_text(found.group())
        if word in _THREAT_WORDS or word.startswith(_THREAT_BEGINNINGS):
            yield Mark(MarkKind.THREAT, *found.span())


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


_KEPT = 4_096
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_private_way(address: str) -> bool:
    """Whether nobody on the network can read what is sent there: https, or this machine itself."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


@lru_cache(_KEPT)
def network_of(address: str) -> str:
    """The key for limits: an IPv4 address, or the /64 of an IPv6 one, which one caller owns whole.

    An IPv4 address written as IPv6 is that address. Another text is returned unchanged.
    """
    return _network(address, of_ipv4=32, of_ipv6=64)


@lru_cache(_KEPT)
def wider_network_of(address: str) -> str:
    """The key for limits of neighbours: the /24 of an IPv4 address, the /48 of an IPv6 one."""
    return _network(address, of_ipv4=24, of_ipv6=48)


def _network(address: str, *, of_ipv4: int, of_ipv6: int) -> str:
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, IPv4Address):
        return str(ip_network((found, of_ipv4), strict=False)).removesuffix("/32")
    return str(ip_network((found, of_ipv6), strict=False))
