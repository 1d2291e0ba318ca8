"""The figures, `/qualite`: summary, explorer, dictionary and downloads; without JavaScript."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, abort, make_response, render_template, request

from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.quality.indicators import INDICATORS, MEASURED_ELSEWHERE, NOT_MEASURED
from server.domain.quality.periods import PeriodKind, period_of, period_of_days
from server.domain.refusals import Refusal
from server.domain.texts import csv_sheet
from server.usecases.quality.indicators import Before, Days, span_before
from server.usecases.quality.kept_answers import KeptAnswers, digest_of_figures
from server.usecases.quality.periods import Exploration, explore_figures, first_period_of, read_periods
from server.usecases.quality.visits import (
    FEWEST_SERVED,
    counters_csv,
    legs_csv,
    read_individual_figures,
    services_csv,
    sites_with_individual_figures,
)
from server.usecases.typed_figures import read_annotations
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.quality import wording
from server.web.pages.quality.comparisons import Event, OpenDays, event_days, event_of
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.explorer import Explorer, days_title, explorer_of, figures_sheet
from server.web.pages.quality.query import CLASSES, ExplorerQuery, day_near, period_around, read_query
from server.web.pages.quality.summary import TILES, SummaryQuery, summary_of
from server.web.pages.quality.tables import OtherTable, ShownFigure, other_tables, service_name
from server.web.pages.quality.wording import PRESENCE, SATISFACTION, title_of
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.viewer import Sentence

FIRST_KIND = PeriodKind.MONTH
PICTURE_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'"
"""Of a drawing: it brings its letters, and nothing that runs."""


class Views:
    """The last views of the explorer, its sheets of figures, and what changed around remarks."""

    def __init__(self) -> None:
        self.pages = KeptAnswers[tuple[ExplorerQuery, date], Explorer]()
        self.sheets = KeptAnswers[ExplorerQuery, str]()
        self.events = KeptAnswers[tuple[ExplorerQuery, tuple[HallConfiguration, ...], date], Event]()


drawings, views = of_app(Drawings), of_app(Views)
quality_pages = PageRoutes(
    "quality",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/quality",
)
"""The blueprint of `/qualite`; reading needs `read_figures`, the visits themselves `export_visits`."""


@quality_pages.get("/qualite", Permission.READ_FIGURES)
def summary() -> tuple[str, int] | str:
    hall = page.hall(Permission.READ_FIGURES)
    selection, is_understood = _selection(hall)
    language, service = selection.language, selection.service
    words = page.sentence()
    series = read_periods(database(), hall.hall, selection.period, service=service)
    period = usual = selection.period
    if not any(request.args.get(name) for name in ("duree", "jour", "du")):
        period = first_period_of(series, selection.day)
    if period != usual:
        selection = replace(selection, period=period, day=min(selection.day, period.last_on))
        series = read_periods(database(), hall.hall, period, service=service)
    html = render_template(
        "quality/summary.html",
        selection=selection,
        view=summary_of(series, selection, words),
        names=TILES,
        halls=page.halls(Permission.READ_FIGURES),
        kinds=list(PeriodKind),
        period=title_of(period, language),
        previous_name=title_of(period.previous(), language),
        next_name=title_of(period.next(), language),
        previous=_query(selection, period.previous().starts_on),
        next=_query(selection, period.next().starts_on),
        query=_query(selection, period.starts_on),
        levels_query=_query(selection, period.starts_on) + _free_days(),
        may_print_hours=page.may(Permission.READ_BOARD, hall.site.slug),
        may_ask_what_if=page.may(Permission.DECIDE_TARGETS, hall.site.slug),
        period_query=lambda day: _query(selection, day),
        usual=usual,
        running=title_of(usual, language),
        annotations=[
            (wording.day_text(each.day, language), each.words, f"hall={hall.hall}&duree=day&jour={each.day}")
            for each in read_annotations(database(), hall.hall, period.starts_on, period.ends_on)
        ],
        shows_agents=_shows_agents(hall),
        is_understood=is_understood,
    )
    return html if is_understood else (html, 400)


def _shows_agents(hall: HallConfiguration) -> bool:
    site, sites = hall.site.slug, sites_with_individual_figures(database())
    return site in sites and page.may(Permission.SUPERVISE, site)


@quality_pages.get("/qualite/dictionnaire", Permission.READ_FIGURES)
def dictionary() -> str:
    words = page.sentence()
    return render_template(
        "quality/dictionary.html",
        hall=page.hall(Permission.READ_FIGURES),
        groups=wording.GROUPS,
        indicators=INDICATORS,
        elsewhere={
            name: PRESENCE if name == "device_presence" else SATISFACTION for name in MEASURED_ELSEWHERE
        },
        not_measured=NOT_MEASURED,
        parts=[
            *((f"groupe-{name}", words(f"quality.group.{name}")) for name in wording.GROUPS),
            ("doute", words("quality.doubt.title")),
            ("ailleurs", words("quality.dictionary.elsewhere")),
            ("non-mesure", words("quality.dictionary.not_measured")),
        ],
        query=request.query_string.decode("ascii", "replace"),
    )


def _halls(permission: Permission) -> Sequence[HallConfiguration]:
    """Every hall that the address names (`hall`, repeated), else the person's first; 404 for any other."""
    first = page.hall(permission)
    names = dict.fromkeys(request.args.getlist("hall"))
    theirs = {hall.hall: hall for hall in page.halls(permission)}
    if any(name not in theirs for name in names):
        abort(404)
    return [theirs[name] for name in names] or [first]


