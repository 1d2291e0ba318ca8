"""The contents of the items of a programme, by kind of notice, in one language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from kiosk.menu_messages import FilmOfMenu
from server.documents.notice_checks import check_medium
from server.documents.notice_fields import NoticeField, fields_of
from server.documents.notices import (
    AskedNotice,
    ComputedNotice,
    FeedNotice,
    MediumNotice,
    NoticeContent,
    NoticeKind,
    PriorityNotice,
)
from server.documents.problems import DocumentRefused
from server.documents.texts import add_hard_spaces, hyphenate, words_of_html
from server.documents.values import Part
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.busy_hours import Affluence, busy_and_quiet, open_slots
from server.domain.languages import FRENCH, language_shown, text_in
from server.domain.notices.media import Caption, Captions, Sites, may_show
from server.language import LANGUAGES
from server.store.engine.statements import Rows
from server.store.notices.media import medium_row
from server.store.notices.media_details import FeedRow, captions_of_medium, feed_row
from server.usecases.hours import hours_words
from server.usecases.hours.hours_words import Say
from server.usecases.notices.slide_contents import (
    BusyHoursContent,
    CaptionShown,
    Contents,
    EntryShown,
    FeedContent,
    FocusShown,
    HoursContent,
    IllustrationShown,
    LinesContent,
    NoticeOnScreen,
    NoticeWords,
    PictureContent,
    PictureWords,
    TitledContent,
    VideoContent,
    count_shown,
    days_shown,
    opens_shown,
)
from signage.media import PreparedFile
from signage.notice_parts import code_to_scan


@dataclass(frozen=True, slots=True)
class MediumFile:
    """A file of a medium that a screen shows: a picture, a page, or a film with its poster and duration (ms).

    `width` and `height` are in pixels.
    """

    url: str
    width: int
    height: int
    ms: int | None = None
    poster: str | None = None


@dataclass(frozen=True, slots=True)
class ShownMedium:
    """What a notice shows of a medium: its files in order, its description and captions by language.

    Without files where there is no such medium, it is not ready, or nobody has described it.
    """

    files: tuple[MediumFile, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    captions: Captions = field(default_factory=dict)


def shown_medium(rows: Rows, medium: str) -> ShownMedium:
    """A medium as notices show it; a font has nothing to show."""
    row = medium_row(rows, medium)
    if row is None or not row.is_ready or row.texts_sha256 is None or row.kind == "font":
        return ShownMedium()
    poster = next((_address(file) for file in row.files if file.role == "poster"), None)
    pages = tuple(
        MediumFile(_address(file), file.width, file.height, file.duration_ms, poster)
        for file in row.files
        if file.role == "page"
    )
    captions = captions_of_medium(rows, medium) if row.kind == "video" else {}
    return ShownMedium(pages, row.texts, captions)


def film_of(rows: Rows, medium: str) -> FilmOfMenu | None:
    """A film as kiosks show it; None where the medium is no film that is ready and described."""
    file = next((each for each in shown_medium(rows, medium).files if each.ms is not None), None)
    if file is None or file.ms is None:
        return None
    return {"url": file.url, "poster": file.poster, "width": file.width, "height": file.height, "ms": file.ms}


def _address(file: PreparedFile) -> str:
    return f"/media/{file.name}"


def picture_of(rows: Rows, content: Json) -> str | None:
    """The address of the small picture of what a notice shows; None where it shows no medium.

    `content` may be any that was kept, also one that could not be shown any more.
    """
    medium = content.get("medium") or content.get("picture")
    row = medium_row(rows, medium) if isinstance(medium, str) else None
    files = {file.role: file for file in row.files} if row is not None and row.is_ready else {}
    file = files.get("thumbnail") or files.get("poster")
    return None if file is None else _address(file)


def unread_feed(rows: Rows, content: Json) -> FeedRow | None:
    """The feed of a notice with this content if the last reading failed; None otherwise."""
    row = feed_row(rows, str(content.get("url"))) if content.get("kind") == "feed" else None
    return None if row is None or row.failure is None else row


def last_day_of_medium(rows: Rows, notice: NoticeContent) -> str | None:
    """The last local date (ISO) on which a notice’s medium may be shown; None: no medium, or no end."""
    found = [medium_row(rows, medium) for medium in notice.media.values()]
    days = [row.until.isoformat() for row in found if row is not None and row.until is not None]
    return min(days, default=None)


def check_media(rows: Rows, notice: NoticeContent, sites: Sites = None) -> None:
    """Refuses a medium that cannot be shown, or that belongs to another site; a picture that is none.

    Raises DocumentRefused.
    """

    def is_ready(name: str, medium: str) -> bool:
        row = medium_row(rows, medium)
        if row is None or not may_show(row.site, sites) or (name == "picture" and row.kind != "image"):
            return False
        return bool(shown_medium(rows, medium).files)

    problems = check_medium(notice, is_ready=is_ready)
    if problems:
        raise DocumentRefused(problems)


BY_KIND_COMPUTED = frozenset({"hours", "busy_hours", "results", "waits", "priority_card"})
"""Kinds for which the product writes some of the words: only in the languages of its interface."""
READING_MS = {"start": 5_000, "word": 350}
"""How long one reads slowly, in milliseconds: before the first word, and for each word."""
SHORTEST_MS, LONGEST_MS = 10_000, 30_000
"""The bounds of how long a text is shown, in milliseconds."""


@dataclass(frozen=True, slots=True)
class HallWords:
    """What the contents of a hall are made from; `days` are the local days covered, today first."""

    rows: Rows
    hall: HallConfiguration
    days: Sequence[date]
    affluence: Affluence
    translate: Callable[..., str]


def turn_ms(words: str) -> int:
    """How long to show a text, in milliseconds: enough to read it slowly."""
    reading_ms = READING_MS["start"] + len(words.split()) * READING_MS["word"]
    return min(max(reading_ms, SHORTEST_MS), LONGEST_MS)


def spoken_languages(kind: str, languages: Sequence[str]) -> list[str]:
    """The languages, of these, in which a notice is shown: French first, never with a single translation."""
    return interface_languages(languages) if kind in BY_KIND_COMPUTED else list(languages)


def interface_languages(languages: Sequence[str]) -> list[str]:
    """Those of these languages in which the product has words, never with a single translation."""
    spoken = [language for language in languages if language in LANGUAGES]
    return spoken[:1] if len(spoken) == 2 else spoken


def title_in(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, or in French where it is not translated; no word of it is hyphenated.

    French spaces before punctuation do not break.
    """
    text = text_in(texts, language)
    return add_hard_spaces(text) if language_shown(texts, language) == FRENCH else text


