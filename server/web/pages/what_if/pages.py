"""« What if », `/qualite/et-si`: a usual day with and without a change; counters of a week. No JavaScript."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, redirect, render_template, request

from server.domain.calling.rules import RuleName
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.quality.figures import Unit
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.selection import is_shown_in_cell
from server.domain.refusals import Refusal
from server.domain.reports.reports import KeptAnswer, ReportState
from server.domain.simulation.figures import Difference
from server.domain.simulation.moved_arrivals import AppointmentQuota, closings
from server.domain.simulation.what_if import REPLICATIONS, SEED, HalfHourWaits, OneCounterMore, WhatIf
from server.language import direction_of
from server.usecases.hours.hours_words import begun, clock_words
from server.usecases.quality.what_if import WhatIfs
from server.usecases.reports import reports
from server.web.access.callers import database, sites_of_caller, sites_where, someone
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.notices.media import look_of
from server.web.pages.quality.changes import numbers
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.half_hours_plot import half_hour_label
from server.web.pages.quality.pages import picture
from server.web.pages.quality.specs import Plot, WaitBar, WaitWords, waits_plot
from server.web.pages.quality.wording import minutes, number, short_day, weekday_name
from server.web.pages.reports.wording import ReportWording
from server.web.pages.what_if.form import (
    KINDS,
    Asked,
    change_in_words,
    counters_of,
    open_weekdays,
    profiles_of,
    read_form,
    walk_ins_of,
)
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.pdf import Papers
from server.web.rendering.problems import refusal_sentence, show_again
from server.web.rendering.viewer import Sentence

PLACE = "/qualite/et-si"
drawings, papers, what_ifs = of_app(Drawings), of_app(Papers), of_app(WhatIfs)
routes = PageRoutes("what_if_pages", __name__, template_folder="templates")


@routes.get(PLACE, Permission.DECIDE_TARGETS)
def what_if() -> Any:
    return _page()


@routes.post(f"{PLACE}/rapport", Permission.WRITE_REPORTS)
def keep() -> Any:
    """Keeps the answer to the form of the address with a draft: that of the form, or one of last quarter."""
    caller, sites = sites_where(Permission.WRITE_REPORTS)
    hall, words = page.hall(Permission.WRITE_REPORTS), page.sentence()
    asked = read_form(hall, words)
    if asked.problems or asked.change is None:
        abort(422)
    show_again(_page)
    found = what_ifs.answer(hall.hall, asked.weekday, asked.change)
    report = request.form.get("rapport", "")[:64]
    if not report:
        quarter = _last_quarter(hall).name
        report = reports.begin_report(database(), caller.author, [hall.hall], quarter, sites=sites)["report"]
    answer = _kept(found, hall, asked, words)
    reports.keep_answer(database(), caller.author, report, answer, sites=sites)
    return redirect(f"/rapports/{report}?fait=garde#fait", 303)


def _last_quarter(hall: HallConfiguration) -> Period:
    return period_of(PeriodKind.QUARTER, hall.site.local_day(database().clock.now())).previous()


def _drafts(hall: HallConfiguration, words: Sentence) -> list[tuple[str, str]]:
    """The drafts with this hall that the reader writes, by id; without any, that of last quarter to begin."""
    if hall.hall not in [each.hall for each in page.halls(Permission.WRITE_REPORTS)]:
        return []
    sites = sites_of_caller(someone(), Permission.WRITE_REPORTS)
    wording = ReportWording(words)
    return [
        (each.id, f"{wording.period(each.period)} – {' · '.join(each.halls)}")
        for each in reports.read_reports(database(), reports.ReportReach(frozenset(), sites))
        if each.state is ReportState.DRAFT and hall.name in each.halls
    ] or [("", words("what_if.keep.new", period=wording.period(_last_quarter(hall))))]


def _page(refusal: Refusal | None = None) -> Any:
    """The page, after a refusal of keeping its answer too."""
    hall, words = page.hall(), page.sentence()
    asked = read_form(hall, words)
    found, problems = None, dict(asked.problems)
    if asked.change is not None and not problems:
        try:
            found = what_ifs.answer(hall.hall, asked.weekday, asked.change)
        except Refusal as unplayed:
            problems[_field_of(unplayed, asked)] = refusal_sentence(unplayed)
    language = words.language
    html = render_template(
        "what_if/page.html",
        hall=hall,
        halls=page.halls(),
        asked=asked.fields,
        problems=problems,
        weekdays=[(str(day + 1), weekday_name(day, language)) for day in open_weekdays(hall)],
        counters=counters_of(hall, language),
        profiles=profiles_of(hall, language),
        services=[(each.id, each.name(language)) for each in walk_ins_of(hall)],
        kinds=KINDS,
        closes=any(closings(spans) for spans in hall.calendar.weekly.values()),
        rules=[(str(rule), words(f"document_words.choice.rule.{rule}")) for rule in RuleName],
        found=found,
        plot=None if found is None else _plot(found, words),
        answer=None if found is None else _kept(found, hall, asked, words),
        drafts=() if found is None else _drafts(hall, words),
        not_kept=None if refusal is None else refusal_sentence(refusal),
        address=urlencode({"hall": hall.hall, **asked.fields}),
    )
    return (html, 400) if problems else html


def _kept(found: WhatIf, hall: HallConfiguration, asked: Asked, words: Sentence) -> KeptAnswer:
    """The answer in words, as the page says it and a report keeps it."""
    plot = _plot(found, words)
    headings = [words(f"what_if.{name}") for name in ("measures", "difference", "between")]
    return {
        "day": hall.site.local_day(database().clock.now()).isoformat(),
        "hall": hall.name,
        "language": words.language,
        "change": change_in_words(hall, asked, words),
        "said": sentence_of(found, words),
        "measures": [headings, *map(list, _measures(found, words))],
        "half_hours": [list(row) for row in (plot.columns, *plot.rows)],
        "assumed": _assumptions(found, hall, asked, words),
    }


@routes.get(f"{PLACE}.svg", Permission.DECIDE_TARGETS)
def what_if_picture() -> Response:
    """The plot of an answer; 422 where the form has a problem, or asks nothing."""
    hall, words = page.hall(), page.sentence()
    asked = read_form(hall, words)
    if asked.problems or asked.change is None:
        abort(422)
    [key] = drawings.offer([_plot(what_ifs.answer(hall.hall, asked.weekday, asked.change), words).spec])
    svg = drawings.picture(key)
    return picture(svg) if svg is not None else abort(503)


@routes.get(f"{PLACE}/semaine", Permission.DECIDE_TARGETS)
def week() -> str:
    """The fewest counters of a usual week; it loads again until every weekday is computed."""
    return render_template("what_if/week.html", halls=page.halls(), **_week(page.hall()))


@routes.get(f"{PLACE}/semaine.pdf", Permission.DECIDE_TARGETS)
def week_paper() -> Any:
    """The same on one sheet; back to the page until it is computed."""
    hall, language = page.hall(), page.language()
    found = _week(hall)
    if not found["is_whole"]:
        return redirect(f"{PLACE}/semaine?hall={hall.hall}")
    look = {"organisation": look_of().name, "language": language, "direction": direction_of(language)}
    html = render_template("what_if/week_paper.html", t=page.sentence(), **look, **found)
    return file_answer(papers.made(html), "application/pdf", f"guichets-{hall.hall}.pdf", is_shown=True)


def _week(hall: HallConfiguration) -> dict[str, Any]:
    """What both show: a row for each half hour, with the counters of each weekday."""
    words, weekdays = page.sentence(), open_weekdays(hall)
    plans = what_ifs.week(hall.hall, weekdays)
    cells = {(day, each.at): each for day, plan in plans.items() for each in plan or ()}
    shown = sorted({at for _, at in cells})

    def cell(day: int, at: int) -> str:
        each = cells.get((day, at))
        return "–" if each is None or not each.counters else f"{each.counters}{'' if each.keeps else '*'}"

    return {
        "hall": hall,
        "done": len(plans),
        "whole": len(weekdays),
        "is_whole": len(plans) == len(weekdays),
        "columns": [begun(weekday_name(day, words.language)) for day in weekdays],
        "rows": [
            (half_hour_label(at, words.language), [cell(day, at) for day in weekdays])
            for at in range(min(shown, default=0), max(shown, default=-1) + 1)
        ],
        "few_days": [weekday_name(day, words.language) for day in weekdays if plans.get(day, ()) is None],
        "share": what_ifs.share_percent(hall.hall, hall.site.local_day(database().clock.now())),
        "misses": any(not each.keeps for each in cells.values()),
    }


def _field_of(refusal: Refusal, asked: Asked) -> str:
    if refusal.code == "few_days_played":
        return "jour"
    at_counter = "place" if asked.fields["quoi"] == "profil" else "guichet"
    fields = {"counter_not_on_duty": at_counter, "no_break_moved": "guichet", "nobody_to_book": "service"}
    return fields.get(refusal.code, "")


def sentence_of(found: WhatIf, words: Sentence) -> str:
    """What the change does to the median wait and to people within the target, or that chance may do it."""
    if all(each.low <= 0 <= each.high for each in (found.median_s, found.people)):
        return words("what_if.chance")
    median = _part("median", found.median_s, "s", words)
    people = _part("people", found.people, "people", words)
    is_sure = not found.median_s.low <= 0 <= found.median_s.high
    first, second = (median, people) if is_sure else (people, median)
    return begun(words("what_if.sentence", first=first, second=second))


def _part(name: str, found: Difference, unit: Unit, words: Sentence) -> str:
    """A difference with its interval, or that it holds zero."""
    if found.low <= 0 <= found.high:
        return words(f"what_if.part.{name}_chance")
    values = (found.value, found.low, found.high)
    if name == "people" and found.value < 0:
        name, values = "people_fewer", (-found.value, -found.high, -found.low)
    value, low, high = numbers(values, unit, words.language, is_signed=name == "median")
    return words(f"what_if.part.{name}", value=value, low=low, high=high)


def _measures(found: WhatIf, words: Sentence) -> list[tuple[str, str, str]]:
    """Each measure with its difference and its interval."""
    within = Difference(*(100 * getattr(found.within, name) for name in ("value", "low", "high")))
    units: dict[str, tuple[Difference, Unit]] = {
        "median": (found.median_s, "s"),
        "p90": (found.p90_s, "s"),
        "within": (within, "percent"),
        "people": (found.people, "people"),
    }
    rows = []
    for name, (each, unit) in units.items():
        value, *limits = numbers([each.value, each.low, each.high], unit, words.language, is_signed=True)
        rows.append((words(f"what_if.measure.{name}"), value, " – ".join(limits)))
    return rows


def _plot(found: WhatIf, words: Sentence) -> Plot:
    """The median waits by half hour: bars without the change, ticks with it."""
    shown = [
        (each, *_shown_medians(each))
        for each in found.half_hours
        if is_shown_in_cell(max(each.visits, each.visits_after))
    ]
    bars = [
        WaitBar(half_hour_label(each.at, words.language), *(s and s / 60 for s in (after, before)))
        for each, before, after in shown
    ]
    named = {key: words(f"what_if.plot.{key}") for key in ("with", "without", "minutes")}
    spec = waits_plot(bars, words=WaitWords(named["with"], named["without"], named["minutes"]))
    is_moved = any(each.visits != each.visits_after for each in found.half_hours)
    counted = ("visits", "visits_with") if is_moved else ("visits",)
    columns = [words(f"what_if.column.{name}") for name in ("half_hour", *counted, "without", "with")]
    rows = [
        [
            words("quality.plot.half_hours.range", first=first, last=last),
            *(
                number(visits / len(found.days), words.language, decimals=1)
                for visits in (each.visits, each.visits_after)[: len(counted)]
            ),
            *("" if s is None else number(minutes(s), words.language) for s in _shown_medians(each)),
        ]
        for each in found.half_hours
        for first, last in [[half_hour_label(at, words.language) for at in (each.at, each.at + 1)]]
    ]
    return Plot("what_if", spec, words("what_if.plot.sentence"), columns, rows)


def _shown_medians(each: HalfHourWaits) -> tuple[int | None, int | None]:
    """The medians of a half hour in which enough people began to wait, without and with the change."""
    return (
        each.before_s if is_shown_in_cell(each.visits) else None,
        each.after_s if is_shown_in_cell(each.visits_after) else None,
    )


def _assumptions(found: WhatIf, hall: HallConfiguration, asked: Asked, words: Sentence) -> list[str]:
    """What the day is made of, in plain words."""
    language, weekday = words.language, asked.weekday
    day, visits = weekday_name(weekday, language), number(found.visits / len(found.days), language)
    first, last = (short_day(on, language) for on in (found.days[0], found.days[-1]))
    said = [
        words("what_if.assumed.days", count=len(found.days), day=day, first=first, last=last, visits=visits),
        words("what_if.assumed.pairs", plays=REPLICATIONS // len(found.days) * len(found.days), seed=SEED),
        words(
            "what_if.assumed.measured",
            played=number(minutes(found.played_s), language),
            measured=number(minutes(found.measured_s), language),
        ),
        words("what_if.assumed.rule", rule=words(f"document_words.choice.rule.{hall.rule}")),
        words("what_if.assumed.leavers"),
    ]
    moved = number(found.moved / len(found.days), language, decimals=1)
    if isinstance(asked.change, AppointmentQuota):
        target = number(minutes(asked.change.target_s), language)
        said.append(words("what_if.assumed.booked", people=moved, target=target))
    closed = closings(hall.calendar.weekly.get(weekday, ()))
    gaps = ", ".join(
        words(
            "what_if.gap",
            first=clock_words(each.opens, language, words),
            last=clock_words(each.closes, language, words),
        )
        for each in closed
    )
    if isinstance(asked.change, OneCounterMore) and asked.change.demand:
        gap = words("what_if.assumed.demand", gaps=gaps, share=asked.fields["midi"], people=moved)
    else:
        gap = words("what_if.assumed.gap", gaps=gaps) if closed else words("what_if.assumed.closed")
    presses = number(what_ifs.presses_while_closed(hall.hall, found.days, closed), language, decimals=1)
    return [*said, f"{gap} {words('what_if.assumed.presses', n=presses)}"]
