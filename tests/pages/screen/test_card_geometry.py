"""Every large card in every layout, by geometry: no two texts meet, and none leaves its card or the screen.

The page's own scripts and styles draw the cards; the page measures where the ink of each text is.
"""

import pytest

from tests.harness.chromium import Pages
from tests.pages.screen.screen_page import LONG_DIRECTION
from tests.signage.contract_server import ContractServer

SIZES = {"lying": (1920, 1080), "upright": (1080, 1920), "4K": (3840, 2160)}
FORMS = {"stacked", "compact", "tight", "beside", "recall", "loop", "arrow", "past"}
GIVEN = {
    "labels": ["guichet 3", "bureau 112 bis", "Accueil des associations"],  # the last one as long as any
    "numbers": ["A118", "HK10042"],  # as short and as long as any
    "direction": LONG_DIRECTION,
}

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

  // one, two and three calls, as they come: the second one is no recall and has another place
  function draw(asked) {
    const place = { layout: asked.layout, arrow: asked.arrow };
    body.dataset.place = asked.layout;
    get("cards").replaceChildren();
    get("cards-beside").replaceChildren();
    const view = createCallsView({ body, get, own, wordsIn });
    const show = (cards) => {
      const shown = { view: "calls", cards, still: [], recent: [], isPast: asked.isPast };
      view.draw(shown, { screen: { place }, opening: "" });
      return view.settle(shown);
    };
    let cards = [];
    for (const nth of asked.layout === "counter" ? [0] : [0, 1, 2]) {
      const more = [...cards, cardOf(asked, nth)];
      if ((more.length === 1 || view.fits(more, place)) && show(more)) cards = more;
      else show(cards); // the last one leaves again, as on a screen
      const found = cards.length ? troublesOf(cards.length) : ["no room for one card"];
      troubles.push(...found.map((trouble) => `${trouble} in ${JSON.stringify({ ...asked, nth })}`));
    }
  }
  function cardOf({ at, number, rank, loop, way }, nth) {
    const label = labels[(at + nth) % labels.length];
    const counter = { id: label, label, direction: way ? { fr: direction } : {}, hearing_loop: loop === 1 };
    const key = `${nth}`;
    return { key, call: key, rank: nth === 1 ? 1 : rank, number, counter, calledAt: 0, isNew: true };
  }
  function troublesOf(count) {
    const cards = [...document.querySelectorAll(".card")];
    const parts = cards.flatMap((card) => [...card.children]).filter((part) => part.checkVisibility());
    const inks = parts.flatMap(inksOf);
    for (const form of ["tight", "beside", "past"]) forms.add(body.dataset[form] === "yes" && form);
    for (const { dataset } of cards)
      for (const form of ["stacked", "compact"]) forms.add(form in dataset && form);
    for (const { className } of parts) forms.add(/recall|loop|arrow/.exec(className)?.[0]);
    const screen = { left: 0, top: 0, right: innerWidth, bottom: get("foot").getBoundingClientRect().top };
    const found = cards.length === count ? [] : [`${cards.length} cards instead of ${count}`];
    for (const [at, one] of inks.entries()) {
      if (leaves(one, insideOf(one.part.parentElement))) found.push(`${one.name} leaves its card`);
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


@pytest.mark.parametrize("size", SIZES)
def test_no_text_of_a_card_meets_another_or_leaves_its_card(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    width, height = SIZES[size]
    page = pages.open(width=width, height=height)
    # the page's parts without the page: nothing but this test draws
    page.route("**/signage/screen.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(f"{hall.url}/screen")
    troubles, forms = page.evaluate(MEASURED, GIVEN)
    assert troubles == []
    assert set(forms) == FORMS  # none is missing
