"""The evidence pack of a report: an archive with its sheet, figures, indicators, action plan and proofs."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.quality.indicators import INDICATORS
from server.domain.refusals import Refusal
from server.domain.reports.figures import ReportPart
from server.domain.texts import plain_cells
from server.store.transactions.database import Database
from server.usecases.actions import PlannedAction, read_actions
from server.usecases.reports.report_content import HallEvidence, read_evidence
from server.usecases.reports.reports import ReadReport
from server.web.pages.quality.wording import NBSP, number, short_day
from server.web.pages.reports.pack import COLUMNS as TYPED_COLUMNS
from server.web.pages.reports.papers import Cells, open_sheet
from server.web.pages.reports.typed_rows import TypedRows
from server.web.pages.reports.wording import ReportWording
from server.web.pages.voice.pack_lines import (
    CHECK_COLUMNS,
    COMPLAINT_COLUMNS,
    INCIDENT_COLUMNS,
    INCIDENT_FILE,
    SURVEY_COLUMNS,
    check_lines,
    complaint_lines,
    incident_lines,
    survey_lines,
)

OF_COMMITTEE = (
    *("visits", "wait_median", "wait_p90", "within_target", "not_issued", "left_before_call", "no_shows"),
    *("appointments_missed", "office_on_time"),
)
"""The indicators of « Trame des indicateurs », in its order."""
COLUMNS = (
    *("hall", "service", "service_name", "indicator", "unit", "period", "value", "n", "count"),
    *("previous_period", "previous_value", "previous_n"),
)
"""The columns of `chiffres.csv`; values are exact, in the unit."""
BYTE_ORDER_MARK = "\ufeff"


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
    is_printed = True
    try:
        files["page.pdf"] = paper()
    except Refusal:
        is_printed = False
    yield PackStep(len(halls) + 1, steps, words.say("reports.pack.tables"))
    sites = {hall["site"]: database.configuration(hall["hall"]).site for hall in halls}
    services = {hall["slug"]: database.configuration(hall["hall"]).services for hall in halls}
    typed = TypedRows(report, words, services)
    indicators = [*_indicators(report, words), _presence(evidence, words), *typed.of_table(evidence)]
    _add_tables(files, "trame-des-indicateurs", words.say("reports.trame"), indicators)
    _add_tables(
        files,
        "plan-d-actions",
        words.say("actions.title"),
        _plan(read_actions(database, sites.values()), words),
    )
    files["chiffres.csv"] = _csv([COLUMNS, *_figures(report)])
    if typed_lines := list(typed.of_file(evidence)):
        files["chiffres-saisis.csv"] = _csv([TYPED_COLUMNS, *typed_lines])
    files["preuves.csv"] = _csv([*_proofs(report, evidence, words), *typed.of_proofs(evidence)])
    surveys = survey_lines(database, frozenset(sites), report.period, words.say)
    if surveys:
        files["enquetes.csv"] = _csv([SURVEY_COLUMNS, *surveys])
    slugs = [hall["slug"] for hall in halls]
    if complaints := complaint_lines(database, slugs, report.period):
        files["reclamations.csv"] = _csv([COMPLAINT_COLUMNS, *complaints])
    if findings := check_lines(database, slugs, report.period, words.say):
        files["constats.csv"] = _csv([CHECK_COLUMNS, *findings])
    incidents = incident_lines(database, slugs, report.period, words.say)
    if incidents:
        files[f"{INCIDENT_FILE}.csv"] = _csv([INCIDENT_COLUMNS, *incidents])
    yield PackStep(len(halls) + 2, steps, words.say("reports.pack.archive"))
    files["LISEZMOI.txt"] = _contents(report, words, files, evidence, is_printed=is_printed).encode()
    yield PackStep(steps, steps, "", archive=_zip(files, report))


def _add_tables(files: dict[str, bytes], name: str, title: str, cells: Cells) -> None:
    files[f"{name}.ods"] = open_sheet(title, cells)
    files[f"{name}.csv"] = _csv(cells)


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
            line += [words.value(name, whole["figures"][name]), words.value(name, whole["previous"][name])]
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
    fields = ("site", "remark", "origin", "solution", "owner", "due_on", "state")
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
                "" if row.due_on is None else row.due_on.isoformat(),
                f"{state} – {say('actions.late')}" if each.is_late else state,
            ]
        )
    return lines


def _figures(report: ReadReport) -> Iterator[list[object]]:
    for hall in report.figures["halls"]:
        for part, service in [(hall["whole"], ""), *((each, each["key"]) for each in hall["services"])]:
            yield from _part(report, hall["slug"], service, part)


def _part(report: ReadReport, hall: str, service: str, part: ReportPart) -> Iterator[list[object]]:
    figures = report.figures
    for name, figure in part["figures"].items():
        before = part["previous"][name]
        yield [
            *(hall, service, part["name"] if service else "", name, INDICATORS[name].unit),
            *(figures["period"]["name"], figure["value"], figure["n"], figure["count"]),
            *(figures["previous"]["name"], before["value"], before["n"]),
        ]


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
    report: ReadReport,
    words: ReportWording,
    files: dict[str, bytes],
    evidence: Sequence[HallEvidence],
    *,
    is_printed: bool,
) -> str:
    """What the archive holds, and what is missing."""
    say, zone = words.say, report.figures["time_zone"]
    lines = [say("reports.pack.title", period=words.days(report.figures["period"]))]
    lines += [hall["name"] for hall in report.figures["halls"]]
    at = words.instant(datetime.fromisoformat(report.figures["as_of"]), zone)
    lines += [say(f"reports.state.{report.state}"), say("reports.pack.read_at", at=at), ""]
    lines += [say(f"reports.pack.file.{name.rpartition('.')[0]}", file=name) for name in sorted(files)]
    missing = [] if is_printed else [say("reports.pack.missing.paper")]
    if not any(hall.shown for hall in evidence):
        missing.append(say("reports.pack.missing.shown"))
    if not any(hall.devices for hall in evidence):
        missing.append(say("reports.pack.missing.devices"))
    if not any(hall.typed for hall in evidence):
        missing.append(say("reports.pack.missing.typed"))
    if "enquetes.csv" not in files:
        missing.append(say("reports.pack.missing.surveys"))
    if f"{INCIDENT_FILE}.csv" not in files:
        missing.append(say("reports.pack.missing.incidents"))
    if "reclamations.csv" not in files:
        missing.append(say("reports.pack.missing.complaints"))
    if report.corrections:
        count = len(report.corrections)
        lines += ["", say("reports.corrections.count", count=count, n=number(count, words.language))]
    return "\r\n".join([*lines, "", say("reports.pack.missing"), *missing, ""])


def _csv(lines: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    for line in lines:
        sheet.writerow(plain_cells(line))
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _zip(files: dict[str, bytes], report: ReadReport) -> bytes:
    """The archive; its files bear the instant at which figures were read."""
    at = datetime.fromisoformat(report.figures["as_of"]).timetuple()[:6]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, at), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
