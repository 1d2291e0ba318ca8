"""The contents of the items of a programme, by kind of notice, in one language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.documents.french_spaces import unbroken
from server.documents.hyphens import parted
from server.documents.notices import (
    AskedNotice,
    DelaysNotice,
    FeedNotice,
    MediumNotice,
    NoticeContent,
    PriorityNotice,
    TextNotice,
)
from server.documents.safe_html import words_of_html
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.busy_hours import BusyAndQuiet
from server.domain.languages import FRENCH, language_shown, text_in
from server.language import LANGUAGES
from server.store.engine.rows import Rows
from server.usecases.answers import Answer
from server.usecases.hours.hours_words import affluence_lines, hours_lines
from server.usecases.notices.notice_media import MediumFile, entries_of_feed, shown_medium

type Contents = list[Answer]
"""What a screen shows of a notice, one for each item, as JSON values."""

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


def contents_of(kind: str, notice: NoticeContent, language: str, words: HallWords) -> Contents:
    """The contents of a notice, one for each item: a document has one a page. Empty: it is hidden for now."""
    title = {"title": said_in(notice.titles, language)}
    match notice:
        case TextNotice():
            return [title | {"html": said_in(notice.bodies, language)}]
        case MediumNotice():
            medium = shown_medium(words.rows, notice.medium)
            text = said_in(notice.texts, language) or said_in(medium.texts, language)
            return [_medium_content(file, text) for file in medium.files]
        case FeedNotice():
            entries = entries_of_feed(words.rows, notice.url)
            entries_shown = [{"title": each.title, "text": each.text} for each in entries]
            return [title | {"entries": entries_shown}] if entries_shown else []
        case DelaysNotice():
            return [title | _delays(notice, language)]
        case AskedNotice():
            requested, done = said_in(notice.asked, language), said_in(notice.done, language)
            return [title | {"lines": [requested, done], "asked": requested, "done": done}]
        case PriorityNotice():
            return [title | {"lines": _priority(notice, language, words)}]
    return _computed(kind, title, language, words)


def _medium_content(file: MediumFile, text: str) -> Answer:
    content = {"url": file.url, "width": file.width, "height": file.height, "text": text}
    return content if file.ms is None else content | {"ms": file.ms, "poster": file.poster}


def _delays(notice: DelaysNotice, language: str) -> Answer:
    rows = [
        {"label": said_in(row.labels, language), "delay": said_in(row.delays, language)}
        for row in notice.rows
    ]
    return {"rows": rows, "source": said_in(notice.sources, language), "on": notice.stands_on.isoformat()}


def _priority(notice: PriorityNotice, language: str, words: HallWords) -> list[str]:
    own = said_in(notice.texts, language)
    said = [own] if own else [words.translate(f"server.programme.priority.{n}", language) for n in (1, 2)]
    grounds = said_in(words.hall.priority_grounds, language)
    return [*said, grounds] if grounds else said


def _computed(kind: str, title: dict[str, str], language: str, words: HallWords) -> Contents:
    def say(key: str, **values: object) -> str:
        return words.translate(key, language, **values)

    if kind == "hours":
        lines = hours_lines(words.hall.calendar, words.days, language, say)
        return [title | {"lines": lines + affluence_lines(words.affluence, language, say)}]
    if kind == "waits":
        # the player adds how many wait now, from the messages about queues
        return [title]
    # results: a card shows approved figures only, and there are none yet
    return []


def words_of(content: Answer) -> str:
    """All the words of a content, a line for each block: they decide how long it is shown."""
    texts: list[str] = [content.get("title", ""), words_of_html(content.get("html", ""))]
    texts += content.get("lines", ())
    texts += [f"{row['label']} {row['delay']}" for row in content.get("rows", ())]
    texts += [f"{entry['title']} {entry['text']}" for entry in content.get("entries", ())]
    texts.append(content.get("source", ""))
    return "\n".join(part for part in texts if part)
