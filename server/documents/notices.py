"""The content of a notice: its kinds, each declared once by its fields.

The type of a field says how it is checked, written in the form, shown on a screen and read by visitors. What
a kind has besides (a medium, a feed, what the server computes) is in
`server.usecases.notices.contents`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from server.documents.hall import Category
from server.documents.notice_fields import (
    Bodies,
    Day,
    DaypartsPart,
    Figures,
    Icon,
    Line,
    Local,
    LocalDay,
    Meanings,
    OptionalLine,
    Sentences,
    ShownAs,
    Tables,
    TargetsPart,
    Units,
    ValidityPart,
    WhenPart,
    Written,
    fields_of,
    text_names,
)
from server.documents.problems import DocumentProblem, DocumentRefused, broken_rule, problem
from server.documents.reading import (
    DocumentSource,
    missing_translations,
    parse,
    texts_in,
    translation_problems,
)
from server.documents.values import NotEmpty, Part, Slug, Spans, Texts, some_texts, web_address

LONGEST_ADDRESS = 2_000
"""Characters of the address of a feed."""
LONGEST_SCANNED = 200
"""Characters of an address to scan: its code stays coarse enough to be read from a few metres."""
ScannedAddress = Annotated[str, Field(max_length=LONGEST_SCANNED), AfterValidator(web_address)]
FEWEST_STEPS, MOST_STEPS = 2, 6
SHORTEST_MS, LONGEST_MS = 5_000, 120_000

type NoticeKind = Literal[
    "text", "image", "video", "document", "feed", "delays", "hours", "busy_hours", "results",
    "asked_and_done", "priority_card", "waits", "date", "figure", "steps", "countdown", "code", "table",
    "closure",
]  # fmt: skip
"""What a notice holds: docs/rules/notices.md."""


class FocusPart(Part):
    """The point of a picture that stays in sight where edges are cut: per cent of width and height."""

    x: Annotated[int, Field(ge=0, le=100)]
    y: Annotated[int, Field(ge=0, le=100)]


class NoticeContent(Part):
    """What every notice has. `ms`: how long it stays at a time; null: computed from its words.

    `credits` name who made or says it, `link` is an address that visitors can scan. `picture` is an image of
    the library; `composition`: where screens show it, null: `left`.
    """

    kind: NoticeKind
    titles: Texts
    category: Category = "practical"
    targets: TargetsPart = Field(default_factory=TargetsPart)
    validity: ValidityPart = Field(default_factory=ValidityPart)
    dayparts: DaypartsPart = Field(default_factory=DaypartsPart)
    when: WhenPart | None = None
    ms: Annotated[int, Field(ge=SHORTEST_MS, le=LONGEST_MS)] | None = None
    credits: OptionalLine = Field(default_factory=dict)
    link: ScannedAddress | None = None
    picture: Annotated[Slug | None, Written("medium")] = None
    focus: Annotated[FocusPart | None, Written("focus")] = None
    composition: Annotated[Literal["left", "behind", "text"] | None, Written("choice")] = None

    @property
    def own_end(self) -> tuple[str, str] | None:
        """The field whose last local day ends the notice, and that day (ISO); None: nothing of it does."""
        return None

    @property
    def last_day(self) -> str | None:
        """The local date (included) or wall time at which it ends by itself; None: it has no end."""
        days = [self.validity.ends, None if self.own_end is None else self.own_end[1]]
        return min((day for day in days if day is not None), key=_end_of, default=None)

    @property
    def media(self) -> Mapping[str, str]:
        """The media of the library that the notice shows, by the name of their field."""
        named = {name: getattr(self, name, None) for name in ("medium", "picture")}
        return {name: medium for name, medium in named.items() if medium is not None}


def _end_of(local: str) -> str:
    return local if "T" in local else f"{local}T99"


PICTURE_FIELDS = tuple(
    field for field in fields_of(NoticeContent) if field.name in ("picture", "focus", "composition")
)
"""The fields of the picture that a notice of words may have."""


class TextNotice(NoticeContent):
    """Words with a few marks."""

    kind: Literal["text"]
    bodies: Annotated[Bodies, AfterValidator(some_texts), ShownAs("html")]


class MediumNotice(NoticeContent):
    """A picture, a film or the pages of a PDF; `texts`, where the library's own do not fit here, say it.

    With a `focus` an image fills its room and loses its edges; without one it is shown whole.
    `title_shown` null: on a film and on an image that fills its room; what is whole carries its own.
    """

    kind: Literal["image", "video", "document"]
    medium: Annotated[Slug, Written("medium")]
    texts: Annotated[Sentences, Written("lines", "described_here", is_last=True)] = Field(
        default_factory=dict
    )
    focus: Annotated[FocusPart | None, Written("focus", only=("image",))] = None
    title_shown: Annotated[Literal["yes", "no"] | None, Written("choice")] = None
    picture: None = None
    composition: None = None

    @property
    def has_title(self) -> bool:
        """Whether screens write the title over the picture, or beside it."""
        return self.title_shown == "yes" or (
            self.title_shown is None and (self.focus is not None or self.kind == "video")
        )


class FeedNotice(NoticeContent):
    """The newest entries of a web feed."""

    kind: Literal["feed"]
    url: Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(web_address), Written("address")]


class DelayRow(Part):
    """One line of a table of delays."""

    labels: Annotated[Line, ShownAs("label")]
    delays: Annotated[Line, ShownAs("delay")]


class DelaysNotice(NoticeContent):
    """How long answers take: rows, where the figures come from and of which date they are."""

    kind: Literal["delays"]
    rows: Annotated[tuple[DelayRow, ...], Field(max_length=12), *NotEmpty, Written("list")]
    sources: Annotated[Line, ShownAs("source")]
    stands_on: Day


class AskedNotice(NoticeContent):
    """« Vous l'avez demandé, on l'a fait »."""

    kind: Literal["asked_and_done"]
    asked: Annotated[Sentences, AfterValidator(some_texts)]
    done: Annotated[Sentences, AfterValidator(some_texts)]


class HappensPart(ValidityPart):
    """A day, or a period whose last day is included, in the site's own time; with hours or without."""

    starts: Local


