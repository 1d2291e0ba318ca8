"""A code is shown by a device and confirmed by a person; what the device kept to itself is then its token."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.devices.connections import DeviceConnection
from server.domain.devices.device_state import with_new_connections
from server.domain.refusals import Refusal
from server.ids import token_digest
from server.store.devices.paired_devices import bearer_of_token, device_of_token, paired_devices
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall
from server.usecases.devices import pairing as asking_rules
from server.usecases.devices.devices import DevicePlace, pair_device, place_named, renew_device, revoke_device
from server.usecases.devices.pairing import (
    CODE_LETTERS,
    EXCHANGED_WITHIN,
    RENEWED_AFTER,
    SHOWN_FOR,
    Confirmation,
    PairingRequest,
    ShownCode,
    add_place,
    ask_pairing,
    ask_renewal,
    confirm_pairing,
    exchange_token,
    note_copied_device,
    read_asking_device,
    read_pairing,
    renewals_due,
)
from server.usecases.journal.maintenance import purge
from tests.harness.sql import all_rows, one_row
from tests.server.documents.contents import as_text, changed, demonstration
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

ADMINISTRATOR = Author("ada")
KIOSK, SCREEN = "laon-borne-1", "laon-ecran-1"


@pytest.fixture
def installed(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(), "laon", "vervins")
    yield found
    found.close()


def facts(installed: Database) -> list[tuple[str, str]]:
    """Kind and author of the installation's facts about devices."""
    found = all_rows(
        installed, "SELECT kind, author FROM installation_fact WHERE kind LIKE 'Device%' ORDER BY position"
    )
    return [(row["kind"], row["author"]) for row in found]


def device_known_by(installed: Database, token: str) -> Any:
    with installed.read() as rows:
        return bearer_of_token(rows, token, installed.clock.now()).device


def test_a_pairing_gives_a_token_of_which_only_the_digest_is_kept(installed: Database):
    paired = pair_device(installed, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)
    assert len(paired.token) == 22
    assert device_known_by(installed, paired.token).id == paired.id
    row = one_row(installed, "SELECT * FROM device")
    bodies = [each["body"] for each in all_rows(installed, "SELECT body FROM installation_fact")]
    assert row["token_digest"] == token_digest(paired.token)
    assert paired.token not in str(row) + "".join(bodies)
    assert facts(installed) == [("DevicePaired", "ada")]


def test_a_place_is_named_by_its_id_or_its_label(installed: Database):
    label = installed.configuration("laon").screens[SCREEN].label
    assert (
        pair_device(installed, ADMINISTRATOR, "laon", kind="screen", configured=label.upper()).configured
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
    installed: Database, hall: str, kind: str, name: str, code: str
):
    with pytest.raises(Refusal) as refused:
        pair_device(installed, ADMINISTRATOR, hall, kind=kind, configured=name)
    assert refused.value.code == code
    assert facts(installed) == []


def test_a_refused_name_is_answered_with_those_there_are(installed: Database):
    with pytest.raises(Refusal) as refused:
        pair_device(installed, ADMINISTRATOR, "laon", kind="kiosk", configured="borne")
    assert KIOSK in refused.value.details["known"]


def test_a_label_that_two_screens_have_names_neither(installed: Database):
    twice = changed(_laon(), "screens.1.label", _laon()["screens"][0]["label"])
    publish_hall(installed, ADMINISTRATOR, as_text(twice))
    with pytest.raises(Refusal, match="unknown_screen"):
        pair_device(installed, ADMINISTRATOR, "laon", kind="screen", configured=twice["screens"][0]["label"])


def test_a_retired_kiosk_is_not_paired(installed: Database):
    publish_hall(installed, ADMINISTRATOR, as_text(changed(_laon(), "kiosks.0.is_retired", True)))
    with pytest.raises(Refusal, match="unknown_kiosk"):
        pair_device(installed, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)


