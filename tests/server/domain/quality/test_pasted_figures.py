from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.domain.quality.typed_figures import Pasted, read_pasted
from server.domain.refusals import Refusal

TODAY = date(2026, 11, 28)
NAMES = {"Appels perdus": "calls_lost", "Attente médiane": "wait_median", "visits": "visits"}


SERVICES = {"Cartes grises": "laon-cartes"}


def read(text: str) -> list[tuple[str, str, Decimal]]:
    pasted = Pasted(text, "Ancien logiciel", NAMES, SERVICES)
    return [(each.indicator, each.period.name, each.value) for each in read_pasted(pasted, TODAY)]


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_rows_of_a_spreadsheet_are_values_of_earlier_periods(separator: str):
    rows = [
        ("Période", "Indicateur", "Valeur", "Unité"),
        ("09/2025", "appels perdus", "12,5", "%"),
        ("T3 2025", "ATTENTE MEDIANE", "18", "min"),
        ("2025", "visits", "20 345", ""),
        ("", "", "", ""),
    ]
    assert read("\n".join(separator.join(row) for row in rows)) == [
        ("calls_lost", "2025-09", Decimal("12.5")),
        ("wait_median", "2025-Q3", Decimal(18)),
        ("visits", "2025", Decimal(20345)),
    ]


def test_a_fifth_cell_names_a_service_and_each_service_has_its_own_value():
    rows = "2025;visits;20;;\n2025;visits;7;;cartes grises\n2025;visits;3"
    with pytest.raises(Refusal, match="pasted_twice"):
        read_pasted(Pasted(rows, "Ancien logiciel", NAMES, SERVICES), TODAY)
    kept = read_pasted(Pasted(rows.rpartition("\n")[0], "Ancien logiciel", NAMES, SERVICES), TODAY)
    assert [(each.service, each.value) for each in kept] == [("", Decimal(20)), ("laon-cartes", Decimal(7))]


GOOD = "2025-08;Appels perdus;9;%\n"


@pytest.mark.parametrize(
    ("row", "code", "details"),
    [
        ("2025-09;Appels perdus;12", "pasted_unit", {"row": 2, "cell": "", "unit": "percent"}),
        ("2025-09;Attente médiane;900;s", "pasted_unit", {"row": 2, "cell": "s", "unit": "minutes"}),
        ("2025-09;Satisfaction;80;%", "pasted_indicator", {"row": 2, "cell": "Satisfaction"}),
        ("2025-13;Appels perdus;9;%", "pasted_period", {"row": 2, "cell": "2025-13"}),
        ("2025-W40;Appels perdus;9;%", "pasted_period", {"row": 2, "cell": "2025-W40"}),
        ("2026-12;Appels perdus;9;%", "pasted_period", {"row": 2, "cell": "2026-12"}),
        ("2025-09;Appels perdus;env. 9;%", "pasted_value", {"row": 2, "cell": "env. 9"}),
        ("2025-09;Appels perdus;101;%", "pasted_value", {"row": 2, "cell": "101"}),
        ("2025-09;visits;1,5;", "pasted_value", {"row": 2, "cell": "1,5"}),
        ("2025-09;Appels perdus", "pasted_cells", {"row": 2, "count": 2}),
        ("08/2025;Appels perdus;7;%", "pasted_twice", {"row": 2}),
        ("2025-09;visits;7;;Permis", "pasted_service", {"row": 2, "cell": "Permis"}),
        ("2025-09;Appels perdus;7;%;Cartes grises", "pasted_service", {"row": 2, "cell": "Cartes grises"}),
    ],
)
def test_one_wrong_row_refuses_all_and_is_named(row: str, code: str, details: dict[str, Any]):
    with pytest.raises(Refusal) as refused:
        read(GOOD + row)
    assert (refused.value.code, refused.value.details) == (code, details)


def test_nothing_and_too_much_are_refused():
    for text, code in ((" ;\n\t", "pasted_nothing"), (GOOD * 201, "pasted_too_many")):
        with pytest.raises(Refusal, match=code):
            read(text)
