"""The figures, `/qualite`: summary, explorer, dictionary and downloads; without JavaScript."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.periods import PeriodKind, period_of
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.quality.export_visits import counters_csv, legs_csv, services_csv
from server.usecases.quality.individual_figures import (
    FEWEST_SERVED,
    read_individual_figures,
    sites_with_individual_figures,
)
from server.usecases.quality.read_indicators import HallDays, read_days
from server.usecases.quality.read_periods import first_period_of, read_periods
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.quality import wording
from server.web.pages.quality.changes import title_of
from server.web.pages.quality.dictionary import dictionary_of
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.sheet import figures_sheet
from server.web.pages.quality.summary import TILES, SummaryQuery, summary_of
from server.web.pages.quality.view import GROUPS, Plot, QualityQuery, ShownFigure, service_name, view_of
from server.web.rendering.viewer import Sentence, WorkContext, hall_for_page, halls_for_page, page_language

FIRST_KIND = PeriodKind.MONTH
WITHOUT = "sans"
"""Of alerts: figures leave out the visits present during one."""


@dataclass(frozen=True, slots=True)
class QualityPages:
    """What the pages need of the rest of the server."""

    database: Database
    work: WorkContext
    drawings: Drawings


def quality_pages(needs: QualityPages) -> Blueprint:
    """The blueprint of `/qualite`; reading needs `read_figures`, the visits themselves `export_visits`."""
    pages = Blueprint(
        "quality",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static/quality",
    )

    @pages.get("/qualite")
    @requires(Permission.READ_FIGURES, of=PEOPLE)
    def summary() -> AnyResponse | tuple[str, int] | str:
        hall = hall_for_page(needs.work, Permission.READ_FIGURES)
        return hall if isinstance(hall, AnyResponse) else _summary(needs, hall)

    @pages.get("/qualite/explorer")
    @requires(Permission.READ_FIGURES, of=PEOPLE)
    def explorer() -> AnyResponse | tuple[str, int] | str:
        hall = hall_for_page(needs.work, Permission.READ_FIGURES)
        return hall if isinstance(hall, AnyResponse) else _page(needs, hall)

    @pages.get("/qualite/dictionnaire")
    @requires(Permission.READ_FIGURES, of=PEOPLE)
    def dictionary() -> AnyResponse | str:
        hall = hall_for_page(needs.work, Permission.READ_FIGURES)
        return hall if isinstance(hall, AnyResponse) else _dictionary(needs, hall)

    @pages.get("/qualite/indicateurs.csv")
    @requires(Permission.READ_FIGURES, of=PEOPLE)
    def figures() -> AnyResponse:
        hall = hall_for_page(needs.work, Permission.READ_FIGURES)
        return hall if isinstance(hall, AnyResponse) else _figures_csv(needs, hall)

    @pages.get("/qualite/agents")
    @requires(Permission.SUPERVISE, of=PEOPLE)
    def agents() -> AnyResponse | str:
        hall = hall_for_page(needs.work, Permission.SUPERVISE)
        return hall if isinstance(hall, AnyResponse) else _agents(needs, hall)

    @pages.get("/qualite/<any(legs, counters, services):table>.csv")
    @requires(Permission.EXPORT_VISITS, of=PEOPLE)
    def visits(table: str) -> AnyResponse:
        hall = hall_for_page(needs.work, Permission.EXPORT_VISITS)
        return hall if isinstance(hall, AnyResponse) else _visits_csv(needs, hall, table)

    return pages


def _summary(needs: QualityPages, hall: HallConfiguration) -> str | tuple[str, int]:
    person = needs.work.viewer()
    assert person is not None
    selection, is_understood = _selection(hall, needs.database)
    language, service = selection.language, selection.service
    words = Sentence(needs.work.translate, language)
    series = read_periods(needs.database, hall.hall, selection.period, service=service)
    first = first_period_of(series, selection.day)
    is_quarter_first = not request.args.get("duree") and first != selection.period
    if is_quarter_first:
        selection = replace(selection, period=first)
        series = read_periods(needs.database, hall.hall, selection.period, service=service)
    period = selection.period
    page = render_template(
        "quality/summary.html",
        selection=selection,
        view=summary_of(series, SummaryQuery(hall, service, period, language), words),
        names=TILES,
        halls=halls_for_page(needs.work, Permission.READ_FIGURES),
        kinds=list(PeriodKind),
        period=title_of(period, language),
        previous_name=title_of(period.previous(), language),
        next_name=title_of(period.next(), language),
        previous=_query(selection, period.previous().starts_on),
        next=_query(selection, period.next().starts_on),
        query=_query(selection, period.starts_on),
        period_query=lambda day: _query(selection, day),
        is_quarter_first=is_quarter_first,
        shows_agents=person.may(Permission.SUPERVISE, hall.site.slug)
        and hall.site.slug in sites_with_individual_figures(needs.database),
        is_understood=is_understood,
    )
    return page if is_understood else (page, 400)


def _dictionary(needs: QualityPages, hall: HallConfiguration) -> str:
    words = Sentence(needs.work.translate, page_language())
    query = request.query_string.decode("ascii", "replace")
    return render_template("quality/dictionary.html", hall=hall, groups=dictionary_of(words), query=query)


def _page(needs: QualityPages, hall: HallConfiguration) -> str | tuple[str, int]:
    person = needs.work.viewer()
    assert person is not None
    theirs = halls_for_page(needs.work, Permission.READ_FIGURES)
    selection, is_understood = _selection(hall, needs.database)
    words = Sentence(needs.work.translate, selection.language)
    found = _days(needs, selection)
    view = view_of(found, selection, words)
    page = render_template(
        "quality/explorer.html",
        selection=selection,
        view=view,
        halls=theirs,
        kinds=list(PeriodKind),
        period=wording.period_text(selection.period, selection.language),
        first_day=wording.day_text(selection.period.starts_on, selection.language),
        end_day=wording.day_text(selection.period.ends_on, selection.language),
        previous=_query(selection, selection.period.previous().starts_on),
        next=_query(selection, selection.period.next().starts_on),
        query=_query(selection, selection.period.starts_on),
        service_query=lambda service: _query(selection, selection.period.starts_on, service=service),
        drawings=dict(zip([p.name for p in view.plots], _drawn(needs.drawings, view.plots), strict=True)),
        runs={group: _runs(view.groups[group]) for group in GROUPS} if view.groups else {},
        indicators=INDICATORS,
        during_alert=found.during_alert,
        may_export=person.may(Permission.EXPORT_VISITS, hall.site.slug),
        shows_agents=person.may(Permission.SUPERVISE, hall.site.slug)
        and hall.site.slug in sites_with_individual_figures(needs.database),
        is_understood=is_understood,
    )
    return page if is_understood else (page, 400)


def _days(needs: QualityPages, selection: QualityQuery) -> HallDays:
    days = (selection.period.starts_on, selection.period.ends_on)
    return read_days(needs.database, selection.hall.hall, *days, with_alerts=selection.with_alerts)


def _selection(hall: HallConfiguration, database: Database) -> tuple[QualityQuery, bool]:
    """The selection of the query, and whether all of it was understood (else defaults stand in)."""
    today = database.clock.now().astimezone(ZoneInfo(hall.site.time_zone)).date()
    kind, day, service = (request.args.get(name, "") for name in ("duree", "jour", "demarche"))
    is_understood = kind in ("", *PeriodKind) and service in ("", *hall.services)
    try:
        on = date.fromisoformat(day) if day else today
    except ValueError:
        on, is_understood = today, False
    if not 1990 <= on.year <= today.year + 10:
        on, is_understood = today, False
    period = period_of(PeriodKind(kind) if kind in tuple(PeriodKind) else FIRST_KIND, on)
    chosen = service if service in hall.services else None
    alerts = request.args.get("alertes", "")
    is_understood = is_understood and alerts in ("", WITHOUT)
    return QualityQuery(hall, chosen, period, page_language(), on, alerts != WITHOUT), is_understood


def _query(selection: QualityQuery, day: date, *, service: str | None = None) -> str:
    fields = {"hall": selection.hall.hall, "duree": str(selection.period.kind), "jour": day.isoformat()}
    chosen = service or selection.service
    fields |= {"demarche": chosen} if chosen else {}
    return urlencode(fields if selection.with_alerts else fields | {"alertes": WITHOUT})


_DESCRIPTIONS = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
_SIZES = re.compile(r' (?:width|height|class|xmlns:xlink|version)="[^"]*"')


def _drawn(drawings: Drawings, plots: Sequence[Plot]) -> list[Markup | None]:
    """The plots' drawings without the renderer's own English descriptions: sentence and table say it."""
    svgs = drawings.svgs([plot.spec for plot in plots])
    return [None if svg is None else Markup(_as_picture(svg)) for svg in svgs]


def _as_picture(svg: str) -> str:
    start, end = svg.split(">", 1)
    return _SIZES.sub("", start) + ' aria-hidden="true" focusable="false">' + _DESCRIPTIONS.sub("", end)


def _runs(shown: Sequence[ShownFigure]) -> list[tuple[str, list[ShownFigure]]]:
    """Figures in order, neighbours with the same convention together, so that it is printed once."""
    return [
        (key, list(run)) for key, run in groupby(shown, key=lambda each: INDICATORS[each.name].convention_key)
    ]


def _agents(needs: QualityPages, hall: HallConfiguration) -> str:
    """The figures of each agent; without the decision of an administrator, that there are none."""
    selection, _ = _selection(hall, needs.database)
    days = (selection.period.starts_on, selection.period.ends_on)
    try:
        agents = read_individual_figures(needs.database, hall.hall, *days)
    except Refusal as refusal:
        if refusal.code != "individual_figures_off":
            raise
        agents = None
    return render_template(
        "quality/agents.html",
        selection=selection,
        agents=agents,
        fewest=FEWEST_SERVED,
        is_few=any(each.shown_median_s is None for agent in agents or () for each in agent.services.values()),
        service_name=lambda service: service_name(hall, service, selection.language),
        period=wording.period_text(selection.period, selection.language),
        query=_query(selection, selection.period.starts_on),
        minutes=lambda seconds: wording.number(wording.minutes(seconds), selection.language),
    )


def _figures_csv(needs: QualityPages, hall: HallConfiguration) -> Response:
    selection, is_understood = _selection(hall, needs.database)
    if not is_understood:
        abort(400)
    found = _days(needs, selection)
    text = figures_sheet(found, selection, Sentence(needs.work.translate, selection.language))
    return _download([text], f"parvis-{hall.hall}-{selection.period.name}.csv")


def _visits_csv(needs: QualityPages, hall: HallConfiguration, table: str) -> Response:
    selection, is_understood = _selection(hall, needs.database)
    if not is_understood:
        abort(400)
    days = (selection.period.starts_on, selection.period.ends_on)
    lines = {
        "legs": lambda: legs_csv(needs.database, [hall.hall], days),
        "counters": lambda: counters_csv(needs.database, [hall.hall], days),
        "services": lambda: services_csv(needs.database, [hall.hall]),
    }[table]()
    return _download(lines, f"{table}.csv")


def _download(lines: Iterator[str] | list[str], name: str) -> Response:
    answer = make_response(Response(lines, content_type="text/csv; charset=utf-8"))
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
