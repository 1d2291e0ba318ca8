"""The kiosk's page in a real browser on the real server: one press, one ticket, whatever happens."""

import copy
import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from kiosk.mounting import low_band
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.served import Served
from tests.harness.waiting import wait_until

SITE = "laon"
WALK_IN = "laon-accueil"
BOOKED = "laon-naturalisation"
SIZES = {
    "portrait": (1080, 1920),
    "landscape": (1920, 1080),
    "tablet": (1280, 800),
    "upright tablet": (800, 1280),
}
MISFITS = """() => {
  const shown = (each) => each.checkVisibility({ visibilityProperty: true });
  const style = getComputedStyle(document.documentElement), found = [];
  const isLow = document.documentElement.hasAttribute("data-low");
  const share = (name) => innerHeight * parseFloat(style.getPropertyValue(name)) / 100;
  const [top, bottom] = isLow ? [share("--band-top"), innerHeight - share("--band-rest")] : [0, innerHeight];
  const boxes = [...document.querySelectorAll("button")].filter(shown)
    .map((each) => [each, each.getBoundingClientRect()]);
  for (const [index, [button, box]] of boxes.entries()) {
    const say = (text) => found.push(`${button.textContent.trim().slice(0, 30)} ${text}`);
    if (Math.min(box.width, box.height) < 83.5) say(`is ${box.width} × ${box.height}`);
    if (box.top < top - 1 || box.bottom > bottom + 1) say("is out of reach");
    if (box.left < -1 || box.right > innerWidth + 1) say("is off the screen");
    const across = button.clientWidth - button.scrollWidth, along = button.clientHeight - button.scrollHeight;
    const spare = Math.min(across, along);
    if (spare < -1) say("is cut");
    for (const [other, next] of boxes.slice(index + 1)) {
      const across = Math.max(box.left - next.right, next.left - box.right);
      const along = Math.max(box.top - next.bottom, next.top - box.bottom);
      if (Math.max(across, along) < 15.4) say(`is too near to ${other.textContent.trim()}`);
    }
  }
  const texts = ".words, .note, .follow, .paged, .top, #languages, .access";
  for (const box of [...document.querySelectorAll(texts)].filter(shown)) {
    if (box.scrollHeight > box.clientHeight + 14) found.push(`${box.className} hides something`);
  }
  const boxOf = (selector) => document.querySelector(selector).getBoundingClientRect();
  const head = boxOf(".top"), words = boxOf("h1");
  const isOver = words.top < head.bottom - 1 && words.left < head.right - 1;
  if (isOver) found.push("the words lie over the head");
  return found;
}"""

REACH = """() => {
  const style = getComputedStyle(document.documentElement);
  const share = (name) => parseFloat(style.getPropertyValue(name)) / 100;
  return [share("--band-top"), 1 - share("--band-rest")];
}"""


@pytest.fixture(scope="module")
def hall(demonstration_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("kiosk"), public_url="https://accueil.example.fr") as server:
        server.take_demonstration(demonstration_sqlite)
        yield server.start()


def demonstration_site(hall: Served) -> dict[str, Any]:
    return next(site for site in hall.demonstration["sites"] if site["slug"] == SITE)


def received(hall: Served) -> int:
    """How many visits the hall has received today."""
    answer = httpx.get(
        f"{hall.base_url}/api/v1/halls/{SITE}/queue",
        headers={"Authorization": f"Bearer {hall.demonstration['api_key']}"},
        trust_env=False,
    )
    return int(answer.raise_for_status().json()["day"]["received"])


def issue_elsewhere(hall: Served) -> None:
    """Someone else takes a ticket: the menu changes."""
    httpx.post(
        f"{hall.base_url}/api/v1/halls/{SITE}/tickets",
        headers={"Authorization": f"Bearer {hall.demonstration['api_key']}"},
        json={"service": WALK_IN, "press_id": str(uuid.uuid4()), "language": "fr"},
        trust_env=False,
    ).raise_for_status()


@pytest.fixture
def at_kiosk(hall: Served, pages: Pages) -> Callable[..., Page]:
    """Opens the kiosk of Laon and waits until one may choose."""

    def opened(size: str = "portrait", *, before: Callable[[Page], None] | None = None) -> Page:
        width, height = SIZES[size]
        page = pages.open(width=width, height=height)
        if before:
            before(page)
        page.goto(demonstration_site(hall)["kiosk"]["url"])
        expect(page.locator("main")).to_have_attribute("data-view", "start")
        return page

    return opened


