"""Whose hall it is on its screens, and large cards by geometry: no text meets another or leaves its card."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, Route, expect

from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.pages.screen.conftest import CLOCK, LONG_DIRECTION, MEASURE
from tests.pages.screen.test_screen_media import KEPT
from tests.pages.screen.test_screen_proof import drawn
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
    page = pages.open(width=width, height=height, **context)
    page.add_init_script(CLOCK)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-quiet", "yes")
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shown", [NOTICE, WAITS], ids=["notice", "waits"])
def test_without_calls_a_notice_has_everything_above_the_foot(
    pages: Pages, hall: ContractServer, shown: dict[str, Any], size: str
) -> None:
    hall.screen["programme"] = programme(shown)
    hall.queues = [queue(name, 4, (10, 20)) for name in ("Titre de séjour", "Permis", "Associations")]
    hall.recent = [former("A041", "guichet 2", ago_s=700)]
    page = opened(pages, hall, size)
    assert page.evaluate(ROOM) == 1
    foot = page.locator("#foot")
    expect(foot.locator("#foot-last span")).to_have_text(["A041 guichet 2"])
    if size == "landscape":
        expect(foot.locator("#foot-hall")).to_have_text("Ville de Guise")
        expect(foot.locator(".identity img")).to_be_visible()
    expect(page.locator("#state")).to_be_hidden()
    top, low = page.evaluate("['top', 'bottom'].map((edge) => aside.getBoundingClientRect()[edge])")
    assert top == 0
    assert low > 0.9 * SIZES[size][1]
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
    expect(page.locator("#slide")).to_contain_text("Votre rendez-vous")
    if size == "landscape":
        assert page.evaluate(ROOM) < 0.4
    assert page.wait_for_function("() => window.first").json_value() == []
    hall.calls, hall.recent = [], [former("A042", "guichet 3", ago_s=0)]
    hall.send_board()
    expect(page.locator("body")).to_have_attribute("data-view", "rest")
    expect(page.locator("body")).to_have_attribute("data-quiet", "no")
    page.evaluate("window.ahead = 20_000")
    expect(page.locator("body")).to_have_attribute("data-quiet", "yes")
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
    expect(page.locator("#foot-hall")).to_have_text("Guise")
    expect(page.locator(".identity img")).to_be_hidden()
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
    wait_until(lambda: page.title() and held, "the logo is asked for")
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    assert page.evaluate("layouts") == []
    for request in held:
        request.continue_()
    expect(page.locator("#slide")).to_contain_text("Votre rendez-vous")
    assert page.evaluate("layouts.length") > 0


def test_a_screen_fetches_the_fonts_of_the_letters_it_shows(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    normal = "Atkinson Hyperlegible Next Variable normal"
    wait_until(lambda: normal in page.evaluate(LOADED_FONTS), "the letters that are shown")
    page.evaluate("document.fonts.ready.then(() => null)")
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


CARD_SIZES = {"lying": (1920, 1080), "upright": (1080, 1920), "4K": (3840, 2160)}
FORMS = {"long", "recall", "loop", "arrow", "past"}
GIVEN = {
    "labels": ["guichet 3", "bureau 112 bis", "bureau des associations et armes, bât. B"],  # 40 letters
    "numbers": ["A118", "HK10042"],  # as short and as long as any
    "direction": LONG_DIRECTION,
}
LONGEST = {"labels": GIVEN["labels"][1:], "numbers": GIVEN["numbers"][1:], "direction": LONG_DIRECTION}
"""For a size that has the shape of another one, which draws the others."""

MEASURED = """async ({ labels, numbers, direction }) => {
  const modules = ["calls_view", "words"].map((name) => import(`/static/signage/${name}.js`));
  const [{ createCallsView }, { createWordsIn }] = await Promise.all(modules);
  const get = (id) => document.getElementById(id), { body } = document;
  const { own, languages } = JSON.parse(get("sentences").textContent);
  const wordsIn = createWordsIn(languages, own, () => "Europe/Paris");
  const { fontFamily } = getComputedStyle(body);
  await Promise.all([400, 700].map((weight) => document.fonts.load(`${weight} 1em ${fontFamily}`)));
  const pencil = document.createElement("canvas").getContext("2d");
  const troubles = [], forms = new Set();

  for (const layout of ["hall", "calls", "counter"])
    for (const at of labels.keys())
      for (const number of numbers)
        for (const [rank, isPast] of [[1, false], [2, false], [1, true]])
          for (const [loop, arrow, way] of [[0, 0, 0], [1, 1, 0], [0, 1, 1], [1, 1, 1]])
            draw({ layout, at, number, rank, isPast, loop, arrow: arrow ? "left" : null, way });
  return [troubles, [...forms].filter((form) => form).sort()];

  // one call, and three: the second one is no recall; each has another place
  function draw(asked) {
    const place = { layout: asked.layout, arrow: asked.arrow };
    body.dataset.place = asked.layout;
    body.dataset.notices = asked.layout === "hall" ? "yes" : "no";
    for (const count of asked.layout === "counter" ? [1] : [1, 3]) {
      get("cards").replaceChildren();
      const view = createCallsView({ body, get, own, wordsIn, ways: {} });
      const cards = Array.from({ length: count }, (_, nth) => cardOf(asked, nth));
      const shown = { view: "calls", cards, recent: [], isPast: asked.isPast };
      const show = () => view.draw(shown, { screen: { place }, opening: "", at: 0 });
      show();
      if (view.settle()) show();
      const found = troublesOf();
      troubles.push(...found.map((trouble) => `${trouble} in ${JSON.stringify({ ...asked, count })}`));
    }
  }
  function cardOf({ at, number, rank, loop, way }, nth) {
    const label = labels[(at + nth) % labels.length];
    const counter = { id: label, label, direction: way ? { fr: direction } : {}, hearing_loop: loop === 1 };
    const key = `${nth}`, isLarge = nth === 0;
    return { key, call: key, rank: nth === 1 ? 1 : rank, number, counter, calledAt: 0, isNew: true, isLarge };
  }
  function troublesOf() {
    const cards = [...document.querySelectorAll(".card")].filter((row) => row.offsetLeft === 0);
    const all = cards.flatMap((card) => [...card.querySelectorAll("p")]);
    const parts = all.filter((part) => part.checkVisibility());
    const inks = parts.flatMap(inksOf);
    for (const form of ["crowded", "past"]) forms.add(body.dataset[form] === "yes" && form);
    for (const { dataset } of cards) forms.add("long" in dataset && "long");
    for (const { className } of parts) forms.add(/recall|loop|arrow/.exec(className)?.[0]);
    const screen = { left: 0, top: 0, right: innerWidth, bottom: get("foot").getBoundingClientRect().top };
    const found = cards[0].classList.contains("card-large") ? [] : ["no large row"];
    for (const [at, one] of inks.entries()) {
      if (leaves(one, insideOf(one.part.closest(".card")))) found.push(`${one.name} leaves its card`);
      if (leaves(one, screen)) found.push(`${one.name} leaves the screen`);
      const isClosed = getComputedStyle(one.part).overflowX === "hidden";
      if (isClosed && leaves(one, one.part.getBoundingClientRect())) found.push(`${one.name} is cut`);
      for (const other of inks.slice(at + 1))
        if (one.part !== other.part && meet(one, other)) found.push(`${one.name} meets ${other.name}`);
    }
    return found;
  }
  // the glyphs of each line, each sign, and what has a ground of its own
  function inksOf(part) {
    const name = part.className;
    const edges = ({ left, right, top, bottom }) => ({ part, name, left, right, top, bottom });
    const hasGround = getComputedStyle(part).backgroundColor !== "rgba(0, 0, 0, 0)";
    const boxes = [...part.querySelectorAll("svg"), ...(hasGround ? [part] : [])];
    const inks = boxes.map((box) => edges(box.getBoundingClientRect()));
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT), range = document.createRange();
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      if (!text.data.trim()) continue;
      const { fontWeight, fontSize } = getComputedStyle(text.parentElement);
      pencil.font = `${fontWeight} ${fontSize} ${fontFamily}`;
      const ink = pencil.measureText(text.data);
      range.selectNodeContents(text);
      for (const line of range.getClientRects()) {
        const base = line.top + ink.fontBoundingBoxAscent;
        const top = base - ink.actualBoundingBoxAscent, bottom = base + ink.actualBoundingBoxDescent;
        inks.push({ ...edges(line), top, bottom, name: `${name} « ${text.data.trim()} »` });
      }
    }
    return inks;
  }
  function insideOf(card) {
    const { left, right, top, bottom } = card.getBoundingClientRect();
    const { paddingLeft, paddingRight } = getComputedStyle(card);
    return { left: left + parseFloat(paddingLeft), right: right - parseFloat(paddingRight), top, bottom };
  }
  function leaves(one, box) {
    const isAcross = one.left < box.left - 1 || one.right > box.right + 1;
    return isAcross || one.top < box.top - 1 || one.bottom > box.bottom + 1;
  }
  function meet(one, other) {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    return across > 1 && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
  }
}"""
"""What is wrong with any card, and the forms of cards that were drawn."""


@pytest.mark.parametrize("size", CARD_SIZES)
def test_no_text_of_a_card_meets_another_or_leaves_its_card(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    width, height = CARD_SIZES[size]
    page = pages.open(width=width, height=height)
    # the page's parts without the page: nothing but this test draws
    page.route("**/signage/screen.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(f"{hall.url}/screen")
    troubles, forms = page.evaluate(MEASURED, LONGEST if size == "4K" else GIVEN)
    assert troubles == []
    assert set(forms) == (FORMS | {"crowded"} if size == "upright" else FORMS)  # none is missing
