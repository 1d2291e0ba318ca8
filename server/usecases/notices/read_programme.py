"""The programme of a screen: the notices it may show in the next eight local days, with their instants.

It depends on the day, on the published notices and on the hall's configuration, not on the second. Until one
of these changes, each reading gives the same programme and the same revision.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import Milliseconds, Share
from server.documents.notices import NOTICE_MODELS, NoticeContent, NoticeKind, TextNotice
from server.documents.values import local_spans
from server.domain.bulletins.proposals import ORANGE, RED, Danger, dangers_of
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.busy_hours import Affluence
from server.domain.hours.calendars import DAY, Calendar
from server.domain.hours.windows import (
    Dayparts,
    Window,
    covered_days,
    covered_window,
    daypart_windows,
    local_end,
    local_start,
    merge_windows,
    on_hours,
    outside,
    within,
)
from server.domain.instants import from_text
from server.store.engine.statements import ReadOnce, Rows
from server.store.notices.displays import affluence_of, affluences_of
from server.store.notices.media_details import feed_row
from server.store.notices.notices import ShownNotice, content_of, shown_between
from server.store.transactions.database import Database
from server.usecases.notices.contents import (
    HallWords,
    interface_languages,
    last_day_of_medium,
    spoken_languages,
)
from server.usecases.notices.notice_places import is_for_screen, targets_of
from server.usecases.notices.rounds import LEGAL, ProgrammeItem, Slide, WindowMs, in_ms, items_of, to_ms

VIGILANCE_URL = "https://public-api.meteofrance.fr/public/DPVigilance/v1/cartevigilance/encours"
"""Where the vigilance is read, and the name under which its last answer is kept."""


def _vigilance(words: HallWords, covered: Window) -> Iterator[Slide]:
    """The cards of the department of a hall’s site, red before orange; none where it names no department."""
    department = words.hall.site.department
    found = feed_row(words.rows, VIGILANCE_URL) if department else None
    if found is None or found.content is None:
        return
    updated_at = from_text(found.content["updated_at"])
    dangers = dangers_of(found.content, department)
    for level in (RED, ORANGE):
        own = [danger for danger in dangers if danger.level == level]
        windows = [each for danger in own for each in within([danger.window], covered)]
        if windows:
            notice = _card(own, level, updated_at, words)
            yield Slide(f"vigilance-{level}", 0, "text", notice, merge_windows(windows))


def _card(dangers: list[Danger], level: int, updated_at: datetime, words: HallWords) -> TextNotice:
    zone, translate = words.hall.site.zone, words.translate
    titles, bodies = {}, {}
    for language in interface_languages(words.hall.languages):
        names = {
            danger.phenomenon: translate(f"vigilance.{danger.phenomenon}", language) for danger in dangers
        }
        titles[language] = translate(f"vigilance.title.{level}", language, what=", ".join(names.values()))
        lines = [
            translate(
                "vigilance.line",
                language,
                what=names[danger.phenomenon].capitalize(),
                when=_span(danger.window, zone),
            )
            for danger in sorted(dangers, key=lambda danger: danger.window)
        ]
        lines.append(translate("vigilance.source", language, at=_written(updated_at, zone)))
        bodies[language] = f"<p>{'<br>'.join(lines)}</p>"
    return TextNotice.model_construct(kind="text", titles=titles, bodies=bodies, category="practical")


def _span(window: Window, zone: ZoneInfo) -> str:
    """From when to when; the day once where it is the same."""
    begins, ends = (each.astimezone(zone) for each in window)
    last = f"{ends:%H:%M}" if begins.date() == ends.date() else _written(ends, zone)
    return f"{_written(begins, zone)} – {last}"


def _written(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%d/%m %H:%M")


UNSAVED = "unsaved"
"""Stands for the id of a notice that is previewed while it is written."""


class ProgrammeWithoutRevision(TypedDict):
    """What a screen shows between calls.

    `legal_share`: the least share of the time, from 0 to 1, that legal notices have; 0 where there are none.
    `covers_until`: its end, in milliseconds since 1970. `hours`: when the screen is on, null: always.
    """

    legal_share: Share
    """The least share of the time that legal notices have; 0: there are none."""
    covers_until: Milliseconds
    """The end, in milliseconds since 1970-01-01T00:00:00Z."""
    items: list[ProgrammeItem]
    hours: list[WindowMs] | None
    """When the screen is on; null: always."""


class ProgrammeAnswer(ProgrammeWithoutRevision):
    """What a screen shows between calls, for eight local days."""

    revision: str
    """The same for the same programme, another for another."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A version of a notice to preview on a screen: alone, in any state and at any hour."""

    notice: str
    version: int


