"""A log replayed: waits announced from earlier facts only, rows left aside and told, grades of what came."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from server.domain.calling.rules import RuleName
from server.domain.instants import to_text
from server.domain.quality.grades import Grades
from server.domain.quality.leg_records import CONTRACT_COLUMNS, COUNTER_COLUMNS, SERVICE_COLUMNS
from server.domain.refusals import Refusal
from server.domain.simulation.days import HALLS, MIDNIGHT, draw_day
from server.domain.simulation.grades import Grading, estimate_cells
from server.domain.simulation.log_rows import (
    DUTY_COLUMNS,
    LegFile,
    LogFile,
    duties_of,
    terms_of,
)
from server.domain.simulation.log_rows import (
    SERVICE_COLUMNS as NEEDED_OF_SERVICES,
)
from server.domain.simulation.replay import Replayed, replayed

type Row = dict[str, str]

SERVICES = [
    dict.fromkeys(SERVICE_COLUMNS, "") | {"service": name, "hall": "laon", "typed_mean_s": "600"}
    for name in "AF"
]


def at(minute: float, day: int = 0) -> str:
    return to_text(MIDNIGHT + timedelta(days=day, hours=9, minutes=minute))


def leg(name: str, issued: float, called: float | None, ended: float | None, **more: str) -> Row:
    """A walk-in of the service that its first letter names; minutes after nine."""
    instants = {"issued_at": issued, "first_called_at": called, "ended_at": ended}
    row = dict.fromkeys(CONTRACT_COLUMNS, "") | {"leg": name, "number": name, "service": name[0]}
    row |= {"hall": "laon", "class": "walk_in", "end_reason": "served"}
    return row | {key: at(minute) for key, minute in instants.items() if minute is not None} | more


def duty(counter: str, opened: float, closed: float | None, services: str = "A;F") -> Row:
    row = dict.fromkeys(COUNTER_COLUMNS, "") | {"counter": counter, "hall": "laon", "services": services}
    return row | {"opened_at": at(opened), "closed_at": "" if closed is None else at(closed)}


def text(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    return "\n".join([",".join(columns), *(",".join(row[each] for each in columns) for row in rows)]).encode()


def replay(legs: Sequence[Row], duties: Sequence[Row]) -> dict[str, Replayed]:
    """What was announced, by leg."""
    terms = terms_of(LogFile("services", text(SERVICE_COLUMNS, SERVICES), NEEDED_OF_SERVICES))
    counters = duties_of(LogFile("counters", text(COUNTER_COLUMNS, duties), DUTY_COLUMNS))
    log = LegFile("legs", text(CONTRACT_COLUMNS, legs), terms)
    found = replayed(log.in_order(), counters, terms, RuleName.ARRIVAL_ORDER, seconds=lambda: 0.0)
    return {one.leg.id: one for one in found}


def announced(legs: Sequence[Row], duties: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """Low, median and high by leg, as the file of estimates has them."""
    return {name: tuple(estimate_cells(one))[1:4] for name, one in replay(legs, duties).items()}


def test_nobody_waits_at_a_free_counter_and_nothing_is_announced_without_one():
    legs = [leg("A1", 0, 0, 20), leg("A2", 1, 20, 30), leg("A3", 40, None, 50, end_reason="abandoned")]
    found = replay(legs, [duty("g1", -10, 35)])
    cells = {name: tuple(estimate_cells(one))[1:4] for name, one in found.items()}
    assert cells["A1"] == ("0", "0", "0")
    low, median, high = map(int, cells["A2"])
    assert low <= median <= high
    assert cells["A3"] == ("", "", "")
    assert [one.simple_s for one in found.values()] == [0, 600, None]


def test_of_the_same_instant_only_what_comes_first_counts():
    both = [leg("A2", 0, 10, 20), leg("A1", 0, 0, 10)]
    assert announced(both, [duty("g1", -10, 60)])["A1"] == ("0", "0", "0")
    assert announced(both[::-1], [duty("g1", -10, 60)]) == announced(both, [duty("g1", -10, 60)])


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_counter_away_is_expected_at_its_planned_or_usual_hour(is_planned: bool):
    """Every day from 9:00 to 11:00 and from 12:00 to 14:00; the ticket is taken at 11:30."""
    duties = []
    for day in range(0 if is_planned else -3, 1):
        for counter, hours in product(("g1", "g2", "g3"), ((0, 120), (180, 300))):
            row = duty(counter, *hours) | {"opened_at": at(hours[0], day), "closed_at": at(hours[1], day)}
            planned = {"planned_open_at": row["opened_at"], "planned_close_at": row["closed_at"]}
            duties.append(row | planned if is_planned else row)
    low, median, high = map(int, announced([leg("A1", 150, 181, 190)], duties)["A1"])
    assert low < 1800 < high
    assert 1500 < median < 1900
    assert announced([leg("A1", 150, 181, 190)], duties[-6:])["A1"][0] == ("900" if is_planned else "")


def drawn_log(seed: int) -> tuple[list[Row], list[Row]]:
    """A day of a hall in which visitors are called somewhere, sometime; with pauses and open ends."""
    chance = random.Random(seed)
    legs = []
    for visitor in draw_day(HALLS[0], 0, seed=seed).visitors[:45]:
        issued_at = visitor.leg.issued_at
        called_at = issued_at + timedelta(seconds=chance.randint(0, 3000))
        ended_at = called_at + timedelta(seconds=visitor.takes_s)
        row = leg(visitor.leg.id, 0, 0, 0, **{"class": visitor.leg.leg_class}) | {
            "service": chance.choice("AF"),
            "issued_at": to_text(issued_at),
            "first_called_at": to_text(called_at),
            "ended_at": to_text(ended_at),
            "counter": chance.choice(("", "g1", "g2")),
            "booked_at": to_text(visitor.leg.booked_at) if visitor.leg.booked_at else "",
        }
        if chance.random() < 0.2:
            row |= {"first_called_at": "", "end_reason": "abandoned"}
        legs.append(row)
    duties = [
        duty(name, start, start + chance.randint(5, 70) if chance.random() < 0.9 else None, services)
        for name, services in (("g1", "A;F"), ("g2", "A"), ("g3", "F"))
        for start in range(-20, 420, chance.choice((60, 80)))
    ]
    return legs, duties


def cut_at(rows: Sequence[Row], now: str, columns: Sequence[str], chance: random.Random) -> list[Row]:
    """The rows as they may stand at an instant: later instants are removed, or others as late."""
    later = to_text(MIDNIGHT + timedelta(days=1, hours=chance.randint(0, 9)))
    kept = []
    for row in rows:
        if row[columns[0]] <= now:
            unknown = {each: chance.choice(("", later)) for each in columns[1:] if row[each] > now}
            kept.append(row | unknown)
    chance.shuffle(kept)
    return kept


@given(st.integers(0, 10_000), st.integers(0, 44))
def test_later_facts_change_no_announcement(seed: int, place: int):
    legs, duties = drawn_log(seed)
    now, whole = sorted(row["issued_at"] for row in legs)[place], announced(legs, duties)
    chance = random.Random(seed)
    cut = announced(
        cut_at(legs, now, ("issued_at", "first_called_at", "ended_at"), chance),
        cut_at(duties, now, ("opened_at", "closed_at"), chance),
    )
    assert cut == {row["leg"]: whole[row["leg"]] for row in legs if row["issued_at"] <= now}


def test_the_same_log_in_another_time_zone_announces_the_same():
    legs, duties = drawn_log(3)
    moved = []
    for row in legs:
        local = datetime.fromisoformat(row["issued_at"]) + timedelta(hours=5, minutes=30)
        moved.append(row | {"issued_at": local.isoformat().replace("+00:00", "+05:30")})
    assert announced(moved, duties) == announced(legs, duties)


WRONG = [
    ("cells", "x,y"),
    ("name", leg("A1", 0, 0, 1) | {"service": ""}),
    ("class", leg("A1", 0, 0, 1) | {"class": "vip"}),
    ("instant", leg("A1", 0, 0, 1) | {"issued_at": "2026-01-05T09:00:00"}),
    ("instant", leg("A1", 0, 0, 1) | {"ended_at": "noon"}),
    ("order", leg("A1", 5, 0, 10)),
    ("order", leg("A1", 0, 10, 5)),
    ("number", leg("A1", 0, 0, 1) | {"quoted_low_s": "-3"}),
    ("twice", leg("A0", 0, 0, 1)),
]


@pytest.mark.parametrize(("reason", "row"), WRONG)
def test_a_wrong_leg_is_left_aside_with_its_line(reason: str, row: Row | str):
    content = text(CONTRACT_COLUMNS, [leg("A0", 0, 0, 1)]) + b"\n"
    line = row if isinstance(row, str) else ",".join(row[each] for each in CONTRACT_COLUMNS)
    log = LegFile("legs", content + f"{line}\n\n".encode(), {("laon", "A")})
    assert [one.id for one in log.in_order()] == ["A0"]
    assert log.aside.reasons == {reason: (1, 3)}


def test_an_unknown_service_and_an_overlap_are_counted_and_told():
    log = LegFile("legs", text(CONTRACT_COLUMNS, [leg("Z1", 0, 0, 1), leg("Z2", 0, 1, 2)]), {("laon", "A")})
    assert len(list(log.in_order())) == 2
    assert log.aside.reasons == {"service": (2, 2)}
    overlapping = [duty("g1", 0, 30), duty("g1", 10, 40), duty("g1", 50, 40)]
    counters = LogFile("counters", text(COUNTER_COLUMNS, overlapping), DUTY_COLUMNS)
    assert len(duties_of(counters)) == 2
    assert counters.aside.reasons == {"overlap": (1, 3), "order": (1, 4)}


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("log_empty", b"\xef\xbb\xbf"),
        ("log_columns", b"leg,visit\n1,2\n"),
        ("log_not_text", text(CONTRACT_COLUMNS, []) + b"\n\xff\xfe\n"),
    ],
)
def test_a_file_that_is_no_log_is_refused(code: str, content: bytes):
    with pytest.raises(Refusal, match=code) as refused:
        LegFile("legs.csv", content, ())
    assert refused.value.details["line"] > 0


def test_a_file_that_is_too_long_is_refused_with_its_limit():
    two = text(CONTRACT_COLUMNS, [leg("A1", 0, 0, 1), leg("A2", 0, 1, 2)])
    assert len(LegFile("legs.csv", two, most=2)) == 2
    with pytest.raises(Refusal, match="log_too_long") as refused:
        LegFile("legs.csv", two, most=1)
    assert refused.value.details == {"file": "legs.csv", "line": 3, "most": 1}


def test_grades_are_those_of_the_definitions():
    grades = Grades()
    grades.add(600, (300, 500, 900))
    grades.add(1200, (300, 600, 900))
    grades.add(200, (0, 0, 0))
    grades.add(2000, (300, 600, 900), is_called=False)
    grades.add(100, (300, 600, 900), is_called=False)
    grades.add(900, None)
    assert (grades.told, grades.called, grades.inside, grades.above, grades.untold) == (4, 3, 2, 2, 1)
    figures = grades.figures()
    assert figures["mae"] == pytest.approx((100 + 600 + 200) / 3 / 60)
    assert figures["rmse"] == pytest.approx(((100**2 + 600**2 + 200**2) / 3) ** 0.5 / 60)
    assert figures["width"] == pytest.approx((600 + 600 + 300) / 3 / 60)
    assert figures["score"] == pytest.approx((600 + 600 + 10 * 300 + 300) / 3 / 60)


def test_only_the_days_after_training_are_judged():
    legs = [leg("A1", 0, 0, 5), leg("A2", 1, 6, 9)]
    days = [("2026-01-04", 2), ("2026-01-05", 0)]
    for until, judged in days:
        grading = Grading(date.fromisoformat(until))
        for one in replay(legs, [duty("g1", -10, 60)]).values():
            grading.add(one)
        assert grading.by_group["all"].told == judged


def test_the_command_writes_a_row_a_leg_and_says_what_was_left_aside(tmp_path: Path):
    from server.cli import cli  # heavy: rules do without it

    legs, duties = drawn_log(5)
    contents = {
        "legs": text(CONTRACT_COLUMNS, [*legs, leg("A999", 5, 0, 1)]),
        "counters": text(COUNTER_COLUMNS, duties),
        "services": text(SERVICE_COLUMNS, SERVICES),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    files = [word for name in contents for word in (f"--{name}", str(tmp_path / name))]
    out = tmp_path / "estimates.csv"
    ran = CliRunner().invoke(
        cli, ["replay", *files, "--rule", "gcmu_safe", "--estimates", str(out)], env={"LANG": "fr_FR.UTF-8"}
    )
    assert ran.exit_code == 0, ran.output
    header, *rows = out.read_text(encoding="utf-8").splitlines()
    assert header == "leg,low_s,median_s,high_s,seconds_to_compute"
    assert len(rows) == len(legs)
    assert "1 ligne laissée de côté (ligne 47) : heures dans le désordre" in ran.output.replace("\xa0", " ")
    assert CliRunner().invoke(cli, ["replay", *files, "--rule", "random"]).exit_code == 2
    (tmp_path / "legs").write_bytes(text(CONTRACT_COLUMNS, [leg("A1", 5, 0, 1)]))
    refused = CliRunner().invoke(cli, ["replay", *files, "--rule", "gcmu_safe"])
    assert isinstance(refused.exception, Refusal), "none of its lines is usable, and why is told"
    assert refused.exception.code == "log_no_row"
    assert "ligne 2" in refused.output
    (tmp_path / "counters").write_bytes(b"")
    refused = CliRunner().invoke(cli, ["replay", *files, "--rule", "gcmu_safe"])
    assert isinstance(refused.exception, Refusal)
