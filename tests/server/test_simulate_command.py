"""`parvis simulate`: what it prints and writes."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import cli
from server.domain.quality.leg_records import LEG_COLUMNS
from server.domain.refusals import Refusal

RULES = ("--rule", "strict_classes", "--rule", "gcmu_safe")


def simulate(*arguments: str, expected: int = 0) -> str:
    """What the command printed, without any installation."""
    ended = CliRunner().invoke(cli, ["simulate", *arguments])
    if isinstance(ended.exception, Refusal):
        assert expected == 1
        return ended.exception.code
    assert ended.exit_code == expected, ended.output
    return ended.output


def test_simulate_prints_both_halls_and_both_forms_and_writes_json(tmp_path: Path):
    out = tmp_path / "figures.json"
    printed = simulate("--days", "3", *RULES, "--out", str(out))
    assert "hall_80: 3 days" in printed
    assert printed.count("difference from strict_classes") == 2
    assert len([line for line in printed.splitlines() if line.startswith("Conclusion: ")]) == 2
    tables = [line for line in printed.splitlines() if not line.startswith("Conclusion: ")]
    assert max(map(len, tables)) <= 100
    assert "…" not in printed
    [worst, *_] = [line for line in tables if line.startswith("gcmu_safe") and " / " in line]
    assert worst.split()[4] in ("walk_in", "appointment", "priority"), "whose P95 is the worst"
    by_class = [line.split() for line in tables if line.split()[:2] == ["walk_in", "gcmu_safe"]]
    assert len(by_class) == 4, "a row a class, hall and form"
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert [(row["hall"], row["rule"], row["priority_first"]) for row in rows] == [
        (hall, rule, first)
        for hall in ("hall_80", "hall_95")
        for first in (False, True)
        for rule in ("strict_classes", "gcmu_safe")
    ]
    for row in rows:
        assert 0 < row["within"] < 1
        assert row["within_difference_low"] <= row["within_difference_value"] <= row["within_difference_high"]
        assert row["max_s"] >= row["worst_p95_s"] > 0


def test_the_same_seed_gives_the_same_figures_and_csv_has_a_header(tmp_path: Path):
    files = [tmp_path / f"{name}.csv" for name in ("one", "two", "other")]
    for file, seed in zip(files, ("5", "5", "6"), strict=True):
        simulate("--days", "2", "--hall", "hall_95", *RULES, "--seed", seed, "--out", str(file))
    one, two, other = (file.read_text(encoding="utf-8") for file in files)
    assert one == two != other
    assert [row["rule"] for row in csv.DictReader(one.splitlines())] == ["strict_classes", "gcmu_safe"] * 2


def test_options_of_a_day_are_named_and_announced_waits_are_judged(tmp_path: Path):
    out = tmp_path / "figures.json"
    besides = ("--break", "carry_over", "--linked", "0.1", "--wrap-up", "60", "--one-agent", "--estimates")
    printed = simulate("--days", "3", "--hall", "hall_80", "--rule", "gcmu_safe", *besides, "--out", str(out))
    assert "untold" in printed
    plain, first = json.loads(out.read_text(encoding="utf-8"))
    assert 0 < plain["told_above"] < plain["told_inside"] <= 1
    assert first["told"] > 50
    assert "told" not in simulate("--days", "1", "--hall", "hall_80", "--rule", "gcmu_safe")


def test_a_log_is_run_under_each_rule_with_results_by_class(tmp_path: Path):
    row = dict.fromkeys(LEG_COLUMNS, "") | {"hall": "laon", "service": "a", "class": "walk_in"}
    lines = [
        row
        | {"leg": str(n), "visit": str(n), "number": f"A{n:03d}", "issued_at": f"2026-11-24T09:0{n}:00+01:00"}
        | {"first_called_at": f"2026-11-24T09:{n}0:00+01:00", "ended_at": f"2026-11-24T09:{n}9:00+01:00"}
        | {"end_reason": "served"}
        for n in range(1, 5)
    ]
    legs, counters = tmp_path / "legs.csv", tmp_path / "counters.csv"
    with legs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LEG_COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    duty = "g1,laon,s,,arrival_order,a,2026-11-24T08:00:00+01:00,2026-11-24T12:00:00+01:00,,"
    head = "counter,hall,session,profile,rule,services,opened_at,closed_at,planned_open_at,planned_close_at"
    counters.write_text(f"{head}\n{duty}\n", encoding="utf-8")
    printed = simulate("--legs", str(legs), "--counters", str(counters), *RULES)
    assert "log: 1 days, 4.0 tickets a day" in printed
    assert len([line for line in printed.splitlines() if line.startswith("walk_in")]) == 4
    printed = simulate("--legs", str(legs), "--counters", str(counters), *RULES, "--one-agent", "--estimates")
    assert "untold" in printed
    simulate("--legs", str(legs), "--counters", str(counters), "--linked", "0.1", expected=2)
    counters.write_text(f"{head}\n{duty.replace('2026-11-24', '2025-11-24')}\n", encoding="utf-8")
    assert "no_simulated_day" in simulate("--legs", str(legs), "--counters", str(counters), expected=1)
    simulate("--legs", str(legs), expected=2)
    simulate("--legs", str(counters), "--counters", str(legs), expected=2)


@pytest.mark.parametrize(
    "wrong", [("--rule", "random"), ("--hall", "hall_7"), ("--days", "0"), ("--out", "figures.txt")]
)
def test_wrong_usage_ends_with_2(wrong: tuple[str, ...]):
    simulate(*wrong, expected=2)
