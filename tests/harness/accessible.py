"""axe-core run inside a page with any content policy; the page's HTML is checked against the standard."""

import io
from functools import cache
from typing import Any

from PIL import Image
from playwright.sync_api import Page, ViewportSize

from tests.harness.node import faults_of
from tests.harness.programs import PROJECT

# WCAG 2.2 AA with best practices: RGAA 4.1.2 covers no more that a program can see
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_A_WIDTH = ("scrollable-region-focusable", "target-size")
"""The rules whose answer another width of the same page can change."""


@cache
def _axe() -> str:
    return (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """One line a broken rule, of all or of those named: what it asks and the first places, without motion."""
    page.wait_for_load_state()  # a page that is still coming may lack its styles
    page.emulate_media(reduced_motion="reduce")  # a text that fades in has no contrast yet
    if not page.evaluate("Boolean(window.axe)"):
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": _axe()})
    broken = page.evaluate(
        # no rule of these needs the style sheets, which would be fetched again
        """runOnly => axe.run({runOnly, resultTypes: ['violations'], preload: {assets: ['media']}})
            .then(({violations}) => violations)""",
        {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS},
    )
    page.emulate_media(reduced_motion="no-preference")
    return [
        f"{rule['id']}: {rule['help']} at " + " | ".join(str(node["target"]) for node in rule["nodes"][:5])
        for rule in broken
    ]


def assert_accessible(page: Page) -> None:
    """Fails with what axe-core and html-validate found on the page as it is now."""
    found = violations(page) + faults_of(page.content())
    assert not found, f"{page.url}\n" + "\n".join(found)


def assert_accessible_at_this_width(page: Page) -> None:
    """Fails with what this width broke of a page that `assert_accessible` judges at another one."""
    found = violations(page, *OF_A_WIDTH)
    assert not found, f"{page.url}\n" + "\n".join(found)


# A word of a text that stands on two lines without a hyphen; one without room for it may.
BROKEN_WORDS = """() => {
  const found = [], range = document.createRange();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.parentElement.checkVisibility() || text.parentElement.closest(".visually-hidden")) continue;
    for (const word of text.data.matchAll(/\\p{L}{2,}/gu)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found;
}"""


# what a page does when its window changes is done before the next frame
IS_SIDEWAYS = """new Promise(requestAnimationFrame)
  .then(() => document.documentElement.scrollWidth > innerWidth)"""
# the first elements of a page that reach over its right edge, as they are written
BEYOND_THE_EDGE = """() => [...document.body.querySelectorAll("*")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5)
  .slice(0, 9).map((each) => `${each.cloneNode().outerHTML} ${each.textContent.trim().slice(0, 40)}`)"""


def assert_fits(page: Page, width: int, height: int) -> None:
    """Fails where a page in a window of this size scrolls sideways or breaks a word without a hyphen."""
    page.set_viewport_size({"width": width, "height": height})
    assert_not_sideways(page)
    assert page.evaluate(BROKEN_WORDS) == []


def assert_not_sideways(page: Page) -> None:
    """Fails where a page is wider than its window, once its styles and frames are there."""
    page.wait_for_load_state()
    if page.evaluate(IS_SIDEWAYS):
        raise AssertionError(f"{page.url} is wider than its window: {page.evaluate(BEYOND_THE_EDGE)}")


# axe reads the ground as forced and the letters as written: contrast in forced colours is the browser's own,
# unless words opt out of them. What a page can lose there is what only a ground draws: signs cut out of it,
# edges of what one presses.
LOST_IN_FORCED_COLOURS = """() => {
  const groundOf = (each) => {
    if (!each) return "rgb(255, 255, 255)";
    const ground = getComputedStyle(each).backgroundColor;
    return ground === "rgba(0, 0, 0, 0)" ? groundOf(each.parentElement) : ground;
  };
  const isLost = (each) => {
    const style = getComputedStyle(each);
    if (each.matches("i"))
      return style.maskImage !== "none" && style.backgroundColor === groundOf(each.parentElement);
    return style.borderTopStyle === "none" && style.appearance === "none";
  };
  return [...document.querySelectorAll("i.icon, button, input, select, textarea")]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 2 && isLost(each))
    .concat([...document.querySelectorAll("main *, header *")].filter((each) => each.checkVisibility()
      && getComputedStyle(each).forcedColorAdjust === "none" && each.textContent.trim()))
    .map((each) => `lost: ${each.outerHTML.slice(0, 120)}`);
}"""


# Where words, signs and bars stand whole in the window, nothing over them; a word's first line is enough. Of
# what the window's edge cuts there may be too little to judge.
PLACES_OF_WORDS = """() => {
  const places = [];
  const add = (each, rect, what) => {
    const { left, top, right, bottom } = rect;
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return;
    if (right - left < 4 || bottom - top < 4) return;
    const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    if (found && (each.contains(found) || found.contains(each)))
      places.push({ what, left, top, right, bottom });
  };
  const isShown = (each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !each.closest(".visually-hidden, .unseen, .skip, :disabled, option");
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const each = words.currentNode;
    if (!each.textContent.trim() || !isShown(each.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(each);
    const [rect] = range.getClientRects();
    if (rect) add(each.parentElement, rect, each.textContent.trim().slice(0, 60));
  }
  for (const each of document.querySelectorAll("i.icon, .icon"))
    if (isShown(each)) add(each, each.getBoundingClientRect(), each.className);
  // bars are grounds: with their edges
  for (const each of document.querySelectorAll("i:empty:not(.icon), .mark:empty")) {
    const { left, top, right, bottom } = each.getBoundingClientRect();
    const edged = { left: left - 4, top: top - 4, right: right + 4, bottom: bottom + 4 };
    if (isShown(each) && right - left >= 1) add(each, edged, each.className);
  }
  return places;
}"""
# a ring that is a shadow is not drawn in forced colours
RINGLESS = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)].filter((each) => {
  if (each.disabled || !each.checkVisibility({ visibilityProperty: true })) return false;
  each.focus({ preventScroll: true });
  const { outlineStyle, outlineWidth } = getComputedStyle(each);
  return document.activeElement === each && (outlineStyle === "none" || outlineWidth === "0px");
}).map((each) => `no ring: ${each.outerHTML.slice(0, 120)}`)"""
# a pressed or current element has more than a background as its mark
UNMARKED = """() => [...document.querySelectorAll('[aria-pressed="true"], [aria-current]')]
  .filter((each) => each.checkVisibility({ visibilityProperty: true })
    && getComputedStyle(each).outlineStyle === "none")
  .map((each) => `not marked: ${each.outerHTML.slice(0, 120)}`)"""
LEAST_CONTRAST = 3.0
"""Of the lightest to the darkest dot of a word: thin letters never reach the colour they are drawn in."""


def unseen_in_forced_colours(page: Page) -> list[str]:
    """What is not seen in forced colours: words and signs like their ground, focus and choice without a mark.

    Told by the dots of a picture, which no style can make up: axe cannot say it (see above).
    """
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    lost = _unseen_words(page)
    if lost:
        lost = _unseen_words(page)  # a page may have turned to another between its places and its picture
    found: list[str] = [f"like its ground: {each}" for each in lost] + page.evaluate(UNMARKED)
    page.keyboard.press("Shift")  # the focus that follows is one of a keyboard
    found += page.evaluate(RINGLESS)
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    return found


def _unseen_words(page: Page) -> list[str]:
    places = page.evaluate(PLACES_OF_WORDS)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    return [each["what"] for each in places if contrast(_cut(picture, each)) < LEAST_CONTRAST]


def _cut(picture: Image.Image, place: dict[str, Any]) -> Image.Image:
    left, top, right, bottom = (round(place[name]) for name in ("left", "top", "right", "bottom"))
    return picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def contrast(picture: Image.Image) -> float:
    """Of its lightest to its darkest dot, by the greys of them."""
    greys = picture.convert("L").tobytes()
    darkest, lightest = (_luminance(grey / 255) for grey in (min(greys), max(greys)))
    return (lightest + 0.05) / (darkest + 0.05)


def _luminance(grey: float) -> float:
    """Relative luminance of a grey from 0 to 1, as WCAG counts it."""
    return grey / 12.92 if grey <= 0.04045 else ((grey + 0.055) / 1.055) ** 2.4


def further_violations(page: Page, *, is_whole: bool = False) -> list[str]:
    """What breaks in forced colours, and at 200 %: half the width and height, letters as they are.

    `is_whole`: every rule of axe-core in forced colours too, but for contrast.
    """
    page.emulate_media(forced_colors="active")
    found = list(page.evaluate(LOST_IN_FORCED_COLOURS))
    found += [each for each in violations(page) if not each.startswith("color-contrast")] if is_whole else []
    found = [f"forced colours: {each}" for each in found]
    page.emulate_media(forced_colors="none")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size(ViewportSize(width=size["width"] // 2, height=size["height"] // 2))
    found += [f"200 %: {each}" for each in violations(page, *OF_A_WIDTH)]
    if page.evaluate(IS_SIDEWAYS):
        found.append("200 %: wider than its window")
    page.set_viewport_size(size)
    return found


# of the radios of one name Tab reaches one, arrows the others
UNREACHED = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)].filter((each) => !each.disabled && each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => each.dataset.walked !== "seen")
  .filter((each) => each.type !== "radio"
    || !document.querySelector(`[type=radio][name="${CSS.escape(each.name)}"][data-walked=seen]`))
  .map((each) => each.outerHTML.slice(0, 120))"""
WALK = """() => {
  const walked = [];
  for (const each of document.querySelectorAll("[data-walked]")) delete each.dataset.walked;
  window.walking?.abort();
  window.walking = new AbortController();
  window.isRound = false;
  const note = ({ target }) => {
    const style = getComputedStyle(target);
    target.dataset.walked ??= style.outlineStyle !== "none" || style.boxShadow !== "none" ? "seen" : "unseen";
    if (!walked.includes(target)) walked.push(target);
    else if (target === walked[0]) window.isRound = true;
  };
  document.addEventListener("focusin", note, { signal: window.walking.signal });
}"""
"""Notes each element that gets the focus, and when the first gets it again; a former walk is forgotten."""
_TO_THE_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""


def unreached_by_keyboard(page: Page) -> list[str]:
    """What Tab does not reach from the top of the page, or reaches without a sign that it has the focus."""
    page.evaluate(_TO_THE_TOP)
    page.evaluate(WALK)
    while not page.evaluate("isRound"):
        for _ in range(10):
            page.keyboard.down("Tab")  # held, which takes half the messages of as many presses
        page.keyboard.up("Tab")
    page.evaluate(_TO_THE_TOP)
    unreached: list[str] = page.evaluate(UNREACHED)
    return unreached
