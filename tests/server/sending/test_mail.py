"""Letters: scheduled reports, sent once and only to who may read; mail servers that refuse or hang."""

import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.reports.reports import ScheduleRequest
from server.domain.texts import Letter
from server.sending import SendRefused
from server.sending.mail import Letters, MailServer, ReportLetters
from server.settings import Settings
from server.store.people.accounts import AccountRow, Grant, insert_account, set_locked
from server.store.reports import LetterRow, ScheduleRow
from server.store.transactions.database import Database
from server.usecases.reports.reports import approve_report, begin_report, freeze_report
from server.usecases.reports.sendings import (
    ReadSchedule,
    end_sending,
    plan_sending,
    read_sendings,
    remove_recipient,
    send_again,
)
from tests.harness.sentences import TRANSLATE
from tests.harness.sharing import free_port
from tests.harness.sql import all_rows
from tests.server.sending.conftest import (
    TRIAL,
    Mailbox,
    Office,
    code_of,
    mailbox,
    recipient,
    slow_mail_server,
)
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

ANNE, LAON = Author("anne"), frozenset({"laon"})
DUE = datetime(2026, 10, 5, 9, tzinfo=UTC)
LETTER = Letter("id", "marie@example.org", "Essai", "Ceci est un essai.")
NOW = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)


@dataclass
class Post:
    """A mail server that takes letters, or refuses them with a code."""

    refuses: str = ""
    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter, *, now: datetime) -> None:
        if self.refuses:
            raise SendRefused(self.refuses)
        self.sent.append(letter)

    def addresses(self) -> list[str]:
        return sorted(each.address for each in self.sent)


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 9, 20, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands)
    with found.installation_transaction(ANNE) as transaction:
        for name, role in (("anne", "quality"), ("carl", "committee"), ("dora", "agent")):
            row = AccountRow(name, name, name.title(), f"{name}@example.org", None, False, DUE, None, "fr")
            insert_account(transaction, row, [Grant(role, "laon")])
    yield found
    found.close()


def plan(database: Database, accounts: tuple[str, ...] = ("carl",), *addresses: str) -> str:
    request = ScheduleRequest(["laon"], "quarter", 5, "fr", accounts, addresses or ("mayor@example.org",))
    return plan_sending(database, ANNE, request, sites=LAON)["schedule"]


def approve(database: Database, period: str = "2026-Q3") -> None:
    report = begin_report(database, ANNE, ["laon"], period, sites=LAON)["report"]
    freeze_report(database, ANNE, report, sites=LAON)
    approve_report(database, ANNE, report, sites=LAON)


def letters_to(database: Database, post: Post) -> ReportLetters:
    def write(schedule: ScheduleRow, letter: LetterRow, address: str) -> Letter:
        return Letter(letter.id, address, letter.period, "", thread=schedule.id)

    return ReportLetters(database, post, write)


def read(database: Database) -> ReadSchedule:
    [schedule] = read_sendings(database, LAON)
    return schedule


def test_an_approved_report_is_sent_once_on_its_day_by_two_workers(database: Database, hands: Hands):
    plan(database)
    post = Post()
    workers = [letters_to(database, post) for _ in range(2)]
    hands.now = DUE - timedelta(days=1)
    approve(database)
    workers[0].send_due()
    assert post.sent == []
    hands.now = DUE
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: each.send_due(), workers * 2))
    workers[1].send_due()
    assert [each.failures for each in workers] == [0, 0]
    assert post.addresses() == ["carl@example.org", "mayor@example.org"]
    assert [each.letter and each.letter.sent_at for each in read(database).recipients] == [DUE, DUE]


def test_a_report_that_is_approved_late_is_awaited_then_sent(database: Database, hands: Hands):
    plan(database)
    post = Post()
    hands.now = DUE + timedelta(days=9)
    letters_to(database, post).send_due()
    awaited = read(database).awaited
    assert awaited is not None
    assert (awaited.name, post.sent) == ("2026-Q3", [])
    approve(database)
    letters_to(database, post).send_due()
    assert len(post.sent) == 2
    assert read(database).awaited is None


def test_a_failed_sending_is_seen_tried_again_and_sent(database: Database, hands: Hands):
    plan(database, ())
    hands.now = DUE
    approve(database)
    post = Post(refuses="email_unreachable")
    letters = letters_to(database, post)
    letters.send_due()
    letters.send_due()
    found = read_sendings(database, LAON)
    [recipient] = found[0].recipients
    assert recipient.letter is not None
    assert (recipient.letter.failure, recipient.letter.tries) == ("email_unreachable", 1)
    assert [len(each.failed) for each in found] == [1]
    post.refuses = ""
    with pytest.raises(Refusal, match="unknown_schedule"):
        send_again(database, recipient.letter.id, sites=frozenset({"soissons"}))
    send_again(database, recipient.letter.id, sites=LAON)
    letters.send_due()
    assert post.addresses() == ["mayor@example.org"]
    assert not any(each.failed for each in read_sendings(database, LAON))


