"""Every view of the kiosk fits its screen, mounting, look and comfort, with a printer and without."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import hypot
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from hardware.languages import VISITOR_LANGUAGES
from kiosk.mounting import low_band
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.pages.kiosk.conftest import (
    MISFITS,
    SITE,
    SIZES,
    WALK_IN,
    by_key,
    choose,
    expect_ticket,
    fits,
    fits_at_every_size,
    issue_elsewhere,
    press,
    take_at_rest,
    turn_to,
)

REACH = """() => {
  const style = getComputedStyle(document.documentElement);
  const share = (name) => parseFloat(style.getPropertyValue(name)) / 100;
  return [share("--band-top"), 1 - share("--band-rest")];
}"""


def test_controls_are_where_the_mounting_of_this_kiosk_puts_hands(at_kiosk):
    declared, usual = low_band(75, 81), low_band(95, 61, width_px=1920, height_px=1080)
    for size, band in (("portrait", declared), ("landscape", usual)):
        page = at_kiosk(size)
        assert page.evaluate(REACH) == pytest.approx(list(band.as_message().values())[:2])


@pytest.fixture
def mounted(hall: Served, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Publishes how the kiosk of Laon is mounted; it is as before at the end."""
    before = json.loads(hall.parvis("export-configuration", "--hall", SITE))

    def publish(content: dict[str, Any]) -> None:
        (tmp_path / "hall.json").write_text(json.dumps(content), encoding="utf-8")
        hall.parvis("import-configuration", str(tmp_path / "hall.json"))

    def mount(**mounting: int) -> None:
        changed = copy.deepcopy(before)
        changed["kiosks"][0]["mounting"] = mounting
        publish(changed)

    yield mount
    publish(before)


# the least that a document may declare, and a tablet that is wholly in reach
MOUNTINGS = {
    "large portrait": (55, 109, 1080, 1920),
    "large landscape": (75, 109, 1920, 1080),
    "small tablet": (98, 25, 800, 1280),
}


@pytest.mark.parametrize("mounting", MOUNTINGS)
def test_every_view_fits_the_band_that_a_mounting_leaves(at_kiosk, mounted, mounting):
    lower_edge_cm, diagonal_cm, width_px, height_px = MOUNTINGS[mounting]
    size = {"width_px": width_px, "height_px": height_px}
    band = low_band(lower_edge_cm, diagonal_cm, **size).as_message()
    mounted(lower_edge_cm=lower_edge_cm, diagonal_cm=diagonal_cm, **size)
    size_name = next(name for name, each in SIZES.items() if each == (width_px, height_px))

    def before(page: Page) -> None:
        page.clock.install()
        keep_verdicts(page)

    page = at_kiosk(size_name, before=before)
    screen_cm = diagonal_cm * height_px / hypot(width_px, height_px)
    assert page.evaluate(REACH) == pytest.approx(list(band.values())[:2])
    for view in every_view(page):
        for letters in ("usual", "large") if view != "warning" else ("large",):
            misfits = page.evaluate(MISFITS)
            assert misfits == [], (view, letters, page.locator("body").inner_text())
            for name, top, bottom in page.evaluate(CONTROLS):
                low_cm, high_cm = (lower_edge_cm + screen_cm * (1 - share) for share in (bottom, top))
                assert 89.9 <= low_cm < high_cm <= 122.1, (view, letters, name, low_cm, high_cm)
            if view != "warning":
                page.locator("[data-toggle=large]").click()


def keep_verdicts(page: Page) -> None:
    """The page never learns that a paper came out: its last view says what to note."""

    def pass_others(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if "print.verdict" in str(message) else socket.send(message))

    def pending(route: Route) -> None:
        answer = route.fetch()
        given = answer.json()
        if "print" in given:
            given["print"] |= {"verdict": "pending", "other_printer": None}
        route.fulfill(response=answer, json=given)

    page.route_web_socket("**/socket.io/**", pass_others)
    page.route("**/tickets", pending)


CONTROLS = """() => [...document.querySelectorAll("button")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
  .map(([name, box]) => [name, box.top / innerHeight, box.bottom / innerHeight])"""


