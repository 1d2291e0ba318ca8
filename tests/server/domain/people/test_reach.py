"""Where a role lets somebody call: at named counters, for named services, both, or what it has by itself."""

from dataclasses import dataclass

import pytest

from server.domain.hall.configuration import (
    MAY_BE_LIMITED,
    Counter,
    HallConfiguration,
    Service,
    Site,
    reach_of_role,
)
from server.domain.hours.calendars import Calendar
from server.domain.people.roles import WHOLE_HALL, CallingReach, joined
from server.domain.refusals import Refusal
from server.domain.tickets import Series

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
