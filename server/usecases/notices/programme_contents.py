"""What the items of a programme hold, by kind of notice, in one language; nothing: hidden for now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

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
from server.usecases.hours.hours_words import affluence_lines, hours_lines
from server.usecases.notices.notice_media import MediumFile, entries_of_feed, shown_medium

type Contents = list[dict[str, Any]]

BY_KIND_COMPUTED = frozenset({"hours", "results", "waits", "priority_card"})
"""Kinds of which the product says some of the words: only in the languages of its interface."""
READING_MS = {"start": 5_000, "word": 350}
SHORTEST_MS, LONGEST_MS = 10_000, 30_000


@dataclass(frozen=True, slots=True)
class HallWords:
    """What contents of a hall are made of: `days` are the local days covered, today first."""

    rows: Any
    hall: HallConfiguration
    days: Sequence[date]
    affluence: BusyAndQuiet
    translate: Callable[..., str]


def turn_ms(words: str) -> int:
    """How long some words stay, in milliseconds: enough to read them slowly."""
    reading_ms = READING_MS["start"] + len(words.split()) * READING_MS["word"]
    return min(max(reading_ms, SHORTEST_MS), LONGEST_MS)


def spoken_languages(kind: str, languages: Sequence[str]) -> list[str]:
    """In which of its languages a notice can be shown: French first, never with one translation alone."""
    if kind not in BY_KIND_COMPUTED:
        return list(languages)
    spoken = [language for language in languages if language in LANGUAGES]
    return spoken[:1] if len(spoken) == 2 else spoken


def said_in(texts: Mapping[str, str], language: str) -> str:
    """What texts say in a language, in French without that translation, made for narrow lines.

    Spaces of French do not break, and long words have places where they may be parted.
    """
    in_language = language_shown(texts, language)
    text = text_in(texts, language)
    return parted(unbroken(text) if in_language == FRENCH else text, in_language)


def contents_of(kind: str, notice: NoticeContent, language: str, words: HallWords) -> Contents:
    """The contents of a notice, one an item; several for a document of several pages."""
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


def _medium_content(file: MediumFile, text: str) -> dict[str, Any]:
    content = {"url": file.url, "width": file.width, "height": file.height, "text": text}
    return content if file.ms is None else content | {"ms": file.ms, "poster": file.poster}


def _delays(notice: DelaysNotice, language: str) -> dict[str, Any]:
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
        # the player fills in who waits now, from what it is told of the queues
        return [title]
    # results: a card shows frozen and approved figures only, and there are none yet
    return []


def words_of(content: dict[str, Any]) -> str:
    """All the words of a content, block by block: what is counted to say how long it stays."""
    texts: list[str] = [content.get("title", ""), words_of_html(content.get("html", ""))]
    texts += content.get("lines", ())
    texts += [f"{row['label']} {row['delay']}" for row in content.get("rows", ())]
    texts += [f"{entry['title']} {entry['text']}" for entry in content.get("entries", ())]
    texts.append(content.get("source", ""))
    return "\n".join(part for part in texts if part)