def test_a_place_has_one_device(installed: Database):
    first = pair_device(installed, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)
    with pytest.raises(Refusal) as refused:
        pair_device(installed, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)
    assert (refused.value.code, refused.value.details["device"]) == ("already_paired", first.id)
    revoke_device(installed, ADMINISTRATOR, first.id)
    assert pair_device(installed, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK).id != first.id


@pytest.mark.parametrize("named_by", ["id", "configured"])
def test_a_renewed_device_keeps_its_identity_and_loses_its_old_token(installed: Database, named_by: str):
    paired = pair_device(installed, ADMINISTRATOR, "laon", kind="screen", configured=SCREEN)
    renewed = renew_device(installed, ADMINISTRATOR, getattr(paired, named_by))
    assert (renewed.id, renewed.kind, renewed.configured) == (paired.id, "screen", SCREEN)
    assert device_known_by(installed, paired.token) is None
    assert device_known_by(installed, renewed.token).id == paired.id
    assert facts(installed) == [("DevicePaired", "ada"), ("DeviceRenewed", "ada")]


def test_a_revoked_device_is_neither_renewed_nor_revoked_again(installed: Database):
    paired = pair_device(installed, ADMINISTRATOR, "laon", kind="kiosk", configured=KIOSK)
    revoke_device(installed, ADMINISTRATOR, KIOSK)
    assert device_known_by(installed, paired.token).revoked_at is not None
    for change in (renew_device, revoke_device):
        with pytest.raises(Refusal, match="unknown_device"):
            change(installed, ADMINISTRATOR, paired.id)
    assert [kind for kind, _ in facts(installed)] == ["DevicePaired", "DeviceRevoked"]
    with installed.read() as rows:
        assert [row.id for row in paired_devices(rows)] == [paired.id]


def _laon() -> Any:
    return json.loads(demonstration("laon"))


ADA = Author("ada")
ASKING = PairingRequest("192.0.2.5", "Chrome, Linux", 1920, 1080)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands, "laon", "vervins")
    yield found
    found.close()


def place(database: Database, name: str = SCREEN) -> DevicePlace:
    return place_named(database, "laon", kind="kiosk" if "borne" in name else "screen", name=name)


def confirm(database: Database, pairing: ShownCode, name: str = SCREEN, **more: Any) -> Any:
    return confirm_pairing(database, ADA, Confirmation(pairing.code, place(database, name), **more))


def device_of(database: Database, token: str) -> Any:
    with database.read() as rows:
        return device_of_token(rows, token)


def test_a_confirmed_code_makes_the_secret_of_its_device_the_token_of_a_place(database: Database):
    pairing = ask_pairing(database, ASKING)
    assert len(pairing.code) == 6
    assert set(pairing.code) <= set(CODE_LETTERS)
    assert device_of(database, pairing.secret) is None
    paired = confirm(database, pairing)
    waiting = read_pairing(database, pairing.secret)
    assert waiting is not None
    assert waiting.device == paired["device"] == device_of(database, pairing.secret).id
    assert device_of(database, pairing.secret).configured == SCREEN
    assert device_of(database, pairing.code) is None
    kept = str(all_rows(database, "SELECT * FROM pairing"))
    assert token_digest(pairing.secret) in kept
    assert pairing.secret not in kept
    assert facts(database) == [("DevicePaired", "ada")]


def test_a_typed_code_may_have_spaces_dashes_and_small_letters(database: Database):
    pairing = ask_pairing(database, ASKING)
    answer = read_asking_device(database, f" {pairing.code[:3].lower()}-{pairing.code[3:]} ")
    assert (answer["code"], answer["address"], answer["width_px"]) == (pairing.code, "192.0.2.5", 1920)
    fields = {"code", "address", "browser", "width_px", "height_px", "asked_at", "expires_at"}
    assert set(answer) == fields, "a code tells nothing else"


def test_a_wrong_an_expired_and_a_used_code_are_refused(database: Database, hands: Hands):
    pairing, late = ask_pairing(database, ASKING), ask_pairing(database, ASKING)
    confirm(database, pairing)
    hands.now += SHOWN_FOR
    for code, typed in {
        "unknown_pairing_code": "OOO000",
        "pairing_used": pairing.code,
        "pairing_expired": late.code,
    }.items():
        with pytest.raises(Refusal, match=code):
            confirm_pairing(database, ADA, Confirmation(typed, place(database, KIOSK)))
    assert read_pairing(database, late.secret) is None
    assert facts(database) == [("DevicePaired", "ada")]


