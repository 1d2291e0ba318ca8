"""What asks for attention in many halls, and their devices: as many statements as for few."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from server.domain.attention import AttentionKind, AttentionReach
from server.store.journal.chain import INSTALLATION, Anchors
from server.store.transactions.database import Database
from server.usecases.attention import read_attention
from server.usecases.devices.device_places import DeviceSightings
from server.usecases.devices.read_supervision import SupervisedHall, read_devices
from server.usecases.journal.read_journal import read_proofs
from tests.harness.sentences import TRANSLATE
from tests.server.store.journals import AGENT
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall, open_register_of

SLUGS = sorted(each.stem for each in HALLS.glob("*.json") if each.stem != "installation")


def nothing_seen(halls: Sequence[str]) -> Mapping[str, DeviceSightings]:
    return dict.fromkeys(halls, DeviceSightings({}, {}, {"screen": "", "kiosk": ""}))


def needing(database: Database, statements: Counter[str], slugs: Sequence[str]) -> int:
    """How many halls have devices that need somebody, among all that asks for attention."""
    halls = [database.configuration(database.hall_id(slug)) for slug in slugs]
    reach = AttentionReach(halls, lambda *_: True, lambda _: (), "fr", TRANSLATE, database.clock.now(), AGENT)
    read_attention(database, reach, nothing_seen)  # configurations are read once
    statements.clear()
    found = read_attention(database, reach, nothing_seen)
    return sum(row.kind == AttentionKind.DEVICES_NEEDING for row in found)


@pytest.mark.both_databases
def test_what_asks_for_attention_costs_as_much_in_many_halls_as_in_few(
    database_url: str, statements: Counter[str]
):
    database = database_with_hall(database_url, Hands(), *SLUGS)
    open_register_of(database, *(database.configuration(slug).site.slug for slug in SLUGS))
    assert needing(database, statements, SLUGS[:2]) == 2
    few = statements.copy()
    assert needing(database, statements, SLUGS) == len(SLUGS) == 5
    assert statements == few
    database.close()


@pytest.mark.both_databases
def test_proofs_of_many_journals_cost_as_many_statements_as_that_of_one(
    database_url: str, statements: Counter[str], tmp_path: Path
):
    database = database_with_hall(database_url, Hands(), *SLUGS)
    statements.clear()
    [alone] = read_proofs(database, Anchors(tmp_path), SLUGS[:1])
    few = statements.copy()
    statements.clear()
    together = read_proofs(database, Anchors(tmp_path), [INSTALLATION, *SLUGS])
    assert statements == few
    assert [each.journal for each in together] == [INSTALLATION, *SLUGS]
    assert together[1] == alone
    database.close()


@pytest.mark.both_databases
def test_devices_of_many_halls_cost_as_many_statements_as_those_of_few(
    database_url: str, statements: Counter[str]
):
    database = database_with_hall(database_url, Hands(), *SLUGS)
    few_ids = {database.hall_id(slug) for slug in SLUGS[:2]}

    def read(*, is_few: bool) -> list[SupervisedHall]:
        statements.clear()
        found = read_devices(
            database, lambda _, hall, site: not is_few or hall in few_ids, nothing_seen, TRANSLATE
        )
        return found["halls"]

    read(is_few=False)  # configurations are read once
    assert len(read(is_few=True)) == 2
    few = statements.copy()
    halls = read(is_few=False)
    assert [each["hall"] for each in halls] == SLUGS
    assert all(each["devices"] and each["printers"] for each in halls)
    assert statements == few
    database.close()