def test_who_may_not_read_any_more_gets_nothing(database: Database, hands: Hands):
    with pytest.raises(Refusal, match="schedule_account"):
        plan(database, ("dora",))
    request = ScheduleRequest(["laon"], "quarter", 5, "fr", (), ("mayor@example.org",))
    with pytest.raises(Refusal, match="forbidden"):
        plan_sending(database, ANNE, request, sites=frozenset({"soissons"}))
    plan(database)
    with database.installation_transaction(ANNE) as transaction:
        set_locked(transaction, "carl", is_locked=True)
    hands.now = DUE
    approve(database)
    post = Post()
    letters_to(database, post).send_due()
    assert post.addresses() == ["mayor@example.org"]
    assert [each.may_read for each in read(database).recipients] == [False, True]


def test_a_removed_address_is_erased_and_gets_nothing(database: Database, hands: Hands):
    plan(database, (), "one@example.org", "two@example.org")
    first, _ = read(database).recipients
    remove_recipient(database, ANNE, first.id, sites=LAON)
    hands.now = DUE
    approve(database)
    post = Post()
    letters_to(database, post).send_due()
    assert post.addresses() == ["two@example.org"]
    end_sending(database, ANNE, read(database).row.id, sites=LAON)
    assert read_sendings(database, LAON) == []
    kept = all_rows(database, "SELECT value FROM erasable WHERE value LIKE '%@example.org'")
    facts = all_rows(database, "SELECT body FROM installation_fact WHERE kind LIKE 'ReportSending%'")
    assert (kept, len(facts)) == ([], 3)
    assert "example.org" not in str(facts)


def certificate(folder: Path) -> Path:
    """The certificate of this machine, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    began = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_letters_are_sent_encrypted_to_a_mail_server_with_a_valid_certificate(
    tls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    how = {"ssl_context": context} if tls == "tls" else {"tls_context": context, "require_starttls": True}
    with mailbox(**how) as box:
        server = MailServer(Settings(smtp_host="127.0.0.1", smtp_port=box.port, smtp_tls=tls), within_s=5)
        assert server.try_to_send(LETTER, now=NOW) == "email_unreachable"
        assert box.letters == []
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert server.try_to_send(LETTER, now=NOW) is None
        assert [each.rcpt_tos for each in box.letters] == [["marie@example.org"]]


@pytest.mark.parametrize("drips", [False, True])
def test_a_mail_server_that_is_silent_or_never_ends_is_left_at_its_deadline(office: Office, drips: bool):
    with slow_mail_server(drips=drips) as port:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none")
        server = MailServer(settings, within_s=0.3 if not drips else 5, in_all_s=0.6)
        began_s = time.monotonic()
        to = recipient("garde@example.org", "email")
        assert code_of(Letters(server, TRANSLATE), to, office) == "email_unreachable"
        assert time.monotonic() - began_s < 3


def test_no_letter_leaves_without_a_server_and_no_secret_is_shown(
    office: Office, box: Mailbox, tmp_path: Path
):
    to = recipient("garde@example.org", "email")
    assert code_of(Letters(MailServer(Settings()), TRANSLATE), to, office) == "email_off"
    away = Settings(smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls="none", smtp_password="sesame")
    assert code_of(Letters(MailServer(away), TRANSLATE), to, office) == "email_unreachable"
    plain = Settings(smtp_host="127.0.0.1", smtp_port=box.port)
    assert (
        code_of(Letters(MailServer(plain), TRANSLATE), to, office) == "email_unreachable"
    )  # it offers no TLS
    assert box.letters == []
    assert "sesame" not in repr(away)
    assert "whsec" not in repr(to)


@pytest.mark.parametrize("farewell", ["250 what for?", "421 too many letters"])
def test_an_accepted_letter_is_sent_despite_any_answer_to_quit(office: Office, box: Mailbox, farewell: str):
    box.farewell = farewell
    office.hall.tells("garde@example.org", "email")
    office.breaks()
    office.threads.settle()
    [standing] = office.standing().values()
    assert (len(box.letters), standing["underway"], standing["failure"]) == (1, 0, None)


def test_the_reason_of_a_refused_letter_is_kept_despite_any_answer_to_quit(office: Office, box: Mailbox):
    box.refuses, box.farewell = "550 nobody here", "421 too many letters"
    letters, to = office.sender.channels["email"], recipient("garde@example.org", "email")
    with pytest.raises(SendRefused) as refused:
        letters.send(to, "d", TRIAL, now=office.hall.hands.now)
    assert (refused.value.code, refused.value.answer) == ("email_refused", "550")
