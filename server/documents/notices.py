"""The content of a notice, its places and times: one model a kind, checked like a configuration document."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from server.documents.checks.languages import missing_translations, texts_in, translation_problems
from server.documents.hall import Category
from server.documents.parts.values import (
    Language,
    NotEmpty,
    OptionalTexts,
    Part,
    Slug,
    Spans,
    Texts,
    french_first,
    some_texts,
    web_address,
)
from server.documents.problems import DocumentProblem, DocumentRefused, broken_rule, problem
from server.documents.reading import DocumentSource, parse
from server.documents.safe_html import safe_html, words_of_html
from signage.step_icons import STEP_ICONS

LONGEST_WORDS = 600
"""Characters of a body, its marks left out: about what four slides of a screen hold."""
LONGEST_BODY = 6_000
"""The most characters of a stored body, marks and entities included."""
LONGEST_TYPED = 60_000
"""Characters of a body as it comes, with what is dropped of it: what is pasted from elsewhere is long."""
LONGEST_ADDRESS = 2_000
"""Characters of the address of a feed."""
LONGEST_SCANNED = 200
"""Characters of an address to scan: its code stays coarse enough to be read from a few metres."""
LONGEST_FIGURE, LONGEST_UNIT, LONGEST_MEANING = 12, 24, 120
"""Characters of a figure, of its unit, and of the sentence of a figure or a step: read from the last seat."""
FEWEST_STEPS, MOST_STEPS = 2, 6
SHORTEST_MS, LONGEST_MS = 5_000, 120_000
FIRST_YEAR, LAST_YEAR = 2020, 2100

DaypartName = Literal["before_opening", "opening", "morning", "afternoon"]
type NoticeKind = Literal[
    "text",
    "image",
    "video",
    "document",
    "feed",
    "delays",
    "hours",
    "busy_hours",
    "results",
    "asked_and_done",
    "priority_card",
    "waits",
    "date",
    "figure",
    "steps",
]
"""What a notice holds: docs/rules/notices.md."""


def _body(text: str) -> str:
    safe = safe_html(text)
    words = words_of_html(safe)
    if not words:
        raise broken_rule("empty_text")
    if len(words) > LONGEST_WORDS:
        raise broken_rule("too_long", limit=LONGEST_WORDS)
    if len(safe) > LONGEST_BODY:  # entities and marks that were left open make it longer than what came
        raise broken_rule("too_long", limit=LONGEST_BODY)
    return safe


def _local(text: str) -> str:
    """A local date or wall time of each site, like `2026-12-24` or `2026-12-24T14:00`."""
    try:
        parsed = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        raise broken_rule("wrong_local_time", text=text) from None
    minutes = parsed.isoformat(timespec="minutes") if isinstance(parsed, datetime) else parsed.isoformat()
    if minutes != text or not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise broken_rule("wrong_local_time", text=text)
    return text


def _figure(text: str) -> str:
    """A text with at least one digit, of any script."""
    if not any(letter.isdigit() for letter in text):
        raise broken_rule("no_digit", text=text)
    return text


def _icon(name: str) -> str:
    if name not in STEP_ICONS:
        raise broken_rule("unknown_choice", choices=", ".join(STEP_ICONS))
    return name


def _weekdays(days: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(days)))


Html = Annotated[str, Field(max_length=LONGEST_TYPED), AfterValidator(_body)]
Bodies = Annotated[dict[Language, Html], AfterValidator(french_first)]
Sentence = Annotated[str, Field(min_length=1, max_length=240)]
Sentences = Annotated[dict[Language, Sentence], AfterValidator(french_first)]
Meaning = Annotated[str, Field(min_length=1, max_length=LONGEST_MEANING)]
Meanings = Annotated[dict[Language, Meaning], AfterValidator(french_first), AfterValidator(some_texts)]
Figure = Annotated[str, Field(min_length=1, max_length=LONGEST_FIGURE), AfterValidator(_figure)]
Figures = Annotated[dict[Language, Figure], AfterValidator(french_first), AfterValidator(some_texts)]
Unit = Annotated[str, Field(min_length=1, max_length=LONGEST_UNIT)]
Units = Annotated[dict[Language, Unit], AfterValidator(french_first)]
Local = Annotated[str, Field(max_length=16), AfterValidator(_local)]
Slugs = Annotated[tuple[Slug, ...], Field(max_length=100)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class TargetsPart(Part):
    """Where: sites, halls and screens by their ids, or `everywhere`.

    `everywhere` false with no place: nowhere, as a draft may be. Null is what earlier contents say: with
    no place they mean every screen.
    """

    sites: Slugs = ()
    halls: Slugs = ()
    screens: Slugs = ()
    everywhere: bool | None = None

    @property
    def is_nowhere(self) -> bool:
        """Whether no screen is meant yet."""
        return self.everywhere is False and not (self.sites or self.halls or self.screens)

    @model_validator(mode="after")
    def _everywhere_or_somewhere(self) -> "TargetsPart":
        if self.everywhere and (self.sites or self.halls or self.screens):
            raise broken_rule("everywhere_or_somewhere")
        return self


class ValidityPart(Part):
    """From when to when, in each site's own time; a date that ends it is included, a wall time is not."""

    starts: Local | None = None
    ends: Local | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "ValidityPart":
        if self.starts is not None and self.ends is not None:
            last = self.ends if "T" in self.ends else f"{self.ends}T99"
            if last <= self.starts:
                raise broken_rule("dates_end_before_start", first=self.starts, last=self.ends)
        return self