class DateNotice(NoticeContent):
    """One big day: the title says what, `places` where, `details` the rest."""

    kind: Literal["date"]
    happens: Annotated[HappensPart, Written("period"), ShownAs("days")]
    places: Annotated[OptionalLine, ShownAs("place")] = Field(default_factory=dict)
    details: Sentences = Field(default_factory=dict)


class FigureNotice(NoticeContent):
    """One figure in large: its unit, what it says, who says it and of which date it is."""

    kind: Literal["figure"]
    figures: Annotated[Figures, ShownAs("figure")]
    units: Annotated[Units, ShownAs("unit")] = Field(default_factory=dict)
    meanings: Annotated[Meanings, ShownAs("meaning")]
    sources: Annotated[Line, ShownAs("source")]
    stands_on: Day


class StepPart(Part):
    """One step: a sign out of the list, and a sentence."""

    icon: Icon
    sentences: Annotated[Meanings, ShownAs("sentence")]


def _steps(steps: tuple[StepPart, ...]) -> tuple[StepPart, ...]:
    if len(steps) < FEWEST_STEPS:
        raise broken_rule("too_few", limit=FEWEST_STEPS)
    return steps


class StepsNotice(NoticeContent):
    """What to do, one thing after the other."""

    kind: Literal["steps"]
    steps: Annotated[
        tuple[StepPart, ...],
        AfterValidator(_steps),
        Field(max_length=MOST_STEPS, json_schema_extra={"minItems": FEWEST_STEPS}),
        Written("list"),
    ]


class TableNotice(NoticeContent):
    """Up to four columns with heads, and eight rows."""

    kind: Literal["table"]
    tables: Annotated[Tables, ShownAs("table")]


class CountdownNotice(NoticeContent):
    """How many days are left until one, which is its last; the title says until what."""

    kind: Literal["countdown"]
    falls_on: Annotated[Local, Written("moment"), ShownAs("count")]
    details: Sentences = Field(default_factory=dict)

    @property
    def own_end(self) -> tuple[str, str]:
        """The day that is awaited."""
        return "falls_on", self.falls_on[:10]


class ClosedPart(HappensPart):
    """The day, or the first and the last."""

    starts: LocalDay
    ends: LocalDay | None = None