@quality_pages.get("/qualite/explorer", Permission.READ_FIGURES)
def explorer() -> tuple[str, int] | str:
    halls = _halls(Permission.READ_FIGURES)
    query = _query_of(halls)
    words = page.sentence()
    view = _view(query, words)
    theirs = page.halls(Permission.READ_FIGURES)
    sites = {hall.site.slug for hall in halls}
    others = other_tables(database(), query, theirs, words)
    event: Event | None = None
    if query.is_day and view.annotations:
        event = views.events.answer(
            (query, tuple(theirs), _today(query.hall)),
            lambda: _digest(theirs, event_days(database(), query)),
            lambda: event_of(database(), query, theirs, words),
        )
    html = render_template(
        "quality/explorer.html",
        query=query,
        view=view,
        address=query.address(),
        halls=theirs,
        hall_choices=[(hall.hall, hall.name) for hall in theirs],
        chosen_halls=[hall.hall for hall in halls],
        services=[
            (
                each.id,
                each.name(query.language) + (f" ({words('quality.retired')})" if each.is_retired else ""),
            )
            for each in view.services
        ],
        classes=[(name, words(f"quality.class.{name}")) for name in CLASSES],
        weekdays=[(day + 1, wording.weekday_name(day, query.language)) for day in range(7)],
        chosen_weekdays={day + 1 for day in query.selection.weekdays},
        others=others,
        event=event,
        sections=_sections(view, others, words, has_event=event is not None),
        previous=_turned(query, -1),
        next=_turned(query, 1),
        keys=drawings.offer([plot.spec for plot in view.plots]),
        hour_label=lambda hour: wording.hour_label(hour, query.language),
        runs={name: _runs(shown) for name, shown in view.tables.groups.items()} if view.tables else {},
        indicators=INDICATORS,
        service_address=lambda name: query.with_selection(
            replace(query.selection, services=frozenset({name}))
        ),
        hour_address=lambda name: query.in_hour(int(name)),
        hall_address=lambda name: replace(
            query, halls=[hall for hall in halls if hall.hall == name]
        ).address(),
        may_export=all(page.may(Permission.EXPORT_VISITS, site) for site in sites),
        shows_agents=len(halls) == 1 and _shows_agents(halls[0]),
    )
    return (html, 400) if query.problems else html


def _view(query: ExplorerQuery, words: Sentence) -> Explorer:
    """What the explorer shows of a query, kept while its days stay as they are."""
    today = _today(query.hall)
    return views.pages.answer(
        (query, today),
        lambda: _digest(query.halls, (query.starts_on, query.ends_on), query.before),
        lambda: explorer_of(_found(query, query.before), query, words, today),
    )


