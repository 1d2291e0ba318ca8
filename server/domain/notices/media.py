"""A medium: what notices show, prepared from an upload. Its states, its facts and their fold. Pure."""

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from server.domain.facts import Fact, FactKind, Json
from server.domain.refusals import Refusal
from server.domain.row_changes import Change, Fold, Insert, Recorded, Update, updates
from server.domain.texts import fold_text


class MediumState(StrEnum):
    """`preparing → ready | refused`, and from either `removed`: its files are gone, its row stays."""

    PREPARING = "preparing"
    READY = "ready"
    REFUSED = "refused"
    REMOVED = "removed"


type Texts = Mapping[str, str]
"""The description of a medium, by language, for people who cannot see it."""


def texts_digest(texts: Texts) -> str:
    """The SHA-256 that the fact holds of a medium's texts."""
    return hashlib.sha256(texts_json(texts).encode()).hexdigest()


def texts_json(texts: Texts) -> str:
    """The texts in the form that is stored and hashed."""
    return json.dumps(dict(texts), ensure_ascii=False, sort_keys=True)


type Sites = frozenset[str] | None
"""The sites (slugs) at which a person may draft notices; None: every site."""


def may_show(site: str | None, sites: Sites) -> bool:
    """Whether a drafter at these sites may see and show a medium of a site (None: of all sites)."""
    return site is None or sites is None or site in sites


def may_change(site: str | None, sites: Sites) -> bool:
    """Whether a drafter may describe and remove it; one of all sites, only a drafter at every site."""
    return sites is None or site in sites


def medium_uploaded(medium: str, *, sha256: str, size: int, site: str | None = None) -> Fact:
    """A file was received to be prepared, for a site or for all; without its name. `size` in bytes."""
    body = {"medium": medium, "sha256": sha256, "size": size}
    return Fact(FactKind.MEDIUM_UPLOADED, body if site is None else body | {"site": site})


def medium_prepared(medium: str, *, kind: str, files: Sequence[Json]) -> Fact:
    """A medium is ready: its files, each named by the SHA-256 of what screens are given."""
    body = {"medium": medium, "kind": kind, "files": [dict(file) for file in files]}
    return Fact(FactKind.MEDIUM_PREPARED, body)


def medium_refused(medium: str, *, code: str, details: Json) -> Fact:
    """An upload could not become a medium; `code` names the sentence that says why."""
    return Fact(FactKind.MEDIUM_REFUSED, {"medium": medium, "code": code, "details": dict(details)})


def medium_described(medium: str, texts: Texts) -> Fact:
    """A medium was described for people who cannot see it; the fact holds the digest of the texts."""
    return Fact(FactKind.MEDIUM_DESCRIBED, {"medium": medium, "sha256": texts_digest(texts)})


def medium_removed(medium: str) -> Fact:
    """A medium may not be shown any more."""
    return Fact(FactKind.MEDIUM_REMOVED, {"medium": medium})


def _uploaded(fact: Recorded) -> list[Change]:
    row = {
        "id": fact.body["medium"],
        "state": MediumState.PREPARING.value,
        "kind": None,
        "files": "[]",
        "refusal": None,
        "upload_sha256": fact.body["sha256"],
        "upload_size": fact.body["size"],
        "uploaded_at": fact.happened_at,
        "uploaded_by": fact.author,
        "texts_sha256": None,
    }
    return [Insert("medium", row)]


def _refused(fact: Recorded) -> list[Change]:
    refusal = json.dumps({"code": fact.body["code"], "details": fact.body["details"]}, sort_keys=True)
    return [Update("medium", fact.body["medium"], {"state": MediumState.REFUSED.value, "refusal": refusal})]


