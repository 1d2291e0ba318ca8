"""What the rules ask of a hall's configuration."""

from datetime import UTC, datetime, time

from server.domain.hall.configuration import Counter, HallConfiguration, Kiosk, Queue, Service, Site
from server.domain.hours.calendars import Calendar, Span
from server.domain.languages import language_shown, text_in
from server.domain.tickets.numbering import Series

CLOSED_AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
HOURS = Calendar("Europe/Paris", {0: (Span(time(9), time(12)),)})


def service(name: str, queue: str, **more) -> Service:
    return Service(id=name, names={"fr": name, "en": f"{name} (en)"}, queue=queue, series=Series("A"), **more)


def hall(*services: Service, **more) -> HallConfiguration:
    queues = dict.fromkeys(each.queue for each in services)
    return HallConfiguration(
        revision=1,
        hall="guise",
        name="Guise",
        site=Site("guise", "Guise", "1 place d’Armes", "Europe/Paris"),
        languages=("fr", "en", "es"),
        calendar=HOURS,
        services={each.id: each for each in services},
        queues={
            queue: Queue(queue, {}, tuple(s.id for s in services if s.queue == queue)) for queue in queues
        },
        counters={
            "g1": Counter("g1", "guichet 1", tuple(each.id for each in services), labels={"en": "counter 1"}),
            "g2": Counter("g2", "guichet 2", (), is_retired=True),
        },
        **more,
    )


def test_a_text_falls_back_to_french_and_says_so():
    texts = {"fr": "Accueil", "en": "Reception"}
    assert (text_in(texts, "en"), language_shown(texts, "en")) == ("Reception", "en")
    assert (text_in(texts, "ar"), language_shown(texts, "ar")) == ("Accueil", "fr")
    assert text_in({}, "fr") == ""


def test_a_counter_without_a_translated_label_shows_the_french_one():
    counter = hall(service("a", "q")).counters["g1"]
    assert (counter.label_in("en"), counter.label_in("es")) == ("counter 1", "guichet 1")


def test_a_counter_serves_no_retired_service():
    made = hall(service("a", "q"), service("b", "q", is_retired=True))
    assert [each.id for each in made.services_served_by("g1")] == ["a"]


def test_a_retired_counter_serves_nothing():
    assert [counter.id for counter in hall(service("a", "q")).counters_serving("a")] == ["g1"]


def test_queues_come_once_and_in_the_halls_order():
    made = hall(service("a", "one"), service("b", "two"), service("c", "one"))
    assert [queue.id for queue in made.queues_of(["b", "c", "a"])] == ["one", "two"]
    assert made.queues_of([]) == ()


def test_a_kiosk_shows_neither_retired_services_nor_those_kept_for_reception():
    made = hall(service("a", "q"), service("b", "q", is_retired=True), service("c", "q", is_on_kiosk=False))
    assert [each.id for each in made.services_on_kiosk()] == ["a"]


def test_a_kiosk_offers_its_own_services_and_without_any_those_of_the_hall():
    kiosks = {"k1": Kiosk("k1", "Entrée", ("a",)), "k2": Kiosk("k2", "Étage")}
    made = hall(service("a", "q"), service("b", "q"), kiosks=kiosks)
    assert [made.offers("k1", each) for each in ("a", "b")] == [True, False]
    for whole in ("k2", "k3", None):
        assert made.offers(whole, "a")
        assert made.offers(whole, "b")
