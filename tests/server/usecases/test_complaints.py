"""The register on both databases: written once, answered, erased at its dates; actions, one for an origin."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.domain.actions import ActionOrigin, ActionRequest, OriginKind
from server.domain.author import SYSTEM
from server.domain.complaints import MOST_A_DAY, PUBLIC_CHANNELS, Channel, EntryKeys, EntryRequest, EntryVerb
from server.domain.hall.configuration import Site
from server.domain.quality.periods import parse_period
from server.domain.refusals import Refusal
from server.store import complaints as complaint_rows
from server.store.hall_checks import actions_of_origins
from server.store.transactions.database import Database
from server.usecases.actions import PlannedAction, add_action, add_action_for, change_action, read_actions
from server.usecases.complaints.act_on_entry import (
    PublicWording,
    act_on_entry,
    mark_about_agent,
    plan_action,
    read_flood,
    release_entry,
    reopen_register,
    restore_flood,
    set_flood_aside,
    withdraw_release,
)
from server.usecases.complaints.entries import (
    RegisterReach,
    add_entry,
    read_entry,
    read_own_entry,
    read_register,
)
from server.usecases.journal.maintenance import purge
from server.web.pages.voice.pack_lines import complaint_lines
from tests.harness.sql import all_rows, execute
from tests.harness.waiting import begun_before
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, open_register_of

QUALITY, SUPERVISOR = RegisterReach("laon", True), RegisterReach("laon", False)
CONTACT = "ines@exemple.fr"


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 11, 20, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands)
    open_register_of(found)
    yield found
    found.close()


def add(database: Database, form: str, text: str = "Il manque des sièges", **more: Any) -> EntryKeys:
    written = EntryRequest(**{"kind": "complaint", "channel": "web", "text": text, **more})
    return add_entry(database, "laon", written, form=form, language="fr", channels=PUBLIC_CHANNELS)


def refusal_of(code: str) -> Any:
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def test_an_entry_is_added_once_answered_and_read_with_its_secret_only(database: Database):
    first, other = add(database, "a form", contact=CONTACT), add(database, "another form")
    assert add(database, "a form", text="twice") == first
    assert len(read_register(database, QUALITY).entries) == 2
    act_on_entry(database, SUPERVISOR, first.id, EntryVerb.ACKNOWLEDGE)
    act_on_entry(database, SUPERVISOR, first.id, EntryVerb.ANSWER, words="Vingt sièges de plus.")
    with refusal_of("complaint_moved"):
        act_on_entry(database, SUPERVISOR, first.id, EntryVerb.DROP, words="Trop tard.")
    own = read_own_entry(database, "laon", reference=first.reference.lower(), secret=f" {first.secret}")
    assert (own.state, own.answer, own.reason) == ("answered", "Vingt sièges de plus.", "")
    for reference, secret in (
        (first.reference, other.secret),
        (other.reference, first.secret),
        (first.reference, ""),
        ("", first.secret),
    ):
        with refusal_of("unknown_complaint"):
            read_own_entry(database, "laon", reference=reference, secret=secret)


def test_an_answer_and_a_reason_are_never_empty(database: Database):
    entry = add(database, "a form").id
    with refusal_of("complaint_answer_missing"):
        act_on_entry(database, QUALITY, entry, EntryVerb.ANSWER, words=" ")
    with refusal_of("complaint_reason_missing"):
        act_on_entry(database, QUALITY, entry, EntryVerb.DROP)
    assert read_entry(database, QUALITY, entry).row.state == "received"


def test_what_concerns_an_agent_is_hidden_from_the_reception_and_counted(database: Database):
    entry = add(database, "a form", concerns_agent=True).id
    other = add(database, "another form").id
    hidden = read_register(database, SUPERVISOR)
    assert ([each.row.id for each in hidden.entries], hidden.hidden) == ([other], 1)
    for gesture in (
        lambda: read_entry(database, SUPERVISOR, entry),
        lambda: act_on_entry(database, SUPERVISOR, entry, EntryVerb.ACKNOWLEDGE),
        lambda: mark_about_agent(database, SUPERVISOR, entry, concerns_agent=False),
    ):
        with refusal_of("unknown_complaint"):
            gesture()
    mark_about_agent(database, SUPERVISOR, other, concerns_agent=True)
    assert read_register(database, SUPERVISOR).hidden == 2
    assert {each.row.id for each in read_register(database, QUALITY).entries} == {entry, other}


def test_late_entries_come_first(database: Database, hands: Hands):
    late = add(database, "a form").id
    hands.now += timedelta(days=16)
    new = add(database, "another form").id
    found = read_register(database, QUALITY).entries
    assert [(each.row.id, each.is_late) for each in found] == [(late, True), (new, False)]


def test_a_closed_register_takes_nothing(database: Database):
    add(database, "a form")
    open_register_of(database, "vervins")
    with refusal_of("unknown_hall"):
        add(database, "a form")


@pytest.mark.both_databases
def test_a_contact_and_then_the_text_leave_no_trace_after_their_dates(
    database: Database, hands: Hands, tmp_path: Path
):
    answered, waiting = add(database, "a", contact=CONTACT), add(database, "b", contact="06 12 34 56 78")
    act_on_entry(database, QUALITY, answered.id, EntryVerb.ANSWER, words="Fait.")
    hands.now += timedelta(days=29)
    assert purge(database)["complaint_contact"] == 0
    hands.now += timedelta(days=2)
    assert purge(database)["complaint_contact"] == 1
    assert read_entry(database, QUALITY, answered.id).contact is None
    assert read_entry(database, QUALITY, waiting.id).contact is not None
    hands.now += timedelta(days=334)
    counts = purge(database)
    assert (counts["complaint_contact"], counts["complaint"]) == (1, 0)
    assert all_rows(database, "SELECT * FROM complaint_contact") == []
    hands.now += timedelta(days=730)
    assert purge(database)["complaint"] == 2
    left = all_rows(database, "SELECT text, answer, kind, state FROM complaint ORDER BY state")
    assert [tuple(row.values()) for row in left] == [
        ("", "", "complaint", "answered"),
        ("", "", "complaint", "received"),
    ]
    assert purge(database)["complaint"] == 0


def test_a_period_is_counted_by_month_kind_and_channel(database: Database, hands: Hands):
    answered = add(database, "a form").id
    add(database, "another form", kind="thanks", channel="kiosk")
    hands.now += timedelta(days=12)
    act_on_entry(database, QUALITY, answered, EntryVerb.ANSWER, words="Fait.")
    add(database, "a later form")
    lines = complaint_lines(database, ["laon"], parse_period("2026-11"))
    assert lines == [
        ["laon", "2026-11", "complaint", "web", 1, 1, 0, 0, 1, 12],
        ["laon", "2026-11", "thanks", "kiosk", 1, 0, 0, 1, 0, None],
    ]


PUBLIC = PublicWording("Plus de sièges", "Vingt sièges de plus", True)
GESTURES: dict[str, Callable[[Database, str], object]] = {
    "act_on_entry": lambda database, entry: act_on_entry(database, SUPERVISOR, entry, EntryVerb.CLOSE),
    "plan_action": lambda database, entry: plan_action(database, SUPERVISOR, entry, "Plus de sièges"),
    "release_entry": lambda database, entry: release_entry(
        database, SYSTEM, SUPERVISOR, entry, PUBLIC, translate=lambda key, *_: key
    ),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("gesture", GESTURES)
def test_no_gesture_takes_back_that_an_entry_is_about_an_agent(database: Database, gesture: str):
    entry = add(database, "a form").id
    act_on_entry(database, SUPERVISOR, entry, EntryVerb.ANSWER, words="Vingt sièges de plus.")
    marked = partial(mark_about_agent, database, QUALITY, entry, concerns_agent=True)
    with begun_before(complaint_rows, "change_entry", marked):
        GESTURES[gesture](database, entry)
    assert read_register(database, SUPERVISOR).hidden == 1


@pytest.mark.both_databases
def test_a_released_wording_is_withdrawn_while_somebody_closes_the_entry(database: Database):
    entry = add(database, "a form").id
    act_on_entry(database, SUPERVISOR, entry, EntryVerb.ANSWER, words="Vingt sièges de plus.")
    release_entry(database, SYSTEM, QUALITY, entry, PUBLIC, translate=lambda key, *_: key)
    close = partial(act_on_entry, database, QUALITY, entry, EntryVerb.CLOSE)
    with begun_before(complaint_rows, "change_entry", close):
        withdraw_release(database, QUALITY, entry)
    row = read_entry(database, QUALITY, entry).row
    assert (row.state, row.released_at) == ("closed", None)


@pytest.mark.both_databases
def test_two_overlapping_sends_of_a_form_are_answered_alike(database: Database):
    again = partial(add, database, "a form", contact=CONTACT)
    with begun_before(complaint_rows, "insert_entry", again) as other:
        first = again()
    assert other[0].result() == first
    assert len(read_register(database, QUALITY).entries) == 1


def test_what_is_written_after_the_text_was_erased_is_erased_too(database: Database, hands: Hands):
    entry = add(database, "a form").id
    hands.now += timedelta(days=3 * 365 + 1)
    assert purge(database)["complaint"] == 1
    act_on_entry(database, QUALITY, entry, EntryVerb.DROP, words="Trop ancien, dit Mme Roy.")
    assert purge(database)["complaint"] == 1
    assert read_entry(database, QUALITY, entry).row.reason == ""


QUALITY_OFFICER, OTHER_SUPERVISOR = RegisterReach("laon", True), RegisterReach("laon", False)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
COLUMNS = (
    "secret_digest, kind, channel, language, text, concerns_agent, written_on, state, answer, reason,"
    " public_asked, public_done, received_at"
)


@pytest.fixture
def hands_at_flood() -> Hands:
    return Hands(NOW)


@pytest.fixture
def flooded(database_url: str, hands_at_flood: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands_at_flood)
    open_register_of(found)
    yield found
    found.close()


def add_through(
    flooded: Database, form: str, channel: str = "web", *, about_agent: bool = False
) -> EntryKeys:
    written = EntryRequest("complaint", channel, form, concerns_agent=about_agent)
    return add_entry(flooded, "laon", written, form=form, language="fr", channels=list(Channel))


def flood(flooded: Database, count: int = MOST_A_DAY) -> EntryKeys:
    """So many entries at once by internet; the first of them."""
    first = add_through(flooded, "flood")
    for n in range(count - 1):
        execute(
            flooded,
            f"INSERT INTO complaint (id, hall, reference, {COLUMNS})"
            f" SELECT id || :n, hall, reference || :n, {COLUMNS} FROM complaint WHERE text = 'flood'"
            " AND length(reference) = 7",
            n=f"-{n}",
        )
    return first


def test_a_flood_of_one_channel_closes_neither_the_other_nor_the_pages_of_staff(flooded: Database):
    flood(flooded)
    with refusal_of("register_full"):
        add_through(flooded, "a visitor")
    for channel in (each for each in Channel if each is not Channel.WEB):
        assert add_through(flooded, f"by {channel}", channel).reference
    for n in range(MOST_A_DAY):
        add_through(flooded, f"said {n}", "oral")


def test_one_press_reopens_a_register_that_a_flood_filled(flooded: Database, hands_at_flood: Hands):
    assert read_flood(flooded, OTHER_SUPERVISOR) is None
    flood(flooded)
    found = read_flood(flooded, OTHER_SUPERVISOR)
    assert found is not None
    assert (found.count, found.is_full, found.begun_at) == (MOST_A_DAY, True, NOW)
    hands_at_flood.now += timedelta(minutes=1)
    reopen_register(flooded, OTHER_SUPERVISOR)
    assert add_through(flooded, "a visitor").reference
    again = read_flood(flooded, OTHER_SUPERVISOR)
    assert again is not None
    assert (again.count, again.is_full) == (MOST_A_DAY + 1, False)


def test_what_a_flood_wrote_is_set_aside_together_counts_nowhere_and_comes_back(
    flooded: Database, hands_at_flood: Hands
):
    first, hidden = flood(flooded, 60), add_through(flooded, "about", about_agent=True)
    found = read_flood(flooded, OTHER_SUPERVISOR)
    assert found is not None
    assert found.last_at is not None
    assert (found.count, found.hidden) == (60, 1)
    hands_at_flood.now += timedelta(seconds=1)
    later = add_through(flooded, "a visitor, after the page was read")
    with refusal_of("complaint_reason_missing"):
        set_flood_aside(flooded, OTHER_SUPERVISOR, until=found.last_at, reason=" ")
    assert set_flood_aside(flooded, OTHER_SUPERVISOR, until=found.last_at, reason="Automate") == 60
    states = {each.row.id: each.row.state for each in read_register(flooded, QUALITY_OFFICER).entries}
    assert (states[hidden.id], states[later.id]) == ("received", "received")
    assert [line[4] for line in complaint_lines(flooded, ["laon"], parse_period("2026-11"))] == [2]
    own = read_own_entry(flooded, "laon", reference=first.reference, secret=first.secret)
    assert (own.state, own.reason) == ("set_aside", "")
    act_on_entry(flooded, OTHER_SUPERVISOR, first.id, EntryVerb.RESTORE)
    assert restore_flood(flooded, OTHER_SUPERVISOR) == 59
    rows = [each.row for each in read_register(flooded, QUALITY_OFFICER).entries]
    assert {(row.state, row.reason) for row in rows} == {("received", "")}
    assert complaint_lines(flooded, ["laon"], parse_period("2026-11"))[0][4] == 62


def test_setting_a_flood_aside_frees_the_budget_that_it_used(flooded: Database):
    flood(flooded)
    assert set_flood_aside(flooded, OTHER_SUPERVISOR, until=NOW, reason="Automate") == MOST_A_DAY
    assert read_flood(flooded, OTHER_SUPERVISOR) is None
    assert add_through(flooded, "a visitor").reference


@pytest.mark.both_databases
def test_an_entry_that_somebody_takes_on_meanwhile_is_not_set_aside(flooded: Database):
    first = flood(flooded, 40).id
    taken = partial(act_on_entry, flooded, OTHER_SUPERVISOR, first, EntryVerb.ACKNOWLEDGE)
    with begun_before(complaint_rows, "move_entries", taken) as other:
        set_flood_aside(flooded, OTHER_SUPERVISOR, until=NOW, reason="Automate")
    moved = {each.row.id: each.row.state for each in read_register(flooded, QUALITY_OFFICER).entries}
    outcome = other[0].exception()
    assert moved[first] == ("acknowledged" if outcome is None else "set_aside")


@pytest.fixture
def two_sites(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)), "laon", "vervins")
    yield found
    found.close()


def typed(remark: str, due_on: str = "", state: str = "to_do") -> ActionRequest:
    return ActionRequest(remark, "", "", "Accueil", due_on, state)


def site_of(database: Database, hall: str) -> Site:
    return database.configuration(hall).site


def read(database: Database, *halls: str) -> list[PlannedAction]:
    return read_actions(database, [site_of(database, hall) for hall in halls])


@pytest.mark.both_databases
def test_an_origin_has_one_action_which_stays_as_people_changed_it(two_sites: Database):
    origin = ActionOrigin(OriginKind.COMPLAINT, "c1")
    action = add_action_for(two_sites, site_of(two_sites, "laon"), origin, typed("Sièges"))
    change_action(two_sites, site_of(two_sites, "laon"), action, typed("Quatre sièges", state="doing"))
    assert add_action_for(two_sites, site_of(two_sites, "laon"), origin, typed("Sièges")) == action
    [found] = read(two_sites, "laon")
    assert (found.row.remark, found.origin) == ("Quatre sièges", origin)
    other = add_action_for(
        two_sites, site_of(two_sites, "laon"), ActionOrigin(OriginKind.HALL_CHECK, "c1"), typed("Panneau")
    )
    assert other != action
    with two_sites.read() as rows:
        of_complaints = actions_of_origins(rows, OriginKind.COMPLAINT, ["c1", "c2"])
    assert {each: of.state for each, of in of_complaints.items()} == {"c1": "doing"}
    with pytest.raises(Refusal, match="unknown_action"):
        change_action(two_sites, site_of(two_sites, "vervins"), action, typed("Sièges"))


def test_the_list_of_several_sites_is_by_date_and_ends_with_what_is_closed(two_sites: Database):
    for site, remark, due_on, state in (
        ("laon", "closed", "2026-01-01", "dropped"),
        ("laon", "undated", "", "to_do"),
        ("vervins", "late", "2026-11-23", "doing"),
        ("laon", "today", "2026-11-24", "to_do"),
    ):
        add_action(two_sites, site_of(two_sites, site), typed(remark, due_on, state), form=remark)
    found = read(two_sites, "laon", "vervins")
    assert [(each.row.remark, each.site.slug) for each in found] == [
        ("late", "vervins"),
        ("today", "laon"),
        ("undated", "laon"),
        ("closed", "laon"),
    ]
    assert [each.row.remark for each in found if each.is_late] == ["late"]
    assert [each.row.remark for each in read(two_sites, "vervins")] == ["late"]


@pytest.mark.both_databases
def test_an_action_without_effect_is_open_again_and_its_history_says_so(two_sites: Database):
    site = site_of(two_sites, "laon")
    action = add_action(two_sites, site, typed("Sièges", "2026-12-01"), form="a1")
    finished = replace(typed("Sièges", "2026-12-01", "done"), solution="Quatre sièges", proof="Facture 12")
    change_action(two_sites, site, action, replace(finished, review_on="2026-11-24"))
    [found] = read(two_sites, "laon")
    assert (found.row.done_on, found.row.proof) == (date(2026, 11, 24), "Facture 12")
    change_action(two_sites, site, action, replace(finished, remark="Les sièges", effect="not_effective"))
    [found] = read(two_sites, "laon")
    assert (found.row.state, found.row.done_on, found.row.review_on) == ("doing", None, None)
    assert [(each.state, each.effect) for each in found.changes] == [
        ("to_do", ""),
        ("done", ""),
        ("doing", "not_effective"),
    ]
    for words in ("Des sièges", "Les sièges"):
        change_action(two_sites, site, action, typed(words, "2026-12-01", "doing"))
    assert len(read(two_sites, "laon")[0].changes) == 4  # words alone are no history
