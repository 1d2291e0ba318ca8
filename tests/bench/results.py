"""What a benchmark found, how long it measures, and the table of all that was found."""

import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(slots=True)
class Result:
    """One line of the table. `ratio` is product ÷ reference; the bound says which side of it is right."""

    what: str
    unit: str
    product: float
    reference: float
    at_most: float | None = None
    at_least: float | None = None
    more: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.product / self.reference

    @property
    def is_kept(self) -> bool:
        return (self.at_most is None or self.ratio <= self.at_most) and (
            self.at_least is None or self.ratio >= self.at_least
        )

    @property
    def bound(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else "—"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often each side is measured."""

    blocks: int = 5
    seconds: float = 2.0
    rounds: int = 60
    calls: int = 150
    past: int = 1_000_000
    polled_s: float = 60.0
    together_s: float = 180.0
    figures: int = 10_000_000
    flooded_s: float = 2.0


QUICK = Effort(
    blocks=2,
    seconds=0.5,
    rounds=10,
    calls=40,
    past=20_000,
    polled_s=8.0,
    together_s=30.0,
    figures=100_000,
    flooded_s=0.3,
)


def show(found: list[Result]) -> None:
    """The table of results with ratios and bounds."""
    table = Table(title=f"Parvis {time.strftime('%Y-%m-%d %H:%M')}, server on one core")
    for title in ("measured", "product", "reference", "ratio", "bound", "p50 / p99 ms"):
        table.add_column(title, justify="left" if title == "measured" else "right")
    for result in found:
        verdict = f"{result.bound} {'kept' if result.is_kept else 'MISSED'}"
        tail = " / ".join(
            f"{result.more[name]:.1f}" for name in ("product_p50_ms", "product_p99_ms") if name in result.more
        )
        values = [f"{value:,.1f} {result.unit}" for value in (result.product, result.reference)]
        table.add_row(result.what, *values, f"{result.ratio:.2f}", verdict, tail)
    Console(width=150).print(table)
