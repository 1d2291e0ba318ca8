"""The schedule keeps everything as long as the rules say; a site chooses other days within bounds."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.refusals import Refusal
from server.domain.retention import (
    BY_NAME,
    REQUIRED,
    SCHEDULE,
    TEXTS,
    check_days,
    checked_texts,
    gaps,
    kept_for,
    limits_after_end,
)

ERASING = Path(__file__).parents[3] / "docs/rules/erasing.md"
NUMBERS = {"a": 1, "an": 1, "one": 1, "the": 1, "three": 3, "five": 5}
UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "year": timedelta(days=365)}
AS_LONG_AS = {"print_job": "ticket_access"}
"""Rows that the rules keep as long as another one."""

type Written = tuple[timedelta | None, tuple[int, int] | None]


def written(kept: str) -> Written:
    """The first time in a cell of the rules, and the days that a site may choose."""
    times = r"\b(\d+|three|five) (hour|day|year)s\b|\b(an?|one|the) (hour|day|year)\b"
    time, choice = re.search(times, kept), re.search(r"choose ([\d,]+) to ([\d,]+)", kept)
    bounds = choice and (int(choice[1].replace(",", "")), int(choice[2].replace(",", "")))
    if time is None:
        return None, bounds
    number, unit = (each for each in time.groups() if each)
    return (NUMBERS.get(number) or int(number)) * UNITS[unit], bounds


def rules() -> dict[str, Written]:
    """By row of the schedule: what its line in the rules says."""
    lines = [line.split(" | ") for line in ERASING.read_text("utf-8").splitlines() if line.startswith("| `")]
    found = {name: written(kept) for names, _, kept in lines for name in re.findall("`(.+?)`", names)}
    return found | {name: found[other] for name, other in AS_LONG_AS.items()}


def test_each_row_is_kept_as_long_as_its_line_in_the_rules_says_and_no_line_is_without_a_row():
    assert {row.name: (row.kept, row.bounds) for row in SCHEDULE} == rules()


def test_rows_of_one_table_end_in_the_same_way():
    ends: dict[str | None, set[object]] = {}
    for row in SCHEDULE:
        ends.setdefault(row.table, set()).add("own" if row.has_own_end else row.kept)
    assert [table for table, found in ends.items() if table and len(found) > 1] == []
    assert len(BY_NAME) == len(SCHEDULE)


def test_only_rows_that_hold_their_beginning_stay_for_a_time_after_it():
    limits = limits_after_end({"delivery": 3, "sign_in": 1, "purge_run": 1})
    assert {table: limit for table, limit in limits.items() if limit} == {
        table: timedelta(days=3) if table == "delivery" else BY_NAME[table].kept
        for table in (
            *("idempotency", "complaint", "account_pseudonym", "sign_in_failure", "invitation", "delivery"),
            *("report_letter", "bulletin", "finding", "hall_check", "pairing", "purge_run", "notice_draft"),
        )
    }


def test_chosen_days_count_where_a_site_may_choose_them():
    assert kept_for(BY_NAME["invitation"], {"invitation": 2}) == timedelta(days=2)
    assert kept_for(BY_NAME["invitation"], {"delivery": 2}) == timedelta(days=30)
    assert kept_for(BY_NAME["sign_in"], {"sign_in": 2}) == timedelta(hours=12)


@pytest.mark.parametrize("row", [row for row in SCHEDULE if row.bounds], ids=lambda row: row.name)
def test_the_bounds_themselves_may_be_chosen_and_no_day_beyond_them(row):
    least, most = row.bounds
    assert check_days(row.name, least) is check_days(row.name, most) is row
    for days in (least - 1, most + 1):
        with pytest.raises(Refusal, match="retention_out_of_bounds"):
            check_days(row.name, days)


@pytest.mark.parametrize("name", ["sign_in", "nothing"])
def test_what_the_product_decides_or_nobody_keeps_has_no_days_to_choose(name: str):
    with pytest.raises(Refusal, match="unknown_retention"):
        check_days(name, 5)


def test_texts_are_trimmed_keep_their_lines_and_lose_what_has_no_place():
    kept = checked_texts({"contact": " Accueil\r\n2 rue Paul-Doumer ", "other": "x"})
    assert kept == dict.fromkeys(TEXTS, "") | {"contact": "Accueil\n2 rue Paul-Doumer"}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_600_characters_is_kept_and_one_more_is_refused(name: str):
    longest = "x" * 600
    assert checked_texts({name: f" {longest} "})[name] == longest
    with pytest.raises(Refusal, match="register_text_too_long"):
        checked_texts({name: f"{longest}x"})


def test_each_missing_text_is_a_gap_but_those_that_a_site_need_not_write():
    assert gaps({}) == list(REQUIRED)
    assert gaps(dict.fromkeys(REQUIRED, "x") | {"dpo": ""}) == ["dpo"]