class ClosureNotice(NoticeContent):
    """What closes, or has other hours, on some days, and why.

    `opens`: the hours of these days; none: closed. `subjects`: what; the whole hall where it names nothing.
    `in_calendar`: its publication enters it into the calendars of its halls.
    """

    kind: Literal["closure"]
    happens: Annotated[ClosedPart, Written("days"), ShownAs("days")]
    opens: Annotated[Spans, Written("spans")] = ()
    subjects: Annotated[OptionalLine, ShownAs("subject")] = Field(default_factory=dict)
    reasons: Annotated[Sentences, AfterValidator(some_texts), ShownAs("reason")]
    in_calendar: Annotated[bool, Written("tick")] = False

    @property
    def days(self) -> list[date]:
        """Its days, in order."""
        first, last = (date.fromisoformat(on) for on in (self.happens.starts, self.own_end[1]))
        return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]

    @property
    def own_end(self) -> tuple[str, str]:
        """Its last day."""
        return "happens", self.happens.ends or self.happens.starts


class CodeNotice(NoticeContent):
    """An address as a code in large, why one scans it, and the address in letters."""

    kind: Literal["code"]
    link: Annotated[ScannedAddress, Written("address", "scanned"), ShownAs("address")]
    details: Annotated[Meanings, Written("lines", "why_scan")]


class PriorityNotice(NoticeContent):
    """The notice on priority cards, in the site's own words in place of the built-in ones."""

    kind: Literal["priority_card"]
    texts: Sentences = Field(default_factory=dict)


class ComputedNotice(NoticeContent):
    """What the server fills in by itself: opening hours, busy hours, frozen results, waits."""

    kind: Literal["hours", "busy_hours", "results", "waits"]


WRITTEN_MODELS: tuple[type[NoticeContent], ...] = (
    *(TextNotice, DelaysNotice, DateNotice, FigureNotice, StepsNotice, TableNotice),
    *(CountdownNotice, CodeNotice, ClosureNotice),
)
"""The kinds whose fields a screen gets as their author wrote them."""
_MODELS: tuple[type[NoticeContent], ...] = (
    *WRITTEN_MODELS,
    *(MediumNotice, FeedNotice, AskedNotice, PriorityNotice, ComputedNotice),
)
_BY_KIND = {kind: model for model in _MODELS for kind in get_args(model.model_fields["kind"].annotation)}
NOTICE_MODELS: Mapping[str, type[NoticeContent]] = {
    kind: _BY_KIND[kind] for kind in get_args(NoticeKind.__value__)
}
"""The kinds of a notice and what each holds."""
_MOST_USUAL: tuple[NoticeKind, ...] = (
    "text", "image", "closure", "date", "countdown", "figure", "steps", "table", "code", "document",
    "video", "hours", "busy_hours", "asked_and_done", "delays", "priority_card", "waits", "feed", "results",
)  # fmt: skip
KINDS_TO_BEGIN = tuple(dict.fromkeys((*_MOST_USUAL, *NOTICE_MODELS)))
"""The kinds one may begin, the most usual first."""


TEXTS_OF_NOTICES = (
    "titles",
    "credits",
    *(name for model in _MODELS for name in text_names(fields_of(model))),
)
"""The fields of a notice that hold a text by language."""


def parse_notice(content: DocumentSource) -> NoticeContent:
    """The notice in a JSON text or its content. Raises DocumentRefused with every problem."""
    kind = content.get("kind") if isinstance(content, Mapping) else None
    model = NOTICE_MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        choices = ", ".join(NOTICE_MODELS)
        raise DocumentRefused((problem(("kind",), "unknown_choice", choices=choices),))
    notice, problems = parse(model, content)
    if notice is not None:
        problems += tuple(_translations(notice))
    if notice is None or problems:
        raise DocumentRefused(problems)
    return notice


def languages_of_notice(notice: NoticeContent) -> tuple[str, ...]:
    """The languages a notice speaks, French first: those of its title."""
    return tuple(notice.titles)


def _translations(notice: NoticeContent) -> Iterator[DocumentProblem]:
    """Each text is in the languages of the title, and these are never exactly one translation."""
    spoken = languages_of_notice(notice)
    yield from translation_problems(("titles",), notice.titles)
    for path, texts in texts_in((), notice.model_dump(), TEXTS_OF_NOTICES):
        for language in texts:
            if language not in spoken:
                yield problem((*path, language), "language_not_in_title", language=language)
        yield from missing_translations(path, texts, spoken)
