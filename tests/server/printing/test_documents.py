"""The paper of a print job: the ticket as issued, in the site's time, in one or two languages."""

from datetime import timedelta

import pytest

from hardware.document import PrintDocument, Qr, Text
from hardware.escpos_printer import PROFILES
from server.domain.refusals import Refusal
from server.domain.waits.estimate import Quote
from server.printing.documents import TicketPrinting, document_of, read_paper_content, wait_minutes
from server.settings import ASSETS
from server.store.devices import print_jobs
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences
from server.usecases.printing.print_jobs import print_sheet
from server.usecases.tickets.issuing import TicketRequest, issue_family
from tests.harness.sql import all_rows, execute, one_row
from tests.server.printing.conftest import AUTHOR, KIOSK, TRANSLATE, PrintingHall


def paper(hall: PrintingHall, job: str, *, profile: str = "raster-80", public_url: str = "") -> PrintDocument:
    printing = TicketPrinting(TRANSLATE, public_url, ASSETS / "fonts")
    with snapshot(hall.database) as rows:
        row = next(row for row in print_jobs.open_jobs(rows, KIOSK) if row.id == job)
    wanted = read_paper_content(hall.database, printing, row)
    return document_of(wanted, printing, width_dots=PROFILES[profile].width_dots)


def texts_of(document: PrintDocument) -> list[str]:
    return [element.text.replace("\u00a0", " ") for element in document.elements if isinstance(element, Text)]


def test_the_paper_says_number_service_hall_date_hour_people_ahead_and_wait(open_hall):
    hall = open_hall(9)
    hall.press()
    hall.press()
    ticket = hall.press(quote=Quote(600, 900, 1500))
    words = texts_of(paper(hall, ticket["print"]["job"]))
    assert ticket["number"] in words
    assert "Préfecture de l’Aisne – Laon" in words
    assert any(word.startswith("mardi 24 novembre 2026, 10:42") for word in words)
    assert "2 personnes avant vous" in words
    assert "Attente : moins de 25 min" in words
    assert "Accueil et renseignements" in words


def test_a_reprint_keeps_the_people_ahead_and_the_wait_of_the_issue(open_small_hall):
    hall = open_small_hall(9)
    first = hall.press()
    second = hall.press(quote=Quote(0, 200, 600))
    hall.hands.step = timedelta(minutes=20)
    execute(hall.database, "UPDATE leg SET state = 'ended' WHERE visit = :visit", visit=first["visit"])
    words = texts_of(paper(hall, hall.reprint(second["visit"])))
    assert any("1 personne" in word for word in words)
    assert "Attente : moins de 10 min" in words
    assert any("10:42" in word for word in words)


def test_a_reprint_is_marked_and_the_first_paper_is_not(open_hall):
    hall = open_hall(9)
    ticket = hall.press()
    again = hall.reprint(ticket["visit"])
    assert "DUPLICATA" not in texts_of(paper(hall, ticket["print"]["job"]))
    assert "DUPLICATA" in texts_of(paper(hall, again))
    assert ticket["number"] in texts_of(paper(hall, again))


def test_one_paper_names_a_family_and_each_of_them_may_have_one_of_their_own(open_hall):
    hall = open_hall(9)
    request = TicketRequest("laon-accueil", "press-of-three", "es", kiosk=KIOSK, people=3, has_one_paper=True)
    given = issue_family(hall.database, "laon", AUTHOR, request)
    first, second, _ = given
    all_numbers = "  ".join(ticket["number"] for ticket in given)
    [job] = {ticket["print"]["job"] for ticket in given if ticket["print"]}
    assert all_rows(hall.database, "SELECT id, visit FROM print_job") == [
        {"id": job, "visit": first["visit"]}
    ]
    assert all_numbers in texts_of(paper(hall, job))
    again = issue_family(hall.database, "laon", AUTHOR, request)
    assert [ticket["print"] for ticket in again] == [ticket["print"] for ticket in given]
    assert {"DUPLICATA", all_numbers} <= set(texts_of(paper(hall, hall.reprint(first["visit"]))))
    own = texts_of(paper(hall, hall.reprint(second["visit"])))
    assert {"DUPLICATA", second["number"], "Recepción e información"} <= set(own)
    assert all_numbers not in own


@pytest.mark.both_databases
def test_the_one_paper_of_companions_names_who_has_a_ticket_already_too(open_hall):
    hall = open_hall(9)
    first = hall.press()
    request = TicketRequest(
        "laon-accueil", "companions", kiosk=KIOSK, people=3, has_one_paper=True, linked_to=first["visit"]
    )
    given = issue_family(hall.database, "laon", AUTHOR, request)
    [job] = {ticket["print"]["job"] for ticket in given if ticket["print"]}
    assert "  ".join(each["number"] for each in (first, *given)) in texts_of(paper(hall, job))


