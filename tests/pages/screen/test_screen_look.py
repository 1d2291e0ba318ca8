"""Whose hall it is on its screens, and the whole screen for a notice as long as nobody is called."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, Route, expect

from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.pages.screen.screen_page import MEASURE
from tests.pages.screen.test_screen_media import KEPT
from tests.pages.screen.test_screen_picture import drawn
from tests.signage.contract_server import ContractServer, former, queue
from tests.signage.programmes import RICH, item, programme

INK = "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
ROOM = "document.getElementById('aside').getBoundingClientRect().width / innerWidth"
WAITS = item("waits", "waits", {}, ms=600_000)
NOTICE = item("rich", "text", {"title": "Votre rendez-vous", "html": RICH}, ms=600_000)
LOADED_FONTS = """[...document.fonts].filter(({ status }) => status === "loaded")
  .map(({ family, style }) => family.replaceAll('"', "") + " " + style).sort()"""
SIZES = {"landscape": (1920, 1080), "portrait": (1080, 1920)}


MEASURE_FIRST_FRAME = f"""() => new MutationObserver((_, observer) => {{
  if (document.body.dataset.view !== "calls") return;
  observer.disconnect();
  requestAnimationFrame(() => {{ window.first = ({MEASURE})(); }});
}}).observe(document.body, {{ attributes: true }})"""
"""Keeps what is cut or small in the first frame with a call."""


@pytest.fixture
def hall(assets_dir: Path, tmp_path: Path) -> Iterator[ContractServer]:
    Image.new("RGB", (400, 200), "#00564d").save(tmp_path / "logo.png")
    for name, ink in (("a", "#1a2a5e"), ("b", "#5b1e6b")):
        (tmp_path / f"{name}.css").write_text(f":root {{ --ink: {ink}; }}")
    server = ContractServer(assets_dir, tmp_path)
    server.screen |= {"look": look("a"), "programme": programme(NOTICE)}
    yield server
    server.stop()


def look(sheet: str, **more: Any) -> dict[str, Any]:
    logo = {"url": "/look/logo.png", "width": 400, "height": 200}
    return {"name": "Ville de Guise", "stylesheet": f"/look/{sheet}.css", "logo": logo, "fonts": [], **more}


def opened(pages: Pages, hall: ContractServer, size: str = "landscape", **context: Any) -> Page:
    width, height = SIZES[size]
    page = pages.open(f"{hall.url}/screen#t=good", width=width, height=height, **context)
    expect(page.locator("body")).to_have_attribute("data-quiet", "yes")
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shown", [NOTICE, WAITS], ids=["notice", "waits"])
def test_without_calls_a_notice_has_everything_below_the_head(
    pages: Pages, hall: ContractServer, shown: dict[str, Any], size: str
) -> None:
    hall.screen["programme"] = programme(shown)
    hall.queues = [queue(name, 4, (10, 20)) for name in ("Titre de séjour", "Permis", "Associations")]
    hall.recent = [former("A041", "guichet 2", ago_s=700)]
    page = opened(pages, hall, size)
    assert page.evaluate(ROOM) == 1
    head = page.locator("#calls .identity")
    expect(head).to_contain_text("Ville de Guise")
    expect(head.locator("img")).to_be_visible()
    expect(page.locator("#state-title")).to_be_visible()
    expect(page.locator("#lists")).to_be_hidden()
    expect(page.locator("#slide > *")).to_be_visible()
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


@pytest.mark.parametrize("size", SIZES)
def test_a_call_takes_its_room_at_once_and_gives_it_back(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    page = opened(pages, hall, size)
    page.evaluate(MEASURE_FIRST_FRAME)
    hall.call("A042", "guichet 3", direction="derrière l’accueil, porte bleue")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("A042")
    expect(page.locator("#calls .identity")).to_be_hidden()
    expect(page.locator("#slide")).to_contain_text("Votre rendez-vous")
    if size == "landscape":
        assert page.evaluate(ROOM) < 0.4
        expect(page.locator("#aside").get_by_role("img", name="Ville de Guise")).to_be_visible()
    assert page.evaluate("window.first") == []
    hall.calls, hall.recent = [], [former("A042", "guichet 3", ago_s=700)]
    hall.send_board()
    expect(page.locator("body")).to_have_attribute("data-quiet", "yes")  # the card stays ten seconds
    assert page.evaluate(ROOM) == 1
    expect(page.locator("#slide")).to_contain_text("Votre rendez-vous")


def test_a_published_look_applies_without_a_reload(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    wait_until(lambda: page.evaluate(INK) == "#1a2a5e", "the first look")
    page.evaluate("window.isSame = true")
    drawn(hall)  # keeps the styles of the first look
    hall.screen["look"] = look("b", name="Guise", logo=None)
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    wait_until(lambda: page.evaluate(INK) == "#5b1e6b", "the new look")
    expect(page.locator("#calls .identity")).to_have_text("Guise")
    expect(page.locator("#calls .identity img")).to_be_hidden()
    wait_until(lambda: page.locator("link[data-look]").count() == 1, "the old stylesheet has gone")
    assert page.evaluate("window.isSame")
    wrong = ImageChops.difference(drawn(hall), Image.new("RGB", (960, 540), "#5b1e6b")).tobytes()
    pixels = zip(wrong[::3], wrong[1::3], wrong[2::3], strict=True)
    assert min(max(pixel) for pixel in pixels) < 8, "the picture has the new look"


COUNT = """
  window.layouts = [];
  const replace = Element.prototype.replaceChildren;
  Element.prototype.replaceChildren = function (...slides) {
    if (this.id === "measure" && slides.length) window.layouts.push(slides[0].textContent);
    return replace.apply(this, slides);
  };
"""


def test_a_programme_is_measured_once_when_the_whole_look_has_come(
    pages: Pages, hall: ContractServer
) -> None:
    page = pages.open(width=1920, height=1080)
    page.add_init_script(COUNT)
    held: list[Route] = []

    def hold(request: Route) -> None:
        held.append(request)

    page.route("**/look/logo.png", hold)
    page.goto(f"{hall.url}/screen#t=good")
    wait_until(lambda: page.evaluate(INK) == "#1a2a5e", "the stylesheet")
    wait_until(lambda: len(held) > 0, "the logo is asked for")
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    assert page.evaluate("layouts") == []
    for request in held:
        request.continue_()
    expect(page.locator("#slide")).to_contain_text("Votre rendez-vous")
    assert page.evaluate("layouts.length") > 0


def test_a_screen_fetches_the_fonts_of_the_letters_it_shows(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    normal = "Atkinson Hyperlegible Next Variable normal"
    assert page.evaluate(LOADED_FONTS) == [normal]
    hall.screen["programme"] = programme(
        item("ar", "text", {"title": "موعدكم", "html": "<p><em>Jamais</em></p>"})
    )
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    needed = ["Atkinson Hyperlegible Next Variable italic", normal, "Noto Sans Arabic Variable normal"]
    wait_until(lambda: page.evaluate(LOADED_FONTS) == needed, "Arabic and italics")


def test_the_look_survives_a_reload_without_server(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall, service_workers="allow")
    wait_until(lambda: page.evaluate(KEPT), "everything is kept")
    hall.stop()
    page.reload()
    wait_until(lambda: page.evaluate(INK) == "#1a2a5e", "the look without a server")
    loaded = "[...document.images].some((one) => one.src.endsWith('/look/logo.png') && one.naturalWidth)"
    wait_until(lambda: page.evaluate(loaded), "the logo without a server")