def _digest(halls: Sequence[HallConfiguration], days: tuple[date, date], before: Before = None) -> str:
    names = [hall.hall for hall in halls]
    spans = (days, span_before(database(), names, days, before))
    return digest_of_figures(database(), names, [Days(*span) for span in spans if span])


def _query_of(halls: Sequence[HallConfiguration], *, is_file: bool = False) -> ExplorerQuery:
    """The query of the request. Answers 400 instead of a file where a field of it is wrong."""
    query = read_query(request.args, halls, _today(halls[0]), page.language())
    if is_file and query.problems:
        abort(400)
    return query


def _today(hall: HallConfiguration) -> date:
    return database().clock.now().astimezone(ZoneInfo(hall.site.time_zone)).date()


def _found(query: ExplorerQuery, before: Before) -> Exploration:
    return explore_figures(
        database(),
        [hall.hall for hall in query.halls],
        (query.starts_on, query.ends_on),
        before,
        selection=query.selection,
        with_alerts=query.with_alerts,
    )


def _turned(query: ExplorerQuery, direction: int) -> str:
    """The query string of the days before (-1) or after (1), as many or of the same kind of period."""
    if (period := period_of_days(query.starts_on, query.ends_on)) is not None:
        other = period.next() if direction > 0 else period.previous()
        return query.with_days(other.starts_on, other.ends_on)
    length = direction * (query.ends_on - query.starts_on)
    return query.with_days(query.starts_on + length, query.ends_on + length)


def _sections(
    view: Explorer, others: Sequence[OtherTable], words: Sentence, *, has_event: bool
) -> list[tuple[str, str]]:
    """The anchors and titles of the parts that the page has."""
    tables = view.tables
    plots = [(plot.name, words(f"quality.plot.{plot.name}.title")) for plot in view.plots]
    parts = [
        ("chiffres", "quality.summary.figures", True),
        ("avant-apres", "quality.event.title", has_event),
        ("changements", "quality.compared.title", view.comparisons is not None),
        ("halls", "quality.explorer.halls", bool(tables and tables.halls)),
        ("", "", True),
        ("annonces", "quality.announced.title", view.announced is not None),
        ("demarches", "quality.services.title", bool(tables and tables.services)),
        ("heures", "quality.hours.title", bool(tables and tables.hours)),
        ("suites", "quality.outcomes.title", bool(tables and tables.outcomes)),
        ("indicateurs", "quality.explorer.all_figures", tables is not None),
        *((each.name, f"quality.{each.name}.title", True) for each in others),
        ("jours", "quality.explorer.days", len(view.day_rows) > 1),
        ("emporter", "quality.download.title", True),
    ]
    found: list[tuple[str, str]] = []
    for anchor, key, is_there in parts:
        found += ([(anchor, words(key))] if anchor else plots) if is_there else []
    return found


@quality_pages.get("/qualite/explorer/<plot>.<any(csv, svg):form>", Permission.READ_FIGURES)
def plot_file(plot: str, form: str) -> Response:
    """A plot as a picture or its table as a sheet; 404 where the days have no such plot."""
    if form == "svg" and (svg := drawings.picture(request.args.get("dessin", ""))) is not None:
        return picture(svg)
    query = _query_of(_halls(Permission.READ_FIGURES), is_file=True)
    words = page.sentence()
    plots = {each.name: each for each in _view(query, words).plots}
    if form == "csv":
        theirs = page.halls(Permission.READ_FIGURES)
        others = [] if plot in plots else other_tables(database(), query, theirs, words)
        tables = plots | {each.name: each for each in (*others, *_view(query, words).sheets)}
        days = f"{query.starts_on.isoformat()}-{query.last_on.isoformat()}"
        table = tables.get(plot) or abort(404)
        sheet = csv_sheet((table.columns, *table.rows), query.language)
        return _download([sheet], f"parvis-{query.hall.hall}-{plot}-{days}.csv")
    drawn = plots.get(plot) or abort(404)
    [key] = drawings.offer([drawn.spec])
    svg = drawings.picture(key)
    if svg is None:
        abort(503)
    return picture(svg)


