"""Logs: `parvis replay`, and the days of a log for `parvis simulate`, calibrated on what it measured."""

import csv
import math
import mmap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from server.commands.exchange import DAY
from server.commands.say import errors, say, sentence
from server.domain.calling.rules import RuleName
from server.domain.quality.leg_records import LegRecord
from server.domain.refusals import Refusal
from server.domain.simulation.calibration import Habits, calibrated, habits_of, measured
from server.domain.simulation.days import DrawnDay
from server.domain.simulation.figures import Difference, WaitsByRule
from server.domain.simulation.grades import ESTIMATE_COLUMNS, GROUPS, SIMPLE, Grading, estimate_cells
from server.domain.simulation.log_rows import (
    DUTY_COLUMNS,
    MOST_KEPT,
    SERVICE_COLUMNS,
    Buffer,
    LeftAside,
    LegFile,
    LogFile,
    duties_of,
    terms_of,
)
from server.domain.simulation.logs import days_of_log
from server.domain.simulation.replay import replayed
from server.domain.simulation.run import SimulatedWait, run_day
from server.domain.texts import plain_cell

COLUMNS = ("mae", "rmse", "inside", "above", "width", "score", "untold")
SHARES = ("inside", "above", "untold")
MEASURED = "measured"
KEPT = ("overlap", "service")
"""Reasons that rows are told for, but counted."""
_table = Console(width=140, highlight=False)


def replay(
    legs: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The legs.csv of the log.")],
    counters: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Its counters.csv.")],
    services: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Its services.csv.")],
    rule: Annotated[RuleName, typer.Option(help="The calling rule of its counters.")],
    estimates: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The CSV file to write, a row a leg.")
    ] = None,
    train_until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Judge only the days after this one.")
    ] = None,
) -> None:
    """Compute and grade the waits announced in a log, from earlier facts only."""
    if estimates is not None and not estimates.parent.is_dir():
        raise typer.BadParameter("a file in a folder that exists", param_hint="--estimates")
    grading = Grading(None if train_until is None else train_until.date())
    began = perf_counter()
    with ExitStack() as open_files:
        read = {file: open_files.enter_context(_content(file)) for file in (legs, counters, services)}
        service_rows = LogFile(str(services), read[services], SERVICE_COLUMNS)
        terms = terms_of(service_rows)
        counter_rows = LogFile(str(counters), read[counters], DUTY_COLUMNS, most=MOST_KEPT)
        duties = duties_of(counter_rows)
        log = LegFile(str(legs), read[legs], terms)
        for file, rows in ((service_rows, terms), (counter_rows, duties), (log, log)):
            _say_aside(file.aside, len(rows))
        found = replayed(log.in_order(), duties, terms, rule, seconds=perf_counter)
        shown = track(found, rule, total=len(log), console=errors, transient=True)
        with nullcontext() if estimates is None else _estimates_file(estimates) as write:
            for one in shown:
                grading.add(one)
                if write is not None:
                    write(estimate_cells(one))
    print_grades(grading)
    say(sentence("terminal.replay.done", count=len(log), seconds=round(perf_counter() - began, 1)))
    if estimates is not None:
        say(sentence("command.rows", file=estimates, count=len(log)))


@contextmanager
def _content(file: Path) -> Iterator[Buffer]:
    """A file mapped into memory."""
    with file.open("rb") as opened:
        if not file.stat().st_size:
            raise Refusal("log_empty", file=str(file), line=1)
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content


