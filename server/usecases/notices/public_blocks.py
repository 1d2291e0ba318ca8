"""The blocks of a public notice, made of what its author wrote or the server computed, and its sentences."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, cast

from babel.dates import format_date

from server.documents.notice_fields import IN_LANGUAGES, NoticeField, fields_of
from server.documents.notices import MediumNotice, NoticeContent, PriorityNotice
from server.documents.texts import SOFT_HYPHEN
from server.domain.languages import FRENCH, language_shown
from server.domain.notices.public import in_sentences, parts_of_html
from server.language import LANGUAGES, direction_of, locale_of
from server.usecases.notices.contents import HallWords, ShownMedium, said_in, shown_medium
from server.usecases.notices.public_types import (
    Block,
    BlockLanguage,
    FigureBlock,
    NoticeText,
    PictureBlock,
    RowRead,
    RowsBlock,
    StepRead,
    TextBlock,
)
from server.usecases.notices.slide_contents import (
    Contents,
    CountShown,
    DayShown,
    DaysShown,
    FeedContent,
    HoursContent,
    NoticeOnScreen,
    VideoContent,
)

DIRECTIONS: tuple[Literal["ltr", "rtl"], ...] = ("ltr", "rtl")


def notice_blocks(notice: NoticeContent, contents: Contents, language: str, words: HallWords) -> list[Block]:
    """The blocks of a notice in a language; `contents` are what a screen shows of it in that language.

    What the language lacks is there in French, and each block says which language it is in.
    """
    if isinstance(notice, MediumNotice):
        return list(_medium(notice, contents, language, words))
    blocks = [block for content in contents for block in _blocks(notice, content, language, words.translate)]
    if notice.picture is not None and blocks:
        blocks = [*_illustration(notice.picture, language, words), *blocks]
    if isinstance(notice, PriorityNotice) and blocks and words.hall.priority_grounds:
        # the last line is the hall's own text, which may lack the language
        grounds = said_in(words.hall.priority_grounds, language)
        own = language_shown(words.hall.priority_grounds, language)
        return [*blocks[:-1], *text_blocks(grounds, own)]
    return blocks


def _in(language: str) -> BlockLanguage:
    return {"language": language, "direction": direction_of(language)}


def text_blocks(text: str, language: str) -> list[Block]:
    """A paragraph; none of an empty text."""
    block: TextBlock = {"kind": "text", "text": text, **_in(language)}
    return [block] if text else []


def _medium(notice: MediumNotice, contents: Contents, language: str, words: HallWords) -> Iterator[Block]:
    medium = shown_medium(words.rows, notice.medium)
    for page, content in enumerate(contents, 1):
        yield from _picture(content, page, len(contents), language)
    texts = notice.texts or medium.texts
    yield from text_blocks(said_in(texts, language), language_shown(texts, language))
    yield from _captions(medium, language, words.translate)


def _illustration(picture: str, language: str, words: HallWords) -> Iterator[Block]:
    """The picture of a notice of words, and what it shows."""
    medium = shown_medium(words.rows, picture)
    for file in medium.files:
        yield {
            "kind": "picture",
            "url": file.url,
            "width": file.width,
            "height": file.height,
            "film": None,
            "page": 1,
            "pages": 1,
            **_in(language),
        }
    yield from text_blocks(said_in(medium.texts, language), language_shown(medium.texts, language))


def _picture(content: NoticeOnScreen, page: int, pages: int, language: str) -> list[Block]:
    if "url" not in content:
        return []
    film: VideoContent | None = content if "ms" in content else None
    block: PictureBlock = {
        "kind": "picture",
        "url": content["url"] if film is None else film["poster"] or "",
        "width": content["width"],
        "height": content["height"],
        "film": None if film is None else film["url"],
        "page": page,
        "pages": pages,
        **_in(language),
    }
    return [block]


def _captions(medium: ShownMedium, language: str, translate: Callable[..., str]) -> Iterator[Block]:
    """The captions of a film as one text under a heading."""
    own = language if medium.captions.get(language) else FRENCH
    said = " ".join(caption.text for caption in medium.captions.get(own, ()))
    if said:
        if own in LANGUAGES:
            yield _heading(translate("server.public_notices.film_text", own), own)
        yield from text_blocks(said, own)


def _heading(text: str, language: str) -> TextBlock:
    return {"kind": "heading", "text": text, **_in(language)}


def _blocks(
    notice: NoticeContent, content: NoticeOnScreen, language: str, translate: Callable[..., str]
) -> list[Block]:
    """The blocks of a content: of what the server computed, or of the fields that the author wrote."""
    found: list[Block] = []
    if "asked" in content:
        found += _answered(content["asked"], content["done"], language, translate)
    if "week" in content:
        found += _hours(content, language)
    if "entries" in content:
        found += _feed(content)
    if "lines" in content and not found:
        found += [block for line in content["lines"] for block in text_blocks(line, language)]
    return found or list(_written(notice, content, language))


def _answered(requested: str, done: str, language: str, translate: Callable[..., str]) -> Iterator[Block]:
    for key, text in (("asked", requested), ("done", done)):
        if language in LANGUAGES:
            yield _heading(translate(f"server.public_notices.{key}", language), language)
        yield from text_blocks(text, language)


OF_ANOTHER = ("unit", "meaning", "source")
"""Texts that belong to the block of a figure, or of the day on which it was so."""


def _written(notice: NoticeContent, content: Mapping[str, object], language: str) -> Iterator[Block]:
    for field in fields_of(type(notice)):
        value = content.get(field.key)
        match field.form, value:
            case "rich", str():
                yield from _body(value, language)
            case "figure", str():
                unit, meaning = (str(content.get(key, "")) for key in ("unit", "meaning"))
                yield {"kind": "figure", "figure": value, "unit": unit, "meaning": meaning, **_in(language)}
            case "period" | "days", _ if value is not None:
                yield _day(cast(DaysShown, value), language)
            case "table", list():
                heads, *rows = cast(list[list[str]], value)
                yield {"kind": "table", "heads": heads, "rows": rows, **_in(language)}
            case "moment", _ if value is not None:
                yield _awaited(cast(CountShown, value), language)
            case "day", str():
                yield _source(str(content.get("source", "")), value, language)
            case "list", list():
                yield _list(field, value, language)
            case "line" | "lines" | "spans", str() if field.key not in OF_ANOTHER:
                yield from text_blocks(value, language)


def _list(field: NoticeField, parts: Sequence[Mapping[str, str]], language: str) -> Block:
    """Steps where each part has a sign; a table of two columns, or a list, of their texts."""
    keys = [part.key for part in field.parts if part.form in IN_LANGUAGES]
    if any(part.form == "icon" for part in field.parts):
        steps: list[StepRead] = [{"icon": each["icon"], "text": each[keys[0]]} for each in parts]
        return {"kind": "steps", "steps": steps, **_in(language)}
    if len(keys) == 2:
        return _rows([{"label": each[keys[0]], "value": each[keys[1]]} for each in parts], language)
    items = [each[keys[0]] for each in parts]
    return {"kind": "items", "is_numbered": False, "items": items, **_in(language)}


def _body(html: str, language: str) -> Iterator[Block]:
    for part in parts_of_html(html):
        own = _in(part["language"] or language)
        for direction in DIRECTIONS:
            if part["direction"] == direction:
                own["direction"] = direction
        if part["kind"] == "items":
            yield {"kind": "items", "is_numbered": part["is_numbered"], "items": part["texts"], **own}
        else:
            yield {"kind": part["kind"], "text": part["texts"][0], **own}


def _hours(content: HoursContent, language: str) -> Iterator[Block]:
    week = [{"label": row["days"], "value": row["hours"]} for row in content["week"]]
    others = [
        {"label": row["day"], "value": f"{row['hours']} ({row['why']})" if row["why"] else row["hours"]}
        for row in content["exceptions"]
    ]
    for rows in (week, others):
        if rows:
            yield _rows(rows, language)
    for line in content["crowds"]:
        yield from text_blocks(line, language)


def _rows(rows: Sequence[Mapping[str, str]], language: str) -> RowsBlock:
    shown: list[RowRead] = [{"label": row["label"], "value": row["value"]} for row in rows]
    return {"kind": "rows", "rows": shown, **_in(language)}


def _source(source: str, on: str, language: str) -> TextBlock:
    day = format_date(date.fromisoformat(on), "long", locale=locale_of(language))
    return {"kind": "source", "text": ", ".join(filter(None, (source, day))), **_in(language)}


def _feed(content: FeedContent) -> Iterator[Block]:
    # what a site writes is French here, and nobody translates it
    for entry in content["entries"]:
        yield _heading(entry["title"], FRENCH)
        yield from text_blocks(entry["text"], FRENCH)


def _day(days: DaysShown, language: str) -> FigureBlock:
    last = days["last"]
    spans = [_day_words(days["first"]), *([] if last is None else [_day_words(last)])]
    figure = " – ".join(spans)
    return {"kind": "day", "figure": figure, "unit": days["hours"], "meaning": "", **_in(language)}


def _awaited(count: CountShown, language: str) -> FigureBlock:
    """How far away a day is today, then the day; the day alone where nobody has words for the first."""
    day = " ".join(filter(None, (_day_words(count["day"]), count["hours"])))
    left = [each["words"] for each in count["counted"][:1]]
    figure, meaning = (*left, day) if left else (day, "")
    return {"kind": "day", "figure": figure, "unit": "", "meaning": meaning, **_in(language)}


def _day_words(day: DayShown) -> str:
    words = " ".join((day["weekday"], day["day"], day["month"]))
    return f"{words}, {day['hour']}" if day["hour"] else words


MOST_SENTENCES = 60
"""Sentences of one notice: a voice says them in about six minutes."""


def spoken_notice(text: NoticeText) -> list[str]:
    """The sentences of a notice in one language, title first: 60 at most, each of 280 characters at most."""
    said = [text["title"], *(line for block in text["blocks"] for line in _lines(block)), text["credit"]]
    sentences = [
        sentence for line in said for sentence in in_sentences(line.replace(SOFT_HYPHEN, "")) if sentence
    ]
    return sentences[:MOST_SENTENCES]


def _lines(block: Block) -> Iterator[str]:
    """The words of a block; a picture has none, the text after it says it."""
    match block["kind"]:
        case "heading" | "text" | "source":
            yield from block["text"].split("\n")
        case "items":
            yield from block["items"]
        case "rows":
            yield from (f"{row['label']} : {row['value']}." for row in block["rows"])
        case "table":
            for first, *cells in block["rows"]:
                told = [
                    f"{head} {cell}" for head, cell in zip(block["heads"][1:], cells, strict=True) if cell
                ]
                yield f"{first} : {', '.join(told)}."
        case "steps":
            yield from (f"{place}. {step['text']}" for place, step in enumerate(block["steps"], 1))
        case "figure" | "day":
            yield " ".join(part for part in (block["figure"], block["unit"]) if part) + "."
            yield block["meaning"]
