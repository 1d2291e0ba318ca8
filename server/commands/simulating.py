"""`parvis simulate`: calling rules on the same days, drawn or from a log, and what each makes of them."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from server.commands.replaying import LogPaths, logged_days
from server.commands.say import errors, say, sentence
from server.domain.calling.rules import RuleName
from server.domain.hours.calendars import AtBreak
from server.domain.simulation.announced_waits import LearntWaits
from server.domain.simulation.days import HALLS, DayOptions, DrawnDay, draw_day, with_options
from server.domain.simulation.figures import (
    CLASSES,
    Compared,
    Difference,
    EstimateAccuracy,
    Figures,
    WaitsByRule,
    honesty,
)
from server.domain.simulation.run import SimulatedWait, run_day
from server.domain.texts import plain_cell

FORMS = {False: "Priority as the rule places it", True: "Priority before all others"}
"""The title of the tables with `priority_first` off and on."""
WIDTH = 100
_tables = Console(width=WIDTH, highlight=False)


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """A rule in one form on one hall's days; `honesty` where waits were announced."""

    hall: str
    rule: RuleName
    priority_first: bool
    figures: Figures
    compared: Compared
    honesty: EstimateAccuracy | None


def print_hall(hall: str, days: int, outcomes: Sequence[RuleOutcome], reference: RuleName) -> None:
    """Prints the figures of one hall, the differences from the rule `reference`, and a conclusion."""
    tickets = outcomes[0].figures.tickets
    say(f"{hall}: {days} days, {tickets / days:.1f} tickets a day; waits in minutes", style="bold")
    say(f"« vs » is the difference from {reference}, with a paired 95 % interval over the days.")
    say("« left » before the call; « day’s max » is the longest wait of a day, its mean over the days;")
    say("« worst P95 » is that of the service and class whose P95 is longest.")
    for first, title in FORMS.items():
        of_form = [one for one in outcomes if one.priority_first is first]
        say(f"\n{title}", style="bold")
        for table in (
            _shares(of_form, reference),
            _longest(of_form, reference),
            _classes(of_form),
            _announced(of_form),
        ):
            if table.row_count:
                _tables.print(table, "")
    say(f"\n{conclusion(outcomes, reference)}\n")


def conclusion(outcomes: Sequence[RuleOutcome], reference: RuleName) -> str:
    """One sentence: which rule keeps most visitors within target, whether surely, and its worst group."""
    best = max(outcomes, key=lambda one: one.figures.within)
    share = f"{100 * best.figures.within:.1f} %"
    worst = _worst_group(best.figures)
    group = f"; its worst group is {worst}, P95 {_minutes(best.figures.worst_p95_s)} min" if worst else ""
    if best.rule is reference:
        return f"Conclusion: no rule keeps more visitors within target than {reference} ({share}){group}."
    form = "with priority before all others" if best.priority_first else "with priority as the rule places it"
    points = f"{100 * best.compared.within.value:+.1f} points from {reference}"
    if best.compared.within.low > 0:
        return f"Conclusion: {best.rule} {form} keeps most visitors within target ({share}, {points}){group}."
    return (
        f"Conclusion: {best.rule} {form} comes first ({share}, {points}), but so small a difference may be"
        f" chance{group}."
    )


