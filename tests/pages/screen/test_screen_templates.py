"""Every template in every room of a screen: no page is empty, nothing is small or cut, and pages are few."""

import pytest

from tests.harness.chromium import Pages
from tests.pages.screen.screen_page import MEASURE, opened
from tests.signage.contract_server import ContractServer
from tests.signage.templates import templates, usual_templates

BUILT = f"""async ({{ contents, rooms }}) => {{
  const {{ buildPages }} = await import("/static/signage/slides.js");
  const {{ createWordsIn }} = await import("/static/signage/words.js");
  const {{ own, languages }} = JSON.parse(document.querySelector("#sentences").textContent);
  const wordsIn = createWordsIn(languages, own, () => "Europe/Paris");
  const slide = document.querySelector("#slide"), measure = document.querySelector("#measure");
  await Promise.all([...document.fonts].map((font) => font.load()));
  const measured = {MEASURE}, found = [];
  const room = {{ layout: "side", crowded: "no", beside: "no", rest: "no", view: "rest" }};
  Object.assign(document.body.dataset, room);
  for (const quiet of rooms) {{
    document.body.dataset.quiet = quiet;
    for (const content of contents) {{
      const pages = buildPages(measure, content, wordsIn(content.language));
      const troubles = pages.flatMap(({{ element }}) => {{
        slide.replaceChildren(element);
        return element.textContent.trim() ? measured() : ["an empty page"];
      }});
      found.push({{ kind: content.kind, quiet, pages: pages.length, troubles }});
    }}
  }}
  slide.replaceChildren();
  return found;
}}"""
LETTERS = "(px) => getComputedStyle(document.documentElement).getPropertyValue('--least') === `${px}`"


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_no_word_of_a_template_is_cut_or_small_in_any_room(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    page = opened(pages, hall, size)
    contents = templates()
    found = page.evaluate(BUILT, {"contents": contents, "rooms": ["no", "yes"]})
    assert [each for each in found if each["troubles"]] == []
    usual = [each["pages"] for each in found if each["quiet"] == "yes"][-3:]
    assert usual == [1, 1, 1], "busy hours, a date, and a table of six rows"


def test_a_template_fills_a_large_screen_as_a_small_one(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    page.set_viewport_size({"width": 3840, "height": 2160})
    found = page.evaluate(BUILT, {"contents": templates()[-2:], "rooms": ["yes"]})
    assert [(each["pages"], each["troubles"]) for each in found] == [(1, []), (1, [])]


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_a_reader_at_eight_metres_gets_few_pages(pages: Pages, hall: ContractServer, size: str) -> None:
    hall.screen["place"] = {**hall.screen.get("place", {}), "least_px": 94}
    contents = usual_templates()
    page = opened(pages, hall, size)
    page.wait_for_function(LETTERS, arg=94)
    found = page.evaluate(BUILT, {"contents": contents, "rooms": ["yes", "no"]})
    assert [each for each in found if each["troubles"]] == []
    counts = {(each["kind"], each["quiet"]): each["pages"] for each in found}
    assert counts["figure", "yes"] == 1
    assert counts["figure", "no"] == 2
    assert counts["steps", "yes"] == 2
    assert counts["asked_and_done", "yes"] == 1
    assert counts["date", "yes"] <= 2