def picture(svg: str) -> Response:
    """A drawing as an answer."""
    answer = make_response(Response(svg, content_type="image/svg+xml; charset=utf-8"))
    answer.headers["Content-Security-Policy"] = PICTURE_SECURITY
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _selection(hall: HallConfiguration) -> tuple[SummaryQuery, bool]:
    """The selection of the summary, and whether all of it was understood (else defaults stand in)."""
    today = _today(hall)
    kind, day, service = (request.args.get(name, "") for name in ("duree", "jour", "demarche"))
    is_understood = kind in ("", *PeriodKind) and service in ("", *hall.services)
    if not day and (around := period_around(request.args.get("du", ""), request.args.get("au", ""))):
        kind, day = kind or around.kind, around.starts_on.isoformat()
    typed = day_near(day, today) if day else today
    on, is_understood = typed or today, is_understood and typed is not None
    period = period_of(PeriodKind(kind) if kind in tuple(PeriodKind) else FIRST_KIND, on)
    chosen = service if service in hall.services else None
    return SummaryQuery(hall, chosen, period, on, page.language()), is_understood


def _free_days() -> str:
    """The days of the explorer from which one came, kept for the way back; empty without any."""
    days = {name: request.args.get(name, "") for name in ("du", "au")}
    is_known = period_around(days["du"], days["au"]) is not None and not request.args.get("jour")
    return f"&{urlencode(days)}" if is_known else ""


def _query(selection: SummaryQuery, day: date) -> str:
    fields = {"hall": selection.hall.hall, "duree": str(selection.period.kind), "jour": day.isoformat()}
    return urlencode(fields | ({"demarche": selection.service} if selection.service else {}))


def _runs(shown: Sequence[ShownFigure]) -> list[tuple[str, list[ShownFigure]]]:
    """Figures in order, neighbours with the same convention together, so that it is printed once."""
    return [
        (key, list(run)) for key, run in groupby(shown, key=lambda each: INDICATORS[each.name].convention_key)
    ]


@quality_pages.get("/qualite/agents", Permission.SUPERVISE)
def agents() -> str:
    """The figures of each agent; without the decision of an administrator, that there are none."""
    query = _query_of(_halls(Permission.SUPERVISE)[:1])
    try:
        found = read_individual_figures(database(), query.hall.hall, query.starts_on, query.ends_on)
    except Refusal as refusal:
        if refusal.code != "individual_figures_off":
            raise
        found = None
    words = page.sentence()
    return render_template(
        "quality/agents.html",
        query=query,
        agents=found,
        fewest=FEWEST_SERVED,
        is_few=any(each.shown_median_s is None for agent in found or () for each in agent.services.values()),
        service_name=lambda service: service_name(query.services, service, query.language),
        period=days_title(query.starts_on, query.ends_on, words),
        minutes=lambda seconds: wording.number(wording.minutes(seconds), query.language),
    )


@quality_pages.get("/qualite/indicateurs.csv", Permission.READ_FIGURES)
def figures() -> Response:
    halls = _halls(Permission.READ_FIGURES)
    query, words = _query_of(halls, is_file=True), page.sentence()

    def sheet() -> str:
        found = _found(query, None)
        days = OpenDays(found.together(), frozenset().union(*found.opened.values()))
        return figures_sheet(days, query, words)

    days = (query.starts_on, query.ends_on)
    text = views.sheets.answer(query, lambda: _digest(halls, days), sheet)
    name = f"parvis-{query.hall.hall}-{query.starts_on.isoformat()}-{query.last_on.isoformat()}.csv"
    return _download([text], name)


@quality_pages.get("/qualite/<any(legs, counters, services):table>.csv", Permission.EXPORT_VISITS)
def visits(table: str) -> Response:
    halls = _halls(Permission.EXPORT_VISITS)
    query = _query_of(halls, is_file=True)
    days, names = (query.starts_on, query.ends_on), [hall.hall for hall in halls]
    lines = {
        "legs": lambda: legs_csv(database(), names, days),
        "counters": lambda: counters_csv(database(), names, days),
        "services": lambda: services_csv(database(), names),
    }[table]()
    return _download(lines, f"{table}.csv")


def _download(lines: Iterator[str] | list[str], name: str) -> Response:
    return file_answer(lines, "text/csv; charset=utf-8", name)