def said_in(texts: Mapping[str, str], language: str) -> str:
    """The text as `title_in` says it, made for narrow lines: its long words may be hyphenated."""
    return hyphenate(title_in(texts, language), language_shown(texts, language))


def contents_of(kind: NoticeKind, notice: NoticeContent, language: str, words: HallWords) -> Contents:
    """The contents of a notice, one for each item: a document has one a page. Empty: it is hidden for now."""
    shared: NoticeWords = {
        "title": title_in(notice.titles, language),
        "credit": said_in(notice.credits, language),
        "code": None if notice.link is None else code_to_scan(notice.link),
        "picture": _picture(notice, language, words.rows),
    }
    if isinstance(notice, MediumNotice):
        medium = shown_medium(words.rows, notice.medium)
        picture_words: PictureWords = {
            **shared,
            "text": said_in(notice.texts, language) or said_in(medium.texts, language),
            "focus": _focus(notice),
            "has_title": notice.has_title,
        }
        captions = captions_shown(medium.captions.get(language) or medium.captions.get(FRENCH) or ())
        return [_medium_content(file, picture_words, captions) for file in medium.files]
    if isinstance(notice, FeedNotice):
        row = feed_row(words.rows, notice.url)  # as it was last read well
        read = [] if row is None or row.content is None else row.content["entries"]
        entries: list[EntryShown] = [{"title": each["title"], "text": each["text"]} for each in read]
        feed: FeedContent = {**shared, "entries": entries}
        return [feed] if entries else []
    if isinstance(notice, PriorityNotice):
        priority: LinesContent = {**shared, "lines": _priority(notice, language, words)}
        return [priority]
    if isinstance(notice, ComputedNotice):
        return _computed(kind, shared, language, words)
    written = _written(notice, language, words)
    if isinstance(notice, AskedNotice):
        written = {"lines": list(written.values()), **written}
    return [cast(NoticeOnScreen, {**shared, **written})]


def captions_shown(captions: Sequence[Caption]) -> list[CaptionShown]:
    """Captions as screens and pages get them."""
    return [{"from_ms": each.from_ms, "until_ms": each.until_ms, "text": each.text} for each in captions]


def _focus(notice: NoticeContent) -> FocusShown | None:
    return None if notice.focus is None else {"x": notice.focus.x, "y": notice.focus.y}


def _picture(notice: NoticeContent, language: str, rows: Rows) -> IllustrationShown | None:
    """The picture that a screen shows with the words of a notice; None where it shows none."""
    if notice.picture is None or notice.composition == "text":
        return None
    medium = shown_medium(rows, notice.picture)
    for file in medium.files:
        return {
            "url": file.url,
            "width": file.width,
            "height": file.height,
            "text": said_in(medium.texts, language),
            "focus": _focus(notice),
            "composition": notice.composition or "left",
        }
    return None


