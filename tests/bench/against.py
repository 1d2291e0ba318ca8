"""Compares this version with another commit: short runs that alternate, and an A/A run for the noise.

    python -m tests.bench.against COMMIT [--rounds 5] [--only a,b,e] [--databases sqlite,postgresql]

Each round runs the other commit, this version, and the other commit again, every one against the bare routes.
A figure is kept when it differs from the other commit's by no more than twice what the other commit differs
from itself. Results go to var/bench-against.json; exit status 1 when a figure differs by more.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.harness.programs import PROJECT, PYTHON

type Ratios = dict[str, float]
"""Each figure of a run, product ÷ bare route, by its name."""
NOISE_ALLOWED = 2.0


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure changed: `by` from the other commit, `noise` of that commit against itself.

    Both are relative (0.05 is five per cent), medians over the rounds.
    """

    what: str
    by: float
    noise: float

    @property
    def is_kept(self) -> bool:
        """Whether the change is within twice the noise."""
        return abs(self.by) <= NOISE_ALLOWED * self.noise


def compared(rounds: list[tuple[Ratios, Ratios, Ratios]]) -> list[Change]:
    """The change of each figure that every run has, from rounds of (other, this, other again)."""
    names = [name for name in rounds[0][1] if all(name in run for each in rounds for run in each)]
    return [_change(name, [(one[name], new[name], two[name]) for one, new, two in rounds]) for name in names]


def _change(what: str, values: list[tuple[float, float, float]]) -> Change:
    by = statistics.median(math.log(new / math.sqrt(one * two)) for one, new, two in values)
    noise = statistics.median(abs(math.log(two / one)) for one, _, two in values)
    return Change(what, math.expm1(by), math.expm1(noise))


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The files of a commit in a folder of their own, with this version's packages and assets."""
    with tempfile.TemporaryDirectory(prefix="parvis-against-") as parent:
        folder = Path(parent) / "other"
        _git("worktree", "add", "--detach", "--quiet", str(folder), commit)
        try:
            (folder / "var").mkdir()
            for shared in (".venv", "node_modules", "var/assets"):
                (folder / shared).symlink_to(PROJECT / shared)
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=PROJECT, check=True)


def measured(folder: Path, only: str, databases: str) -> Ratios:
    """One short run of a version's own benchmarks; a missed bound is no failure here."""
    command = [str(PYTHON), "-m", "tests.bench.bench", "--quick", "--only", only, "--databases", databases]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
    results = json.loads((folder / "var" / "bench.json").read_text(encoding="utf-8"))["results"]
    return {each["what"]: each["ratio"] for each in results}


def show(changes: list[Change], rounds: int) -> None:
    """Prints the table."""
    table = Table(title=f"This version against the other commit, {rounds} rounds", box=None)
    for column in ("figure", "change", "noise (A/A)", ""):
        table.add_column(column, justify="left" if column in ("figure", "") else "right")
    for each in changes:
        kept = "kept" if each.is_kept else "differs"
        table.add_row(each.what, f"{100 * each.by:+.1f} %", f"{100 * each.noise:.1f} %", kept)
    Console(width=110).print(table)


def main() -> None:
    """Runs the rounds; exit status 1 when a figure differs by more than the noise allows."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("commit")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--only", default="a,b,e")
    asked.add_argument("--databases", default="sqlite,postgresql")
    wanted = asked.parse_args()
    rounds = []
    with checked_out(wanted.commit) as other:
        for _ in range(wanted.rounds):
            one, new, two = (
                measured(folder, wanted.only, wanted.databases) for folder in (other, PROJECT, other)
            )
            rounds.append((one, new, two))
    changes = compared(rounds)
    file = PROJECT / "var" / "bench-against.json"
    file.write_text(json.dumps([asdict(each) for each in changes], indent=1), encoding="utf-8")
    show(changes, wanted.rounds)
    sys.exit(0 if all(each.is_kept for each in changes) else 1)


if __name__ == "__main__":
    main()
