"""`parvis doctor` on printers that fetch their jobs: when each asked last, and what is wrong."""

from hardware.simulator.star_printer import SimulatedStarPrinter
from server.commands.devices import printers_found
from server.commands.say import sentence
from server.settings import Settings
from tests.server.web.api_site import OTHER
from tests.server.web.pulled_printers.pulling_hall import KIOSK, OTHER_KIOSK, PullingHall


def lines_of(hall: PullingHall, *, behind_proxy: bool = False) -> list[tuple[str, str]]:
    """Key and sentence of each finding."""
    site = hall.site.settings
    there = Settings(var=site.var, database_url=site.database_url, behind_proxy=behind_proxy)
    found = printers_found(there, hall.site.hands.clock())
    return [(each.key, sentence(each.key, **each.values)) for each in found]


def keys_of(hall: PullingHall) -> list[str]:
    return [key.removeprefix("doctor.") for key, _ in lines_of(hall)]


def test_it_says_when_each_printer_asked_last_and_what_nobody_has_tried(star_hall: PullingHall):
    untried = ["fetching.no_https", "paper.never", "paper.never", "printers.untried"]
    assert keys_of(star_hall) == ["fetching.never", "fetching.no_secret", *untried]
    star = star_hall.star()
    star.poll()
    star_hall.new_secret(OTHER, OTHER_KIOSK)
    found = dict(lines_of(star_hall))
    assert list(found)[:2] == ["doctor.fetching", "doctor.fetching.never"]
    assert KIOSK in found["doctor.fetching"]
    assert "intervalle de 5\u00a0s" in found["doctor.fetching"]
    assert "Star CloudPRNT" in found["doctor.printers.untried"]
    star.interval_s = 120
    star_hall.later(60)
    star.poll()
    assert "toutes les 120\u00a0s" in dict(lines_of(star_hall))["doctor.fetching.slow"]
    star_hall.later(251)
    assert "fetching.silent" in keys_of(star_hall)
    with_https = lines_of(star_hall, behind_proxy=True)
    assert "doctor.fetching.no_https" not in dict(with_https)


def test_it_says_that_a_wrong_secret_was_refused_lately(star_hall: PullingHall):
    stranger = SimulatedStarPrinter(star_hall.star().address, KIOSK, "wrong", star_hall.exchange())
    stranger.poll()
    assert stranger.last_status == 401
    nobody = f"{stranger.address}-2"
    SimulatedStarPrinter(nobody, f"{KIOSK}-2", "wrong", star_hall.exchange()).poll()
    assert [file.name for file in (star_hall.site.settings.var / "refused-secrets").iterdir()] == [KIOSK]
    assert "fetching.refused" in keys_of(star_hall)
    star_hall.later(86_401)
    assert "fetching.refused" not in keys_of(star_hall)
    stranger.poll()
    star_hall.later(1)
    star_hall.new_secret()
    assert "fetching.refused" not in keys_of(star_hall), "it has another one now"


def test_a_proof_that_is_only_too_old_is_no_wrong_secret(epson_hall: PullingHall):
    epson = epson_hall.epson()
    epson.poll()
    epson_hall.later(400)
    epson.poll()
    assert epson.challenges == 2
    assert "fetching.refused" not in keys_of(epson_hall)
    epson_hall.new_secret()
    epson.poll()
    assert "fetching.refused" in keys_of(epson_hall)


def test_it_says_where_to_look_when_a_print_gateway_asks_for_nothing(gateway_hall: PullingHall):
    assert keys_of(gateway_hall)[0] == "gateway.never"
    address = f"https://localhost{gateway_hall.secret.path}"
    proof = {"auth": (gateway_hall.secret.user, gateway_hall.secret.secret), "base_url": "https://localhost"}
    poll = {"program": "a" * 16, "state": "ready", "interval_s": 1}
    assert gateway_hall.client.post(address, json=poll, **proof).status_code == 200
    assert keys_of(gateway_hall)[0] == "fetching"
    gateway_hall.later(13)
    found = dict(lines_of(gateway_hall))
    assert "parvis-print-gateway doctor" in found["doctor.gateway.silent"]
    assert "parvis-print-gateway" in found["doctor.printers.untried"]
