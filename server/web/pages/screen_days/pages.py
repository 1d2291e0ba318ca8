"""What the screens of a hall show: now (`/affichage/ecrans`), on a day, in a month; the report of a notice.

That report says how long a notice was on which screens: a page that becomes a paper, and a sheet for a
spreadsheet program. No JavaScript.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from flask import abort, render_template, request

from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import DAY, business_day
from server.domain.hours.windows import whole_day
from server.domain.notices.displays import whole_share
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.texts import csv_sheet
from server.language import direction_of, locale_of
from server.usecases.devices.read_supervision import SightingsOf
from server.usecases.notices.read_displays import DisplayReport, DisplaySums, read_shown_at
from server.usecases.notices.rounds import in_ms
from server.usecases.screen_days import (
    DayOfCalendar,
    DayOfHall,
    read_day_programme,
    read_screen_calendar,
    read_screen_day,
    read_screens_now,
)
from server.usecases.screens_of_sites import ON_A_PAGE, ReportsOf, read_cards, titles_shown
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.screen_days.wording import Wording
from server.web.rendering import page
from server.web.rendering.answers import FRAMING
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import Sentence

PERMISSION = Permission.DRAFT_NOTICES
SHAPES = {"lying": (1920, 1080), "upright": (1080, 1920), "large": (3840, 2160)}
"""Width and height of screens, in pixels."""


@dataclass(frozen=True, slots=True)
class ScreenDayPages:
    """What the pages need of the rest of the server.

    `sightings`: the last reports of devices, with pictures; `reports`: without.
    """

    sightings: SightingsOf
    reports: ReportsOf


needs = of_app(ScreenDayPages)
routes = PageRoutes("screen_day_pages", __name__, template_folder="templates")
"""All need `draft_notices` in the hall."""


@routes.get("/affichage/ecrans", PERMISSION)
def screens_now() -> str:
    hall = page.hall(PERMISSION)
    return _all_sites(hall) if "tous" in request.args else _now(hall)


@routes.get("/affichage/accelere", PERMISSION)
def fast_motion() -> Any:
    """A screen's day in fast motion, in one of the shapes of screens."""
    hall = page.hall(PERMISSION)
    words = _words(hall)
    frame = _frame(hall, words)
    screens = [id_ for id_, _ in cast(list[tuple[str, str]], frame["screens"])]
    today = business_day(hall.calendar, database().clock.now())
    typed, shape = request.args.get("jour", ""), request.args.get("forme", "lying")
    screen = frame["screen"] or (screens[0] if screens else "")
    if screen not in screens or shape not in SHAPES:
        abort(404)
    try:
        on = date.fromisoformat(typed) if typed else today
        programme = read_day_programme(database(), hall.hall, screen, on, page.translate)
    except (ValueError, Refusal):
        abort(404)
    whole = whole_day(on, hall.site.zone)
    lit = programme["hours"] or in_ms([whole])
    html = render_template(
        "screen_days/fast_motion.html",
        **frame | {"screen": screen},
        on=on,
        shapes=SHAPES,
        shape=shape,
        starts=lit[0][0],
        ends=lit[-1][1],
        page={"programme": programme, "language": words.language, "time_zone": hall.site.time_zone},
        sentences=page.sentences("screen_days.fast."),
    )
    return html, FRAMING


def _words(hall: HallConfiguration) -> Wording:
    return Wording(page.sentence(), page.language(), hall.site.zone)


def _frame(hall: HallConfiguration, words: Wording) -> dict[str, object]:
    """What the templates of all pages here have."""
    screens = [(each.id, each.label) for each in hall.screens.values() if not each.is_retired]
    return {
        "hall": hall,
        "halls": page.halls(PERMISSION),
        "screens": screens,
        "screen": request.args.get("ecran", ""),
        "words": words,
        "may_supervise": page.may(Permission.SUPERVISE, hall.site.slug),
    }


def _now(hall: HallConfiguration) -> str:
    frame, hall_id = _frame(hall, _words(hall)), database().hall_id(hall.hall)
    sightings = needs.sightings([hall_id])[hall_id]
    found = read_screens_now(database(), hall.hall, sightings, page.translate)
    shown = [each for each in found if frame["screen"] in ("", each.id)]
    if frame["screen"] and not shown:
        abort(404)
    return render_template("screen_days/now.html", **frame, shown=shown, as_of=database().clock.now())


