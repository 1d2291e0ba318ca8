"""Every kind of page under hard conditions: forced colours, a network that fails or changes."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Error, Page, Route

from tests.conftest import Serve
from tests.harness.accessible import unseen_in_forced_colours
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, sign_in


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing(voice="false")


@pytest.fixture(scope="module")
def api(hall: Served) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    with httpx.Client(base_url=f"{hall.base_url}/api/v1", headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def called(api: httpx.Client) -> str:
    """The token of a visitor who has just been called at the first counter."""
    body = {"service": "laon-accueil", "language": "fr"}
    wanted = [api.post("/halls/laon/tickets", json=body | {"press_id": str(uuid4())}) for _ in range(2)]
    session = api.post("/counters/laon-g1/session", json={"take_over": True}).json()["session"]
    api.post("/counters/laon-g1/next", json={}, headers={"X-Counter-Session": session}).raise_for_status()
    return str(wanted[0].json()["token"])


def device(hall: Served, kind: str) -> str:
    laon = next(site for site in hall.demonstration["sites"] if site["slug"] == "laon")
    return str(laon["kiosk"]["url"] if kind == "kiosk" else laon["screens"][0]["url"])


def test_pages_of_work_lose_nothing(hall: Served, pages: Pages, called: str):
    for role, path in (
        ("agent", "/console"),
        ("reception", "/accueil"),
        ("supervisor", "/supervision"),
        ("supervisor", "/mur"),
    ):
        page = sign_in(pages.open(), hall, *demonstration_user(hall, role), path)
        expect(page.locator("[data-live]:visible:not([data-live=yes])")).to_have_count(0)
        assert unseen_in_forced_colours(page) == [], path


def test_a_kiosk_keeps_its_signs_and_shows_what_is_pressed(hall: Served, pages: Pages):
    page = pages.open(device(hall, "kiosk"), width=1080, height=1920)
    expect(page.locator("main")).to_have_attribute("data-view", "start")
    page.locator(".access button", has=page.locator(".icon-contrast")).click()
    expect(page.locator('[aria-pressed="true"]')).not_to_have_count(0)
    assert unseen_in_forced_colours(page) == []


def test_a_called_phone_and_a_screen_lose_nothing(hall: Served, pages: Pages, called: str):
    phone = pages.open(f"{hall.base_url}/t/{called}", width=390, height=844)
    expect(phone.locator('[data-ticket="called"]')).to_be_visible()
    assert unseen_in_forced_colours(phone) == []
    for width, height in ((1920, 1080), (1080, 1920)):
        screen = pages.open(device(hall, "screen"), width=width, height=height)
        expect(screen.locator(".card").first).to_be_visible()
        assert unseen_in_forced_colours(screen) == []


def test_the_check_detects_elements_that_lose_their_meaning_in_forced_colours(pages: Pages):
    page = pages.open()
    page.set_content(
        "<style>p { forced-color-adjust: none; color: #fff; background: #fff }"
        " button { outline: none; border: 1px solid } .icon { display: block; width: 40px; height: 40px;"
        " background: #00f; mask: linear-gradient(90deg, #000 50%, transparent 50%) }</style>"
        '<p>White on white</p><i class="icon"></i><button aria-pressed="true">Pressed</button>'
    )
    found = unseen_in_forced_colours(page)
    assert [each.partition(":")[0] for each in found] == [
        "like its ground",
        "like its ground",
        "not marked",
        "no ring",
    ]


# --- the network fails, returns or changes while a page loads and reads -----------------------


@pytest.mark.parametrize(
    ("role", "path", "shown"),
    [
        ("agent", "/console", '[data-list="places"] li'),
        ("reception", "/accueil", '[data-list="services"] button'),
    ],
)
def test_a_read_ended_by_a_changed_network_is_repeated(
    hall: Served, dom_pages: DomPages, role: str, path: str, shown: str
):
    page = dom_pages.open()
    # once when it opens, once when its socket joins
    page.abort("/queue$", times=2)
    sign_in(page, hall, *demonstration_user(hall, role), path)
    # sooner than a heartbeat would heal it
    wait_until(page.locator(shown).first.is_visible, "what is read again is shown", within_s=20)


@pytest.mark.parametrize(
    ("which", "part", "arrived"),
    [
        ("kiosk", "**/static/*/kiosk/words.js", "main[data-view=start]"),
        ("screen", "**/static/*/signage/calls.js", "body:not([data-view=connecting])"),
        ("console", "**/static/*/server/shared/verbs.js", "[data-live=yes]"),
        ("console", "**/static/*/server/console/console.css", "[data-live=yes]"),
    ],
)
def test_a_page_of_which_a_part_did_not_arrive_is_loaded_again(
    hall: Served, pages: Pages, which: str, part: str, arrived: str
):
    page, lost = pages.open(), list[str]()

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort("connectionaborted")

    page.route(part, lose, times=1)
    if which == "console":
        sign_in(page, hall, *demonstration_user(hall, "agent"))
    else:
        site = hall.demonstration["sites"][0]
        page.goto(site["kiosk"]["url"] if which == "kiosk" else site["screens"][0]["url"])
    wait_until(lambda: is_loaded_again(page), "it is loaded again", every_s=0.1)
    expect(page.locator(arrived)).to_be_visible()
    assert len(lost) == 1


def is_loaded_again(page: Page) -> bool:
    try:
        how = page.evaluate("performance.getEntriesByType('navigation')[0]?.type")
    except Error:  # while it goes
        return False
    return bool(how == "reload")