def read_programme(
    database: Database,
    hall: str,
    screen: str,
    translate: Callable[..., str],
    preview: Preview | NoticeContent | None = None,
) -> ProgrammeAnswer:
    """The programme of a screen (its id). Empty: of every screen of the hall; ANY_SCREEN: of any.

    With a preview it has that version, or content, alone and at every hour. Refusals: unknown_hall,
    unknown_notice.
    """
    hall_id = database.hall_id(hall)
    configuration = database.configuration(hall_id)
    days = covered_days(configuration.calendar, database.clock.now())
    covered = covered_window(days, configuration.site.zone)
    with database.read() as rows:
        words = hall_words(rows, hall_id, configuration, days, translate)
        if preview is not None:
            slides = [_previewed(rows, preview)]
        else:
            slides = slides_for(rows, words, screen, covered)
        items = items_of(slides, words)
    found = programme_of(configuration, days, items)
    return {**found, "hours": None} if preview is not None else found


def read_programmes(
    database: Database, halls: Mapping[str, HallConfiguration], translate: Callable[..., str]
) -> Mapping[str, ProgrammeAnswer]:
    """The programme of each screen (id) of these halls (by id), in as many statements for one as for many."""
    now, published = database.clock.now(), dict[Window, Sequence[ShownNotice]]()
    programmes = dict[str, ProgrammeAnswer]()
    with database.read() as rows:
        reads, affluences = ReadOnce(rows), affluences_of(rows, list(halls))
        for hall, configuration in halls.items():
            days = covered_days(configuration.calendar, now)
            covered = covered_window(days, configuration.site.zone)
            if covered not in published:
                published[covered] = shown_between(rows, *covered)
            words = HallWords(reads, configuration, days, affluences.get(hall) or Affluence(), translate)
            for screen in configuration.screens:
                items = items_of(slides_of(words, screen, covered, published[covered]), words)
                programmes[screen] = programme_of(configuration, days, items)
            database.breathe()
    return programmes


def programme_of(
    configuration: HallConfiguration, days: Sequence[date], items: list[ProgrammeItem]
) -> ProgrammeAnswer:
    """The programme of these items in the hours of some local dates."""
    covered = covered_window(days, configuration.site.zone)
    margin = timedelta(seconds=configuration.screen_margin_s)
    hours = within(on_hours(configuration.calendar, days, margin), covered)
    programme: ProgrammeWithoutRevision = {
        "legal_share": configuration.legal_share if any(item["is_legal"] for item in items) else 0,
        "covers_until": to_ms(covered[1]),
        "items": items,
        "hours": None if hours == [covered] else in_ms(hours),
    }
    text = json.dumps(programme, sort_keys=True, ensure_ascii=False)
    return {"revision": hashlib.sha256(text.encode()).hexdigest()[:16], **programme}


def hall_words(
    rows: Rows,
    hall_id: str,
    configuration: HallConfiguration,
    days: Sequence[date],
    translate: Callable[..., str],
) -> HallWords:
    """What the contents of a hall's screens are made from, for these local days."""
    return HallWords(rows, configuration, days, affluence_of(rows, hall_id) or Affluence(), translate)


def slides_for(rows: Rows, words: HallWords, screen: str, covered: Window) -> list[Slide]:
    """What a screen (as in `read_programme`) may show in a window of the days of `words`.

    The cards of the vigilance, the waits, the published notices, and the slide on priority cards.
    """
    return slides_of(words, screen, covered, shown_between(rows, *covered))


