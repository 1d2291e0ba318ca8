"""Each recipient gets the alarms it chose, in its language, and none once it is removed."""

import json

from server.domain.alarms.alarms import AlarmChoice, AlarmKind
from server.usecases.alarms.alarm_recipients import choose_alarms, remove_recipient, resend
from tests.server.sending.endpoints import Endpoint, Mailbox
from tests.server.sending.office import Office, subject_of, subjects, text_of_letter, types
from tests.server.store.journals import AGENT, issue

PRINTERS = frozenset({AlarmKind.PRINTER_DOWN, AlarmKind.COVER_OPEN, AlarmKind.PAPER_OUT})
QUEUES = frozenset({AlarmKind.QUEUE_LONG})


def crowds(office: Office) -> None:
    """Enough visitors wait for long enough to raise an alarm."""
    for _ in range(30):
        issue(office.hall.database)
    office.hall.look()
    office.hall.look(120)
    office.threads.settle()


def positions(endpoint: Endpoint, path: str) -> list[int]:
    return [json.loads(body)["data"]["position"] for where, _, body in endpoint.taken if where == path]


def test_a_recipient_of_printers_alone_gets_no_letter_of_a_queue(any_office: Office, box: Mailbox):
    office = any_office
    office.hall.tells("papier@example.org", "email", choice=AlarmChoice(PRINTERS))
    office.hall.tells("tout@example.org", "email")
    crowds(office)
    assert [each.rcpt_tos for each in box.letters] == [["tout@example.org"]]
    office.breaks()
    office.threads.settle()
    assert sorted(each.rcpt_tos[0] for each in box.letters[1:]) == ["papier@example.org", "tout@example.org"]


def test_a_recipient_reads_of_an_alarm_and_its_end_in_the_language_it_chose(office: Office, box: Mailbox):
    office.hall.tells("garde@example.org", "email", choice=AlarmChoice(language="en"))
    crowds(office)
    office.breaks()
    office.threads.settle()
    office.is_mended()
    office.threads.settle()
    place = "[Préfecture de l’Aisne]"
    assert subjects(box) == [
        f"{place} Alarm: Reception: 30 people are waiting.",
        f"{place} Alarm: Borne de l’entrée: out of paper.",
        f"{place} Over: Borne de l’entrée: out of paper.",
    ]
    [why] = {text_of_letter(each.content).splitlines()[-1] for each in box.letters}
    assert why == "This address is on the page Alarms of Parvis. The IT service can remove it there."


def test_webhooks_get_their_choice_in_order_by_hall_and_again_on_request(
    any_office: Office, endpoint: Endpoint
):
    office = any_office
    paper = office.hall.tells(f"{endpoint.address}/paper", choice=AlarmChoice(PRINTERS, language="es"))
    office.hall.tells(f"{endpoint.address}/all")
    office.breaks()
    crowds(office)
    office.is_mended()
    office.threads.settle()
    assert types(endpoint, "/paper") == ["alarm.raised", "alarm.cleared"]
    assert types(endpoint, "/all") == ["alarm.raised", "alarm.raised", "alarm.cleared"]
    first, last = positions(endpoint, "/paper")
    assert positions(endpoint, "/all") == sorted({*positions(endpoint, "/all"), first, last})
    texts = {json.loads(body)["data"]["text"] for where, _, body in endpoint.taken if where == "/paper"}
    assert texts == {"Borne de l’entrée: sin papel.", "Terminado: Borne de l’entrée: sin papel."}
    resend(office.hall.database, paper, office.hall.hands.now.replace(hour=0))
    office.later(0)
    assert positions(endpoint, "/paper") == [first, last] * 2
    ids = [headers["webhook-id"] for where, headers, _ in endpoint.taken if where == "/paper"]
    assert ids[:2] == ids[2:]


def test_a_new_choice_applies_to_later_facts_and_pending_deliveries_continue(office: Office, box: Mailbox):
    guard = office.hall.tells("garde@example.org", "email")
    box.refuses = "451 not now"
    office.breaks()
    office.threads.settle()
    choose_alarms(office.hall.database, AGENT, guard, AlarmChoice(QUEUES, language="en"))
    office.is_mended()
    crowds(office)
    box.refuses = None
    office.later(3600)
    assert [subject.split("] ")[1][:7] for subject in subjects(box)] == ["Alarme\u00a0", "Alarm: "]


def test_a_recipient_that_is_removed_reads_neither_the_end_nor_another_alarm(office: Office, box: Mailbox):
    guard = office.hall.tells("garde@example.org", "email", choice=AlarmChoice(PRINTERS, language="en"))
    office.breaks()
    office.threads.settle()
    remove_recipient(office.hall.database, AGENT, guard)
    office.is_mended()
    office.breaks()
    office.later(3600)
    assert [subject_of(each.content)[24:29] for each in box.letters] == ["Alarm"]
