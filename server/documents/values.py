"""The values documents are made of, each with its form: slugs, texts, hours, prefixes, colours, zones."""

import re
from functools import cache
from itertools import pairwise
from typing import Annotated
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from server.documents.problems import broken_rule
from server.domain.tickets.numbering import LONGEST_PREFIX, PREFIX_LETTERS, is_prefix_allowed

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
PREFIX = rf"^[{''.join(sorted(PREFIX_LETTERS))}]{{1,{LONGEST_PREFIX}}}$"
COLOUR = r"^#[0-9a-f]{6}$"
ADDRESS = r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$"
HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]"
SPAN = rf"^{HOUR}-({HOUR}|24:00)$"
LANGUAGE = r"^[a-z]{2,3}$"


class Part(BaseModel):
    """A part of a document: frozen, strict, without unknown keys; texts without blanks at their ends."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)


def _slug(text: str) -> str:
    if not re.fullmatch(SLUG, text):
        raise broken_rule("wrong_slug", text=text)
    return text


def _prefix(text: str) -> str:
    if not is_prefix_allowed(text):
        raise broken_rule("prefix_letter", prefix=text)
    return text


def _colour(text: str) -> str:
    lower = text.lower()
    if not re.fullmatch(COLOUR, lower):
        raise broken_rule("wrong_colour", text=text)
    return lower


def web_address(text: str) -> str:
    """An address that begins with https:// or http://, unchanged."""
    if not re.fullmatch(ADDRESS, text):
        raise broken_rule("wrong_address", text=text)
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _time_zone(text: str) -> str:
    if text not in _zones():
        raise broken_rule("unknown_time_zone", text=text)
    return text


def _language(code: str) -> str:
    if not re.fullmatch(LANGUAGE, code) or not _is_known_to_babel(code):
        raise broken_rule("unknown_language", language=code)
    return code


@cache
def _is_known_to_babel(code: str) -> bool:
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes or codes[0] != "fr":
        raise broken_rule("french_first")
    if len(set(codes)) < len(codes):
        raise broken_rule("language_twice")
    if len(codes) == 2:
        raise broken_rule("one_translation", language=codes[1])
    return codes


def _span(text: str) -> str:
    if not re.fullmatch(SPAN, text):
        raise broken_rule("wrong_hours", text=text)
    opens, closes = text.split("-")
    if closes <= opens:
        raise broken_rule("hours_end_before_start", opens=opens, closes=closes)
    return text


def _spans(spans: tuple[str, ...]) -> tuple[str, ...]:
    """The spans in order, refused when two overlap (they may touch)."""
    ordered = tuple(sorted(spans))
    for earlier, later in pairwise(ordered):
        if later.split("-")[0] < earlier.split("-")[1]:
            raise broken_rule("overlapping_hours", first=earlier, second=later)
    return ordered


def french_first(texts: dict[str, str]) -> dict[str, str]:
    """The texts, French first and then by language code; refused when there are some but none in French."""
    if texts and "fr" not in texts:
        raise broken_rule("french_missing")
    return dict(sorted(texts.items(), key=lambda item: (item[0] != "fr", item[0])))


def some_texts(texts: dict[str, str]) -> dict[str, str]:
    """The texts, refused when there is none."""
    if not texts:
        raise broken_rule("french_missing")
    return texts


def at_least_one[Item](items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items, refused when there is none; it looks only once each item is valid."""
    if not items:
        raise broken_rule("too_few", limit=1)
    return items


NotEmpty = (AfterValidator(at_least_one), Field(json_schema_extra={"minItems": 1}))

Slug = Annotated[
    str,
    Field(max_length=48),
    AfterValidator(_slug),
    WithJsonSchema({"type": "string", "pattern": SLUG, "maxLength": 48}),
]
Prefix = Annotated[str, AfterValidator(_prefix), WithJsonSchema({"type": "string", "pattern": PREFIX})]
Colour = Annotated[str, AfterValidator(_colour), WithJsonSchema({"type": "string", "pattern": COLOUR})]
WebAddress = Annotated[
    str,
    Field(max_length=120),
    AfterValidator(web_address),
    WithJsonSchema({"type": "string", "pattern": ADDRESS, "maxLength": 120}),
]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Language = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "pattern": LANGUAGE})]
Languages = Annotated[tuple[Language, ...], AfterValidator(_languages)]
Span = Annotated[str, AfterValidator(_span), WithJsonSchema({"type": "string", "pattern": SPAN})]
Spans = Annotated[tuple[Span, ...], AfterValidator(_spans), Field(json_schema_extra={"when_empty": "closed"})]

Line = Annotated[str, Field(min_length=1, max_length=80)]
Paragraph = Annotated[str, Field(min_length=1, max_length=600)]
ShortLine = Annotated[str, Field(min_length=1, max_length=24)]

Texts = Annotated[dict[Language, Line], AfterValidator(french_first), AfterValidator(some_texts)]
OptionalTexts = Annotated[dict[Language, Line], AfterValidator(french_first)]
ShortTexts = Annotated[dict[Language, ShortLine], AfterValidator(french_first), AfterValidator(some_texts)]
Paragraphs = Annotated[dict[Language, Paragraph], AfterValidator(french_first), AfterValidator(some_texts)]
OptionalParagraphs = Annotated[dict[Language, Paragraph], AfterValidator(french_first)]
