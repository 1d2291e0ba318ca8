"""What `parvis simulate` prints: tables at most 100 columns wide, then one sentence of conclusion a hall."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from server.commands.say import say
from server.domain.calling.work_profiles import RuleName
from server.domain.simulation.figures import CLASSES, Compared, Difference, EstimateAccuracy, Figures

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