@pytest.mark.both_databases
def test_a_code_and_the_data_of_its_device_are_erased_an_hour_later(database: Database, hands: Hands):
    pairing = ask_pairing(database, ASKING)
    hands.now += SHOWN_FOR + timedelta(minutes=59)
    assert purge(database)["pairing"] == 0
    hands.now += timedelta(minutes=1)
    assert purge(database)["pairing"] == 1
    with pytest.raises(Refusal, match="unknown_pairing_code"):
        read_asking_device(database, pairing.code)


def test_one_address_does_not_show_codes_without_end(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asking_rules, "MOST_SHOWN_AT_ADDRESS", 2)
    first = ask_pairing(database, ASKING)
    ask_pairing(database, ASKING)
    with pytest.raises(Refusal, match="too_many_requests"):
        ask_pairing(database, ASKING)
    ask_pairing(database, PairingRequest("192.0.2.6", "", 0, 0))
    confirm(database, first)
    ask_pairing(database, ASKING)


def test_a_place_that_is_taken_is_refused_and_its_code_stays_good(database: Database):
    pair_device(database, ADA, "laon", kind="screen", configured=SCREEN)
    pairing = ask_pairing(database, ASKING)
    with pytest.raises(Refusal, match="already_paired"):
        confirm(database, pairing)
    assert confirm(database, pairing, "laon-ecran-2")["id"] == "laon-ecran-2"


def test_a_device_that_replaces_another_is_that_device_and_the_old_token_is_void(database: Database):
    before = pair_device(database, ADA, "laon", kind="screen", configured=SCREEN)
    assert note_copied_device(database, SCREEN)
    pairing = ask_pairing(database, ASKING)
    assert confirm(database, pairing, replaces=True)["device"] == before.id
    assert device_of(database, before.token) is None
    found = device_of(database, pairing.secret)
    assert (found.id, found.configured) == (before.id, SCREEN)
    assert one_row(database, "SELECT count(*) AS n FROM device WHERE copied_at IS NULL")["n"] == 1
    kinds = [kind for kind, _ in facts(database)]
    assert kinds == ["DevicePaired", "DeviceCopied", "DeviceReplaced"]


def test_a_device_that_is_in_use_no_more_before_its_page_came_back_is_to_show_another_code(
    database: Database,
):
    revoked, replaced, renewed = (ask_pairing(database, ASKING) for _ in range(3))
    confirm(database, revoked)
    revoke_device(database, ADA, SCREEN)
    assert read_pairing(database, revoked.secret) is None
    confirm(database, replaced)
    assert read_pairing(database, replaced.secret) is not None
    confirm(database, renewed, replaces=True)
    assert read_pairing(database, replaced.secret) is None
    assert read_pairing(database, renewed.secret) is not None


def test_a_pairing_requested_twice_with_one_key_is_one(database: Database):
    pairing = ask_pairing(database, ASKING)
    key = WriteKey.of("ada", "once", b"body")
    confirmation = Confirmation(pairing.code, place(database))
    first = confirm_pairing(database, ADA, confirmation, write_key=key)
    assert confirm_pairing(database, ADA, confirmation, write_key=key) == first
    assert len(facts(database)) == 1


def test_a_new_place_is_a_revision_of_the_document_with_an_id_never_used(database: Database):
    before = database.configuration("laon")
    added = add_place(database, "laon", ADA, kind="screen", label="Écran de l’étage")
    after = database.configuration("laon")
    assert (after.revision, added.configured) == (before.revision + 1, "laon-ecran-3")
    assert after.screens[added.configured].label == "Écran de l’étage"
    assert not after.screens[added.configured].has_sound, "another screen says the calls already"
    with pytest.raises(Refusal, match="name_taken"):
        add_place(database, "laon", ADA, kind="screen", label="écran de l’ÉTAGE")
    assert add_place(database, "laon", ADA, kind="kiosk", label="Borne B").configured == "laon-borne-2"


