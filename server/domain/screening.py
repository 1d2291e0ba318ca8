"""Marks in a text that people wrote freely: what must not be shown to others as it is. Pure.

A mark is a warning for the person who reads the text before anybody else. A text without a mark may still
name somebody: it is never shown in public without that person. Rule: docs/rules/screening.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.domain.texts import fold_text


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