def slides_of(words: HallWords, screen: str, covered: Window, notices: Iterable[ShownNotice]) -> list[Slide]:
    """As `slides_for`, of the notices published in that window."""
    hall = words.hall
    published = []
    for shown in notices:
        notice = shown.content
        if not is_for_screen(targets_of(notice), hall, screen):
            continue
        if notice.when is not None and notice.when.queue not in hall.queues:
            continue
        windows = _windows(shown, hall.calendar, words, covered)
        published.append(Slide(shown.id, shown.version, notice.kind, notice, windows, shown.shown_from))
    waits = _built_in("waits", "signage.screen.ticket_now", published, words, covered)
    legal: list[Slide] = []
    if hall.has_priority_first:
        legal = _built_in("priority_card", "server.programme.priority.title", published, words, covered)
    closures = [slide for slide in published if slide.kind == "closure"]
    others = [slide for slide in published if slide.kind != "closure"]
    return [*_vigilance(words, covered), *closures, *waits, *others, *legal]


def _previewed(rows: Rows, preview: Preview | NoticeContent) -> Slide:
    if isinstance(preview, NoticeContent):
        return Slide(UNSAVED, 0, preview.kind, _without_condition(preview), None)
    notice = _without_condition(content_of(rows, preview.notice, preview.version))
    return Slide(preview.notice, preview.version, notice.kind, notice, None)


def _without_condition(notice: NoticeContent) -> NoticeContent:
    """The notice without the condition that people wait in a queue: a preview is always shown."""
    return notice.model_copy(update={"when": None})


def _built_in(
    kind: NoticeKind, title: str, published: Sequence[Slide], words: HallWords, covered: Window
) -> list[Slide]:
    """The slide that the product makes itself, unless a published notice of that kind is sure to be shown."""
    own = [slide for slide in published if slide.kind == kind and slide.notice.when is None]
    covered_windows = [
        window for slide in own for window in ([covered] if slide.windows is None else slide.windows)
    ]
    windows = _or_always(outside(covered_windows, covered), covered)
    if windows == []:
        return []
    spoken = spoken_languages(kind, words.hall.languages)
    said = {
        "kind": kind,
        "titles": {language: words.translate(title, language) for language in spoken},
        "category": LEGAL if kind == "priority_card" else "practical",
    }
    notice = NOTICE_MODELS[kind].model_construct(**said)  # type: ignore[arg-type]
    return [Slide(kind.replace("_", "-"), 0, kind, notice, windows)]


def last_instant(rows: Rows, shown: ShownNotice, zone: ZoneInfo) -> datetime | None:
    """When a published notice ends in a zone: its publication, its validity, or the rights of its medium.

    None: it has no end.
    """
    days = (shown.content.last_day, last_day_of_medium(rows, shown.content))
    known = [shown.shown_until, *(None if day is None else local_end(day, zone) for day in days)]
    return min((each for each in known if each is not None), default=None)


def _windows(
    shown: ShownNotice, calendar: Calendar, words: HallWords, covered: Window
) -> list[Window] | None:
    """When a published notice is shown within the days covered; None: always."""
    zone, notice = words.hall.site.zone, shown.content
    starts = shown.shown_from
    if notice.validity.starts is not None:
        starts = max(starts, local_start(notice.validity.starts, zone))
    ends = last_instant(words.rows, shown, zone) or covered[1]
    part = notice.dayparts
    dayparts = Dayparts(part.weekdays, part.parts, local_spans(part.spans))
    # with the day after: the hour before its opening may be in the evening of the last day covered
    days = [*words.days, words.days[-1] + DAY]
    windows = [covered] if dayparts.is_always else daypart_windows(calendar, dayparts, days)
    return _or_always(within(windows, (starts, ends)), covered)


def _or_always(windows: list[Window], covered: Window) -> list[Window] | None:
    inside = within(windows, covered)
    return None if inside == [covered] else inside