@contextmanager
def _estimates_file(out: Path) -> Iterator[Callable[[Iterable[str]], object]]:
    """Writes rows to a file that is complete or absent."""
    part = out.with_name(f"{out.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(plain_cell, ESTIMATE_COLUMNS))
        yield lambda cells: writer.writerow(map(plain_cell, cells))
    part.replace(out)


def _say_aside(aside: LeftAside, used: int) -> None:
    """Says which rows of a file are left aside. Refusal: log_no_row, when none is used."""
    for reason, (count, line) in aside.reasons.items():
        key = "terminal.replay.kept" if reason in KEPT else "terminal.replay.aside"
        why = sentence(f"terminal.replay.why.{reason}")
        say(sentence(key, file=aside.file, count=count, line=line, why=why), style="yellow")
    if not used:
        raise Refusal("log_no_row", file=aside.file)


def print_grades(grading: Grading) -> None:
    """The grades of each group as a table, and what they count."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("told", *COLUMNS):
        table.add_column(sentence(f"terminal.replay.column.{name}"), justify="right")
    for name in GROUPS:
        grades = grading.by_group[name]
        if grades.told or grades.untold:
            cells = [
                f"{100 * value:.1f} %" if column in SHARES else f"{value:.1f}"
                for column, value in grades.figures().items()
            ]
            if name == SIMPLE:
                cells[2:] = ["–"] * len(cells[2:])
            table.add_row(sentence(f"terminal.replay.group.{name}"), str(grades.told), *cells)
    _table.print(table)
    say(sentence("terminal.replay.meaning"))


@dataclass(frozen=True, slots=True)
class LogPaths:
    """The files of a log; `services` may be missing."""

    legs: Path
    counters: Path
    services: Path | None


def logged_days(paths: LogPaths, rule: RuleName, *, one_agent: bool) -> list[DrawnDay]:
    """The days of a log, as its agents work; prints « rejoué / mesuré » of its own rule (else `rule`).

    Refusals: those of a file that is no log, and no_simulated_day, when no day has a counter on duty.
    """
    with ExitStack() as open_files:
        settings: list[Mapping[str, str]] = []
        if paths.services is not None:
            content = open_files.enter_context(_content(paths.services))
            described = LogFile(str(paths.services), content, SERVICE_COLUMNS)
            settings = [row for _, _, row in described.rows()]
        rows = LogFile(str(paths.counters), open_files.enter_context(_content(paths.counters)), DUTY_COLUMNS)
        duties = duties_of(rows)
        content = open_files.enter_context(_content(paths.legs))
        log = LegFile(str(paths.legs), content, most=MOST_KEPT)
        records = list(log.records())
        _say_aside(rows.aside, len(duties))
        _say_aside(log.aside, len(log))
    days = days_of_log(records, duties, settings, one_agent=one_agent)
    if not days:
        raise Refusal("no_simulated_day", legs=len(records), duties=len(duties))
    rules = Counter(duty.rule for duty in duties if duty.rule in set(RuleName))
    own = RuleName(rules.most_common(1)[0][0]) if rules else rule
    return _calibrated(days, records, habits_of(records, duties), own)


def _calibrated(
    days: Sequence[DrawnDay], records: Sequence[LegRecord], habits: Habits, rule: RuleName
) -> list[DrawnDay]:
    """The days with as many habits as it takes until replayed and measured agree within the noise."""
    waits = {MEASURED: measured(days, records)}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("within", "vs", "median", "p95"):
        table.add_column(sentence(f"terminal.simulate.column.{name}"), justify="right")
    table.add_row(sentence("terminal.simulate.row.measured"), *_shown(waits[MEASURED], None))
    best: tuple[float, list[DrawnDay]] = (math.inf, list(days))
    for name, found in calibrated(days, habits):
        waits[name] = [wait for day in found for wait in run_day(day, rule, priority_first=True)]
        runs = WaitsByRule({MEASURED: waits[MEASURED], name: waits[name]})
        apart = runs.compared(to=MEASURED, resamples=300)[name].within
        values = {"seconds": habits.turnaround_s, "count": len(habits.absences)}
        label = sentence(f"terminal.simulate.row.{name}", share=round(100 * habits.by_hand, 1), **values)
        table.add_row(label, *_shown(waits[name], apart))
        best = min(best, (abs(apart.value), found), key=lambda each: each[0])
        if apart.low <= 0 <= apart.high:
            break
    say(sentence("terminal.simulate.replayed", rule=rule), style="bold")
    _table.print(table)
    agrees = apart.low <= 0 <= apart.high
    say(sentence(f"terminal.simulate.{'agrees' if agrees else 'apart'}", points=round(100 * best[0], 1)))
    say("")
    return found if agrees else best[1]


def _shown(waits: Sequence[SimulatedWait], apart: Difference | None) -> list[str]:
    seconds = sorted(wait.wait_s for wait in waits)
    middle, p95 = (seconds[math.ceil(share * len(seconds)) - 1] / 60 for share in (0.5, 0.95))
    points = (100 * each for each in (apart.value, apart.low, apart.high)) if apart else ()
    vs = "{:+.1f} [{:+.1f}, {:+.1f}]".format(*points) if apart else ""
    within = sum(wait.is_within for wait in waits) / len(waits)
    return [f"{100 * within:.1f} %", vs, f"{middle:.1f}", f"{p95:.1f}"]