class DaypartsPart(Part):
    """On which weekdays (Monday is 0), in which parts of the day or at which hours; empty: no limit."""

    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7), AfterValidator(_weekdays)] = ()
    parts: Annotated[tuple[DaypartName, ...], Field(max_length=4)] = ()
    spans: Spans = ()


class WhenPart(Part):
    """The condition that more than `more_than` people wait in a queue."""

    queue: Slug
    more_than: Annotated[int, Field(ge=0, le=500)]


class NoticeContent(Part):
    """What every notice has. `ms`: how long it stays at a time; null: computed from its words.

    `credits` name who made or says it, `link` is an address that visitors can scan.
    """

    kind: NoticeKind
    titles: Texts
    category: Category = "practical"
    targets: TargetsPart = Field(default_factory=TargetsPart)
    validity: ValidityPart = Field(default_factory=ValidityPart)
    dayparts: DaypartsPart = Field(default_factory=DaypartsPart)
    when: WhenPart | None = None
    ms: Annotated[int, Field(ge=SHORTEST_MS, le=LONGEST_MS)] | None = None
    credits: OptionalTexts = Field(default_factory=dict)
    link: Annotated[str, Field(max_length=LONGEST_SCANNED), AfterValidator(web_address)] | None = None


class TextNotice(NoticeContent):
    """Words with a few marks."""

    kind: Literal["text"]
    bodies: Annotated[Bodies, AfterValidator(some_texts)]


class FocusPart(Part):
    """The point of a picture that stays in sight where edges are cut: per cent of width and height."""

    x: Annotated[int, Field(ge=0, le=100)]
    y: Annotated[int, Field(ge=0, le=100)]


class MediumNotice(NoticeContent):
    """A picture, a film or the pages of a PDF; `texts`, where the library's own do not fit here, say it.

    With a `focus` an image fills its room and loses its edges; without one it is shown whole.
    """

    kind: Literal["image", "video", "document"]
    medium: Slug
    texts: Sentences = Field(default_factory=dict)
    focus: FocusPart | None = None


class FeedNotice(NoticeContent):
    """The newest entries of a web feed."""

    kind: Literal["feed"]
    url: Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(web_address)]


class DelayRow(Part):
    """One line of a table of delays."""

    labels: Texts
    delays: Texts


class DelaysNotice(NoticeContent):
    """How long answers take: rows, where the figures come from and of which date they are."""

    kind: Literal["delays"]
    rows: Annotated[tuple[DelayRow, ...], Field(max_length=12), *NotEmpty]
    sources: Texts
    stands_on: date


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
    happens: HappensPart
    places: OptionalTexts = Field(default_factory=dict)
    details: Sentences = Field(default_factory=dict)


class FigureNotice(NoticeContent):
    """One figure in large: its unit, what it says, who says it and of which date it is."""

    kind: Literal["figure"]
    figures: Figures
    units: Units = Field(default_factory=dict)
    meanings: Meanings
    sources: Texts
    stands_on: date


class StepPart(Part):
    """One step: a sign out of the list, and a sentence."""

    icon: Annotated[str, Field(json_schema_extra={"enum": list(STEP_ICONS)}), AfterValidator(_icon)]
    sentences: Meanings


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
    ]


class PriorityNotice(NoticeContent):
    """The notice on priority cards, in the site's own words in place of the built-in ones."""

    kind: Literal["priority_card"]
    texts: Sentences = Field(default_factory=dict)


class ComputedNotice(NoticeContent):
    """What the server fills in by itself: opening hours, busy hours, frozen results, waits."""

    kind: Literal["hours", "busy_hours", "results", "waits"]


NOTICE_MODELS: Mapping[str, type[NoticeContent]] = {
    "text": TextNotice,
    "image": MediumNotice,
    "video": MediumNotice,
    "document": MediumNotice,
    "feed": FeedNotice,
    "delays": DelaysNotice,
    "hours": ComputedNotice,
    "busy_hours": ComputedNotice,
    "results": ComputedNotice,
    "asked_and_done": AskedNotice,
    "priority_card": PriorityNotice,
    "waits": ComputedNotice,
    "date": DateNotice,
    "figure": FigureNotice,
    "steps": StepsNotice,
}
"""The kinds of a notice and what each holds."""
TEXTS_OF_NOTICES = (
    *("titles", "bodies", "texts", "credits", "labels", "delays", "sources", "asked", "done"),
    *("places", "details", "figures", "units", "meanings", "sentences"),
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