def every_view(page: Page) -> Iterator[str]:
    """Walks through the views of a kiosk, and ends at the start."""
    yield "start"
    turn_to(page, "[data-service=laon-etrangers]")
    press(page, "[data-service=laon-etrangers]")
    yield "folder"
    turn_to(page, f"[data-service={PERMITS}]")
    press(page, f"[data-service={PERMITS}]")
    yield "reasons"
    press(page, "[data-act=show_appointment]")
    yield "code"
    press(page, "[data-act=show_convocations]")
    yield "convocation"
    press(page, "[data-act=back]")
    press(page, "[data-act=back]")
    choose(page)
    yield "sheet"
    press(page, "[data-act=show_needs]")
    yield "needs"
    press(page, "[data-key=needs-done]")
    page.keyboard.press("F1")
    page.clock.run_for(500)
    press(page, "[data-act=take]")
    yield "escort"
    press(page, "[data-key=escort-no]")
    expect_ticket(page)
    yield "ticket"
    page.locator("[data-toggle=large]").click()
    page.context.set_offline(True)  # the head then says that there is no voice

    def is_warned() -> bool:
        page.clock.run_for(5_000)  # a quarter of a warning
        return page.locator("#warning").is_visible()

    wait_until(is_warned, "the warning comes once the view has been read aloud")
    expect(page.locator(".view")).to_have_attribute("data-noting", "")
    yield "warning"
    page.context.set_offline(False)
    page.clock.run_for(20_000)
    expect(page.locator("main")).to_have_attribute("data-view", "start")


def test_every_view_fits_and_is_accessible_with_every_comfort(at_kiosk):
    page = at_kiosk()
    page.evaluate("document.fonts.ready")
    for comfort in ([], ["large"], ["contrast"]):
        for toggle in comfort:
            page.locator(f"[data-toggle={toggle}]").click()
        fits_at_every_size(page)
    choose(page)
    fits_at_every_size(page)
    press(page, "[data-act=take]")
    expect_ticket(page)
    fits_at_every_size(page)
    page.locator("[data-toggle=contrast]").click()
    fits_at_every_size(page)


def test_the_questions_about_needs_fit_their_view(at_kiosk: Callable[..., Page], hall: Served):
    page = at_kiosk()
    press(page, f'[data-service="{WALK_IN}"]')
    press(page, '[data-key="needs"]')
    for need in ("interpreter", "slow"):
        turn_to(page, f'[data-need="{need}"]')
        page.locator(f'[data-need="{need}"]').click()
    expect(page.locator('[aria-pressed="true"][data-need]')).to_have_count(2)
    fits_at_every_size(page)
    press(page, '[data-key="needs-done"]')
    expect(page.locator('[data-key="needs"]')).to_contain_text("2")
    press(page, '[data-act="take"]')
    expect(page.locator("main")).to_have_attribute("data-view", "ticket")
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    queue = httpx.get(f"{hall.base_url}/api/v1/halls/{SITE}/queue", headers=key, trust_env=False).json()
    assert [leg["needs"] for each in queue["queues"] for leg in each["legs"] if leg["needs"]] == [
        ["slow", "interpreter"]
    ]


def test_only_a_working_loop_is_announced(at_kiosk: Callable[..., Page], hall: Served, as_before: None):
    today = datetime.now(UTC).date()

    def tested(days_ago: int) -> None:
        loop = {"tested_on": (today - timedelta(days=days_ago)).isoformat()}
        hall.republish(SITE, lambda content: content["sound"].update(loop=loop))

    tested(30)
    page = at_kiosk()
    expect(page.locator("#hearing-loop")).to_have_text("boucle magnétique\u00a0: position T")
    fits_at_every_size(page)
    page.locator("[data-toggle=large]").click()
    fits_at_every_size(page)
    choose(page)
    fits_at_every_size(page)
    tested(400)
    page.reload()
    expect(page.locator("main")).to_have_attribute("data-view", "start")
    expect(page.locator("#hearing-loop")).to_be_hidden()


