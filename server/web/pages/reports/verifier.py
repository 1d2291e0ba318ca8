"""Counts every line of chiffres.csv again, from the days of journees.csv: `python3 verifier.py`.

Nothing but Python (3.10 or later) is needed. It ends with 1 where a line differs. The formulas are written
from docs/rules/indicators.md, « Doubt », and share no text with the program that made the pack.
"""

import csv
import math
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

EQUAL, CORRECTED, DIFFERENT = "equal", "corrected", "different"
FEWEST_DAYS, RATE = 8, 0.10
DOUBT = (
    *("low", "high", "n_days", "previous_low", "previous_high", "previous_n_days"),
    *("open_days", "previous_open_days", "difference", "difference_low", "difference_high", "p", "direction"),
)
PLACES = ("hall", "service", "service_name", "period", "day", "weekday", "hour", "waits")
"""The columns of journees.csv that count nothing."""
Row = dict[str, str]


class Day(NamedTuple):
    """What the rows of one day add up to."""

    counts: Counter[str]
    waits: list[int]
    weekday: str


class Found(NamedTuple):
    """A value over days (a number: per open day) with its limits, days and degrees of freedom."""

    value: float | None
    n_days: int
    df: int = 0
    low: float | None = None
    high: float | None = None


@cache
def read(name: str) -> list[Row]:
    """The rows of a file beside this one; none where it is missing."""
    path = Path(__file__).resolve().parent / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def day_of(rows: list[Row]) -> Day:
    """Adds rows of a day up."""
    counts: Counter[str] = Counter()
    for row in rows:
        for name, cell in row.items():
            if name not in PLACES and cell:
                counts[name] += int(cell)
    waits = sorted(int(wait) for row in rows for wait in row["waits"].split())
    return Day(counts, waits, max((row["weekday"] for row in rows), default=""))


@cache
def days_of(hall: str, service: str, hour: str, period: str) -> tuple[list[Day], list[Day]]:
    """Every day of a hall or of all, of a service (of all halls: by name), of an hour; and the open ones.

    A day is open if its halls had a visit.
    """
    of_halls: dict[str, list[Row]] = defaultdict(list)
    of_line: dict[str, list[Row]] = defaultdict(list)
    for row in read("journees.csv"):
        if row["period"] != period or (row["hall"] and hall not in ("", row["hall"])):
            continue
        if row["hall"]:
            of_halls[row["day"]].append(row)
        if row["hour"] == hour and service in ("", row["service" if hall else "service_name"]):
            of_line[row["day"]].append(row)
    dates = sorted(of_halls)
    visits = {on: day_of(of_halls[on]).counts["visits"] for on in dates}
    return [day_of(of_line[on]) for on in dates], [day_of(of_line[on]) for on in dates if visits[on]]


def nearest_rank(waits: list[int], part: float) -> int:
    """The smallest wait that so large a part of them does not exceed."""
    return sorted(waits)[max(1, math.ceil(part * len(waits) - 1e-9)) - 1]


@cache
def outside(t: float, df: int) -> float:
    """How often Student’s t is further from zero than `t`: its density over an angle, by Simpson’s rule."""
    steps, end = 400, math.atan(t / math.sqrt(df))
    heights = [math.cos(end * step / steps) ** (df - 1) for step in range(steps + 1)]
    area = (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])) * end / steps / 3
    scale = 2 * math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(math.pi)
    return max(0.0, 1 - scale * area)


@cache
def student(df: int) -> float:
    """What Student’s t exceeds five times in a hundred."""
    low, high = 0.0, 1024.0
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if outside(middle, df) > 0.05:
            low = middle
        else:
            high = middle
    return high


def spread(added: list[float], weekdays: list[str]) -> tuple[float, int]:
    """The variance of a sum over days, those of one weekday compared with each other; degrees of freedom."""
    n = len(added)
    groups: dict[str, list[float]] = defaultdict(list)
    for place, each in enumerate(added):
        groups[weekdays[place] if weekdays else ""].append(each)
    if n - len(groups) < FEWEST_DAYS - 1:
        groups = {"": added}
    squares = {key: [(each - sum(days) / len(days)) ** 2 for each in days] for key, days in groups.items()}
    df, total = n - len(groups), sum(map(sum, squares.values()))
    fourth = sum(each**2 for group in squares.values() for each in group)
    if not fourth:
        return 0.0, max(2, min(df, n))
    weights = [
        (len(group) * sum(group) / (len(group) - 1), len(group) - 1)
        for group in squares.values()
        if len(group) > 1
    ]
    satterthwaite = sum(weight for weight, _ in weights) ** 2 / sum(weight**2 / of for weight, of in weights)
    by_kurtosis = 2 * n / max(n * fourth / total**2 - 1, 0.1)
    return total * n / df, max(2, min(df, int(min(satterthwaite, by_kurtosis))))


