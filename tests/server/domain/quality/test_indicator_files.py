import csv
import io
from itertools import chain

from hypothesis import given

from server.domain.quality.leg_records import (
    CONTRACT_COLUMNS,
    LEG_COLUMNS,
    LegRecord,
    leg_cells,
    read_legs,
)
from tests.server.domain.quality.indicator_legs import leg, many_visits


def written(records: list[LegRecord], columns: int = len(LEG_COLUMNS)) -> io.StringIO:
    text = io.StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerow(LEG_COLUMNS[:columns])
    sheet.writerows(leg_cells(record)[:columns] for record in records)
    text.seek(0)
    return text


@given(many_visits())
def test_legs_read_back_from_the_file_are_the_same(visits: list[list[LegRecord]]):
    records = list(chain.from_iterable(visits))
    assert list(read_legs(written(records))) == records


def test_a_log_with_the_contracts_columns_only_is_read():
    record = leg(called=5, started=6, ended=9, end_reason="served", start_pressed=True, target_s=None)
    assert list(read_legs(written([record], len(CONTRACT_COLUMNS)))) == [record]


def test_a_name_with_separators_and_quotes_survives():
    record = leg(service='a;b,"c"\n')
    assert list(read_legs(written([record]))) == [record]