def press(page: Page, selector: str) -> None:
    """Presses a button as soon as the guard against double presses lets it act on what it shows."""
    shown = look(page)

    def acted() -> bool:
        if look(page) == shown:
            page.locator(selector).click()
        return look(page) != shown

    wait_until(acted, f"{selector} acts", every_s=0.1)


def look(page: Page) -> tuple[str | None, str]:
    return page.locator("main").get_attribute("data-view"), page.locator("h1").inner_text()


def speak_english(page: Page) -> None:
    """Chooses English and waits for its menu: a title that changes later would look like a press."""
    page.locator("[data-language=en]").click()
    expect(page.locator(f"[data-service={WALK_IN}]")).to_contain_text("Reception and enquiries")


def choose(page: Page, service: str = WALK_IN) -> None:
    wait_until(lambda: is_listed(page, service), "the service's page is turned up", every_s=0.5)
    press(page, f"[data-service={service}]")
    expect(page.locator("main")).to_have_attribute("data-view", "sheet")


def is_listed(page: Page, service: str) -> bool:
    """Whether a service is on the page that is up; turns the page where it is not."""
    if page.locator(f"[data-service={service}]").count() == 0:
        page.locator("[data-key=next]").click()
    return page.locator(f"[data-service={service}]").count() == 1


def expect_ticket(page: Page, **options: Any) -> str:
    expect(page.locator("main")).to_have_attribute("data-view", "ticket", **options)
    return page.locator(".number").inner_text()


def test_the_token_leaves_the_address_at_once(hall, at_kiosk):
    assert at_kiosk().url == f"{hall.base_url}/kiosk"


def test_a_press_gives_one_number_and_a_code_to_follow_it(hall, at_kiosk):
    before = received(hall)
    page = at_kiosk()
    choose(page)
    press(page, "[data-act=take]")
    assert re.fullmatch(r"[ACFHKLRT]\d{3,}", expect_ticket(page))
    expect(page.locator("[data-slot=short_code]")).to_contain_text(re.compile(r"[0-9A-Z]{4}"))
    assert page.locator("[data-slot=qr]").evaluate(
        "async (each) => { await each.decode(); return each.naturalWidth; }"
    )
    assert received(hall) == before + 1


def test_ten_presses_at_once_give_one_ticket(hall, at_kiosk):
    before, posts = received(hall), []
    page = at_kiosk()
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    choose(page)
    ten = """() => {
      const take = document.querySelector("[data-act=take]");
      for (let each = 0; each < 10; each += 1) take?.click();
    }"""
    wait_until(lambda: page.evaluate(ten) or look(page)[0] != "sheet", "a press acts", every_s=0.1)
    expect_ticket(page)
    assert (len(posts), received(hall)) == (1, before + 1)


def test_answers_lost_on_the_way_give_one_ticket(hall, at_kiosk):
    before = received(hall)
    posts: list[Any] = []

    def lose_two_answers(route: Route) -> None:
        posts.append(route.request.post_data_json)
        answer = route.fetch()
        if len(posts) <= 2:
            route.abort()
        else:
            route.fulfill(response=answer)

    page = at_kiosk(before=lambda page: page.route("**/tickets", lose_two_answers))
    choose(page)
    press(page, "[data-act=take_with_card]")
    expect_ticket(page)
    assert len(posts) == 3
    assert posts[0] == posts[1] == posts[2]
    assert posts[0]["priority"] is True
    assert received(hall) == before + 1
    expect(page.locator("[data-slot=priority]")).to_be_visible()


def test_a_server_that_is_killed_is_said_and_its_number_comes_when_it_is_back(hall, at_kiosk):
    before = received(hall)
    page = at_kiosk()
    choose(page)
    hall.kill()
    press(page, "[data-act=take]")
    expect(page.locator("main")).to_have_attribute("data-view", "away")
    expect(page.locator("h1")).to_have_text("La borne ne peut pas délivrer de ticket pour le moment")
    hall.start()
    expect_ticket(page, timeout=20_000)
    assert received(hall) == before + 1


def test_a_kiosk_that_is_not_live_says_since_when_and_heals(hall, at_kiosk):
    page = at_kiosk()
    day = page.locator("#clock-day")
    expect(day).not_to_contain_text("Pas en direct")
    hall.kill()
    expect(day).to_contain_text("Pas en direct depuis", timeout=15_000)
    assert_accessible(page)
    hall.start()
    expect(day).not_to_contain_text("Pas en direct", timeout=20_000)


