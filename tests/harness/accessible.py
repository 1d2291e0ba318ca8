"""axe-core run inside a page, whatever the page's content policy; its HTML held to the standard."""

from functools import cache

from playwright.sync_api import Page, ViewportSize

from tests.harness.programs import PROJECT
from tests.harness.valid_html import faults_of

# WCAG 2.2 AA with best practices: RGAA 4.1.2 covers no more that a program can see
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_A_WIDTH = ("scrollable-region-focusable", "target-size")
"""The rules whose answer another width of the same page can change."""


@cache
def _axe() -> str:
    return (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """One line a broken rule, of all or of those named: what it asks and the first places, without motion."""
    page.emulate_media(reduced_motion="reduce")  # a text that fades in has no contrast yet
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(f"() => {{ {_axe()} }}")
    broken = page.evaluate(
        "runOnly => axe.run({runOnly, resultTypes: ['violations']}).then(({violations}) => violations)",
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
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
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
FOCUSED = """() => {
  const each = document.activeElement;
  if (!each || each === document.body) return null;
  const style = getComputedStyle(each);
  each.dataset.walked ??= style.outlineStyle !== "none" || style.boxShadow !== "none" ? "seen" : "unseen";
  window.walked ??= [];
  if (!window.walked.includes(each)) window.walked.push(each);
  return window.walked.indexOf(each);
}"""
TO_THE_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""


def unreached_by_keyboard(page: Page) -> list[str]:
    """What Tab does not reach from the top of the page, or reaches without a sign that it has the focus."""
    page.evaluate(TO_THE_TOP)
    last = -1
    while True:
        page.keyboard.press("Tab")  # a date has three stops
        place = page.evaluate(FOCUSED)
        if place is None or place < last:
            unreached: list[str] = page.evaluate(UNREACHED)
            return unreached
        last = place