def test_the_chosen_language_is_printed_with_french_and_names_the_service(open_small_hall):
    hall = open_small_hall(9)
    document = paper(hall, hall.press(language="es")["print"]["job"])
    languages = {element.language for element in document.elements if isinstance(element, Text)}
    assert languages >= {"fr", "es"}
    assert {"Accueil et renseignements", "Recepción e información"} <= set(texts_of(document))
    assert {"Personne avant vous", "Nadie delante de usted"} <= set(texts_of(document))


def test_a_language_without_translation_prints_french_alone(open_small_hall):
    hall = open_small_hall(9)
    french = paper(hall, hall.press()["print"]["job"])
    other = paper(hall, hall.press(language="x1")["print"]["job"])
    assert len(texts_of(other)) == len(texts_of(french))


def test_the_qr_leads_to_the_ticket_where_phones_have_an_address(open_small_hall):
    hall = open_small_hall(9)
    ticket = hall.press()
    with_address = paper(hall, ticket["print"]["job"], public_url="https://attente.example.fr/")
    codes = [element.content for element in with_address.elements if isinstance(element, Qr)]
    assert codes == [f"https://attente.example.fr/t/{ticket['token']}"]
    assert [word for word in texts_of(with_address) if "attente.example.fr/suivi" in word]
    english = hall.press(language="en")
    in_english = paper(hall, english["print"]["job"], public_url="https://attente.example.fr/")
    codes = [element.content for element in in_english.elements if isinstance(element, Qr)]
    assert codes == [f"https://attente.example.fr/t/{english['token']}?lang=en"]
    without = paper(hall, ticket["print"]["job"])
    assert not [element for element in without.elements if isinstance(element, Qr)]


def test_a_declared_priority_is_on_the_paper(open_small_hall):
    hall = open_small_hall(9)
    assert "Priorité : préparez votre carte." in texts_of(
        paper(hall, hall.press(is_priority=True)["print"]["job"])
    )


@pytest.mark.both_databases
def test_a_sheet_that_says_how_to_book_is_printed_with_a_verdict_and_is_no_ticket(open_hall, simulated):
    hall = open_hall(simulated.port)
    answer = print_sheet(hall.database, "laon", AUTHOR, "laon-naturalisation", kiosk=KIOSK, language="es")
    job = answer["job"]
    document = paper(hall, job)
    assert "Comment prendre rendez-vous" in texts_of(document)
    assert "Cómo pedir cita" in texts_of(document)
    codes = [element.content for element in document.elements if isinstance(element, Qr)]
    assert codes == ["https://rendez-vous.example.fr/laon"]
    hall.drive()
    hall.wait_for(job, "done", "printed")
    with snapshot(hall.database) as rows:
        assert differences(rows, hall.database.hall_id("laon")) == []
    kept = one_row(hall.database, "SELECT document FROM print_job WHERE id = :job", job=job)
    assert kept["document"] == "{}", "its language is nobody's business any more"
    assert all_rows(hall.database, "SELECT id FROM visit") == []
    assert all_rows(hall.database, "SELECT id FROM not_issued") == []
    facts = [row["kind"] for row in all_rows(hall.database, "SELECT kind FROM hall_fact ORDER BY position")]
    assert facts[-2:] == ["AppointmentSheetAsked", "PrintEnded"]


@pytest.mark.parametrize(
    ("service", "kiosk", "code"),
    [
        ("nothing", KIOSK, "unknown_service"),
        ("laon-accueil", KIOSK, "service_without_appointments"),
        ("laon-naturalisation", None, "no_printer"),
        ("laon-naturalisation", "nowhere", "no_printer"),
    ],
)
def test_a_sheet_needs_appointments_and_a_printer(open_small_hall, service, kiosk, code):
    hall = open_small_hall(9)
    with pytest.raises(Refusal) as refused:
        print_sheet(hall.database, "laon", AUTHOR, service, kiosk=kiosk)
    assert refused.value.code == code


@pytest.mark.parametrize("profile", PROFILES)
def test_each_kiosk_profile_has_its_width_of_paper(open_small_hall, profile):
    hall = open_small_hall(9)
    document = paper(hall, hall.press()["print"]["job"], profile=profile)
    assert document.width_dots == (384 if profile == "raster-58" else 576)


def test_another_kind_of_document_is_refused_and_its_job_cancelled(open_small_hall, simulated):
    hall = open_small_hall(simulated.port)
    job = hall.press()["print"]["job"]
    execute(
        hall.database,
        "UPDATE print_job SET document = :document WHERE id = :job",
        job=job,
        document='{"kind": "poster"}',
    )
    with pytest.raises(Refusal):
        paper(hall, job)
    hall.drive()
    assert hall.wait_for(job, "cancelled", "refused") == "not_drawn"


@pytest.mark.parametrize(
    ("quoted", "printed"),
    [
        ((None, None), None),
        ((0, 0), None),
        ((0, 300), (0, 5)),
        ((300, 300), (5, 5)),
        ((300, 900), (5, 15)),
        ((1500, 2700), (25, 45)),
    ],
)
def test_a_quoted_wait_is_printed_in_minutes(quoted, printed):
    assert wait_minutes(*quoted) == printed