def test_every_icon_is_there_when_the_server_is_away(hall, at_kiosk):
    page = at_kiosk()
    failed: list[str] = []
    page.wait_for_load_state("networkidle")
    page.on("requestfailed", lambda request: failed.append(request.url))
    hall.kill()
    choose(page)
    press(page, "[data-act=back]")
    choose(page)
    press(page, "[data-act=take]")
    expect(page.locator("main")).to_have_attribute("data-view", "away")
    hall.start()
    expect_ticket(page, timeout=20_000)
    assert [url for url in failed if "/assets/icons/" in url] == []


def test_a_verdict_told_while_the_link_was_down_is_asked_for(at_kiosk):
    page = at_kiosk()
    page.clock.install()

    def unheard(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["visit"], body["print"] = "a-visit", {"job": "a-job", "state": "queued", "verdict": None}
        press_id = json.loads(route.request.post_data or "")["press_id"]
        if press_id in seen:
            body["print"]["verdict"] = "printed"
        seen.append(press_id)
        route.fulfill(response=answer, json=body)

    seen: list[str] = []
    page.route("**/tickets", unheard)
    choose(page)
    press(page, "[data-act=take]")
    expect_ticket(page)
    paper = page.locator("[data-slot=print]")
    expect(paper).to_have_attribute("data-print", "pending")
    page.clock.run_for(16_000)
    expect(paper).to_have_attribute("data-print", "printed")
    assert len(set(seen)) == 1


def test_the_kiosk_returns_to_the_start_after_a_warning_and_gives_more_time_when_asked(at_kiosk):
    page = at_kiosk(before=lambda page: page.clock.install())
    page.locator("[data-toggle=contrast]").click()
    page.clock.run_for(50_000)
    expect(page.locator("#warning")).to_be_visible()
    expect(page.locator("#countdown")).to_have_text(re.compile(r"Retour au début dans \d+ secondes"))
    page.locator("[data-act=more_time]").click()
    expect(page.locator("#warning")).to_be_hidden()
    page.clock.run_for(50_000)
    expect(page.locator("html[data-contrast]")).to_be_attached()
    page.clock.run_for(40_000)
    expect(page.locator("html[data-contrast]")).not_to_be_attached()
    expect(page.locator("[data-toggle=contrast]")).to_have_attribute("aria-pressed", "false")


def test_the_whole_way_to_a_ticket_can_be_walked_by_keyboard(at_kiosk):
    page = at_kiosk()
    page.keyboard.press("Tab")
    expect(page.locator("[data-key=appointment]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-service]").first).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    enter_until_left(page, "start")
    page.keyboard.press("Tab")
    expect(page.locator("[data-act=take]")).to_be_focused()
    enter_until_left(page, "sheet")
    # as long as the kiosk itself asks for an answer: the machine may be busy
    expect_ticket(page, timeout=20_000)


@pytest.mark.parametrize("act", ["take", "take_with_card", "back"])
def test_the_focus_stays_where_it_is_while_others_take_tickets(hall, at_kiosk, act: str):
    page = at_kiosk()
    choose(page)
    button = page.locator(f"[data-act={act}]").first
    button.focus()
    button.evaluate("each => { each.dataset.before = ''; }")
    issue_elsewhere(hall)
    redrawn = page.locator(f"[data-act={act}]:not([data-before])").first
    expect(redrawn).to_be_visible(timeout=15_000)
    expect(redrawn).to_be_focused()


def enter_until_left(page: Page, view: str) -> None:
    """Presses Enter until the guard against double presses has let it act on a view."""

    def is_left() -> bool:
        if page.locator("main").get_attribute("data-view") == view:
            page.keyboard.press("Enter")
        return page.locator("main").get_attribute("data-view") != view

    wait_until(is_left, f"Enter acts on the view {view}", every_s=0.1)


def test_another_language_is_one_press_away_and_leaves_with_the_visitor(at_kiosk):
    page = at_kiosk()
    speak_english(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Hello. What have you come for?")
    choose(page)
    press(page, "[data-act=take]")
    expect_ticket(page)
    press(page, "[data-act=home]")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_a_view_is_read_aloud_sentence_by_sentence_and_a_second_press_silences_it(at_kiosk):
    page = at_kiosk()
    listen = page.locator("#listen")
    with page.expect_response("**/reading?*view=start*") as asked:
        listen.click()
    expect(listen).to_have_attribute("aria-pressed", "true")
    said = asked.value.json()
    assert said["sentences"][0] == "Bonjour."
    page.wait_for_event("response", lambda answer: answer.url.endswith(said["audio"][1]), timeout=20_000)
    listen.click()
    expect(listen).to_have_attribute("aria-pressed", "false")


def test_the_number_is_read_digit_by_digit_and_another_view_is_silent(at_kiosk):
    page = at_kiosk()
    speak_english(page)
    choose(page)
    press(page, "[data-act=take]")
    number = expect_ticket(page)
    listen = page.locator("#listen")
    with page.expect_response("**/reading?*view=ticket*") as asked:
        listen.press("Enter")
    assert asked.value.json()["sentences"][0] == f"Your number: {', '.join(number)}."
    expect(listen).to_have_attribute("aria-pressed", "true")
    press(page, "[data-act=home]")
    expect(listen).to_have_attribute("aria-pressed", "false")


def test_the_views_of_needs_and_appointments_are_heard_by_keyboard(at_kiosk, hall, tmp_path: Path):
    book_convocation(hall, tmp_path)
    page = at_kiosk()

    def heard(view: str) -> list[str]:
        with page.expect_response(f"**/reading?*view={view}*", timeout=20_000) as asked:
            page.locator("#listen").press("Enter")
        expect(page.locator("#listen")).to_have_attribute("aria-pressed", "true")
        return list(asked.value.json()["sentences"])

    by_key(page, f'[data-service="{WALK_IN}"]')
    by_key(page, "[data-key=needs]")
    page.locator("[data-need=slow]").press("Enter")
    expect(page.locator("[data-need=slow]")).to_have_attribute("aria-pressed", "true")
    assert "J’ai besoin de plus de temps\u00a0: choisi" in heard("needs")
    by_key(page, "[data-key=needs-done]")
    expect(page.locator("#listen")).to_have_attribute("aria-pressed", "false")
    by_key(page, "[data-key=back]")
    by_key(page, "[data-key=appointment]")
    assert heard("appointment")[0] == "Votre code de rendez-vous"
    by_key(page, "[data-key=without-code]")
    service = "[data-key=convocation-laon-titres-retrait]"
    assert page.locator(service).inner_text() in heard("convocation")
    by_key(page, service)
    expect(page.locator("#listen")).to_have_attribute("aria-pressed", "false")
    assert heard("convocation")[-1] == "23 heures 50"


def book_convocation(hall: Served, folder: Path) -> None:
    """A convocation of tonight, which no other test asks for."""
    hour = datetime.now(ZoneInfo("Europe/Paris")).replace(hour=23, minute=50, second=0, microsecond=0)
    file = folder / "heard.csv"
    line = f"heard,laon-titres-retrait,{hour.isoformat()},"
    file.write_text(f"external_id,service,booked_at,code\n{line}", encoding="utf-8")
    assert "1 booked" in hall.parvis("import-appointments", str(file), "--hall", SITE)


def by_key(page: Page, selector: str) -> None:
    """Presses Enter on a button as soon as the guard against double presses lets it act."""
    shown = look(page)

    def acted() -> bool:
        if look(page) == shown:
            page.locator(selector).first.press("Enter")
        return look(page) != shown

    wait_until(acted, f"{selector} acts by keyboard", every_s=0.1)


def test_what_is_listened_to_does_not_return_to_the_start_under_the_listener(at_kiosk):
    page = at_kiosk(before=lambda page: page.clock.install())
    choose(page)
    with page.expect_response("**/audio/*.wav"):
        page.locator("#listen").click()
    page.clock.run_for(120_000)
    expect(page.locator("main")).to_have_attribute("data-view", "sheet")


@pytest.mark.parametrize("size", SIZES)
def test_how_to_book_is_printed_by_keyboard_and_is_no_ticket(at_kiosk, hall, size):
    before = received(hall)
    page = at_kiosk(size)
    for service in ("laon-etrangers", BOOKED):
        expect(page.locator("[data-service]").first).to_be_visible()
        wait_until(lambda: is_listed(page, service), "its page is turned up", every_s=0.5)  # noqa: B023
        by_key(page, f'[data-service="{service}"]')
    expect(page.locator("main")).to_have_attribute("data-view", "notice")
    sheet = page.locator("[data-key=print-sheet]")
    fits(page)
    told = page.locator(".opening")
    expect(sheet).not_to_have_attribute("aria-disabled", "true")
    sheet.focus()
    wait_until(
        lambda: page.keyboard.press("Enter") or told.is_visible(), "Enter acts on the sheet", every_s=0.1
    )
    expect(told).to_have_text("Prenez votre feuille. Ce n’est pas un ticket.", timeout=15_000)
    expect(page.locator("#spoken")).to_have_text("Prenez votre feuille. Ce n’est pas un ticket.")
    expect(sheet).to_be_focused()
    fits(page)
    assert received(hall) == before


def test_a_kiosk_without_a_token_says_it_is_not_in_service(hall, pages):
    page = pages.open(f"{hall.base_url}/kiosk", width=1080, height=1920)
    expect(page.locator("main")).to_have_attribute("data-view", "unpaired")
    assert_accessible(page)


def test_buttons_go_lower_to_where_the_mounting_of_this_kiosk_puts_hands(at_kiosk):
    declared, usual = low_band(75, 81), low_band(95, 61, width_px=1920, height_px=1080)
    for size, band in (("portrait", declared), ("landscape", usual)):
        page = at_kiosk(size)
        page.locator("[data-toggle=low]").click()
        assert page.evaluate(REACH) == pytest.approx(list(band.as_message().values()))


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
    page = at_kiosk(next(name for name, each in SIZES.items() if each == (width_px, height_px)))
    for comfort in (["low"], ["low", "large"]):
        for toggle in comfort:
            page.locator(f"[data-toggle={toggle}]").click()
        assert page.evaluate(REACH) == pytest.approx(list(band.values()))
        fits(page)
        choose(page)
        fits(page)
        press(page, "[data-act=take]")
        expect_ticket(page)
        fits(page)
        press(page, "[data-act=home]")


@pytest.mark.parametrize("size", SIZES)
def test_every_view_fits_and_is_accessible_with_every_comfort(at_kiosk, size):
    page = at_kiosk(size)
    page.evaluate("document.fonts.ready")
    for comfort in ([], ["large"], ["contrast"], ["low"]):
        for toggle in comfort:
            page.locator(f"[data-toggle={toggle}]").click()
        fits(page)
    choose(page)
    fits(page)
    press(page, "[data-act=take]")
    expect_ticket(page)
    fits(page)
    for toggle in ("low", "contrast"):
        page.locator(f"[data-toggle={toggle}]").click()
        fits(page)


def fits(page: Page) -> None:
    assert page.evaluate(MISFITS) == []
    assert_accessible(page)


@pytest.mark.parametrize("size", SIZES)
def test_what_helps_is_asked_on_one_view_that_fits(at_kiosk: Callable[..., Page], hall: Served, size: str):
    page = at_kiosk(size)
    press(page, f'[data-service="{WALK_IN}"]')
    press(page, '[data-key="needs"]')
    page.locator('[data-need="interpreter"]').click()
    page.locator('[data-need="slow"]').click()
    expect(page.locator('[aria-pressed="true"][data-need]')).to_have_count(2)
    assert page.evaluate(MISFITS) == []
    page.locator('[data-toggle="low"]').click()
    assert page.evaluate(MISFITS) == []
    if size == "portrait":
        assert_accessible(page)
        press(page, '[data-key="needs-done"]')
        expect(page.locator('[data-key="needs"]')).to_contain_text("2")
        press(page, '[data-act="take"]')
        expect(page.locator("main")).to_have_attribute("data-view", "ticket")
        key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
        queue = httpx.get(f"{hall.base_url}/api/v1/halls/{SITE}/queue", headers=key, trust_env=False).json()
        assert [leg["needs"] for each in queue["queues"] for leg in each["legs"] if leg["needs"]] == [
            ["slow", "interpreter"]
        ]


def test_an_appointment_checks_in_by_its_code_and_a_convocation_by_its_hour(hall, at_kiosk, tmp_path: Path):
    now = datetime.now(ZoneInfo("Europe/Paris"))
    hour = now.replace(hour=23, minute=55, second=0, microsecond=0)
    lines = [f"r1,laon-titres-depot,{now.isoformat()},AB12", f"r2,laon-titres-depot,{hour.isoformat()},"]
    file = tmp_path / "appointments.csv"
    file.write_text("\n".join(["external_id,service,booked_at,code", *lines]), encoding="utf-8")
    assert "2 booked" in hall.parvis("import-appointments", str(file), "--hall", SITE)
    page = at_kiosk()
    press(page, "[data-key=appointment]")
    expect(page.locator("[data-key=code-done]")).to_be_disabled()
    assert_accessible(page)
    for letter in "AB12":
        page.locator(f"[data-key=code-{letter}]").click()
    press(page, "[data-key=code-done]")
    assert expect_ticket(page).startswith("FR")
    expect(page.locator(".arrival")).to_contain_text(f"{now:%H:%M}")
    press(page, "[data-act=home]")
    page.keyboard.type("ab12")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("déjà enregistrée")
    press(page, "[data-act=home]")
    press(page, "[data-key=appointment]")
    press(page, "[data-key=without-code]")
    press(page, "[data-key=convocation-laon-titres-depot]")
    expect(page.locator("[data-act=choose_hour]")).to_have_text("23:55")
    assert_accessible(page)
