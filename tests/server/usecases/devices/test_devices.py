"""A device is bound to one place of a hall's document; its token is told once and kept as a digest."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.ids import token_digest
from server.store.devices.paired_devices import bearer_of_token, paired_devices
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall
from server.usecases.devices.devices import pair_device, renew_device, revoke_device
from tests.harness.sql import all_rows, one_row
from tests.server.documents.contents import as_text, changed, demonstration
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

ADMINISTRATOR = Author("ada")
KIOSK, SCREEN = "laon-borne-1", "laon-ecran-1"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(), "laon", "vervins")
    yield found
    found.close()


def facts(database: Database) -> list[tuple[str, str]]:
    """Kind and author of the installation's facts about devices."""
    found = all_rows(
        database, "SELECT kind, author FROM installation_fact WHERE kind LIKE 'Device%' ORDER BY position"
    )
    return [(row["kind"], row["author"]) for row in found]


def device_known_by(database: Database, token: str) -> Any:
    with database.read() as rows:
        return bearer_of_token(rows, token, database.clock.now()).device


def test_a_pairing_gives_a_token_of_which_only_the_digest_is_kept(database: Database):
    paired = pair_device(database, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)
    assert len(paired.token) == 22
    assert device_known_by(database, paired.token).id == paired.id
    row = one_row(database, "SELECT * FROM device")
    bodies = [each["body"] for each in all_rows(database, "SELECT body FROM installation_fact")]
    assert row["token_digest"] == token_digest(paired.token)
    assert paired.token not in str(row) + "".join(bodies)
    assert facts(database) == [("DevicePaired", "ada")]


def test_a_place_is_named_by_its_id_or_its_label(database: Database):
    label = database.configuration("laon").screens[SCREEN].label
    assert (
        pair_device(database, ADMINISTRATOR, "laon", kind="screen", configured=label.upper()).configured
        == SCREEN
    )


@pytest.mark.parametrize(
    ("hall", "kind", "name", "code"),
    [
        ("nowhere", "kiosk", KIOSK, "unknown_hall"),
        ("laon", "printer", KIOSK, "unknown_device_kind"),
        ("laon", "kiosk", SCREEN, "unknown_kiosk"),
        ("laon", "screen", "no such label", "unknown_screen"),
        ("vervins", "kiosk", KIOSK, "unknown_kiosk"),
    ],
)
def test_a_place_not_in_the_document_cannot_be_paired(
    database: Database, hall: str, kind: str, name: str, code: str
):
    with pytest.raises(Refusal) as refused:
        pair_device(database, ADMINISTRATOR, hall, kind=kind, configured=name)
    assert refused.value.code == code
    assert facts(database) == []


def test_a_refused_name_is_answered_with_those_there_are(database: Database):
    with pytest.raises(Refusal) as refused:
        pair_device(database, ADMINISTRATOR, "laon", kind="kiosk", configured="borne")
    assert KIOSK in refused.value.details["known"]


def test_a_label_that_two_screens_have_names_neither(database: Database):
    twice = changed(_laon(), "screens.1.label", _laon()["screens"][0]["label"])
    publish_hall(database, ADMINISTRATOR, as_text(twice))
    with pytest.raises(Refusal, match="unknown_screen"):
        pair_device(database, ADMINISTRATOR, "laon", kind="screen", configured=twice["screens"][0]["label"])


def test_a_retired_kiosk_is_not_paired(database: Database):
    publish_hall(database, ADMINISTRATOR, as_text(changed(_laon(), "kiosks.0.is_retired", True)))
    with pytest.raises(Refusal, match="unknown_kiosk"):
        pair_device(database, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)


def test_a_place_has_one_device(database: Database):
    first = pair_device(database, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)
    with pytest.raises(Refusal) as refused:
        pair_device(database, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)
    assert (refused.value.code, refused.value.details["device"]) == ("already_paired", first.id)
    revoke_device(database, ADMINISTRATOR, first.id)
    assert pair_device(database, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK).id != first.id


@pytest.mark.parametrize("named_by", ["id", "configured"])
def test_a_renewed_device_keeps_its_identity_and_loses_its_old_token(database: Database, named_by: str):
    paired = pair_device(database, ADMINISTRATOR, "laon", kind="screen", configured=SCREEN)
    renewed = renew_device(database, ADMINISTRATOR, getattr(paired, named_by))
    assert (renewed.id, renewed.kind, renewed.configured) == (paired.id, "screen", SCREEN)
    assert device_known_by(database, paired.token) is None
    assert device_known_by(database, renewed.token).id == paired.id
    assert facts(database) == [("DevicePaired", "ada"), ("DeviceRenewed", "ada")]


def test_a_revoked_device_is_neither_renewed_nor_revoked_again(database: Database):
    paired = pair_device(database, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)
    revoke_device(database, ADMINISTRATOR, KIOSK)
    assert device_known_by(database, paired.token).revoked_at is not None
    for change in (renew_device, revoke_device):
        with pytest.raises(Refusal, match="unknown_device"):
            change(database, ADMINISTRATOR, paired.id)
    assert [kind for kind, _ in facts(database)] == ["DevicePaired", "DeviceRevoked"]
    with database.read() as rows:
        assert [row.id for row in paired_devices(rows)] == [paired.id]


def _laon() -> Any:
    return json.loads(demonstration("laon"))
