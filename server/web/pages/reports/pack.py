"""The evidence pack of a report: an archive with its sheet, figures, indicators, action plan and proofs."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from server.domain.hall.configuration import Service
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.typed_figures import TYPED, TypedFigure
from server.domain.refusals import Refusal
from server.domain.reports.day_rows import ROW_COLUMNS, method_of
from server.domain.reports.figures import ReportContent, ReportFigure, ReportHour, ReportPart
from server.domain.texts import csv_sheet
from server.store.transactions.database import Database
from server.usecases.actions import PlannedAction, read_actions
from server.usecases.reports.report_content import HallEvidence, read_day_rows, read_evidence
from server.usecases.reports.reports import ReadReport
from server.web.pages.quality.typed_wording import typed_name, typed_text
from server.web.pages.quality.wording import NBSP, number, short_day
from server.web.pages.reports.papers import open_sheet
from server.web.pages.reports.wording import ReportWording
from server.web.pages.voice import pack_lines

TYPED_COLUMNS = (
    *("hall", "service", "service_name", "indicator", "unit", "period", "value", "source"),
    *("is_from_other_tool", "typed_on"),
)
"""The columns of `chiffres-saisis.csv`; values are exact, in the unit."""

type Services = Mapping[str, Mapping[str, Service]]
"""The services of each hall (slug), by id."""


class TypedRows:
    """Writes the typed figures of a report’s halls in the words of a pack."""

    def __init__(self, report: ReadReport, words: ReportWording, services: Services) -> None:
        self._report, self._words, self._services = report, words, services

    def of_table(self, evidence: Sequence[HallEvidence]) -> Iterator[list[str]]:
        """A row for each hall, indicator and service that has a value in the period or in the one before.

        Name, target (none), result and period before of each hall, source with its date, comment (empty).
        """
        names = (self._report.period.name, self._report.period.previous().name)
        halls = [hall["slug"] for hall in self._report.figures["halls"]]
        for hall in evidence:
            found: dict[tuple[str, str], dict[str, TypedFigure]] = {}
            for each in hall.typed:
                if each.period.name in names:
                    found.setdefault((each.indicator, each.service), {})[each.period.name] = each
            for _, periods in sorted(found.items(), key=_place):
                values = [self._value(periods.get(name)) for name in names]
                cells = [cell for slug in halls for cell in (values if slug == hall.hall else ["", ""])]
                sources = dict.fromkeys(self._source(each) for each in periods.values())
                yield [
                    self._name(hall.hall, next(iter(periods.values()))),
                    "",
                    *cells,
                    "; ".join(sources),
                    "",
                ]

    def of_file(self, evidence: Sequence[HallEvidence]) -> Iterator[list[object]]:
        """The rows of `chiffres-saisis.csv`."""
        for hall in evidence:
            for each in hall.typed:
                yield [
                    *(hall.hall, each.service, self._service(hall.hall, each.service), each.indicator),
                    *(each.unit, each.period.name, f"{each.value.normalize():f}", each.source),
                    *("yes" if each.is_from_other_tool else "no", self._day(each.recorded_at).isoformat()),
                ]

    def of_proofs(self, evidence: Sequence[HallEvidence]) -> Iterator[list[object]]:
        """Values that were typed or withdrawn after the freezing: the pack shows them as they stood then."""
        for hall in evidence:
            for each in hall.typed_later:
                yield self._proof(hall.hall, "typed_after_freezing", each)
            for each in hall.withdrawn_later:
                yield self._proof(hall.hall, "withdrawn_after_freezing", each)

    def _proof(
        self, hall: str, kind: Literal["typed_after_freezing", "withdrawn_after_freezing"], each: TypedFigure
    ) -> list[object]:
        subject = f"{each.indicator} {each.service}".strip()
        return [hall, kind, subject, each.period.name, f"{each.value.normalize():f}", each.unit]

    def _name(self, hall: str, figure: TypedFigure) -> str:
        name = typed_name(figure.indicator, self._words.say)
        service = self._service(hall, figure.service)
        return f"{name} – {service}" if service else name

    def _service(self, hall: str, service: str) -> str:
        known = self._services[hall].get(service)
        return service if known is None else known.name(self._words.language)

    def _value(self, figure: TypedFigure | None) -> str:
        return "" if figure is None else typed_text(figure, self._words.say)

    def _source(self, figure: TypedFigure) -> str:
        key = "reports.trame.other_tool" if figure.is_from_other_tool else "reports.trame.typed"
        day = short_day(self._day(figure.recorded_at), self._words.language)
        return self._words.say(key, source=figure.source, day=day)

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self._report.figures["time_zone"])).date()


def _place(found: tuple[tuple[str, str], object]) -> tuple[int, str]:
    """In the order of pages; the whole hall before its services."""
    (indicator, service), _ = found
    return [*TYPED, *INDICATORS].index(indicator), service


OF_COMMITTEE = (
    *("visits", "wait_median", "wait_p90", "within_target", "not_issued", "left_before_call", "no_shows"),
    *("appointments_missed", "office_on_time"),
)
"""The indicators of « Trame des indicateurs », in its order."""
COLUMNS = (
    *("hall", "service", "service_name", "indicator", "unit", "period", "value", "n", "count"),
    *("previous_period", "previous_value", "previous_n"),
    *("method", "low", "high", "n_days", "previous_low", "previous_high", "previous_n_days"),
    *("open_days", "previous_open_days", "difference", "difference_low", "difference_high", "p", "direction"),
    "hour",
)
"""The columns of `chiffres.csv`; values are exact, in the unit; limits of numbers are per open day."""
SCRIPT = Path(__file__).parent / "verifier.py"
"""Counts `chiffres.csv` again from `journees.csv`; it shares no line with the product."""

ALWAYS = ("trame-des-indicateurs", "plan-d-actions", "chiffres", "journees", "preuves")
"""The tables that a pack has even without a line; of the others it says that they are missing."""


@dataclass(frozen=True, slots=True)
class PackStep:
    """Progress of a pack: steps done, steps in all, the next step; `archive` only at the end."""

    done: int
    steps: int
    next: str
    archive: bytes | None = None


def pack_steps(
    database: Database, report: ReadReport, words: ReportWording, *, paper: Callable[[], bytes]
) -> Iterator[PackStep]:
    """Makes the pack step by step. Without Pango it has no PDF, and its list says so."""
    halls = report.figures["halls"]
    steps = len(halls) + 3
    files: dict[str, bytes] = {}
    evidence: list[HallEvidence] = []
    for done, hall in enumerate(halls):
        yield PackStep(done, steps, hall["name"])
        evidence.append(read_evidence(database, hall["hall"], report.period, frozen_at=report.row.frozen_at))
    yield PackStep(len(halls), steps, words.say("reports.pack.paper"))
    with suppress(Refusal):
        files["page.pdf"] = paper()
    yield PackStep(len(halls) + 1, steps, words.say("reports.pack.tables"))
    sites = {hall["site"]: database.configuration(hall["hall"]).site for hall in halls}
    services = {hall["slug"]: database.configuration(hall["hall"]).services for hall in halls}
    typed = TypedRows(report, words, services)
    indicators = [*_indicators(report, words), _presence(evidence, words), *typed.of_table(evidence)]
    plan = _plan(read_actions(database, sites.values()), words)
    slugs, period, say = [hall["slug"] for hall in halls], report.period, words.say
    files["trame-des-indicateurs.ods"] = open_sheet(say("reports.trame"), indicators)
    files["plan-d-actions.ods"] = open_sheet(say("actions.title"), plan)
    tables: dict[str, Sequence[Sequence[object]]] = {
        "trame-des-indicateurs": indicators,
        "plan-d-actions": plan,
        "chiffres": [COLUMNS, *_figures(report.figures)],
        "chiffres-maintenant": [COLUMNS, *(_figures(report.now) if report.corrections else [])],
        "journees": [ROW_COLUMNS, *read_day_rows(database, report.now["halls"], period)],
        "chiffres-saisis": [TYPED_COLUMNS, *typed.of_file(evidence)],
        "preuves": [*_proofs(report, evidence, words), *typed.of_proofs(evidence)],
        "enquetes": [
            pack_lines.SURVEY_COLUMNS,
            *pack_lines.survey_lines(database, frozenset(sites), period, say),
        ],
        "reclamations": [pack_lines.COMPLAINT_COLUMNS, *pack_lines.complaint_lines(database, slugs, period)],
        "constats": [pack_lines.CHECK_COLUMNS, *pack_lines.check_lines(database, slugs, period, say)],
        pack_lines.INCIDENT_FILE: [
            pack_lines.INCIDENT_COLUMNS,
            *pack_lines.incident_lines(database, slugs, period, say),
        ],
    }
    for name, lines in tables.items():
        if len(lines) > 1 or name in ALWAYS:
            files[f"{name}.csv"] = csv_sheet(lines).encode()
    yield PackStep(len(halls) + 2, steps, words.say("reports.pack.archive"))
    files[SCRIPT.name] = _script(words)
    files["LISEZMOI.txt"] = _contents(report, words, files, evidence).encode()
    yield PackStep(steps, steps, "", archive=_zip(files, report))


def _indicators(report: ReadReport, words: ReportWording) -> list[list[str]]:
    say, halls = words.say, report.figures["halls"]
    head = [say("reports.trame.indicator"), say("reports.trame.target")]
    for hall in halls:
        head += [
            say("reports.trame.result", hall=hall["name"]),
            say("reports.trame.previous", hall=hall["name"]),
        ]
    lines = [[*head, say("reports.trame.source"), say("reports.trame.comment")]]
    for name in OF_COMMITTEE:
        target = words.target(report.figures["whole"]["target"]) if name == "within_target" else ""
        line = [say(INDICATORS[name].label_key), target]
        for hall in halls:
            whole = hall["whole"]
            line += [words.with_interval(name, whole["figures"][name]), words.against(whole, name)]
        lines.append([*line, say("reports.trame.measured"), ""])
    return lines


def _presence(evidence: Sequence[HallEvidence], words: ReportWording) -> list[str]:
    """Presence of all devices of each hall on the days that are kept, as a row of the table of indicators."""
    line, since = [words.say("quality.elsewhere.device_presence.label"), ""], []
    for hall in evidence:
        seen = sum(each.seen for each in hall.devices)
        checks = sum(each.checks for each in hall.devices)
        share = number(100 * seen / checks, words.language, decimals=1) if checks else ""
        line += [f"{share}{NBSP}%" if share else words.say("reports.nothing"), ""]
        since += [each.since for each in hall.devices]
    source = words.say("reports.trame.since", day=short_day(min(since), words.language)) if since else ""
    return [*line, source, ""]


def _plan(actions: Sequence[PlannedAction], words: ReportWording) -> list[list[str]]:
    say = words.say
    fields = (
        *("site", "remark", "origin", "solution", "owner", "due_on", "state"),
        *("done_on", "proof", "verified_by", "review_on", "effect"),
    )
    lines = [[say(f"actions.{field}") for field in fields]]
    for each in actions:
        row, state = each.row, say(f"actions.state.{each.row.state}")
        lines.append(
            [
                each.site.name,
                row.remark,
                row.origin or (say(f"actions.origin.{each.origin.kind}") if each.origin else ""),
                row.solution,
                row.owner,
                _iso(row.due_on),
                f"{state} – {say('actions.late')}" if each.is_late else state,
                *(_iso(row.done_on), row.proof, row.verified_by, _iso(row.review_on)),
                say(f"actions.effect.{row.effect}") if row.effect else "",
            ]
        )
    return lines


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _figures(content: ReportContent) -> Iterator[list[object]]:
    if len(content["halls"]) > 1:
        yield from _part(content, "", "", content["whole"])
        for each in content["services"]:
            yield from _part(content, "", each["key"], each)
    for hall in content["halls"]:
        yield from _part(content, hall["slug"], "", hall["whole"])
        for each in hall["services"]:
            yield from _part(content, hall["slug"], each["key"], each)
    for hour in content["hours"]:
        yield from _hour(content, hour)


def _part(content: ReportContent, hall: str, service: str, part: ReportPart) -> Iterator[list[object]]:
    days = part.get("open_days", ["", ""])
    for name, figure in part["figures"].items():
        before, change = part["previous"][name], part.get("changes", {}).get(name)
        yield [
            *(hall, service, part["name"] if service else "", name, INDICATORS[name].unit),
            *(content["period"]["name"], figure["value"], figure["n"], figure["count"]),
            *(content["previous"]["name"], before["value"], before["n"]),
            *(method_of(name), *_limits(figure), *_limits(before), *days),
            *((change["difference"], change["low"], change["high"]) if change else ("", "", "")),
            *((change["p"], change["direction"]) if change else ("", "")),
            "",
        ]


def _limits(figure: ReportFigure | ReportHour) -> tuple[object, object, object]:
    found = figure.get("interval")
    return (found["low"], found["high"], found["n_days"]) if found else ("", "", "")


def _hour(content: ReportContent, hour: ReportHour) -> Iterator[list[object]]:
    """The lines of an hour of the page: its waits, and who left in it before the call."""
    period, days = content["period"]["name"], content["whole"].get("open_days", [""])[0]
    wait = ("wait_p90", "s", period, hour["wait_p90_s"], hour["n"])
    left = ("left_before_call", "tickets", period, hour.get("left"), hour.get("left"))
    for line, method, limits in ((wait, method_of(wait[0]), _limits(hour)), (left, "", ("", "", ""))):
        if line[3] is not None:
            yield [*("", "", ""), *line, *[""] * 4, method, *limits, *[""] * 3, days, *[""] * 6, hour["hour"]]


def _script(words: ReportWording) -> bytes:
    """The script of the pack, with the words in which it answers."""
    source = SCRIPT.read_text(encoding="utf-8")
    for word in ("equal", "corrected", "different"):
        source = source.replace(f'"{word}"', repr(words.say(f"reports.pack.{word}")), 1)
    return source.encode()


def _proofs(
    report: ReadReport, evidence: Sequence[HallEvidence], words: ReportWording
) -> list[Sequence[object]]:
    """Displays, presence of devices, and journals: one kind after the other."""
    lines: list[Sequence[object]] = [("hall", "proof", "subject", "detail", "value", "unit")]
    for hall in evidence:
        for shown in hall.shown:
            lines.append((hall.hall, "display", shown.title, shown.screen, shown.shown_ms // 1000, "s"))
        for device in hall.devices:
            share = f"{100 * device.seen / device.checks:.1f}" if device.checks else ""
            lines.append((hall.hall, "presence", device.device, f"since {device.since}", share, "percent"))
    for kept in report.figures["halls"]:
        lines.append((kept["slug"], "journal_at_reading", kept["head"], "", kept["facts"], "facts"))
    for hall in evidence:
        lines.append((hall.hall, "journal_now", hall.head, "", hall.facts, "facts"))
    if report.row.digest:
        lines.append(("", "report_sha256", report.row.digest, str(report.state), "", ""))
    for each in report.corrections:
        said = words.corrected(each)
        lines.append((each.hall, "correction", said.where, said.indicator, f"{said.frozen} → {said.now}", ""))
    return lines


def _contents(
    report: ReadReport, words: ReportWording, files: dict[str, bytes], evidence: Sequence[HallEvidence]
) -> str:
    """What the archive holds, and what is missing."""
    say, zone = words.say, report.figures["time_zone"]
    lines = [say("reports.pack.title", period=words.days(report.figures["period"]))]
    lines += [hall["name"] for hall in report.figures["halls"]]
    at = words.instant(datetime.fromisoformat(report.figures["as_of"]), zone)
    lines += [say(f"reports.state.{report.state}"), say("reports.pack.read_at", at=at), ""]
    lines += [say(f"reports.pack.file.{name.rpartition('.')[0]}", file=name) for name in sorted(files)]
    is_there = {
        "paper": "page.pdf" in files,
        "shown": any(hall.shown for hall in evidence),
        "devices": any(hall.devices for hall in evidence),
        "typed": any(hall.typed for hall in evidence),
        "surveys": "enquetes.csv" in files,
        "incidents": f"{pack_lines.INCIDENT_FILE}.csv" in files,
        "complaints": "reclamations.csv" in files,
    }
    missing = [say(f"reports.pack.missing.{name}") for name, found in is_there.items() if not found]
    if report.corrections:
        count = len(report.corrections)
        lines += ["", say("reports.corrections.count", count=count, n=number(count, words.language))]
    return "\r\n".join([*lines, "", say("reports.pack.missing"), *missing, ""])


def _zip(files: dict[str, bytes], report: ReadReport) -> bytes:
    """The archive; its files bear the instant at which figures were read."""
    at = datetime.fromisoformat(report.figures["as_of"]).timetuple()[:6]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, at), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
