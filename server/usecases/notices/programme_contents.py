"""The contents of the items of a programme, by kind of notice, in one language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict, final

from server.documents.french_spaces import unbroken
from server.documents.hyphens import parted
from server.documents.notices import (
    AskedNotice,
    DelaysNotice,
    FeedNotice,
    MediumNotice,
    NoticeContent,
    NoticeKind,
    PriorityNotice,
    TextNotice,
)
from server.documents.safe_html import words_of_html
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.busy_hours import BusyAndQuiet
from server.domain.languages import FRENCH, language_shown, text_in
from server.language import LANGUAGES
from server.store.engine.rows import Rows
from server.usecases.hours.hours_words import affluence_lines, hours_lines
from server.usecases.notices.notice_media import MediumFile, entries_of_feed, shown_medium
from signage.codes import code_to_scan


@final
class TitledContent(TypedDict):
    """A notice that the screen completes with the people who wait now."""

    title: str


@final
class TextContent(TypedDict):
    """Words with a few marks."""

    title: str
    html: str


class FocusShown(TypedDict):
    """The point of a picture that stays in sight: per cent of its width and height."""

    x: int
    y: int


class PictureWords(TypedDict):
    """What a picture is shown with: the same for each page of a document. `text` says it in words.

    It is shown whole where `focus` is null. `credit` is empty where nobody is named; `code` is an address to
    scan as a picture (data URL).
    """

    title: str
    text: str
    focus: FocusShown | None
    credit: str
    code: str | None


@final
class PictureContent(PictureWords):
    """An image, or a page of a document; sizes in pixels."""

    url: str
    width: int
    height: int


@final
class VideoContent(PictureWords):
    """A video: as a picture, with its duration in milliseconds and the address of its first picture."""

    url: str
    width: int
    height: int
    ms: int
    poster: str | None


class EntryShown(TypedDict):
    """An entry of a feed, without markup."""

    title: str
    text: str


@final
class FeedContent(TypedDict):
    """The newest entries of a feed."""

    title: str
    entries: list[EntryShown]


class DelayShown(TypedDict):
    """How long something takes, in words."""

    label: str
    delay: str


@final
class DelaysContent(TypedDict):
    """How long some things take, who says it, and on which date it was so."""

    title: str
    rows: list[DelayShown]
    source: str
    on: str


@final
class LinesContent(TypedDict):
    """Some sentences."""

    title: str
    lines: list[str]


@final
class AskedContent(TypedDict):
    """A request of visitors and what the office did; `lines` are both."""

    title: str
    lines: list[str]
    asked: str
    done: str


type NoticeOnScreen = (
    TitledContent
    | TextContent
    | PictureContent
    | VideoContent
    | FeedContent
    | DelaysContent
    | LinesContent
    | AskedContent
)
type Contents = list[NoticeOnScreen]
"""What a screen shows of a notice, one for each item."""

BY_KIND_COMPUTED = frozenset({"hours", "results", "waits", "priority_card"})
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
    affluence: BusyAndQuiet
    translate: Callable[..., str]


def turn_ms(words: str) -> int:
    """How long to show a text, in milliseconds: enough to read it slowly."""
    reading_ms = READING_MS["start"] + len(words.split()) * READING_MS["word"]
    return min(max(reading_ms, SHORTEST_MS), LONGEST_MS)


def spoken_languages(kind: str, languages: Sequence[str]) -> list[str]:
    """The languages, of these, in which a notice is shown: French first, never with a single translation."""
    if kind not in BY_KIND_COMPUTED:
        return list(languages)
    spoken = [language for language in languages if language in LANGUAGES]
    return spoken[:1] if len(spoken) == 2 else spoken


def said_in(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, or in French where it is not translated, made for narrow lines.

    French spaces before punctuation do not break, and long words may be hyphenated.
    """
    in_language = language_shown(texts, language)
    text = text_in(texts, language)
    return parted(unbroken(text) if in_language == FRENCH else text, in_language)


