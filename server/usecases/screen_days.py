"""What the screens of a hall show: planned on a local date, really shown, and now by their last reports.

Rule: docs/rules/screen-days.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain.devices.device_state import PlayerReport, Sighting, is_present, player_report
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import DAY, business_day, half_days
from server.domain.hours.windows import Window, covered_window, on_hours, whole_day, within
from server.domain.languages import text_in
from server.domain.notices.displays import Clash, ClashKind, DayPlan, PlannedNotice, plan_of, whole_share
from server.domain.refusals import Refusal
from server.store.engine.statements import Rows
from server.store.notices.displays import DisplayedNotice, displays_in_hall
from server.store.notices.notices import corrections_of, shown_between, titles_of
from server.store.transactions.database import Database
from server.usecases.devices.device_places import DeviceSightings
from server.usecases.notices.contents import HallWords
from server.usecases.notices.notice_places import ANY_SCREEN
from server.usecases.notices.read_programme import (
    ProgrammeAnswer,
    hall_words,
    last_instant,
    programme_of,
    read_programmes,
    slides_for,
)
from server.usecases.notices.rounds import ProgrammeItem, Slide, items_of, to_ms, turn_ms_of

FARTHEST = timedelta(days=800)
"""How far from today a day may be read."""

type Translate = Callable[..., str]


@dataclass(frozen=True, slots=True)
class NoticeOfDay:
    """A notice on a day; `title`: in the reader's language. `planned` None: shown, but no longer planned.

    `every`: how long until it comes back at the worst time of the opening hours, calls not counted.
    `whole_share`: of the opening hours of the screens that reported, how much it was whole, from 0 to 1.
    """

    id: str
    title: str
    planned: PlannedNotice | None
    every: timedelta | None
    shown_s: int
    whole_share: float
    completed: int
    cut: int
    failed: int


@dataclass(frozen=True, slots=True)
class ScreensOfDay:
    """Screens (ids and labels) with the same programme on a day."""

    screens: Sequence[tuple[str, str]]
    notices: Sequence[NoticeOfDay]
    plan: DayPlan


@dataclass(frozen=True, slots=True)
class DayOfHall:
    """A local date of a hall. `lit`: when its screens are on. `opening`: its hours, empty on a closed day."""

    on: date
    today: date
    whole: Window
    opening: Sequence[Window]
    lit: Sequence[Window]
    groups: Sequence[ScreensOfDay]


@dataclass(frozen=True, slots=True)
class DayOfCalendar:
    """A local date with the notices (ids and titles) that are planned in its opening hours.

    `begins`, `ends`: those of its notices that were not there the day before, or not the day after.
    """

    on: date
    opening: Sequence[Window]
    notices: Sequence[tuple[str, str]]
    begins: frozenset[str]
    ends: frozenset[str]


def read_screen_day(
    database: Database, hall: str, on: date, language: str, translate: Translate, *, screen: str = ""
) -> DayOfHall:
    """The day of every screen of a hall (id or slug), or of one. Titles are in a language.

    Refusals: unknown_hall, unknown_screen, bad_period for a date that is too far.
    """
    hall_id = database.hall_id(hall)
    configuration = database.configuration(hall_id)
    today = _checked(configuration, database, on)
    screens = [(each.id, each.label) for each in configuration.screens.values() if not each.is_retired]
    chosen = [each for each in screens if screen in ("", each[0])]
    if screen and not chosen:
        raise Refusal("unknown_screen", screen=screen)
    day = whole_day(on, configuration.site.zone)
    opening = [(half.opens_at, half.closes_at) for half in half_days(configuration.calendar, on)]
    margin = timedelta(seconds=configuration.screen_margin_s)
    with database.read() as rows:
        words = hall_words(rows, hall_id, configuration, [on], translate)
        reader = _DayReader(rows, words, day, opening, language)
        shown = displays_in_hall(rows, hall_id, on) if on <= today else []
        groups = [reader.group(some, slides, shown) for some, slides in reader.alike(chosen)]
    lit = on_hours(configuration.calendar, [on], margin)
    return DayOfHall(on, today, day, opening, lit, groups)


def read_day_programme(
    database: Database, hall: str, screen: str, on: date, translate: Translate
) -> ProgrammeAnswer:
    """What a screen (id) shows on a local date, as the present notices make it.

    Refusals: unknown_hall, bad_period for a date that is too far.
    """
    hall_id = database.hall_id(hall)
    configuration = database.configuration(hall_id)
    _checked(configuration, database, on)
    with database.read() as rows:
        words = hall_words(rows, hall_id, configuration, [on], translate)
        slides = slides_for(rows, words, screen, whole_day(on, configuration.site.zone))
        return programme_of(configuration, [on], items_of(slides, words))


def read_screen_calendar(
    database: Database, hall: str, month: date, language: str, translate: Translate
) -> list[DayOfCalendar]:
    """The days of a month (its first date) with the notices planned on any screen of a hall (id or slug).

    Refusals: unknown_hall, bad_period for a month that is too far.
    """
    hall_id = database.hall_id(hall)
    configuration = database.configuration(hall_id)
    _checked(configuration, database, month)
    zone = configuration.site.zone
    # with the day before and the day after, for what begins and what ends
    first = month - DAY
    last = (month.replace(day=28) + 4 * DAY).replace(day=1)
    days = [first + DAY * ahead for ahead in range((last - first).days + 1)]
    with database.read() as rows:
        words = hall_words(rows, hall_id, configuration, days, translate)
        slides = slides_for(rows, words, ANY_SCREEN, covered_window(days, zone))
    titles = {each.id: text_in(each.notice.titles, language) for each in slides if each.version}
    on_day = [_planned_on(slides, day, zone) for day in days]
    return [
        DayOfCalendar(
            day,
            [(half.opens_at, half.closes_at) for half in half_days(configuration.calendar, day)],
            [(id_, title) for id_, title in titles.items() if id_ in on_day[place]],
            on_day[place] - on_day[place - 1],
            on_day[place] - on_day[place + 1],
        )
        for place, day in enumerate(days[1:-1], start=1)
    ]


def _checked(configuration: HallConfiguration, database: Database, on: date) -> date:
    """Today in the hall. Refusal: bad_period."""
    today = business_day(configuration.calendar, database.clock.now())
    if abs(on - today) > FARTHEST:
        raise Refusal("bad_period", period=on.isoformat())
    return today


def _planned_on(slides: Sequence[Slide], on: date, zone: ZoneInfo) -> frozenset[str]:
    """The notices (ids) that somebody published and that are planned on a local date."""
    day = whole_day(on, zone)
    return frozenset(
        each.id for each in slides if each.version and (each.windows is None or within(each.windows, day))
    )


@dataclass(frozen=True, slots=True)
class _DayReader:
    """Reads one day of a hall; `day` is its window, `opening` its hours, `language` that of titles."""

    rows: Rows
    words: HallWords
    day: Window
    opening: Sequence[Window]
    language: str

    def alike(self, screens: Sequence[tuple[str, str]]) -> list[tuple[list[tuple[str, str]], list[Slide]]]:
        """Screens with the same slides, together, in their order."""
        found: dict[tuple[str, ...], tuple[list[tuple[str, str]], list[Slide]]] = {}
        for screen in screens:
            slides = slides_for(self.rows, self.words, screen[0], self.day)
            key = tuple(f"{each.id}.{each.version}" for each in slides)
            found.setdefault(key, ([], slides))[0].append(screen)
        return list(found.values())

    def group(
        self, screens: Sequence[tuple[str, str]], slides: Sequence[Slide], shown: Sequence[DisplayedNotice]
    ) -> ScreensOfDay:
        """The day of screens with these slides, with what they reported."""
        ids = {id_ for id_, _ in screens}
        own = [each for each in shown if each.screen in ids]
        planned = self._planned(slides)
        plan = plan_of(planned, self.opening, self.words.hall.legal_share)
        plan = replace(plan, clashes=[*plan.clashes, *self._corrections(planned)])
        titles = {each.id: text_in(each.notice.titles, self.language) for each in slides}
        gone = sorted({each.notice for each in own} - titles.keys())
        titles |= titles_of(self.rows, gone)
        notices = [self._notice(each.id, titles, each, plan, own) for each in planned]
        notices += [self._notice(each, titles, None, plan, own) for each in gone]
        return ScreensOfDay(screens, notices, plan)

    def _planned(self, slides: Sequence[Slide]) -> list[PlannedNotice]:
        zone, published = self.words.hall.site.zone, shown_between(self.rows, *self.day)
        ends = {each.id: last_instant(self.rows, each, zone) for each in published}
        turns = turn_ms_of(slides, self.words)
        return [
            PlannedNotice(
                each.id,
                [self.day] if each.windows is None else each.windows,
                turns[each.id],
                is_legal=each.is_legal,
                is_built_in=not each.version,
                is_conditional=each.notice.when is not None,
                ends_at=ends.get(each.id),
            )
            for each in slides
            if each.id in turns and each.windows != []
        ]

    def _corrections(self, planned: Sequence[PlannedNotice]) -> list[Clash]:
        """The notices whose correction somebody began and nobody has published."""
        own = [each.id for each in planned if not each.is_built_in]
        waiting = [each for each in own if corrections_of(self.rows, each)]
        return [Clash(ClashKind.CORRECTION, (each,), self.day) for each in waiting]

    def _notice(
        self,
        notice: str,
        titles: dict[str, str],
        planned: PlannedNotice | None,
        plan: DayPlan,
        shown: Sequence[DisplayedNotice],
    ) -> NoticeOfDay:
        own = [each for each in shown if each.notice == notice]
        open_s = sum((ends - starts).total_seconds() for starts, ends in self.opening)
        whole_s = sum(each.whole_ms for each in own) / 1000
        return NoticeOfDay(
            notice,
            titles.get(notice, notice),
            planned,
            plan.every.get(notice),
            round(sum(each.shown_ms for each in own) / 1000),
            whole_share(whole_s, open_s * len({each.screen for each in shown})),
            sum(each.completed for each in own),
            sum(each.cut for each in own),
            sum(each.failed for each in own),
        )


NEXT = 3
"""How many of the next notices are named."""


@dataclass(frozen=True, slots=True)
class ScreenNow:
    """A screen now. `is_connected`: its report is of now, else of when it was last seen.

    `sighting`, `report`: the last; None: it never reported. `title`: of the notice that it reports.
    `following`: ids and titles of the next ones, in the programme's order. `today`: the titles of the notices
    that it showed today, and how. `picture_at`: of when supervision has a picture of it.
    """

    id: str
    label: str
    is_connected: bool
    sighting: Sighting | None
    report: PlayerReport | None
    title: str
    following: list[tuple[str, str]]
    today: list[tuple[str, DisplayedNotice]]
    picture_at: datetime | None


def read_screens_now(
    database: Database, hall: str, sightings: DeviceSightings, translate: Callable[..., str]
) -> list[ScreenNow]:
    """The screens of a hall (id or slug), in the order of its document. Refusal: unknown_hall."""
    hall_id = database.hall_id(hall)
    configuration, now = database.configuration(hall_id), database.clock.now()
    with database.read() as rows:
        displays = displays_in_hall(rows, hall_id, business_day(configuration.calendar, now))
        titles = titles_of(rows, sorted({each.notice for each in displays}))
    programmes, found = read_programmes(database, {hall_id: configuration}, translate), []
    for screen in configuration.screens.values():
        if screen.is_retired:
            continue
        items = programmes[screen.id]["items"]
        sighting, picture = sightings.sightings.get(screen.id), sightings.pictures.get(screen.id)
        report = player_report(sighting)
        shown = None if report is None else report["notice"]
        found.append(
            ScreenNow(
                screen.id,
                screen.label,
                is_present(sighting, now),
                sighting,
                report,
                _titles(items).get(shown or "", ""),
                _following(items, shown, now),
                [
                    (titles.get(each.notice, each.notice), each)
                    for each in displays
                    if each.screen == screen.id
                ],
                None if picture is None else picture.taken_at,
            )
        )
        database.breathe()
    return found


def _titles(items: list[ProgrammeItem]) -> dict[str, str]:
    """The French titles of the notices in a programme."""
    french = [item for item in items if item["language"] == "fr"]
    return {item["notice"]: item["content"]["title"] for item in french}


def _following(items: list[ProgrammeItem], shown: str | None, now: datetime) -> list[tuple[str, str]]:
    """The notices that are due now, in the order of the programme, from the one shown on."""
    at = to_ms(now)
    due = [
        item["notice"]
        for item in items
        if item["windows"] is None or any(begins <= at < ends for begins, ends in item["windows"])
    ]
    order = list(dict.fromkeys(due))
    if shown in order:
        place = order.index(shown)
        order = order[place + 1 :] + order[:place]
    titles = _titles(items)
    return [(notice, titles.get(notice, notice)) for notice in order[:NEXT]]