def test_a_token_is_renewed_from_afar_and_a_lost_answer_ends_the_same(database: Database):
    paired = pair_device(database, ADA, "laon", kind="kiosk", configured=KIOSK)
    secret = ask_renewal(database, ADA, paired.id)
    fresh = exchange_token(database, paired.token, secret)
    assert fresh != paired.token
    assert exchange_token(database, paired.token, secret) == fresh
    assert device_of(database, fresh).id == paired.id
    assert device_of(database, paired.token) is None
    assert facts(database) == [("DevicePaired", "ada"), ("DeviceRenewed", "ada")]


def test_a_copy_of_the_token_renews_nothing(database: Database, hands: Hands):
    paired = pair_device(database, ADA, "laon", kind="kiosk", configured=KIOSK)
    with pytest.raises(Refusal, match="renewal_over"):
        exchange_token(database, paired.token, "nobody said so")
    secret = ask_renewal(database, ADA, paired.id)
    with pytest.raises(Refusal, match="renewal_over"):
        exchange_token(database, paired.token, "guessed")
    with pytest.raises(Refusal, match="unknown_device"):
        exchange_token(database, "another token", secret)
    hands.now += EXCHANGED_WITHIN + timedelta(seconds=1)
    with pytest.raises(Refusal, match="renewal_over"):
        exchange_token(database, paired.token, secret)
    assert device_of(database, paired.token).id == paired.id


def test_a_copied_token_is_a_fact_once_until_it_is_another(database: Database):
    paired = pair_device(database, ADA, "laon", kind="kiosk", configured=KIOSK)
    assert note_copied_device(database, KIOSK)
    assert not note_copied_device(database, KIOSK)
    exchange_token(database, paired.token, ask_renewal(database, ADA, paired.id))
    assert note_copied_device(database, KIOSK)
    revoke_device(database, ADA, KIOSK)
    assert not note_copied_device(database, KIOSK)
    assert [kind for kind, author in facts(database) if author == "system"] == ["DeviceCopied"] * 2


def test_an_old_token_is_renewed_by_itself_while_its_page_is_open_once(database: Database, hands: Hands):
    paired = pair_device(database, ADA, "laon", kind="kiosk", configured=KIOSK)
    hall = database.hall_id("laon")

    def due(*connections: str) -> list[str]:
        now = database.clock.now()
        open_pages = [DeviceConnection(name, "192.0.2.5", "Chrome", now, now) for name in connections]
        return [
            name
            for _, name in renewals_due(
                database, {hall: {KIOSK: with_new_connections(None, now, *open_pages)}}
            )
        ]

    assert due("page") == []
    hands.now += RENEWED_AFTER
    assert due() == due("page", "another") == []
    assert due("page") == ["page"]
    ask_renewal(database, SYSTEM, paired.id)
    assert due("page") == [], "not asked again for a day"
    hands.now += timedelta(days=1, minutes=3)
    assert due("page") == ["page"]
    exchange_token(database, paired.token, ask_renewal(database, SYSTEM, paired.id))
    assert due("page") == []


@pytest.mark.both_databases
def test_one_of_two_simultaneous_confirmations_of_a_code_is_refused(database: Database):
    """Both have looked before either writes; the installation's lock lets one after the other."""
    for _ in range(5):
        pairing = ask_pairing(database, ASKING)
        together = Barrier(2)

        def one(name: str, pairing: ShownCode = pairing, together: Barrier = together) -> str:
            confirmation = Confirmation(pairing.code, place(database, name), replaces=True)
            together.wait(10)
            try:
                return str(confirm_pairing(database, ADA, confirmation)["id"])
            except Refusal as refusal:
                return refusal.code

        with ThreadPoolExecutor(2) as both:
            ended = list(both.map(one, (SCREEN, "laon-ecran-2")))
        assert ended.count("pairing_used") == 1, ended
