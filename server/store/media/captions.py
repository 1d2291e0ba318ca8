"""The captions of films, by language."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, select

from server.domain.facts import Json
from server.domain.notices.captions import Caption, Captions
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write
from server.store.tables.media import medium_captions


@dataclass(frozen=True, slots=True)
class _LanguageRow:
    language: str
    captions: list[Json]


@dataclass(frozen=True, slots=True)
class _CaptionedRow:
    medium: str
    language: str


_CAPTIONED = Read(
    _CaptionedRow,
    select(medium_captions.c.medium, medium_captions.c.language).order_by(medium_captions.c.language),
)
_OF_MEDIUM = medium_captions.c.medium == bindparam("of_medium")
_READ = Read(
    _LanguageRow,
    select(medium_captions.c.language, medium_captions.c.captions)
    .where(_OF_MEDIUM)
    .order_by(medium_captions.c.language),
)
_SET = Write.upsert(medium_captions, ("medium", "language"), ("captions",))
_DELETE = Write(
    medium_captions.delete().where(_OF_MEDIUM, medium_captions.c.language == bindparam("of_language"))
)
_DELETE_ALL = Write(medium_captions.delete().where(_OF_MEDIUM))


def captions_of_medium(rows: Rows, medium: str) -> Captions:
    """The captions of a film, by language; empty where it has none."""
    return {
        row.language: tuple(Caption(**caption) for caption in row.captions)
        for row in rows.all(_READ, of_medium=medium)
    }


def captioned_languages(rows: Rows) -> dict[str, list[str]]:
    """The languages that each captioned film has captions in, by its id."""
    found: dict[str, list[str]] = {}
    for row in rows.all(_CAPTIONED):
        found.setdefault(row.medium, []).append(row.language)
    return found


def set_captions(transaction: Writes, medium: str, language: str, captions: Sequence[Caption]) -> None:
    """Keeps the captions of a film in a language in place of the ones before; none: there are none."""
    if captions:
        kept = [asdict(each) for each in captions]
        transaction.run(_SET, medium=medium, language=language, captions=kept)
    else:
        transaction.run(_DELETE, of_medium=medium, of_language=language)


def delete_captions(transaction: Writes, medium: str) -> None:
    """Deletes the captions of a medium in all languages."""
    transaction.run(_DELETE_ALL, of_medium=medium)
