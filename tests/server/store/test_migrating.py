"""The migrations lead to the tables of the code, on both databases, with what was there before."""

from dataclasses import replace
from datetime import timedelta

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from server.clock import Clock
from server.domain.alarms.recipient_choices import AlarmChoice
from server.domain.author import SYSTEM
from server.domain.quality.targets import TargetRequest
from server.store.alarms.recipients import recipients_of
from server.store.engine.idempotency_keys import WriteKey
from server.store.operation.migrating import migrate, migrations_on
from server.store.people.accounts import Grant
from server.store.tables import metadata
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.quality.decide_target import decide_target
from tests.harness.sql import all_rows, execute
from tests.server.usecases.quality.figures_history import Hands, database_with_hall


def test_the_migrations_make_the_tables_of_the_code(database_url: str):
    database = Database(database_url, Clock())
    with database.store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    database.close()


def test_targets_of_before_they_were_counted_are_counted_and_dated_by_their_facts(database_url: str):
    hands = Hands()
    database = database_with_hall(database_url, hands, "laon", "vervins")
    today = hands.now.date()
    target = TargetRequest("laon-accueil", 480, 80, today, today, "Comité local des usagers")
    for wait_s in (480, 600):
        decide_target(database, "laon", SYSTEM, replace(target, wait_s=wait_s))
        hands.now += timedelta(minutes=1)

    def targets() -> tuple[list[tuple[str, int]], list[tuple[int, int]]]:
        halls = all_rows(database, "SELECT slug, targets_decided FROM hall ORDER BY slug")
        decided = all_rows(database, "SELECT wait_s, recorded_at FROM target ORDER BY recorded_at")
        return (
            [(row["slug"], row["targets_decided"]) for row in halls],
            [(row["wait_s"], row["recorded_at"]) for row in decided],
        )

    before = targets()
    assert before[0] == [("laon", 2), ("vervins", 0)]
    with database.store.engine.begin() as connection:
        command.downgrade(migrations_on(connection), "0025")
    migrate(database)
    assert targets() == before
    database.close()


def test_choices_that_were_too_few_to_show_wait_for_others(database_url: str):
    database = Database(database_url, Clock())
    with database.store.engine.begin() as connection:
        command.downgrade(migrations_on(connection), "0067")
    for n in range(11):
        choices = '{"q1": "5", "q2": "yes"}' if n < 9 else '{"q1": "5"}'
        execute(
            database,
            "INSERT INTO survey_answer (id, survey, hall, channel, language, week, choices)"
            " VALUES (:id, 's', 'h', 'link', 'fr', '2026-W48', :choices)",
            id=f"a{n}",
            choices=choices,
        )
    migrate(database)
    waiting = all_rows(database, "SELECT question, count(*) AS n FROM survey_waiting GROUP BY question")
    assert waiting == [{"question": "q2", "n": 9}]
    database.close()


def test_older_recipients_get_every_alarm_in_french(database_url: str):
    database = database_with_hall(database_url, Hands(), "laon")
    add_recipient(database, SYSTEM, RecipientRequest("email", "laon", "garde@example.org"))
    with database.store.engine.begin() as connection:
        command.downgrade(migrations_on(connection), "0026")
    migrate(database)
    with database.read() as rows:
        [recipient] = recipients_of(rows)
    assert (recipient.address, recipient.choice) == ("garde@example.org", AlarmChoice(None, None, "fr"))
    database.close()


def test_requests_kept_by_account_before_are_found_by_the_pseudonym(database_url: str):
    database = database_with_hall(database_url, Hands(), "laon")
    account = create_account(
        database, SYSTEM, NewAccount("ada", "cendrier parapluie olive", "Ada", [Grant("agent", "laon")])
    )
    author = database.pseudonyms.author_of(account)
    done: list[str] = []
    key = WriteKey.of_author(author, "one", b"asked")
    with database.store.engine.begin() as connection:
        command.downgrade(migrations_on(connection), "0068")
    database.write("laon", author, replace(key, by=account), lambda _: done.append("before"))
    migrate(database)
    database.write("laon", author, key, lambda _: done.append("after"))
    assert done == ["before"]
    database.close()