PERMITS = "laon-titres-depot"
LANGUAGES = {
    "fr": ("sans rendez-vous dans l’un de ces cas", "moins de 15 jours"),
    "en": ("without an appointment in one of these cases", "less than 15 days"),
    "es": ("sin cita en uno de estos casos", "menos de 15 días"),
    "ar": ("بلا موعد في إحدى هذه الحالات", "أقل من 15 يومًا"),
}


def to_the_reasons(page: Page) -> None:
    """Opens the notice of the residence permits, by keyboard."""
    for service in ("laon-etrangers", PERMITS):
        expect(page.locator("[data-service]").first).to_be_visible()
        turn_to(page, f"[data-service={service}]")
        by_key(page, f'[data-service="{service}"]')
    expect(page.locator("main")).to_have_attribute("data-view", "notice")
    expect(page.locator("[data-reason]").first).to_be_visible()


def test_the_reasons_fit_in_every_language_and_comfort(at_kiosk: Callable[..., Page]):
    page = at_kiosk()
    page.evaluate("document.fonts.ready")
    to_the_reasons(page)
    assert "refus" not in page.locator("main").inner_text().lower()
    for language, (heading, reason) in LANGUAGES.items():
        page.locator(f"[data-language={language}]").click()
        expect(page.locator("html")).to_have_attribute("dir", VISITOR_LANGUAGES[language].direction)
        expect(page.locator("#choices-title")).to_contain_text(heading)
        expect(page.locator("[data-reason]").first).to_contain_text(reason)
        for toggle in ("large", "large"):
            fits_at_every_size(page)
            page.locator(f"[data-toggle={toggle}]").click()
    page.locator("[data-toggle=contrast]").click()
    fits_at_every_size(page)


def test_a_reason_gives_a_ticket_of_the_reception_by_keyboard_and_the_hall_knows_why(
    at_kiosk: Callable[..., Page], hall: Served
):
    page = at_kiosk()
    to_the_reasons(page)
    by_key(page, "[data-reason=cannot-book]")
    expect(page.locator("main")).to_have_attribute("data-view", "sheet")
    expect(page.locator("h1")).to_have_text("Accueil et renseignements")
    expect(page.locator(".reason")).to_have_text(
        "Motif\u00a0: Je n’arrive pas à prendre rendez-vous en ligne"
    )
    fits(page)
    by_key(page, "[data-key=back]")
    expect(page.locator("[data-reason]")).to_have_count(3)
    by_key(page, "[data-reason=expires-soon]")
    by_key(page, "[data-act=take]")
    number = expect_ticket(page)
    assert number.startswith("A")
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    queue = httpx.get(f"{hall.base_url}/api/v1/halls/{SITE}/queue", headers=key, trust_env=False).json()
    legs = [leg for each in queue["queues"] for leg in each["legs"] if leg["number"] == number]
    assert [leg["exceptional"] for leg in legs] == [{"service": PERMITS, "reason": "expires-soon"}]


def test_the_reasons_are_read_aloud(at_kiosk: Callable[..., Page]):
    page = at_kiosk()
    to_the_reasons(page)
    with page.expect_response("**/reading?*view=notice*") as asked:
        page.locator("#listen").press("Enter")
    said = asked.value.json()["sentences"]
    numbered = [each for each in said if " sur 3\u00a0: " in each]
    assert [each[0] for each in numbered] == ["1", "2", "3"]
    assert any(
        re.fullmatch(r"\d sur 3\u00a0: Mon titre expire dans moins de 15 jours", each) for each in said
    )
    with page.expect_response("**/reading?*view=sheet*") as asked:  # once asked for, each view is read
        by_key(page, "[data-reason=expires-soon]")
    assert "Motif\u00a0: Mon titre expire dans moins de 15 jours" in asked.value.json()["sentences"]


# --- a tablet without a printer ---------------------------------------------------------------


