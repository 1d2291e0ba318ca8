"""What « Écouter » says: everything the view shows, hours and waits as people say them, no text of others."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.menu import ExceptionalWay, ExpectedWait, build_menu
from kiosk.menu_messages import ElsewhereOfMenu, InsteadOfMenu, MenuMessage, ReferralOfMenu
from kiosk.reading import LONGEST_READING, Arrival, NotInTheMenu, ReadArrival, ReadTicket, ViewReader
from kiosk.reading_focus import read_focus
from kiosk.reading_menu import NOT_HERE, read_start
from kiosk.reading_ways import read_instead, read_people, read_referral
from server.language import LANGUAGES
from tests.kiosk.samples import translate
from tests.kiosk.test_menu import HALL, NOW, menu, opening, service

ACCUEIL = service(service="accueil", name={"fr": "Accueil"}, waiting=2, wait=ExpectedWait(25 * 60, 75 * 60))
SEJOUR = service(wait=ExpectedWait(0, 0), bring=[{"fr": "Passeport"}, {"fr": "Deux photos"}])
CLOSED = service(service="armes", name={"fr": "Armes"}, openings=[opening(22, 24)])
BOOKED = service(
    service="natu", name={"fr": "Naturalisation"}, mode="appointment_only",
    booking={"fr": "Sur le site. Ou à l’accueil."},
)  # fmt: skip
FOLDER = service(service="etr", name={"fr": "Étrangers"}, children=[SEJOUR])

ARRIVALS: tuple[Arrival, ...] = ("early", "on_time", "late", "walk_in")


def reader(*services, language="fr", now=NOW) -> ViewReader:
    return ViewReader(
        menu(*(services or (ACCUEIL, CLOSED, BOOKED, FOLDER)), language=language, now=now), translate
    )


def ticket(**changes) -> ReadTicket:
    values: dict[str, Any] = {
        "number": "A042",
        "service": "Accueil",
        "ahead": 3,
        "wait": ExpectedWait(600, 1500),
    }
    return ReadTicket(**(values | changes))


def plain(sentences: list[str]) -> str:
    """The sentences in one line, hard spaces made soft."""
    return " | ".join(sentences).replace("\u00a0", " ")


def test_the_menu_is_read_service_by_service_with_its_wait_or_why_not():
    assert plain(read_start(reader())) == (
        "Bonjour. | Quel est l’objet de votre visite ? | 1 sur 4 : Accueil | 2 personnes attendent"
        " | moins de 1 heure 15 minutes d’attente | 2 sur 4 : Armes | fermé"
        " | Ouvre demain à 7 heures 42 | 3 sur 4 : Naturalisation | Sur rendez-vous"
        " | 4 sur 4 : Étrangers | Appuyez sur une démarche pour la choisir."
        " | Carte mobilité inclusion « priorité » ou « invalidité » : vous passez en priorité."
        " | Indiquez-le à l’écran suivant et préparez votre carte."
    )


def test_only_the_services_of_the_visible_page_are_read():
    said = plain(read_start(reader(), shown=["armes"]))
    assert "2 sur 4 : Armes" in said, "its place among all, not on this page"
    assert "Accueil" not in said


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("service-armes", "2 sur 4 : Armes | fermé | Ouvre demain à 7 heures 42"),
        ("service-accueil", "1 sur 4 : Accueil | 2 personnes attendent | moins de 1 heure 15"),
        ("access-large", "Grands caractères"),
        ("language-en", "English"),
        ("need-slow", "J’ai besoin de plus de temps : choisi"),
        ("service-etr", "4 sur 4 : Étrangers"),
        ("code-A", "A"),
        ("code-AB", ""),
        ("appointment", "1 sur 4 : J’ai un rendez-vous | avec un code"),
        ("hour-2026-11-24T08:42:00Z", "9 heures 42"),
        ("anything", ""),
    ],
)
def test_the_focused_control_is_read_aloud_with_its_place(key: str, said: str):
    spoken = plain(read_focus(reader(), key, view="start", needs=["slow"]))
    assert spoken.startswith(said)
    assert bool(spoken) == bool(said)


@pytest.mark.parametrize("view", ["languages", "ticket"])
def test_an_appointment_is_a_choice_of_the_first_view_only(view):
    assert plain(read_focus(reader(), "appointment", view=view)) == "J’ai déjà un rendez-vous"


def test_the_language_that_is_chosen_says_its_name_and_a_sentence():
    said = {key: read_focus(reader(), key, view="languages") for key in ("language-fr", "language-en")}
    assert said == {"language-fr": ["Français", "Vous continuez en français."], "language-en": ["English"]}


def test_a_focused_reason_is_read_aloud_with_its_place():
    way = ExceptionalWay(ACCUEIL, {"urgent": {"fr": "Départ demain"}, "online": {"fr": "Pas d’internet"}})
    reading = reader(replace(BOOKED, exceptional=way))
    said = [
        plain(read_focus(reading, f"reason-{code}", view="notice", within="natu")) for code in way.reasons
    ]
    assert said == ["1 sur 2 : Départ demain", "2 sur 2 : Pas d’internet"]


def test_only_a_refusal_by_the_hours_says_when_the_next_opening_is():
    assert "Ouvre demain à 7 heures 42" in plain(reader().notice("armes", "closed"))
    assert "Ouvre demain" not in plain(reader().notice("armes", "appointment_other_day", NOW))


def test_reading_knows_every_key_of_the_kiosks_controls():
    code = "".join(path.read_text(encoding="utf-8") for path in Path("kiosk/static").glob("*.js"))
    code += Path("kiosk/templates/kiosk/kiosk.html").read_text(encoding="utf-8")
    keys = set(re.findall(r'(?:key: |data-key=)"([a-z-]+)"', code)) - {"title"}
    unsaid = {key for key in keys if not read_focus(reader(), key, view="notice")}
    assert unsaid == set()


def test_a_folder_is_read_by_its_name_and_what_it_holds():
    assert plain(read_start(reader(), folder="etr")) == (
        "Étrangers | Précisez votre demande. | 1 sur 1 : Titre de séjour | pas d’attente"
        " | Appuyez sur une démarche pour la choisir."
    )


def test_a_closed_hall_says_when_it_opens_and_asks_for_nothing():
    said = plain(read_start(reader(CLOSED)))
    assert said.startswith("Guichet fermé pour le moment | Ouvre demain à 7 heures 42")
    assert "priorité" not in said


def test_a_sheet_says_the_wait_the_papers_and_what_to_press():
    assert plain(reader(FOLDER).sheet("sejour")).startswith(
        "Titre de séjour | Un guichet est ouvert et personne n’attend. | À apporter | Passeport | Deux photos"
        " | 1 sur 3 : Pour prendre un ticket, appuyez sur « Prendre un ticket »."
        " | 2 sur 3 : Avec une carte mobilité inclusion"
    )
    assert "Si vous prenez un ticket maintenant, moins de 1 heure 15" in plain(reader().sheet("accueil"))
    assert plain(reader().sheet("accueil")).endswith(
        "| 3 sur 3 : Pour dire ce qui vous aiderait, sans motif, appuyez sur « Ce qui m’aiderait »."
    )


def test_the_start_mentions_appointments_only_while_check_in_is_possible():
    def start(services, **hall):
        message = build_menu(replace(HALL, **hall), services, language="fr", translate=translate, now=NOW)
        return plain(read_start(ViewReader(message, translate)))

    sentence = "1 sur 2 : J’ai un rendez-vous"
    assert sentence in start([ACCUEIL], takes_appointments=True)
    assert sentence not in start([ACCUEIL])
    assert sentence not in start([CLOSED], takes_appointments=True)


def test_needs_are_read_in_order_with_those_chosen_and_how_to_go_on():
    assert plain(reader().needs(["interpreter", "slow"])) == (
        "Qu’est-ce qui vous aiderait ? | Facultatif, sans motif à donner."
        " | Seuls les agents le voient, et c’est effacé ce soir. | 1 sur 6 : Un guichet sans marches"
        " | 2 sur 6 : Je n’entends pas bien les annonces | 3 sur 6 : Je ne vois pas bien les écrans"
        " | 4 sur 6 : Je lis difficilement, ou pas du tout"
        " | 5 sur 6 : J’ai besoin de plus de temps : choisi | 6 sur 6 : Je viens avec un interprète : choisi"
        " | Appuyez sur ce qui vous aiderait, puis sur « Continuer »."
    )


def test_the_page_asks_for_a_code_and_shows_the_way_without_one():
    assert plain(reader().appointment()) == (
        "Votre code de rendez-vous | Tapez le code reçu avec votre rendez-vous, ou présentez-le au lecteur."
        " | Après la dernière lettre, appuyez sur « Valider »."
        " | Avec une convocation sur papier, appuyez sur « Je n’ai pas de code »."
    )
    assert plain(reader().appointment("scanned_other")).startswith(
        "Ce code n’est pas celui d’un rendez-vous | Présentez le code de votre convocation"
    )


def test_convocations_are_read_by_service_then_by_hour_as_it_is_spoken():
    assert plain(reader().convocations(["sejour"])) == (
        "Pour quelle démarche venez-vous ? | 1 sur 1 : Titre de séjour"
        " | Appuyez sur une démarche pour la choisir."
    )
    assert "Aucune convocation sans code n’est attendue aujourd’hui." in plain(reader().convocations([]))
    assert plain(reader().hours("sejour", [NOW, NOW + timedelta(minutes=18)])) == (
        "Titre de séjour | À quelle heure êtes-vous attendu ? | 1 sur 2 : 9 heures 42 | 2 sur 2 : 10 heures"
    )


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("appointment_other_day", "Il est prévu mardi 24 novembre à 9 heures 42."),
        ("appointment_too_early", "Revenez à cette borne à partir de 9 heures 42."),
        ("unknown_appointment", "Vérifiez le code et essayez encore, ou adressez-vous à l’accueil."),
    ],
)
def test_the_reason_against_a_check_in_is_read_without_a_service(reason, sentence):
    assert sentence in plain(reader().notice(None, reason, NOW)).split(" | ")


def test_a_refusal_says_why_when_next_and_how_to_book():
    assert plain(reader().notice("armes", "closed")).endswith(
        "avant l’ouverture. | Ouvre demain à 7 heures 42"
    )
    assert plain(reader().notice("natu", "appointment_only")).endswith("Sur le site. | Ou à l’accueil.")
    offered = plain(reader().notice("natu", "appointment_only", sheet="none"))
    assert offered.endswith("| Pour imprimer comment faire, appuyez sur « Imprimer comment faire ».")
    printed = plain(reader().notice("natu", "appointment_only", sheet="printed"))
    assert printed.endswith("| Prenez votre feuille. | Ce n’est pas un ticket.")


def test_a_number_is_read_letter_and_digits_one_by_one_at_the_beginning_and_at_the_end():
    said = reader().ticket(ticket(paper="printed"))
    assert said[0] == said[-1] == "Votre numéro\u00a0: A, 0, 4, 2."
    assert plain(said[1:-1]) == (
        "Accueil | 3 personnes avant vous | moins de 25 minutes d’attente | Prenez votre ticket"
        " | Regardez les écrans : votre numéro y sera affiché et annoncé."
    )


def test_a_paper_at_the_backup_printer_is_read_with_the_name_of_that_printer():
    moved = replace(reader(), other_printer="Accueil")
    said = plain(moved.ticket(ticket(paper="elsewhere", has_code=True)))
    assert "| Votre ticket sort de l’autre imprimante : Accueil |" in said
    sheet = plain(moved.notice("natu", "appointment_only", sheet="elsewhere"))
    assert "| Votre feuille sort de l’autre imprimante : Accueil." in sheet


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ahead": 0}, "Personne avant vous"),
        ({"ahead": 1}, "1 personne avant vous"),
        ({"wait": ExpectedWait(0, 300)}, "moins de 5 minutes d’attente"),
        ({"wait": ExpectedWait(1200, 1200)}, "environ 20 minutes d’attente"),
        ({"wait": ExpectedWait(2400, 3600)}, "entre 40 minutes et 1 heure d’attente"),
        ({"wait": ExpectedWait(1800, 5400)}, "plus de 30 minutes d’attente"),
        ({"paper": "no_paper"}, "Pas de papier : notez votre numéro"),
        ({"paper": "no_paper", "has_code": True}, "Pas de papier : notez votre numéro ou scannez le code"),
        (
            {"paper": "none", "has_code": True},
            "Pas de ticket en papier : photographiez cet écran, scannez le code ou notez votre numéro",
        ),
        ({"paper": "pending", "paper_within_s": 125}, "Votre ticket sort dans 3 minutes au plus."),
        ({"paper": "pending", "paper_within_s": 41}, "Votre ticket sort dans 50 secondes au plus."),
        ({"is_covered": True}, "Ce numéro est-il le vôtre ?"),
        ({"is_covered": True}, "2 sur 2 : Non, revenir au début"),
        ({"is_priority": True}, "Ticket prioritaire : préparez votre carte."),
        ({"appointment": ReadArrival("on_time", NOW)}, "Votre rendez-vous est à 9 heures 42."),
        (
            {"appointment": ReadArrival("late", NOW, 117)},
            "Vous avez 1 heure 57 minutes de retard : votre rendez-vous de 9 heures 42 est maintenu.",
        ),
        ({"ahead": None, "wait": None, "place": "guichet 3"}, "Votre numéro est appelé : guichet 3."),
    ],
)
def test_a_ticket_is_read_with_everything_that_applies_to_it(changes, sentence):
    assert sentence in plain(reader().ticket(ticket(**changes))).split(" | ")


def test_services_not_in_the_menu_are_not_read():
    for read in (
        lambda: reader().sheet("<b>anything</b>"),
        lambda: read_start(reader(), folder="nothing"),
        lambda: reader().notice("nothing", "full"),
        lambda: reader().convocations(["nothing"]),
        lambda: reader().hours("nothing", [NOW]),
    ):
        with pytest.raises(NotInTheMenu):
            read()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_is_read_in_each_language_without_a_placeholder_or_an_abbreviation(language):
    at_opening = reader(*(ACCUEIL, CLOSED, FOLDER), language=language)
    views = [
        read_start(at_opening), at_opening.title("languages"), at_opening.title("away"),
        at_opening.sheet("accueil"),
        at_opening.notice("armes", "closed"), at_opening.ticket(ticket()), at_opening.needs(["deaf"]),
        at_opening.appointment(), at_opening.convocations(["sejour"]), at_opening.convocations([]),
        at_opening.hours("sejour", [NOW]), at_opening.notice(None, "appointment_other_day", NOW),
        *(at_opening.ticket(ticket(appointment=ReadArrival(arrival, NOW, 31))) for arrival in ARRIVALS),
    ]  # fmt: skip
    for sentence in (sentence for view in views for sentence in view):
        assert sentence.strip() == sentence != ""
        assert not re.search(r"[{}]|\bmin\b|\d h\b", sentence), sentence


@given(st.lists(st.integers(0, 9), max_size=80), st.timedeltas(timedelta(0), timedelta(days=7)))
def test_a_reading_is_never_longer_than_its_bound(services, later):
    many = [service(service=f"s{n}", name={"fr": "A. B! C? " * n or "A"}) for n in services]
    said = read_start(ViewReader(menu(*many, now=NOW + later), translate))
    assert len(said) <= LONGEST_READING


def test_exceptional_reasons_are_read_with_the_notice_and_the_one_chosen_with_the_sheet():
    way = ExceptionalWay(ACCUEIL, {"urgent": {"fr": "Départ demain"}, "online": {"fr": "Pas d’internet"}})
    reading = reader(replace(BOOKED, exceptional=way))
    assert plain(reading.notice("natu", "appointment_only", sheet="none")).partition("l’accueil. | ")[2] == (
        "Vous pouvez venir aujourd’hui sans rendez-vous dans l’un de ces cas : | 1 sur 2 : Départ demain"
        " | 2 sur 2 : Pas d’internet | Si vous êtes dans l’un de ces cas, appuyez dessus."
        " | Pour imprimer comment faire, appuyez sur « Imprimer comment faire »."
    )
    assert plain(reading.sheet("accueil", excused=("natu", "urgent"))).startswith(
        "Accueil | Motif : Départ demain | "
    )
    assert "Motif" not in plain(reading.sheet("accueil", excused=("natu", "poison")))
    with pytest.raises(NotInTheMenu):
        reading.sheet("accueil", excused=("poison", "urgent"))


@pytest.mark.parametrize(("language", "said"), [("fr", "femmes enceintes"), ("en", "pregnant women")])
def test_other_grounds_of_priority_are_shown_and_read_aloud_where_a_site_has_some(language: str, said: str):
    grounds = {"fr": "femmes enceintes", "en": "pregnant women"}
    told = replace(HALL, priority_grounds=grounds)
    for hall, expected in ((HALL, None), (told, said)):
        message = build_menu(hall, [ACCUEIL], language=language, translate=translate, now=NOW)
        read = plain(ViewReader(message, translate).sheet("accueil"))
        assert message["priority_grounds"] == expected
        assert (said in read) == (expected is not None)


THERE: ElsewhereOfMenu = {
    "service": "Logement", "hall": "Saint-Quentin", "address": "1 place de la Gare", "state": "open",
    "today": "Aujourd’hui de 9 h à 12 h", "next_opening": None,
    "wait": {"low_s": 600, "high_s": 1200, "said": "between"}, "why_no_wait": None,
}  # fmt: skip


def referral(**changes: Any) -> ReferralOfMenu:
    values: dict[str, Any] = {
        "id": "passeport", "name": "Passeport", "subtitle": None, "icon": "info", "parent": None,
        "instructions": "En mairie.", "bring": ["Photo"], "web_address": "https://a.example/p/",
        "elsewhere": None,
    }  # fmt: skip
    return cast(ReferralOfMenu, values | changes)


def test_referrals_are_numbered_with_the_services_and_read_with_all_that_they_say():
    away = referral(
        id="logement", name="Logement", instructions=None, bring=[], web_address=None, elsewhere=THERE
    )
    message: MenuMessage = {**menu(ACCUEIL), "referrals": [referral(), away]}
    reading = ViewReader(message, translate)
    assert "2 sur 3 : Passeport | 3 sur 3 : Pas ici ? | Démarches faites" in plain(read_start(reading))
    assert "1 sur 1 : Logement" in plain(read_start(reading, folder=NOT_HERE))
    assert plain(read_referral(reading, "passeport")) == (
        "Passeport | En mairie. | Pièces nécessaires | Photo | En ligne, à l’adresse a.example/p."
        " | Un code à scanner est à l’écran."
    )
    assert plain(read_referral(reading, "logement")) == (
        "Logement | Dans un autre site | Saint-Quentin, 1 place de la Gare | Aujourd’hui de 9 h à 12 h"
        " | entre 10 minutes et 20 minutes d’attente"
    )
    unknown = {**THERE, "wait": None}
    message["referrals"] = [referral(elsewhere=unknown)]
    assert "Attente non connue en ce moment" in plain(read_referral(reading, "passeport"))
    assert read_focus(reading, "referral-passeport", view="start", within=NOT_HERE)


def test_what_helps_instead_of_a_ticket_is_read_after_the_notice():
    instead: InsteadOfMenu = {"service": "accueil", "web_address": "https://a.example", "elsewhere": THERE}
    full = service(service="permis", name={"fr": "Permis"}, remaining=0, instead=instead)
    reading = reader(ACCUEIL, full)
    said = plain(read_instead(reading, reading.service_of("permis")))
    assert said.startswith("Pour choisir « Accueil » à la place, appuyez dessus. | En ligne, à l’adresse")
    assert said.endswith("entre 10 minutes et 20 minutes d’attente")


def test_linked_numbers_are_read_before_and_after_the_wait_of_all():
    said = plain(reader().ticket(ticket(together=("A042", "A043"))))
    assert said.startswith("Votre numéro : A, 0, 4, 2. | Votre numéro : A, 0, 4, 3. | 3 personnes avant vous")
    assert said.count("Votre numéro : A, 0, 4, 3.") == 2
    assert plain(read_people(reader(), ["2", "3"])).endswith("1 sur 2 : 2 personnes | 2 sur 2 : 3 personnes")


def test_why_tickets_are_stopped_is_read_with_the_choice_and_the_notice():
    stopped = reader(replace(ACCUEIL, stop="outage"), CLOSED)
    assert "Panne informatique" in plain(read_start(stopped))
    assert "Panne informatique" in plain(stopped.notice("accueil", "stopped"))
    unsaid = reader(replace(ACCUEIL, stop="other"), CLOSED)
    assert "plus de ticket" in plain(read_start(unsaid)).lower()
