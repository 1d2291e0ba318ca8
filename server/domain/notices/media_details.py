"""What people note of a medium to find it and to use it lawfully: name, tags, rights, last day. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from server.domain.facts import Fact, FactKind
from server.domain.refusals import Refusal
from server.domain.texts import fold_text

LONGEST_NAME = 120
"""The most characters of a name; a longer file name is cut before its extension."""
LONGEST_TAG, MOST_TAGS = 40, 12
LONGEST_MAKER, LONGEST_RIGHTS = 120, 240
OF_ALL = "*"
"""In a search: the media that belong to all sites."""
MOST_TERMS = 6
"""How many words of a search count."""
WARNED_BEFORE = timedelta(days=14)
"""The library warns for so long before the last day of a medium."""

type Expiry = Literal["soon", "over"]
"""Whether the last day of a medium is near (in 14 days at most), or past."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that a name never holds: controls, marks of direction, surrogates, unassigned."""
HARD_SPACE = "\u00a0"
_SPACES = re.compile(" {2,}")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_MARKS_OF_TAGS = str.maketrans(dict.fromkeys('"\\%_#,', " "))


@dataclass(frozen=True, slots=True)
class MediumDetails:
    """What people noted of a medium. `until`: the last local day on which notices may show it; None: no end.

    `made_by`: who made the picture; `rights`: the licence or permission, in words. Both may be empty.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    made_by: str = ""
    rights: str = ""
    until: date | None = None

    def changed_from(self, before: "MediumDetails") -> list[str]:
        """The names of the fields that differ, in order."""
        fields = ("name", "tags", "made_by", "rights", "until")
        return [each for each in fields if getattr(self, each) != getattr(before, each)]


@dataclass(frozen=True, slots=True)
class MediaSearch:
    """Which media of the library to list; an empty field means any.

    `terms`: folded words, all of them in the name, description or tags. `site`: a slug, `*`: only those of
    all sites. `kind`: image, document, video, font. `tag`: as stored.
    """

    terms: tuple[str, ...] = ()
    site: str = ""
    kind: str = ""
    tag: str = ""


EVERY_MEDIUM = MediaSearch()
"""The search that everything fits."""


@dataclass(frozen=True, slots=True)
class NewDetails:
    """Details as somebody typed them, not checked yet."""

    name: str
    tags: tuple[str, ...] = ()
    made_by: str = ""
    rights: str = ""
    until: date | None = None

    def checked(self) -> MediumDetails:
        """The details as they are kept.

        Refusals: medium_name_missing, medium_name_too_long, medium_tags, medium_rights_too_long.
        """
        name, made_by, rights = visible(self.name), visible(self.made_by), visible(self.rights)
        if not name:
            raise Refusal("medium_name_missing")
        if len(name) > LONGEST_NAME:
            raise Refusal("medium_name_too_long", characters=LONGEST_NAME)
        if len(made_by) > LONGEST_MAKER or len(rights) > LONGEST_RIGHTS:
            raise Refusal("medium_rights_too_long", maker=LONGEST_MAKER, rights=LONGEST_RIGHTS)
        tags = tuple(dict.fromkeys(filter(None, map(tag_of, self.tags))))
        if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
            raise Refusal("medium_tags", tags=MOST_TAGS, characters=LONGEST_TAG)
        return MediumDetails(name, tags, made_by, rights, self.until)


def visible(text: str) -> str:
    """The text on one line, without controls and marks of direction; other spaces than U+00A0 are single."""
    spaced = "".join(" " if each.isspace() and each != HARD_SPACE else each for each in text)
    composed = unicodedata.normalize("NFC", spaced)
    kept = "".join(each for each in composed if unicodedata.category(each) not in _UNSEEN)
    return _SPACES.sub(" ", kept).strip()


def name_of_file(file: str) -> str:
    """The name that a medium takes from an uploaded file: no folders, at most 120 characters; maybe empty."""
    name = visible(re.split(r"[/\\]", file)[-1]).lstrip(". ")
    found = _EXTENSION.search(name)
    extension = found.group() if found else ""
    stem = name[: len(name) - len(extension)]
    return (stem[: LONGEST_NAME - len(extension)].rstrip() + extension) if stem else ""


def tag_of(text: str) -> str:
    """A tag in the form that is stored: small letters, without the signs that lists and searches use."""
    return " ".join(visible(text.translate(_MARKS_OF_TAGS)).casefold().split())


def words_to_find(details: MediumDetails, texts: Mapping[str, str]) -> str:
    """What a search looks through: name, tags, maker and every description, folded."""
    return fold_text("\n".join((details.name, *details.tags, details.made_by, *texts.values())))


def terms_of(search: str) -> tuple[str, ...]:
    """The folded words of a search, six at most."""
    return tuple(fold_text(search).split()[:MOST_TERMS])


def expiry_of(until: date | None, today: date) -> Expiry | None:
    """Whether a medium's last day is past or near, on a local day."""
    if until is None or until - today > WARNED_BEFORE:
        return None
    return "over" if until < today else "soon"


def medium_catalogued(medium: str, fields: Iterable[str], until: date | None) -> Fact:
    """Somebody changed what is noted of a medium. Words may name people: the fact says which fields only."""
    body = {"medium": medium, "fields": list(fields), "until": None if until is None else until.isoformat()}
    return Fact(FactKind.MEDIUM_CATALOGUED, body)