def _table(*columns: str) -> Table:
    """A table without lines whose first column is text and whose others are figures."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for at, column in enumerate(columns):
        is_text = at == 0 or column in ("rule", "of")
        table.add_column(column, justify="left" if is_text else "right", no_wrap=True)
    return table


def _shares(outcomes: Sequence[RuleOutcome], reference: RuleName) -> Table:
    table = _table("rule", "in target", "vs", "mean", "left", "day’s max", "vs")
    for one in outcomes:
        found, is_reference = one.figures, one.rule is reference
        table.add_row(
            str(one.rule),
            _percent(found.within),
            "reference" if is_reference else _difference(one.compared.within, 100, 1),
            f"{found.mean_s / 60:.1f}",
            _percent(found.left),
            f"{found.day_max_s / 60:.0f}",
            "reference" if is_reference else _difference(one.compared.day_max_s, 1 / 60, 0),
        )
    return table


def _longest(outcomes: Sequence[RuleOutcome], reference: RuleName) -> Table:
    table = _table("rule", "worst P95", "of", "vs", "longest wait")
    for one in outcomes:
        found, is_reference = one.figures, one.rule is reference
        table.add_row(
            str(one.rule),
            _minutes(found.worst_p95_s),
            _worst_group(found),
            "reference" if is_reference else _difference(one.compared.worst_p95_s, 1 / 60, 0),
            _minutes(found.max_s),
        )
    return table


def _classes(outcomes: Sequence[RuleOutcome]) -> Table:
    """A row a class and rule, the rules of one class together."""
    table = _table("class", "rule", "tickets", "in target", "mean", "left", "P95", "longest")
    for name in CLASSES:
        for one in outcomes:
            each = one.figures.by_class.get(name)
            if each is not None:
                table.add_row(
                    name,
                    str(one.rule),
                    str(each.tickets),
                    _percent(each.within),
                    f"{each.mean_s / 60:.1f}",
                    _percent(each.left),
                    _minutes(each.p95_s),
                    _minutes(each.max_s),
                )
    return table


def _announced(outcomes: Sequence[RuleOutcome]) -> Table:
    table = _table("rule", "announced", "untold", "inside", "above", "mean width")
    for one in outcomes:
        if one.honesty is not None:
            found = one.honesty
            table.add_row(
                str(one.rule),
                str(found.announced),
                str(found.unannounced),
                _percent(found.inside),
                _percent(found.above),
                f"{found.width_s / 60:.0f}",
            )
    return table


def _worst_group(found: Figures) -> str:
    return "" if found.worst_group is None else " / ".join(found.worst_group)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _minutes(seconds: int | None) -> str:
    return "–" if seconds is None else f"{seconds / 60:.0f}"


def _difference(found: Difference | None, scale: float, digits: int) -> str:
    if found is None:
        return "–"
    value, low, high = (f"{scale * each:+.{digits}f}" for each in (found.value, found.low, found.high))
    return f"{value} [{low}, {high}]"


Halls = Annotated[
    list[str] | None,
    typer.Option("--hall", help="A hall of the product's own: hall_80 or hall_95; both by default."),
]
Rules = Annotated[
    list[RuleName] | None,
    typer.Option("--rule", help="Repeatable; all by default."),
]
Days = Annotated[int, typer.Option("--days", min=1, max=10_000, help="How many days are drawn.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed draws the same days.")]
Out = Annotated[
    Path | None, typer.Option("--out", dir_okay=False, help="Also write the figures: a .csv or .json file.")
]
Legs = Annotated[
    Path | None,
    typer.Option("--legs", exists=True, dir_okay=False, help="A legs.csv to run instead of drawn days."),
]
Counters = Annotated[
    Path | None,
    typer.Option("--counters", exists=True, dir_okay=False, help="Its counters.csv; needed with --legs."),
]
Services = Annotated[
    Path | None,
    typer.Option("--services", exists=True, dir_okay=False, help="Its services.csv: targets, typed means."),
]
Break = Annotated[
    AtBreak | None,
    typer.Option("--break", help="The hall is closed from 12:00 to 13:30; drawn days only."),
]
Linked = Annotated[
    float,
    typer.Option(
        "--linked", min=0, max=1, help="Share of walk-ins who bring linked visits; drawn days only."
    ),
]
WrapUp = Annotated[int, typer.Option("--wrap-up", min=0, max=600, help="Seconds after each service.")]
OneAgent = Annotated[
    bool,
    typer.Option(
        "--one-agent",
        help="Who holds several counters receives one person at a time: a session of the log, or the last two"
        " counters.",
    ),
]
Estimates = Annotated[
    bool, typer.Option("--estimates", help="Announce waits, and print how accurate they were.")
]


def simulate(
    hall: Halls = None,
    rule: Rules = None,
    days: Days = 300,
    seed: Seed = 1,
    out: Out = None,
    legs: Legs = None,
    counters: Counters = None,
    services: Services = None,
    at_break: Break = None,
    linked: Linked = 0.0,
    wrap_up: WrapUp = 0,
    one_agent: OneAgent = False,
    estimates: Estimates = False,
) -> None:
    """Run the same days under calling rules and print what each makes of the waits."""
    if out is not None and out.suffix not in (".csv", ".json"):
        raise typer.BadParameter("a file named .csv or .json", param_hint="--out")
    rules = list(dict.fromkeys(rule or RuleName))
    options = DayOptions(at_break, linked, wrap_up, has_shared_agent=one_agent and legs is None)
    if legs is not None:
        if at_break is not None or linked:
            raise typer.BadParameter("not with --legs", param_hint="--break, --linked")
        if counters is None:
            raise typer.BadParameter("needed with --legs", param_hint="--counters")
        drawn = {"log": logged_days(LogPaths(legs, counters, services), rules[0], one_agent=one_agent)}
    else:
        drawn = {name: _draw(name, days, seed) for name in hall or [each.name for each in HALLS]}
    drawn = {name: [with_options(day, options, seed=seed) for day in each] for name, each in drawn.items()}
    reference = RuleName.STRICT_CLASSES if RuleName.STRICT_CLASSES in rules else rules[0]
    outcomes = list(_outcomes(drawn, rules, reference, announces=estimates))
    for name in drawn:
        print_hall(name, len(drawn[name]), [one for one in outcomes if one.hall == name], reference)
    if out is not None:
        _write(out, outcomes)


def _draw(name: str, days: int, seed: int) -> list[DrawnDay]:
    found = next((each for each in HALLS if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in HALLS)
        raise typer.BadParameter(f"one of {names}", param_hint="--hall")
    return [draw_day(found, number, seed=seed) for number in range(days)]


def _outcomes(
    drawn: dict[str, list[DrawnDay]], rules: Sequence[RuleName], reference: RuleName, *, announces: bool
) -> Iterator[RuleOutcome]:
    """Every rule in both forms, each compared with the rule `reference` in the same form."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        whole = 2 * len(rules) * sum(map(len, drawn.values()))
        bar = progress.add_task("Days run", total=whole)
        for hall, days in drawn.items():
            for first in FORMS:
                waits = {
                    str(rule): _run(
                        days,
                        lambda day, learnt, rule=rule, first=first: run_day(  # type: ignore[misc]
                            day, rule, priority_first=first, announces=announces, learnt=learnt
                        ),
                        lambda: progress.advance(bar),
                    )
                    for rule in rules
                }
                runs = WaitsByRule(waits)
                differences = runs.compared(to=str(reference))
                for rule in rules:
                    announced = honesty(waits[str(rule)]) if announces else None
                    yield RuleOutcome(
                        hall, rule, first, runs.figures(str(rule)), differences[str(rule)], announced
                    )