def _all_sites(hall: HallConfiguration) -> str:
    """A page of the cards of all screens; `ecrans`: of those, in that order, for a page that refreshes."""
    typed, kept = request.args.get("q", ""), request.args.get("ecrans", "")
    every = read_cards(database(), page.halls(PERMISSION), needs.reports)
    found = [each for each in every if each.is_found(typed)]
    number = max(request.args.get("p", 1, int), 1)
    cards = found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    if kept:
        by_key = {each.key: each for each in every}
        cards = [by_key[key] for key in kept.split(",")[:ON_A_PAGE] if key in by_key]
    halls = {each.hall.hall: each.hall for each in cards}
    supervised = [each for each in halls.values() if page.may(Permission.SUPERVISE, each.site.slug)]
    sightings = needs.sightings([database().hall_id(each.hall) for each in supervised]).values()
    return render_template(
        "screen_days/all_sites.html",
        **_frame(hall, _words(hall)),
        cards=cards,
        typed=typed,
        number=number,
        last=-(-len(found) // ON_A_PAGE),
        count=len(found),
        troubled=sum(each.trouble is not None for each in found),
        titles=titles_shown(database(), cards),
        words_of={slug: _words(each) for slug, each in halls.items()},
        supervised={each.hall for each in supervised},
        pictures={screen: each for some in sightings for screen, each in some.pictures.items()},
        as_of=database().clock.now(),
    )


@routes.get("/affichage/journee", PERMISSION)
def screen_day() -> Any:
    hall = page.hall(PERMISSION)
    words, today, problem = _words(hall), business_day(hall.calendar, database().clock.now()), ""
    try:
        day = _read(hall, date.fromisoformat(request.args.get("jour") or today.isoformat()), words)
    except (ValueError, Refusal) as wrong:
        if isinstance(wrong, Refusal) and wrong.code != "bad_period":
            return refusal_sentence(wrong), status_of(wrong)
        day, problem = _read(hall, today, words), words.say("screen_days.bad_day")
    html = render_template(
        "screen_days/day.html",
        **_frame(hall, words),
        day=day,
        hours=words.hours_of(day),
        before=day.on - DAY,
        after=day.on + DAY,
        has_proof=day.on <= day.today,
        problem=problem,
        **_shown_at(hall, day, words),
    )
    return html, 400 if problem else 200


def _shown_at(hall: HallConfiguration, day: DayOfHall, words: Wording) -> dict[str, object]:
    """What the screens of a day's page showed at the hour typed (`hour`), in words; nothing without one."""
    typed = request.args.get("heure", "")
    found: dict[str, object] = {"hour": typed, "hour_problem": "", "shown_at": []}
    if not typed:
        return found
    try:
        at = datetime.combine(day.on, time.fromisoformat(typed), hall.site.zone)
    except ValueError:
        return found | {"hour_problem": words.say("screen_days.bad_hour")}
    now = database().clock.now()
    screens = [id_ for group in day.groups for id_, _ in group.screens] if at <= now else []
    shown = [read_shown_at(database(), hall.hall, each, at) for each in screens]
    return found | {"shown_at": [(each["label"], words.shown_at(each, now)) for each in shown]}


def _read(hall: HallConfiguration, on: date, words: Wording) -> DayOfHall:
    chosen = request.args.get("ecran", "")
    return read_screen_day(database(), hall.hall, on, words.language, page.translate, screen=chosen)


@routes.get("/affichage/calendrier", PERMISSION)
def screen_calendar() -> Any:
    hall = page.hall(PERMISSION)
    words, today, problem = _words(hall), business_day(hall.calendar, database().clock.now()), ""

    def read(month: date) -> Sequence[DayOfCalendar]:
        return read_screen_calendar(database(), hall.hall, month, words.language, page.translate)

    try:
        month = date.fromisoformat(f"{request.args.get('mois') or today.isoformat()[:7]}-01")
        days = read(month)
    except (ValueError, Refusal):
        month, problem = today.replace(day=1), words.say("screen_days.bad_month")
        days = read(month)
    html = render_template(
        "screen_days/month.html",
        **_frame(hall, words),
        days=days,
        month=month,
        today=today,
        before=(month - DAY).replace(day=1),
        after=(month.replace(day=28) + 4 * DAY).replace(day=1),
        problem=problem,
    )
    return html, 400 if problem else 200


TEMPLATES = Path(__file__).parent / "templates"


def report_page(report: DisplayReport, say: Sentence) -> str:
    """The page of a report (`read_display_report`), to be made a paper."""
    locale = locale_of(say.language)
    days = (date.fromisoformat(report["first"]), date.fromisoformat(report["last"]))
    first, last = (format_date(day, "long", locale=locale) for day in days)
    at = datetime.fromisoformat(report["as_of"]).astimezone(ZoneInfo(report["time_zone"]))
    return render_template(
        "display_report/report.html",
        t=say,
        language=say.language,
        direction=direction_of(say.language),
        report=report,
        period=say("display_report.period", first=first, last=last),
        duration=lambda seconds: duration(seconds, say),
        on=format_date(at.date(), "long", locale=locale),
        at=format_time(at, "HH:mm", locale=locale),
        number=lambda count: format_decimal(count, locale=locale),
        share=lambda sums: share_of(sums, say.language),
    )


def duration(shown_s: float, say: Sentence) -> str:
    """Seconds as people say them: hours and minutes, whole minutes, or seconds under one minute."""
    whole = int(shown_s)
    if whole < 60:
        return say("display_report.seconds", seconds=whole)
    hours, minutes = divmod(whole // 60, 60)
    if hours == 0:
        return say("display_report.minutes", minutes=minutes)
    return say("display_report.hours", hours=hours, minutes=f"{minutes:02}")


HEADS = ("hall", "screen", "day", "shown_s", "completed", "cut", "failed", "whole_s", "share")


def share_of(sums: DisplaySums, language: str) -> str:
    """The share of the opening hours in which a notice was whole: « 12 % »."""
    return format_percent(whole_share(sums["whole_s"], sums["open_s"]), locale=locale_of(language))


def report_sheet(report: DisplayReport, say: Sentence) -> str:
    """One line a screen and local date; in French and Spanish `,` is the decimal sign."""
    decimal_sign = "." if say.language == "en" else ","
    lines: list[list[object]] = [[say(f"display_report.{head}") for head in HEADS]]
    for screen in report["screens"]:
        for day in screen["days"]:
            both = (day["shown_s"], day["whole_s"])
            shown_s, whole_s = (f"{each:.3f}".replace(".", decimal_sign) for each in both)
            cells = [screen["hall_name"], screen["label"], day["shown_on"], shown_s]
            counts = (day["completed"], day["cut"], day["failed"])
            lines.append([*cells, *counts, whole_s, share_of(day, say.language)])
    return csv_sheet(lines, say.language)