def design_effect(parts: list[int], sizes: list[int], weekdays: list[str]) -> tuple[float, int]:
    """Kish’s design effect of a share, guessed where events are few; degrees of freedom."""
    part, whole = sum(parts), sum(sizes)
    variance, df = spread(
        [each - part / whole * size for each, size in zip(parts, sizes, strict=True)], weekdays
    )
    fewer = min(part, whole - part)
    measured = variance * whole / (part * (whole - part)) if fewer else 0.0
    return max(1.0, (fewer * measured + 2 * math.sqrt(whole / len(parts))) / (fewer + 2)), df


def of_mean(sums: list[int], sizes: list[int], weekdays: list[str], least: float = 0.0) -> Found:
    """A mean (of a number: a day has size 1), whose variance grows with it; `least`: by chance alone."""
    value, n_days = sum(sums) / sum(sizes), len(sums)
    if n_days < FEWEST_DAYS:
        return Found(value, n_days)
    variance, df = spread([each - value * size for each, size in zip(sums, sizes, strict=True)], weekdays)
    squared = student(df) ** 2 * max(least, variance / sum(sizes) / sum(sums) if value else 0.0)
    half = math.sqrt(squared * value + squared**2 / 4)
    low, high = (value + squared / 2 + sign * half for sign in (-1, 1))
    return Found(value, n_days, df, max(0.0, min(low, value)), max(high, value))


def of_share(name: str, days: list[Day], weekdays: list[str]) -> Found:
    """A share: Wilson’s limits, with the sample that the days are worth."""
    parts, sizes = [day.counts[name + "_count"] for day in days], [day.counts[name + "_n"] for day in days]
    share = sum(parts) / sum(sizes)
    if len(days) < FEWEST_DAYS:
        return Found(100 * share, len(days))
    effect, df = design_effect(parts, sizes, weekdays)
    squared = student(df) ** 2 * effect / sum(sizes)
    half = math.sqrt(squared * share * (1 - share) + squared**2 / 4)
    low, high = ((share + squared / 2 + sign * half) / (1 + squared) for sign in (-1, 1))
    return Found(
        100 * share, len(days), df, 100 * max(0.0, min(low, share)), 100 * min(1.0, max(high, share))
    )


def of_quantile(part: float, days: list[Day], weekdays: list[str]) -> Found:
    """A quantile, from the first to the last wait that the share below it does not rule out."""
    waits = [wait for day in days for wait in day.waits]
    value, seconds, sizes = nearest_rank(waits, part), sorted(set(waits)), [len(day.waits) for day in days]
    if len(days) < FEWEST_DAYS:
        return Found(value, len(days))

    def distance(second: int) -> tuple[float, int]:
        below = [bisect_right(day.waits, second) for day in days]
        effect, df = design_effect(below, sizes, weekdays)
        half = student(df) * math.sqrt(effect * part * (1 - part) / len(waits))
        return (sum(below) / len(waits) - part) / half, df

    place = seconds.index(value)
    low = first(0, place, lambda at: distance(seconds[at])[0] >= -1)
    high = first(place, len(seconds), lambda at: distance(seconds[at])[0] > 1)
    if high == len(seconds) and part ** math.sqrt(len(waits) * len(days)) > 0.05:
        return Found(value, len(days))  # all of so few waits may be shorter than the quantile
    return Found(value, len(days), distance(value)[1], seconds[low], seconds[min(high, len(seconds) - 1)])