def contents_of(kind: NoticeKind, notice: NoticeContent, language: str, words: HallWords) -> Contents:
    """The contents of a notice, one for each item: a document has one a page. Empty: it is hidden for now."""
    title = said_in(notice.titles, language)
    match notice:
        case TextNotice():
            text: TextContent = {"title": title, "html": said_in(notice.bodies, language)}
            return [text]
        case MediumNotice():
            medium = shown_medium(words.rows, notice.medium)
            described = said_in(notice.texts, language) or said_in(medium.texts, language)
            picture_words: PictureWords = {
                "title": title,
                "text": described,
                "focus": None if notice.focus is None else {"x": notice.focus.x, "y": notice.focus.y},
                "credit": said_in(notice.credits, language),
                "code": None if notice.link is None else code_to_scan(notice.link),
            }
            return [_medium_content(file, picture_words) for file in medium.files]
        case FeedNotice():
            entries = entries_of_feed(words.rows, notice.url)
            feed: FeedContent = {
                "title": title,
                "entries": [{"title": each.title, "text": each.text} for each in entries],
            }
            return [feed] if entries else []
        case DelaysNotice():
            return [_delays(notice, title, language)]
        case AskedNotice():
            requested, done = said_in(notice.asked, language), said_in(notice.done, language)
            asked: AskedContent = {
                "title": title,
                "lines": [requested, done],
                "asked": requested,
                "done": done,
            }
            return [asked]
        case PriorityNotice():
            priority: LinesContent = {"title": title, "lines": _priority(notice, language, words)}
            return [priority]
    return _computed(kind, title, language, words)


def _medium_content(file: MediumFile, words: PictureWords) -> PictureContent | VideoContent:
    picture: PictureContent = {"url": file.url, "width": file.width, "height": file.height, **words}
    return picture if file.ms is None else {**picture, "ms": file.ms, "poster": file.poster}


def _delays(notice: DelaysNotice, title: str, language: str) -> DelaysContent:
    return {
        "title": title,
        "rows": [
            {"label": said_in(row.labels, language), "delay": said_in(row.delays, language)}
            for row in notice.rows
        ],
        "source": said_in(notice.sources, language),
        "on": notice.stands_on.isoformat(),
    }


def _priority(notice: PriorityNotice, language: str, words: HallWords) -> list[str]:
    own = said_in(notice.texts, language)
    said = [own] if own else [words.translate(f"server.programme.priority.{n}", language) for n in (1, 2)]
    grounds = said_in(words.hall.priority_grounds, language)
    return [*said, grounds] if grounds else said


def _computed(kind: NoticeKind, title: str, language: str, words: HallWords) -> Contents:
    def say(key: str, **values: object) -> str:
        return words.translate(key, language, **values)

    if kind == "hours":
        lines = hours_lines(words.hall.calendar, words.days, language, say)
        hours: LinesContent = {
            "title": title,
            "lines": lines + affluence_lines(words.affluence, language, say),
        }
        return [hours]
    if kind == "waits":
        # the player adds how many wait now, from the messages about queues
        waits: TitledContent = {"title": title}
        return [waits]
    # results: a card shows approved figures only, and there are none yet
    return []


def duration_ms(content: NoticeOnScreen) -> int:
    """How long a content stays by itself, in milliseconds: a video to its end, words until they are read."""
    if "ms" in content:
        return content["ms"] or SHORTEST_MS
    return turn_ms(words_of(content))


def words_of(content: NoticeOnScreen) -> str:
    """All the words of a content, a line for each block: they decide how long it is shown."""
    texts = [content["title"]]
    if "html" in content:
        texts.append(words_of_html(content["html"]))
    if "lines" in content:
        texts += content["lines"]
    if "rows" in content:
        texts += [f"{row['label']} {row['delay']}" for row in content["rows"]]
        texts.append(content["source"])
    if "entries" in content:
        texts += [f"{entry['title']} {entry['text']}" for entry in content["entries"]]
    return "\n".join(part for part in texts if part)