MEDIA_FOLDS: dict[str, Fold] = {
    FactKind.MEDIUM_UPLOADED: _uploaded,
    FactKind.MEDIUM_PREPARED: updates(
        "medium", "medium", "kind", "files", sets={"state": MediumState.READY.value}
    ),
    FactKind.MEDIUM_REFUSED: _refused,
    FactKind.MEDIUM_DESCRIBED: updates("medium", "medium", texts_sha256="sha256"),
    FactKind.MEDIUM_REMOVED: updates(
        "medium", "medium", sets={"state": MediumState.REMOVED.value, "files": "[]"}
    ),
}


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

    def checked(self) -> "MediumDetails":
        """The details as they are kept, of those that somebody typed.

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

    def changed_from(self, before: "MediumDetails") -> list[str]:
        """The names of the fields that differ, in order."""
        return [name for name, value in asdict(self).items() if value != getattr(before, name)]


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


LARGEST_BYTES = 100_000
"""The most bytes of a file of captions: a film of three minutes needs ten thousand."""
MOST_CUES = 200
LONGEST_CUE = 120
"""Characters of a cue, over all its lines: what one reads in large letters while it stays."""

_TIME = r"(?:(\d+):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMES = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_SUBRIP = re.compile(r"(?:\d+[ \t]*\n)?\d+:\d\d:\d\d,\d{3}[ \t]+-->")
_MARKS = re.compile(
    r"\{\\[^{}]*\}|</?(?:c|i|b|u|v|ruby|rt|lang|font)(?:[.\s][^<>]*)?>|<(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}>"
)


@dataclass(frozen=True, slots=True)
class Caption:
    """Words shown during a film, from an instant of it until another, in milliseconds."""

    from_ms: int
    until_ms: int
    text: str


type Captions = Mapping[str, Sequence[Caption]]
"""The captions of a film by language, in the order of their beginnings."""


def captions_of(file: bytes) -> tuple[Caption, ...]:
    """The captions in a WebVTT or SubRip (.srt) file, without marks, positions, styles and notes.

    Refusals: captions_too_large, captions_not_webvtt (also where WebVTT is not UTF-8; SubRip may be
    Windows-1252), captions_broken with the line, captions_markup for what WebVTT does not have,
    captions_too_many, captions_too_long.
    """
    if len(file) > LARGEST_BYTES:
        raise Refusal("captions_too_large", kilobytes=LARGEST_BYTES // 1000)
    lines = _text_of(file).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_webvtt = re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]) is not None
    if not is_webvtt and not _SUBRIP.match("\n".join(lines).lstrip("\n")):
        raise Refusal("captions_not_webvtt")
    blocks = _blocks(lines, is_head=is_webvtt)
    found = [_cue(number, block) for number, block in blocks if not _NO_CUE.match(block[0])]
    if not found:
        raise Refusal("captions_broken", line=1)
    if len(found) > MOST_CUES:
        raise Refusal("captions_too_many", captions=MOST_CUES)
    return tuple(sorted((cue for cue in found if cue.text), key=lambda cue: (cue.from_ms, cue.until_ms)))


def _text_of(file: bytes) -> str:
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if file.startswith(b"WEBVTT"):
            raise Refusal("captions_not_webvtt") from error
        return file.decode("cp1252", errors="replace")


def _blocks(lines: Sequence[str], *, is_head: bool) -> Iterator[tuple[int, list[str]]]:
    """What blank lines part, each with the number of its first line from 1; `is_head`: the first is none."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            block.append(line)
            continue
        if block and not is_head:
            yield number - len(block), block
        is_head = is_head and not block
        block = []


def _cue(number: int, block: Sequence[str]) -> Caption:
    """A cue: maybe a name, its times, its words."""
    at = 0 if "-->" in block[0] else 1
    times = _TIMES.fullmatch(block[at].strip()) if len(block) > at else None
    if times is None:
        raise Refusal("captions_broken", line=number + min(at, len(block) - 1))
    from_ms, until_ms = _ms(times.groups()[:4]), _ms(times.groups()[4:])
    if until_ms <= from_ms:
        raise Refusal("captions_broken", line=number + at)
    bare = _MARKS.sub("", " ".join(block[at + 1 :]))
    if "<" in bare or "-->" in bare:
        raise Refusal("captions_markup", line=number + at + 1)
    text = visible(html.unescape(bare))
    if len(text) > LONGEST_CUE:
        raise Refusal("captions_too_long", line=number + at + 1, characters=LONGEST_CUE)
    return Caption(from_ms, until_ms, text)


def _ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def medium_captioned(medium: str, language: str, captions: Sequence[Caption]) -> Fact:
    """The captions of a film in a language were written, or removed where there are none."""
    words = json.dumps([[each.from_ms, each.until_ms, each.text] for each in captions], ensure_ascii=False)
    sha256 = hashlib.sha256(words.encode()).hexdigest()
    body = {"medium": medium, "language": language, "captions": len(captions), "sha256": sha256}
    return Fact(FactKind.MEDIUM_CAPTIONED, body)
