"""The contents of the items of a programme, by kind of notice, in one language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.documents.french_spaces import add_hard_spaces
from server.documents.hyphens import hyphenate
from server.documents.notices import (
    AskedNotice,
    DateNotice,
    DelaysNotice,
    FeedNotice,
    FigureNotice,
    MediumNotice,
    NoticeContent,
    NoticeKind,
    PriorityNotice,
    StepsNotice,
    TextNotice,
)
from server.documents.safe_html import words_of_html
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.busy_hours import Affluence, busy_and_quiet, open_slots
from server.domain.languages import FRENCH, language_shown, text_in
from server.domain.notices.captions import Captions
from server.language import LANGUAGES
from server.store.engine.rows import Rows
from server.usecases.hours.crowd_words import crowds_in_words
from server.usecases.hours.hours_words import (
    affluence_lines,
    exceptions_in_words,
    hours_lines,
    week_in_words,
)
from server.usecases.notices.notice_media import MediumFile, entries_of_feed, shown_medium
from server.usecases.notices.programme.date_words import days_shown
from server.usecases.notices.programme.slide_contents import (
    AskedContent,
    BusyHoursContent,
    CaptionShown,
    Contents,
    DateContent,
    DelaysContent,
    EntryShown,
    FeedContent,
    FigureContent,
    HoursContent,
    LinesContent,
    NoticeOnScreen,
    NoticeWords,
    PictureContent,
    PictureWords,
    StepsContent,
    TextContent,
    TitledContent,
    VideoContent,
)
from signage.codes import code_to_scan

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
    return hyphenate(add_hard_spaces(text) if in_language == FRENCH else text, in_language)


def contents_of(kind: NoticeKind, notice: NoticeContent, language: str, words: HallWords) -> Contents:
    """The contents of a notice, one for each item: a document has one a page. Empty: it is hidden for now."""
    shared: NoticeWords = {
        "title": said_in(notice.titles, language),
        "credit": said_in(notice.credits, language),
        "code": None if notice.link is None else code_to_scan(notice.link),
    }
    if isinstance(notice, MediumNotice):
        return _media(notice, shared, language, words)
    if isinstance(notice, FeedNotice):
        return _feed(notice, shared, words)
    content = _written(notice, shared, language, words)
    return _computed(kind, shared, language, words) if content is None else [content]


def _media(notice: MediumNotice, shared: NoticeWords, language: str, words: HallWords) -> Contents:
    medium = shown_medium(words.rows, notice.medium)
    picture_words: PictureWords = {
        **shared,
        "text": said_in(notice.texts, language) or said_in(medium.texts, language),
        "focus": None if notice.focus is None else {"x": notice.focus.x, "y": notice.focus.y},
    }
    captions = _captions(medium.captions, language)
    return [_medium_content(file, picture_words, captions) for file in medium.files]


def _captions(captions: Captions, language: str) -> list[CaptionShown]:
    said = captions.get(language) or captions.get(FRENCH) or ()
    return [{"from_ms": each.from_ms, "until_ms": each.until_ms, "text": each.text} for each in said]


def _medium_content(
    file: MediumFile, words: PictureWords, captions: list[CaptionShown]
) -> PictureContent | VideoContent:
    picture: PictureContent = {"url": file.url, "width": file.width, "height": file.height, **words}
    if file.ms is None:
        return picture
    return {**picture, "ms": file.ms, "poster": file.poster, "captions": captions}


def _feed(notice: FeedNotice, shared: NoticeWords, words: HallWords) -> Contents:
    entries: list[EntryShown] = [
        {"title": each.title, "text": each.text} for each in entries_of_feed(words.rows, notice.url)
    ]
    feed: FeedContent = {**shared, "entries": entries}
    return [feed] if entries else []


def _written(
    notice: NoticeContent, shared: NoticeWords, language: str, words: HallWords
) -> NoticeOnScreen | None:
    """The content of a notice that its author wrote; None for one that the server computes."""

    def say(texts: Mapping[str, str]) -> str:
        return said_in(texts, language)

    match notice:
        case TextNotice():
            text: TextContent = {**shared, "html": say(notice.bodies)}
            return text
        case DelaysNotice():
            return _delays(notice, shared, language)
        case AskedNotice():
            requested, done = say(notice.asked), say(notice.done)
            asked: AskedContent = {
                **shared,
                "lines": [requested, done],
                "asked": requested,
                "done": done,
            }
            return asked
        case DateNotice():
            shown = days_shown(notice.happens, language, today=words.days[0], translate=words.translate)
            day: DateContent = {
                **shared,
                "days": shown,
                "place": say(notice.places),
                "details": say(notice.details),
            }
            return day
        case FigureNotice():
            return _figure(notice, shared, language)
        case StepsNotice():
            steps: StepsContent = {
                **shared,
                "steps": [{"icon": step.icon, "sentence": say(step.sentences)} for step in notice.steps],
            }
            return steps
        case PriorityNotice():
            priority: LinesContent = {**shared, "lines": _priority(notice, language, words)}
            return priority
    return None


def _figure(notice: FigureNotice, shared: NoticeWords, language: str) -> FigureContent:
    return {
        **shared,
        "figure": text_in(notice.figures, language),
        "unit": said_in(notice.units, language),
        "meaning": said_in(notice.meanings, language),
        "source": said_in(notice.sources, language),
        "on": notice.stands_on.isoformat(),
    }


def _delays(notice: DelaysNotice, shared: NoticeWords, language: str) -> DelaysContent:
    return {
        **shared,
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


def _computed(kind: NoticeKind, shared: NoticeWords, language: str, words: HallWords) -> Contents:
    if kind == "hours":
        return [_hours(shared, language, words)]
    if kind == "busy_hours":
        return _busy_hours(shared, language, words)
    if kind == "waits":
        # the player adds how many wait now, from the messages about queues
        waits: TitledContent = {**shared}
        return [waits]
    # results: a card shows approved figures only, and there are none yet
    return []


def _hours(shared: NoticeWords, language: str, words: HallWords) -> HoursContent:
    def say(key: str, **values: object) -> str:
        return words.translate(key, language, **values)

    calendar, days = words.hall.calendar, words.days
    found = busy_and_quiet(words.affluence, open_slots(calendar.weekly))
    crowds = affluence_lines(found, language, say)
    return {
        **shared,
        "lines": hours_lines(calendar, days, language, say) + crowds,
        "week": [
            {"weekdays": list(row.weekdays), "days": row.days, "hours": row.hours}
            for row in week_in_words(calendar, language, say)
        ],
        "exceptions": [
            {"on": row.on.isoformat(), "day": row.day, "hours": row.hours, "why": row.why}
            for row in exceptions_in_words(calendar, days, language, say)
        ],
        "crowds": crowds,
    }


def _busy_hours(shared: NoticeWords, language: str, words: HallWords) -> Contents:
    """The card of busy and quiet hours; none where too little is known."""

    def say(key: str, **values: object) -> str:
        return words.translate(key, language, **values)

    found = crowds_in_words(words.affluence, words.hall.calendar, language, say)
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
    if "days" in content:
        shown = content["days"]
        for day in (shown["first"], shown["last"]):
            texts += [" ".join(word for word in day.values() if isinstance(word, str))] if day else []
        texts += [shown["hours"], content["place"], content["details"]]
    if "figure" in content:
        texts += [content["figure"], content["unit"], content["meaning"], content["source"]]
    if "steps" in content:
        texts += [step["sentence"] for step in content["steps"]]
    return "\n".join(part for part in texts if part)
