"""Part w: what a page weighs over the wire on a first visit, in a real Chromium.

Everything counts: the page, its scripts, styles, fonts and answers of the API, as they travel, headers
included; sound apart. At a kiosk and a screen the bound is about what is requested until the page can be
used: a service can be pressed, a call can be shown, each in its own letters. What the whole first minute
brings, notices with their pictures included, is a second figure. The hall is open, whatever the hour.
Without a service worker, which would fetch files a second time for a day without network.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

from tests.harness.chromium import running_chromium
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, sign_in

QUIET_MS = 1_500
"""A page has loaded when nothing more came for so long."""
MINUTE_MS = 60_000
PRESSED = "document.querySelector('#view [data-act=choose_service]')"
CALLED = "document.body?.dataset.view && document.body.dataset.view !== 'connecting'"
_ONCE_USED = """
{
  const look = () => {
    if (document.fonts.status === "loaded" && (%s)) usableAt = performance.timeOrigin + performance.now();
    else requestAnimationFrame(look);
  };
  globalThis.usableAt = null;
  requestAnimationFrame(look);
}"""


@dataclass(frozen=True, slots=True)
class Weight:
    """A page's first visit: bytes over the wire without sound, requests, and the bounds of both; bytes of
    the first minute, where the page goes on fetching.
    """

    page: str
    wire_bytes: int
    requests: int
    most_bytes: int
    most_requests: int | None = None
    minute_bytes: int | None = None
    heaviest: tuple[tuple[int, str], ...] = ()


def open_all_day(hall: dict[str, Any]) -> None:
    """Opens the hall of a document at any hour: a closed one shows less."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    hall["calendar"] = {"week": {day: ["00:00-24:00"] for day in days}, "exceptions": []}


def measure_weights(served: Served) -> list[Weight]:
    """Each page of the demonstration in a browser that has never been there."""
    site = next(each for each in served.demonstration["sites"] if each["slug"] == "laon")
    phone = f"{served.base_url}/t/{_ticket(served, site)}"
    agent = demonstration_user(served, "agent")
    with running_chromium() as browser:
        return [
            _weight(
                browser, "kiosk", site["kiosk"]["url"], (1080, 1920), 250_000, most_requests=40, used=PRESSED
            ),
            _weight(browser, "phone", phone, (390, 844), 120_000),
            _weight(
                browser,
                "console",
                f"{served.base_url}/console",
                (1366, 768),
                200_000,
                before=lambda page: sign_in(page, served, *agent),
            ),
            _weight(browser, "screen", site["screens"][0]["url"], (1920, 1080), 240_000, used=CALLED),
        ]


def _ticket(served: Served, site: dict[str, Any]) -> str:
    answer = httpx.post(
        f"{served.base_url}/api/v1/halls/{site['hall']}/tickets",
        json={"service": site["services"][0], "press_id": str(uuid.uuid4()), "language": "fr"},
        headers={
            "Authorization": f"Bearer {served.demonstration['api_key']}",
            "Idempotency-Key": str(uuid.uuid4()),
        },
        trust_env=False,
    )
    return str(answer.raise_for_status().json()["token"])


def _weight(
    browser: Browser,
    name: str,
    url: str,
    size: tuple[int, int],
    most_bytes: int,
    *,
    most_requests: int | None = None,
    before: Callable[[Page], object] | None = None,
    used: str | None = None,
) -> Weight:
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, locale="fr-FR", service_workers="block")  # type: ignore[arg-type]
    try:
        if before is not None:
            before(context.new_page())
        found, later = _loaded(context, url, used)
    finally:
        context.close()
    heaviest = tuple(sorted(((size, address) for address, size in found), reverse=True)[:5])
    total = sum(size for _, size in found)
    minute = None if used is None else total + sum(size for _, size in later)
    return Weight(name, total, len(found), most_bytes, most_requests, minute, heaviest)


type Wire = list[tuple[str, int]]


def _loaded(context: BrowserContext, url: str, used: str | None) -> tuple[Wire, Wire]:
    """The address of each request of a page, with the bytes of its answer as they came: those of its first
    visit, and those of its first minute that come after it can be used (`used`: a condition of the page).
    """
    page = context.new_page()
    if used is not None:
        page.add_init_script(_ONCE_USED % used)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.clearBrowserCache")
    asked: dict[str, tuple[str, float]] = {}
    came: dict[str, int] = {}

    def request(event: dict[str, Any]) -> None:
        address = event["request"]["url"]
        if event.get("type") != "Media" and "/audio/" not in address and address.startswith("http"):
            asked[event["requestId"]] = address, event["wallTime"] * 1_000

    def finished(event: dict[str, Any]) -> None:
        came[event["requestId"]] = int(event["encodedDataLength"])

    wire.on("Network.requestWillBeSent", request)
    wire.on("Network.loadingFinished", finished)
    page.goto(url, wait_until="load")
    count = -1
    if used is not None:
        page.wait_for_timeout(MINUTE_MS)
    while used is None and count != len(came):
        count = len(came)
        page.wait_for_timeout(QUIET_MS)
    usable_ms = float("inf") if used is None else float(page.evaluate("usableAt"))
    first = [(address, came.get(number, 0)) for number, (address, at) in asked.items() if at <= usable_ms]
    later = [(address, came.get(number, 0)) for number, (address, at) in asked.items() if at > usable_ms]
    return first, later