@pytest.fixture
def as_before(hall: Served, tmp_path: Path) -> Iterator[None]:
    """What a test publishes of Laon and its organisation is taken back at the end."""
    former = [hall.parvis("export-configuration", *of) for of in ((), ("--hall", SITE))]
    yield
    for document in former:
        (tmp_path / "former.json").write_text(document, encoding="utf-8")
        hall.parvis("import-configuration", str(tmp_path / "former.json"))


@pytest.fixture
def without_printer(hall: Served, as_before: None) -> None:
    """Publishes that the kiosk of Laon has no printer."""
    hall.republish(SITE, lambda content: content["kiosks"][0].update(printer=None))


def test_number_codes_and_address_are_large_and_leave_for_whoever_comes_next(at_kiosk, without_printer):
    for size in ("tablet", "upright tablet"):
        page = at_kiosk(size, before=lambda opened: opened.clock.install())
        choose(page)
        page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + 30)  # the code is covered after ten
        take_at_rest(page)
        expect(page.locator(".print")).to_contain_text("photographiez cet écran")
        code = page.locator(".scan b bdi")
        expect(code).to_have_text(re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}"))
        expect(page.locator(".scan small bdi")).to_have_text("accueil.example.fr/suivi")
        assert code.bounding_box()["height"] >= 38
        fits(page)
        page.clock.resume()
        page.locator(".scan img").click()
        expect(code).to_be_visible()
        page.clock.fast_forward(12_000)
        page.locator(".scan img").click()
        expect(page.locator(".print")).to_have_text("Ce numéro est-il le vôtre ?")
        expect(code).to_be_hidden()
        fits(page)
        page.locator("[data-act=show_code]").click()
        expect(code).to_be_visible()
        press(page, "[data-act=home]")


# --- the kiosk shows the organisation's look and its services ---------------------------------


INK = "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"


def test_the_head_has_the_logo_and_a_published_colour_and_menu_appear_without_a_reload(
    hall, at_kiosk, as_before
):
    page = at_kiosk()
    expect(page.locator(".top .logo")).to_be_visible()
    assert page.locator(".top .logo").get_attribute("alt") == "Préfecture de l’Aisne"
    fits(page)
    page.evaluate("window.isSame = true")
    content = json.loads(hall.parvis("export-configuration"))
    content["brand"] |= {"colours": {"ink": "#1a2a5e"}, "logo": None}
    document = hall.var / "installation.json"
    document.write_text(json.dumps(content), encoding="utf-8")
    hall.parvis("import-configuration", str(document))
    issue_elsewhere(hall)  # the menu is read again, as it is within a minute at the latest
    wait_until(lambda: page.evaluate(INK) == "#1a2a5e", "the new look")
    expect(page.locator(".top .logo")).to_be_hidden()
    content = json.loads(hall.parvis("export-configuration", "--hall", SITE))
    content["kiosks"][0]["services"] = ["laon-permis", "laon-naturalisation"]
    document.write_text(json.dumps(content), encoding="utf-8")
    hall.parvis("import-configuration", str(document))
    offered = page.locator("[data-service]")
    expect(offered).to_have_count(2)
    assert [each.get_attribute("data-service") for each in offered.all()] == ["laon-etrangers", "laon-permis"]
    fits(page)
    assert page.evaluate("window.isSame")


def test_referrals_and_several_numbers_fit_an_upright_kiosk_with_every_comfort(at_kiosk):
    page = at_kiosk()

    def fits_with_comforts() -> None:
        fits(page)
        page.locator("[data-toggle=large]").click()
        fits(page)
        page.locator("[data-toggle=large]").click()

    turn_to(page, "[data-referral=laon-passeport]")
    press(page, "[data-referral=laon-passeport]")
    fits_with_comforts()
    press(page, "[data-act=home]")
    choose(page)
    press(page, "[data-act=take]")
    expect_ticket(page)
    press(page, "[data-act=show_together]")
    fits_with_comforts()
    press(page, "[data-key=people-6]")
    expect(page.locator("h1")).to_contain_text("Un seul papier")
    fits_with_comforts()
    press(page, "[data-key=paper-each]")
    expect(page.locator(".number span")).to_have_count(6)
    fits_with_comforts()
    press(page, "[data-act=home]")