def _run(
    days: Sequence[DrawnDay],
    run: Callable[[DrawnDay, LearntWaits], list[SimulatedWait]],
    tell: Callable[[], None],
) -> list[SimulatedWait]:
    """The waits of all days; each hall learns from its days before, as a real one."""
    learnt: defaultdict[str, LearntWaits] = defaultdict(LearntWaits)
    waits: list[SimulatedWait] = []
    for day in days:
        waits += run(day, learnt[day.hall])
        tell()
    return waits


def _write(out: Path, outcomes: Sequence[RuleOutcome]) -> None:
    rows = [_row(one) for one in outcomes]
    if out.suffix == ".json":
        out.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows({key: plain_cell(value) for key, value in row.items()} for row in rows)
    say(sentence("command.rows", file=out, count=len(rows)))


def _row(one: RuleOutcome) -> dict[str, Any]:
    found = one.figures
    row: dict[str, Any] = {
        "hall": one.hall,
        "rule": str(one.rule),
        "priority_first": one.priority_first,
        "tickets": found.tickets,
        "within": round(found.within, 4),
        "mean_s": round(found.mean_s),
        "left": round(found.left, 4),
        "worst_group": None if found.worst_group is None else "/".join(found.worst_group),
        "worst_p95_s": found.worst_p95_s,
        "max_s": found.max_s,
        "day_max_s": round(found.day_max_s),
    }
    differences = {
        "within": one.compared.within,
        "worst_p95_s": one.compared.worst_p95_s,
        "day_max_s": one.compared.day_max_s,
    }
    for name, each in differences.items():
        for part in ("value", "low", "high"):
            row[f"{name}_difference_{part}"] = None if each is None else round(getattr(each, part), 4)
    if one.honesty is not None:
        row |= {
            "told": one.honesty.announced,
            "untold": one.honesty.unannounced,
            "told_inside": round(one.honesty.inside, 4),
            "told_above": round(one.honesty.above, 4),
            "told_width_s": round(one.honesty.width_s),
        }
    for name, group in found.by_class.items():
        row |= {
            f"{name}_tickets": group.tickets,
            f"{name}_within": round(group.within, 4),
            f"{name}_p95_s": group.p95_s,
            f"{name}_max_s": group.max_s,
            f"{name}_mean_s": round(group.mean_s),
            f"{name}_left": round(group.left, 4),
        }
    return row
