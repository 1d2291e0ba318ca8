"""`parvis replay`: what would have been announced in a log, and how it came true."""

import csv
import mmap
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
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
from server.domain.refusals import Refusal
from server.domain.simulation.grades import ESTIMATE_COLUMNS, GROUPS, SIMPLE, Grading, estimate_cells
from server.domain.simulation.log_rows import (
    DUTY_COLUMNS,
    SERVICE_COLUMNS,
    Buffer,
    LeftAside,
    LegFile,
    LogFile,
    duties_of,
    terms_of,
)
from server.domain.simulation.replay import replayed
from server.domain.texts import plain_cell

COLUMNS = ("mae", "rmse", "inside", "above", "width", "score", "untold")
SHARES = ("inside", "above", "untold")
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
    grading = Grading(None if train_until is None else train_until.date())
    began = perf_counter()
    with ExitStack() as open_files:
        read = {file: open_files.enter_context(_content(file)) for file in (legs, counters, services)}
        service_rows = LogFile(str(services), read[services], SERVICE_COLUMNS)
        terms = terms_of(service_rows)
        counter_rows = LogFile(str(counters), read[counters], DUTY_COLUMNS)
        duties = duties_of(counter_rows)
        log = LegFile(str(legs), read[legs], terms)
        for file in (service_rows, counter_rows, log):
            _say_aside(file.aside)
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
        writer.writerow(ESTIMATE_COLUMNS)
        yield lambda cells: writer.writerow(map(plain_cell, cells))
    part.replace(out)


def _say_aside(aside: LeftAside) -> None:
    for reason, (count, line) in aside.reasons.items():
        key = "terminal.replay.kept" if reason in KEPT else "terminal.replay.aside"
        why = sentence(f"terminal.replay.why.{reason}")
        say(sentence(key, file=aside.file, count=count, line=line, why=why), style="yellow")


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