def first(low: int, high: int, is_there: Callable[[int], bool]) -> int:
    """The first place from `low` on, before `high`, from which something is true, by halves."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_there(middle) else (middle + 1, high)
    return low


def estimate(line: Row, days: list[Day]) -> Found:
    """A figure over open days, by the method of its line."""
    method, name = line["method"], line["indicator"]
    weekdays = [day.weekday for day in days]
    if not all(weekdays):  # a day without a leg does not tell it
        weekdays = []
    if method == "number" and days:
        counts = [day.counts[name] for day in days]
        return of_mean(counts, [1] * len(days), weekdays, 1 / len(days))
    sizes = [day.counts[name + "_n"] if method == "share" else len(day.waits) for day in days]
    kept = [at for at, size in enumerate(sizes) if size]
    days, weekdays = [days[at] for at in kept], [weekdays[at] for at in kept] if weekdays else []
    if method in ("", "number") or not kept:
        return Found(None, len(kept))
    if method == "share":
        return of_share(name, days, weekdays)
    if method == "mean":
        return of_mean([sum(day.waits) for day in days], [len(day.waits) for day in days], weekdays)
    return of_quantile(float(method.split()[1]), days, weekdays)


def figure_of(line: Row, days: list[Day]) -> tuple[float | None, int, int | None]:
    """The value of a line over every day, its sample, and for a share the part of it."""
    name, unit = line["indicator"], line["unit"]
    counts: Counter[str] = sum((day.counts for day in days), Counter())
    if unit == "percent":
        part, n = counts[name + "_count"], counts[name + "_n"]
        return (100 * part / n if n else None), n, part
    if unit != "s":
        return counts[name], counts[name], None
    waits = [wait for day in days for wait in day.waits]
    if not waits:
        return None, 0, None
    if line["method"] == "mean":
        return sum(waits) / len(waits), len(waits), None
    part_below = float(line["method"].split()[1]) if line["method"] else 1.0
    return nearest_rank(waits, part_below), len(waits), None


def counted(line: Row) -> dict[str, object]:
    """The cells of a line, from the rows."""
    place = line["hall"], line["service" if line["hall"] else "service_name"], line["hour"]
    (every, days), (every_before, days_before) = (
        days_of(*place, line[each]) for each in ("period", "previous_period")
    )
    value, n, part = figure_of(line, every)
    cells: dict[str, object] = {"value": value, "n": n, "count": part, "open_days": len(days)}
    now = estimate(line, days)
    cells.update(low=now.low, high=now.high, n_days=now.n_days if now.high is not None else None)
    if line["hour"]:
        return cells
    value, n, _ = figure_of(line, every_before)
    before = estimate(line, days_before)
    cells.update(previous_value=value, previous_n=n, previous_open_days=len(days_before))
    cells.update(previous_low=before.low, previous_high=before.high)
    cells.update(previous_n_days=before.n_days if before.high is not None else None)
    if line["direction"]:
        cells.update(change(before, now))
    return cells


def change(before: Found, now: Found) -> dict[str, object]:
    """The difference of two periods with its limits (Zou and Donner)."""
    if before.value is None or now.value is None:
        return {"difference": None, "direction": "few_days"}
    difference = now.value - before.value
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return {"difference": difference, "direction": "few_days"}
    below = math.hypot(now.value - now.low, before.high - before.value)
    above = math.hypot(now.high - now.value, before.value - before.low)
    half, df = below if difference > 0 else above, min(before.df, now.df)
    p = outside(abs(difference) / half * student(df), df) if half else float(not difference)
    direction = "up" if difference > below else "down" if difference < -above else "unclear"
    limits = {"difference_low": difference - below, "difference_high": difference + above}
    return {"difference": difference, **limits, "p": p, "direction": direction}


def hold(lines: list[dict[str, object]]) -> None:
    """Differences that do not stand among all of them are unclear (Benjamini and Hochberg)."""
    tried = sorted(float(str(line["p"])) for line in lines if line.get("p") is not None)
    standing = [p for rank, p in enumerate(tried, 1) if p <= RATE * rank / len(tried)]
    for line in lines:
        if line.get("p") is not None and float(str(line["p"])) > max(standing, default=-1.0):
            line["direction"] = "unclear"


def is_equal(cell: str, found: object) -> bool:
    """Whether a cell of the file says what was counted, to the millionth."""
    if not isinstance(found, (int, float)) or not cell:
        return cell == ("" if found is None else str(found))
    return math.isclose(float(cell), found, rel_tol=1e-6, abs_tol=1e-6)


def says(line: Row, found: dict[str, object]) -> bool:
    """Whether a line says what was counted; of an old report only what it has."""
    names = ("value", "n", "count", "previous_value", "previous_n", *(DOUBT if line["open_days"] else ()))
    return all(is_equal(line[name], found.get(name)) for name in names)


def say(*words: str) -> None:
    """Prints a line."""
    sys.stdout.write(" · ".join(words) + "\n")


def main() -> int:
    """Prints a line for each figure."""
    lines = read("chiffres.csv")
    places = ("hall", "service", "hour", "indicator")
    later = {tuple(line[name] for name in places): line for line in read("chiffres-maintenant.csv")}
    results = [counted(line) for line in lines]
    hold(results)
    said: Counter[str] = Counter()
    for line, found in zip(lines, results, strict=True):
        place = tuple(line[name] for name in places)
        is_corrected = place in later and says(later[place], found)
        word = EQUAL if says(line, found) else CORRECTED if is_corrected else DIFFERENT
        said[word] += 1
        say(word, *(each for each in (*place, line["service_name"]) if each))
    say(*(f"{word} : {said[word]}" for word in (EQUAL, CORRECTED, DIFFERENT)))
    return 1 if said[DIFFERENT] or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
