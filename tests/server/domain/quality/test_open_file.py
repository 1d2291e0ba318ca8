"""An open data file of another installation: what is read of it, and what is refused."""

import pytest

from server.domain.quality.open_file import COLUMNS, FIRST_COLUMNS, LARGEST_BYTES, read_open_file
from server.domain.refusals import Refusal

LINE = "2026-10,20,2026-10-01,2026-10-30,,,wait_median,s,480,120,,420,600,20"
HEADER = ",".join(COLUMNS)


def read(*lines: str, header: str = HEADER) -> dict[str, object]:
    found = read_open_file("\n".join((header, *lines)).encode())
    return dict(found.months["2026-10"]["wait_median"])


def test_the_figures_of_the_hall_are_read_and_those_of_services_and_of_new_indicators_are_left_out():
    other = LINE.replace(",,,wait", ",papers,Papiers,wait").replace("480", "90")
    found = read_open_file(
        "\r\n".join((f"\ufeff{HEADER}", other, LINE, LINE.replace("wait_median", "x"))).encode()
    )
    assert found.months == {
        "2026-10": {
            "wait_median": {
                "indicator": "wait_median",
                "value": 480,
                "n": 120,
                "reason": None,
                "low": 420,
                "high": 600,
                "n_days": 20,
            }
        }
    }
    assert found.text.splitlines() == [HEADER, LINE]
    assert read_open_file(found.text.encode()) == found


def test_a_file_without_intervals_and_one_with_later_columns_are_read():
    first = LINE.rsplit(",", 3)[0]
    assert read(first, header=",".join(FIRST_COLUMNS))["low"] is None
    assert read(f"{LINE},new", header=f"{HEADER},later")["low"] == 420


def test_a_figure_that_is_left_out_says_why():
    empty = "2026-10,20,2026-10-01,2026-10-30,,,wait_median,s,,,few_agents,,,"
    assert (read(empty)["value"], read(empty)["reason"]) == (None, "few_agents")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "open_file_missing"),
        (HEADER.encode(), "open_file_missing"),
        (b"x" * (LARGEST_BYTES + 1), "open_file_too_large"),
        (b"a,b\n1,2", "open_file_columns"),
        (b"\xff\xfe", "open_file_columns"),
        (HEADER.replace("value,n", "n,value").encode(), "open_file_version"),
        (HEADER.replace("low,high", "high,low").encode(), "open_file_version"),
        (f"{HEADER}\n{LINE.replace(',s,', ',min,')}".encode(), "open_file_version"),
        (f"{HEADER}\n{LINE},1".encode(), "open_file_line"),
        (f"{HEADER}\n{LINE.replace('2026-10,', '2026-13,')}".encode(), "open_file_month"),
        (f"{HEADER}\n{LINE.replace('2026-10,', '0000-10,')}".encode(), "open_file_month"),
        (f"{HEADER}\n{LINE.replace('480', '8 min')}".encode(), "open_file_number"),
        (f"{HEADER}\n{LINE.replace('480', 'nan')}".encode(), "open_file_number"),
        (f"{HEADER}\n{LINE.replace('480', '-1')}".encode(), "open_file_number"),
        (f"{HEADER}\n{LINE}\n{LINE}".encode(), "open_file_twice"),
    ],
)
def test_anything_else_is_refused_with_its_reason(content: bytes, code: str):
    with pytest.raises(Refusal) as refused:
        read_open_file(content)
    assert refused.value.code == code