def _medium_content(
    file: MediumFile, words: PictureWords, captions: list[CaptionShown]
) -> PictureContent | VideoContent:
    picture: PictureContent = {"url": file.url, "width": file.width, "height": file.height, **words}
    if file.ms is None:
        return picture
    return {**picture, "ms": file.ms, "poster": file.poster, "captions": captions}


def _written(part: Part, language: str, words: HallWords) -> dict[str, object]:
    """What the author wrote in the fields of a notice or of a part of a list, by the names screens know."""
    return {
        declared.key: _shown(part, declared, language, words)
        for declared in fields_of(type(part))
        if declared.form != "tick"
    }


def _shown(part: Part, declared: NoticeField, language: str, words: HallWords) -> object:
    value = getattr(part, declared.name)
    match declared.form:
        case "line" | "lines" | "rich":
            return said_in(value, language)
        case "figure":
            return text_in(value, language)
        case "day":
            return value.isoformat()
        case "table":
            own = language_shown(value, language)
            return [[said_in({own: cell}, language) for cell in row] for row in value[own]]
        case "moment":
            return count_shown(value, language, days=words.days, translate=words.translate)
        case "spans":
            return opens_shown(value, language, words.translate)
        case "period" | "days":
            return days_shown(value, language, today=words.days[0], translate=words.translate)
        case "list":
            return [_written(each, language, words) for each in value]
    return value


def _priority(notice: PriorityNotice, language: str, words: HallWords) -> list[str]:
    own = said_in(notice.texts, language)
    said = [own] if own else [words.translate(f"server.programme.priority.{n}", language) for n in (1, 2)]
    grounds = said_in(words.hall.priority_grounds, language)
    return [*said, grounds] if grounds else said


def _computed(kind: NoticeKind, shared: NoticeWords, language: str, words: HallWords) -> Contents:
    def say(key: str, **values: object) -> str:
        return words.translate(key, language, **values)

    if kind == "hours":
        return [_hours(shared, language, say, words)]
    if kind == "busy_hours":
        return _busy_hours(shared, language, say, words)
    if kind == "waits":
        # the player adds how many wait now, from the messages about queues
        waits: TitledContent = {**shared}
        return [waits]
    # results: a card shows approved figures only, and there are none yet
    return []


def _hours(shared: NoticeWords, language: str, say: Say, words: HallWords) -> HoursContent:
    calendar, days = words.hall.calendar, words.days
    found = busy_and_quiet(words.affluence, open_slots(calendar.weekly))
    crowds = hours_words.affluence_lines(found, language, say)
    return {
        **shared,
        "lines": hours_words.hours_lines(calendar, days, language, say) + crowds,
        "week": [
            {"weekdays": list(row.weekdays), "days": row.days, "hours": row.hours}
            for row in hours_words.week_in_words(calendar, language, say)
        ],
        "exceptions": [
            {"on": row.on.isoformat(), "day": row.day, "hours": row.hours, "why": row.why}
            for row in hours_words.exceptions_in_words(calendar, days, language, say)
        ],
        "crowds": crowds,
    }


def _busy_hours(shared: NoticeWords, language: str, say: Say, words: HallWords) -> Contents:
    """The card of busy and quiet hours; none where too little is known."""
    found = hours_words.crowds_in_words(words.affluence, words.hall.calendar, language, say)
    if found is None:
        return []
    lines = [say("server.programme.hours.line", days=day["day"], hours=day["words"]) for day in found["days"]]
    card: BusyHoursContent = {**shared, "lines": [*lines, found["source"]], "table": found}
    return [card]


def duration_ms(content: NoticeOnScreen) -> int:
    """How long a content stays by itself, in milliseconds: a video to its end, words until they are read."""
    if "ms" in content:
        return content["ms"] or SHORTEST_MS
    return turn_ms(words_of(content))


_NO_WORDS = frozenset({"credit", "code", "icon", "on", "counted", "picture"})


def words_of(content: NoticeOnScreen) -> str:
    """All the words of a content, a line for each text: they decide how long it is shown."""
    if "url" in content:  # a picture is looked at
        return content["title"]
    texts = [content["title"], *content["lines"]] if "lines" in content else list(_texts(content))
    return "\n".join(text for text in texts if text)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _texts(each)
        case dict():
            for name, each in value.items():
                if name == "html":
                    yield words_of_html(each)
                elif name not in _NO_WORDS:
                    yield from _texts(each)
