"""What the rules ask of a hall’s configuration, of its printers and of its loops."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from server.domain.hall.configuration import (
    MAY_BE_LIMITED,
    Counter,
    HallConfiguration,
    Queue,
    Service,
    Site,
    mark_of,
    reach_of_role,
)
from server.domain.hall.devices import (
    LONGEST_QUIET_MINUTES,
    PLUGGED_KINDS,
    PRINTER_FIELDS,
    PULLED_KINDS,
    Kiosk,
    PrinterConnection,
    Screen,
    Sound,
    is_loop_in_order,
    kinds_by_field,
)
from server.domain.hours.calendars import Calendar, Span
from server.domain.languages import language_shown, text_in
from server.domain.people.roles import WHOLE_HALL, CallingReach, joined
from server.domain.refusals import Refusal
from server.domain.tickets import Series

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
    made = hall(service("a", "q"))
    assert [counter.id for counter in made.counters_serving("a")] == ["g1"]
    assert made.counters_serving("b") == ()


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


def test_fields_left_out_of_a_service_have_their_defaults():
    made = service("a", "q")
    assert [made.target_for(each) for each in ("walk_in", "appointment", "priority")] == [900, 600, 600]
    assert (made.typed_mean_s, made.early_window_s, made.late_grace_s, made.wrap_up_s) == (600, 3_600, 900, 0)
    assert (made.mode, made.outcome, made.note, made.confirmation) == (
        "walk_in",
        "optional",
        "optional",
        "agent",
    )
    assert (made.is_on_kiosk, made.is_retired, made.confirm_priority) == (True, False, False)


def test_fields_left_out_of_a_hall_have_their_defaults():
    made = hall(service("a", "q"))
    assert (made.has_priority_first, made.asks_needs, made.is_demonstration) == (True, True, False)
    assert (made.distribution_before_s, made.screen_margin_s, made.legal_share) == (0, 3_600, 0.2)
    assert made.mark == mark_of(0, 1)
    assert HOURS.last_ticket_margin_s == 0
    first = made.counters["g1"]
    marks = (first.is_step_free, first.has_hearing_loop, first.is_confidential, first.is_self_service)
    assert not any(marks)


@pytest.mark.parametrize(
    ("mode", "walks_in", "books"),
    [("walk_in", True, False), ("appointment_only", False, True), ("both", True, True)],
)
def test_the_mode_of_a_service_decides_which_visitors_it_receives(mode, walks_in, books):
    made = service("a", "q", mode=mode, appointment_series=Series("R"))
    assert (made.may_walk_in, made.may_book) == (walks_in, books)
    assert not service("a", "q", mode=mode).may_book, "without a series"


@pytest.mark.parametrize(
    ("screen", "feeds"),
    [({"output": "loop"}, True), ({}, False), ({"output": "loop", "is_retired": True}, False)],
)
def test_a_hall_feeds_its_loop_by_a_screen_in_use(screen, feeds):
    assert hall(service("a", "q"), screens={"s1": Screen("s1", "Hall", **screen)}).has_loop_output is feeds


SERVICES = {each: Service(each, {"fr": each}, f"{each}-queue", Series("A")) for each in ("id", "car", "web")}
HALL = HallConfiguration(
    revision=1,
    hall="guise",
    name="Guise",
    site=Site("guise", "Guise", "1 place d’Armes", "Europe/Paris"),
    languages=("fr",),
    calendar=Calendar("Europe/Paris", {}),
    services=SERVICES,
    queues={},
    counters={
        "g1": Counter("g1", "guichet 1", ("id", "car")),
        "g2": Counter("g2", "guichet 2", ("car",)),
        "pc": Counter("pc", "poste 1", ("web",), is_self_service=True),
    },
)


def as_sets(reach: CallingReach) -> dict[str, set[str]] | None:
    return None if reach.services_at is None else {at: set(each) for at, each in reach.services_at.items()}


@pytest.mark.parametrize(
    ("role", "limited_to", "services_at"),
    [
        ("agent", (), None),
        ("digital_helper", (), {"pc": {"web"}}),
        ("digital_helper", ("g2",), {"g2": {"car"}}),
        ("agent", ("g1", "pc"), {"g1": {"id", "car"}, "pc": {"web"}}),
        ("agent", ("car",), {"g1": {"car"}, "g2": {"car"}}),
        ("agent", ("g1", "car"), {"g1": {"car"}}),
        ("agent", ("of-another-hall",), {}),
    ],
)
def test_a_role_reaches_named_counters_and_services_else_what_it_has_by_itself(role, limited_to, services_at):
    assert as_sets(reach_of_role(role, limited_to, HALL)) == services_at


def test_roles_of_one_person_add_up():
    counter, service = (reach_of_role("agent", named, HALL) for named in (("g2",), ("id",)))
    assert as_sets(joined([counter, service])) == {"g2": {"car"}, "g1": {"id"}}
    assert joined([counter, WHOLE_HALL]).is_whole
    assert joined([]) == CallingReach({})


@pytest.mark.parametrize(
    ("counter", "services", "code"),
    [("g1", ["car"], None), ("g1", ["id"], "service_not_allowed"), ("pc", ["web"], "counter_not_allowed")],
)
def test_a_duty_out_of_reach_is_refused(counter, services, code):
    reach = reach_of_role("agent", ("car",), HALL)
    refused = None
    try:
        reach.check_duty(counter, services)
    except Refusal as refusal:
        refused = refusal.code
    assert refused == code
    assert WHOLE_HALL.services_of(counter, services) == tuple(services)


@dataclass(frozen=True)
class Leg:
    """What a reach reads of a leg."""

    service: str
    counter: str | None = None
    for_counter: str | None = None


@pytest.mark.parametrize(
    ("leg", "is_seen"),
    [
        (Leg("car"), True),
        (Leg("id"), False),
        (Leg("id", for_counter="g2"), True),
        (Leg("id", for_counter="g1"), False),
        (Leg("id", counter="g2"), True),
        (Leg("id", counter="g1"), False),
    ],
)
def test_a_leg_of_a_service_or_counter_of_ones_own_is_seen_and_no_other(leg: Leg, is_seen: bool):
    reach = reach_of_role("agent", ("g2",), HALL)
    assert reach.has_leg(leg) == is_seen
    if not is_seen:
        with pytest.raises(Refusal, match="service_not_allowed"):
            reach.check_leg(leg)
    else:
        reach.check_leg(leg)
    WHOLE_HALL.check_leg(leg)


def test_only_roles_that_call_and_do_not_supervise_may_be_limited():
    assert {"agent", "digital_helper"} == MAY_BE_LIMITED


def connection(**more) -> PrinterConnection:
    return PrinterConnection(**{"host": None, "port": 9100, "profile": "escpos", "paper_mm": 80} | more)


def test_each_field_matters_for_the_kinds_that_use_it():
    assert kinds_by_field() == {
        "host": ("tcp",),
        "port": ("tcp",),
        "usb": ("usb_file", "usb_bus"),
        "line": ("serial",),
        "speed": ("serial",),
        "dialect": ("tcp", "usb_file", "usb_bus", "serial", "gateway"),
    }


def test_a_printer_is_plugged_into_the_server_fetches_its_jobs_or_is_on_the_network():
    assert {"usb_file", "usb_bus", "serial"} == PLUGGED_KINDS
    assert {"star_cloudprnt", "epson_direct", "gateway"} == PULLED_KINDS
    assert set(PRINTER_FIELDS) - PLUGGED_KINDS - PULLED_KINDS == {"tcp"}


@pytest.mark.parametrize(("kind", "place"), [("tcp", "host"), ("usb_file", "usb"), ("serial", "line")])
def test_a_printer_without_a_place_is_simulated(kind, place):
    assert connection(kind=kind).is_simulated
    assert not connection(kind=kind, **{place: "x"}).is_simulated


@pytest.mark.parametrize("kind", ["usb_bus", *sorted(PULLED_KINDS)])
def test_one_that_fetches_or_has_a_bus_of_its_own_is_never_simulated(kind):
    assert not connection(kind=kind).is_simulated


def test_a_backup_is_another_kiosk_in_use_that_has_a_printer():
    backed = {
        "k1": Kiosk("k1", "Entrée", printer=connection(backup="k2")),
        "k2": Kiosk("k2", "Étage", printer=connection()),
        "k3": Kiosk("k3", "Cour", printer=connection(backup="k3")),
        "k4": Kiosk("k4", "Cave"),
    }
    configuration = hall(service("a", "q"), kiosks=backed)
    found = [configuration.backup_of(kiosk) for kiosk in (*backed, "unknown")]
    assert found == [backed["k2"], None, None, None, None]
    for unfit in (replace(backed["k2"], is_retired=True), replace(backed["k2"], printer=None)):
        assert hall(service("a", "q"), kiosks=backed | {"k2": unfit}).backup_of("k1") is None


def test_a_kiosk_prints_at_its_own_printer_at_another_kiosks_or_nowhere():
    own = Kiosk("k1", "Entrée", printer=connection(backup="k2"))
    borrowing = Kiosk("k2", "Étage", prints_at="k1")
    nowhere, undecided = Kiosk("k3", "Cour", is_number_only=True), Kiosk("k4", "Cave")
    kiosks = {each.id: each for each in (own, borrowing, nowhere, undecided)}
    configuration = hall(service("a", "q"), kiosks=kiosks)
    assert [each.paper for each in kiosks.values()] == ["own", "other", "none", "undecided"]
    assert [configuration.printing_for(each) for each in (*kiosks, "unknown")] == [own, own, None, None, None]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"kind": "tcp", "host": "10.0.0.9"}, "tcp 10.0.0.9:9100"),
        ({"kind": "tcp"}, "tcp :9100"),
        ({"kind": "serial", "line": "/dev/ttyS1"}, "serial /dev/ttyS1"),
        ({"kind": "usb_file", "usb": "04b8:0e15"}, "usb_file 04b8:0e15"),
        ({"kind": "gateway"}, "gateway "),
    ],
)
def test_the_place_of_a_printer_names_its_cable_or_address(fields, place):
    assert connection(**fields).place == place


TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("tested_on", "is_shown"),
    [
        (None, False),
        (TODAY, True),
        (TODAY - timedelta(days=366), True),
        (TODAY - timedelta(days=367), False),
        (TODAY + timedelta(days=1), False),
    ],
)
def test_a_loop_is_shown_for_a_year_from_its_last_test(tested_on: date | None, is_shown: bool):
    assert is_loop_in_order(tested_on, TODAY) is is_shown


def test_a_test_alone_makes_no_loop():
    tested = Counter("g3", "guichet 3", (), hearing_loop_tested_on=TODAY)
    assert not tested.shows_loop(TODAY)
    assert replace(tested, has_hearing_loop=True).shows_loop(TODAY)


def test_a_hall_that_says_nothing_of_its_sound_is_loud_in_french_and_has_no_loop():
    sound = Sound()
    assert (sound.most_percent, sound.says_visitor_language, sound.loop) == (100, False, None)
    assert LONGEST_QUIET_MINUTES == 2 * 60
