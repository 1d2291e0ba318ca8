"""The notices that visitors of a hall may read now, at their own pace."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.documents.notices import NoticeKind
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.windows import covered_days, covered_window, local_end
from server.domain.instants import text_or_none, to_text
from server.domain.languages import text_in
from server.domain.notices.public import NOT_READ, holds, is_read_now, next_change
from server.language import LANGUAGES, direction_of, own_name
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.visits.legs import waiting_by_queue
from server.usecases.notices.contents import HallWords, contents_of, shown_medium, spoken_languages, title_in
from server.usecases.notices.notice_places import ANY_SCREEN
from server.usecases.notices.public_blocks import notice_blocks, text_blocks
from server.usecases.notices.public_types import Block, NoticeText, PublicNotice, PublicNotices
from server.usecases.notices.read_programme import hall_words, slides_for
from server.usecases.notices.rounds import Slide
from signage.notice_parts import code_to_scan

REGISTER_NOTICE = "register"
"""The id of the entry."""


def _register(hall: HallConfiguration, translate: Callable[..., str]) -> PublicNotice | None:
    """The entry in each language of the interface, without an address yet; None without a register."""
    if not hall.site.complaints.has_register:
        return None

    def say(part: str, language: str) -> str:
        return translate(f"public_notices.register.{part}", language)

    texts = [_said(code, say("title", code), text_blocks(say("text", code), code)) for code in LANGUAGES]
    return _public(REGISTER_NOTICE, "text", texts, None)


def with_register_address(notice: PublicNotice, hall: str, public_url: str) -> PublicNotice:
    """The notice; at a kiosk the entry of the register has the address of a hall’s (slug) page, and its code.

    Without a public address it has none: the words say to ask the reception.
    """
    if notice["id"] != REGISTER_NOTICE or not public_url:
        return notice
    address = f"{public_url.rstrip('/')}/dire/{hall}?par=borne"
    return {**notice, "link": address, "code": code_to_scan(address)}


def _said(language: str, title: str, blocks: list[Block], credit: str = "") -> NoticeText:
    direction = direction_of(language)
    return {"language": language, "direction": direction, "title": title, "credit": credit, "blocks": blocks}


def _public(notice: str, kind: NoticeKind, texts: list[NoticeText], link: str | None) -> PublicNotice:
    return {
        "id": notice,
        "kind": kind,
        "languages": [
            {"code": each["language"], "name": own_name(each["language"]), "direction": each["direction"]}
            for each in texts
        ],
        "texts": texts,
        "link": link,
        "code": None if link is None else code_to_scan(link),
    }


@dataclass(frozen=True, slots=True)
class _Now:
    """The slides of a hall that may be read at an instant, and when that changes by itself."""

    words: HallWords
    as_of: datetime
    slides: list[Slide]
    changes_at: datetime | None


def read_public_notices(database: Database, hall: str, translate: Callable[..., str]) -> PublicNotices:
    """What the public may read of a hall’s notices now, the newest first, after the way to its register.

    Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        found = _read_now(database, rows, hall_id, translate)
        notices = [shown for slide in found.slides if (shown := _notice(slide, found.words)) is not None]
    hall_shown = found.words.hall
    register = _register(hall_shown, translate)
    return {
        "hall": hall_shown.hall,
        "as_of": to_text(found.as_of),
        "changes_at": text_or_none(found.changes_at),
        "notices": [register, *notices] if register else notices,
    }


def has_public_notices(database: Database, hall: str, translate: Callable[..., str]) -> bool:
    """Whether there is a notice to read in a hall now. Refusal: unknown_hall."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        return bool(_read_now(database, rows, hall_id, translate).slides)


def is_public_file(database: Database, hall: str, name: str, translate: Callable[..., str]) -> bool:
    """Whether a file of the library belongs to a notice that visitors of a hall may read now.

    Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        slides = _read_now(database, rows, hall_id, translate).slides
        media = {medium for slide in slides for medium in slide.notice.media.values()}
        files = [file for medium in media for file in shown_medium(rows, medium).files]
    return any(f"/media/{name}" in (file.url, file.poster) for file in files)


def _read_now(database: Database, rows: Rows, hall_id: str, translate: Callable[..., str]) -> _Now:
    configuration, now = database.configuration(hall_id), database.clock.now()
    words = hall_words(rows, hall_id, configuration, covered_days(configuration.calendar, now), translate)
    covered = covered_window(words.days, words.hall.site.zone)
    slides = [slide for slide in slides_for(rows, words, ANY_SCREEN, covered) if slide.kind not in NOT_READ]
    waiting = waiting_by_queue(rows, hall_id) if any(slide.notice.when for slide in slides) else {}

    def is_meant_now(slide: Slide) -> bool:
        when = slide.notice.when
        if when is None:
            return True
        people = waiting[when.queue].people if when.queue in waiting else 0
        return holds(when.more_than, people)

    shown = [each for each in slides if is_read_now(each.kind, each.windows, now) and is_meant_now(each)]
    windows = [slide.windows for slide in slides]
    if any(slide.kind == "countdown" for slide in shown):
        windows.append([(now, local_end(words.days[0].isoformat(), words.hall.site.zone))])
    return _Now(words, now, _in_order(shown), next_change(windows, now))


def _in_order(slides: list[Slide]) -> list[Slide]:
    """The vigilance, closures, then the other notices, the newest first, then the legal ones."""
    published = [slide for slide in slides if slide.since is not None and not slide.is_legal]
    first = [slide for slide in slides if slide.since is None and not slide.is_legal]
    newest = [*reversed(published)]
    newest.sort(key=lambda slide: slide.kind != "closure")
    return [*first, *newest, *(slide for slide in slides if slide.is_legal)]


def _notice(slide: Slide, words: HallWords) -> PublicNotice | None:
    """A notice in each of its languages; None where there is nothing of it to read for now."""
    languages = spoken_languages(slide.kind, list(slide.notice.titles))
    texts = [text for language in languages if (text := _text(slide, language, words)) is not None]
    if not texts:
        return None
    return _public(slide.id, slide.kind, texts, slide.notice.link)


def _text(slide: Slide, language: str, words: HallWords) -> NoticeText | None:
    notice = slide.notice
    contents = contents_of(slide.kind, notice, language, words)
    blocks = notice_blocks(notice, contents, language, words)
    if not blocks:
        return None
    return _said(language, title_in(notice.titles, language), blocks, text_in(notice.credits, language))
