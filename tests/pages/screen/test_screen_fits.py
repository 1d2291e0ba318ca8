"""A hall screen in every state, and every template in every room: nothing is cut, small or inaccessible."""

import io
import time
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.pages.screen.built_pages import BUILT
from tests.pages.screen.conftest import ARABIC, LONG_DIRECTION, MEASURE, NOTICE, SIZES, opened
from tests.signage.contract_server import ContractServer, former, queue
from tests.signage.programmes import (
    every_kind,
    item,
    large_templates,
    programme,
    templates,
    usual_templates,
)


def full(hall: ContractServer) -> None:
    hall.recent = [former("A117", "guichet 1"), former("L008", "bureau 12"), former("C041", "guichet 3")]
    hall.queues = [
        queue("Titre de séjour", 8, (25, 45)),
        queue("Accueil et renseignements", 3),
        queue("Autre", 1),
    ]
    hall.screen["notices"] = [NOTICE]


def empty_hall(hall: ContractServer) -> None:
    hall.queues = [queue("Accueil", 0)]


def at_rest(hall: ContractServer) -> None:
    full(hall)
    hall.screen["demonstration"] = True


IN_ARABIC = {"language": "ar", "label": "شباك 3", "direction": "خلف الاستقبال، الباب الأزرق"}


def one_call(hall: ContractServer) -> None:
    full(hall)
    hall.call("R042", direction="derrière l’accueil, porte bleue", visitor=IN_ARABIC)


def two_calls(hall: ContractServer) -> None:
    one_call(hall)
    hall.call("A118", "guichet 1", direction="face à l’entrée")


def three_calls(hall: ContractServer) -> None:
    one_call(hall)
    hall.call("A118", "guichet 1")
    hall.call("L009", "bureau 12", direction="premier étage, à droite de l’escalier", rank=2)


def recall(hall: ContractServer) -> None:
    full(hall)
    hall.call("R042", direction="derrière l’accueil, porte bleue", rank=2)


def long_labels(hall: ContractServer) -> None:
    hall.recent = [former("A1117", "bureau des associations, bâtiment B"), former("L008", "bureau 112 bis")]
    hall.call("A1042", "bureau 112 bis", direction=LONG_DIRECTION)


def long_labels_three_times(hall: ContractServer) -> None:
    long_labels(hall)
    hall.call("A1043", "bureau des associations et armes, bât. B", direction=LONG_DIRECTION, rank=12)
    hall.call("A1044", "guichet 12", direction=LONG_DIRECTION)


def closed(hall: ContractServer) -> None:
    hall.screen |= {"is_open": False, "next_opening_at": "2126-11-30T08:30:00+01:00", "notices": [NOTICE]}


def arabic_notice(hall: ContractServer) -> None:
    one_call(hall)
    hall.queues, hall.screen["notices"] = [], [ARABIC]


def full_hall(hall: ContractServer) -> None:
    one_call(hall)
    for n in range(11):
        hall.calls.append(hall.call(f"T{100 + n}", f"guichet {n + 1}", ago_s=300))
    hall.calls = sorted(hall.calls, key=lambda call: str(call["called_at"]), reverse=True)[:12]
    hall.screen["demonstration"] = True


def long_notice(hall: ContractServer) -> None:
    hall.screen["notices"] = [NOTICE | {"body": {"fr": "Deux guichets vous reçoivent à midi. " * 20}}]


SHOWN_OR_COVERED = "#slide > *, body[data-crowded=yes]:not(:has(#slide > *))"
"""A notice is there, or calls have taken its room."""

STATES = [
    empty_hall,
    at_rest,
    one_call,
    two_calls,
    three_calls,
    recall,
    long_labels,
    long_labels_three_times,
    closed,
    arabic_notice,
    full_hall,
    long_notice,
]


FULLEST = [three_calls, long_labels_three_times, full_hall, long_notice]
"""The states for a size that has the shape of another one."""


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_or_small_and_axe_finds_nothing_in_any_state(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    day = dict(hall.screen)
    page = opened(pages, hall, size)
    page.add_init_script("localStorage.clear()")  # nothing is left of the state before
    feet = set()
    for prepare in FULLEST if size == "laptop" else STATES:
        hall.calls, hall.recent, hall.queues, hall.screen = [], [], [], dict(day)
        prepare(hall)
        page.reload()
        expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
        page.evaluate("document.fonts.ready")
        expect(page.locator(SHOWN_OR_COVERED)).to_have_count(1)
        assert page.evaluate(MEASURE) == [], prepare.__name__
        feet.add(page.locator("#foot").bounding_box()["y"])  # type: ignore[index]
        if size == "landscape":  # nobody touches a screen: another width breaks none of these rules
            assert_accessible(page)
    assert len(feet) == 1, "the room above the foot stays"


def test_a_screen_without_a_hall_says_what_to_do(pages: Pages, hall: ContractServer) -> None:
    page = pages.open(f"{hall.url}/screen#t=wrong", width=1920, height=1080)
    expect(page.locator("#state-title")).to_have_text("Écran à relier")
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


def test_a_long_notice_is_cut_after_sentences_and_shown_whole_before_its_turn_ends(
    pages: Pages, hall: ContractServer
) -> None:
    sentences = [f"Le guichet {n} ouvre de 8 h 30 à 12 h, puis de 13 h 30 à 16 h." for n in range(1, 6)]
    # in less than 65 s of the page's clock: then it believes its server dead, and its room is another
    hall.screen["programme"] = programme(
        item("long", "text", {"title": "Nos guichets", "text": " ".join(sentences)}, ms=5_000),
        item("other", "text", {"title": "Autre", "text": ""}, ms=5_000),
    )
    page = pages.open(width=1920, height=1080)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("#slide .notice")).to_have_count(1)
    page.evaluate("document.fonts.ready")
    page.clock.pause_at(time.time() + 10)
    run_to_title(page, "Autre")
    run_to_title(page, "Nos guichets")
    long = run_to_title(page, "Autre")
    count = len(long)
    assert count > 1
    assert [mark for _, mark, _, _ in long] == [f"{n}/{count}" for n in range(1, count + 1)]
    assert all(body.endswith("16\u00a0h.") for _, _, body, _ in long)
    assert " ".join(body for _, _, body, _ in long).replace("\u00a0", " ") == " ".join(sentences)
    assert len({top for *_, top in long}) == 1  # its title stands still
    assert "8\u00a0h\u00a030" in long[0][2]


def run_to_title(page: Page, title: str) -> list[list[Any]]:
    """Let the page's clock run until a notice is shown; what was shown before, once each."""
    before: list[list[Any]] = []
    for _ in range(400):
        found = page.evaluate(NOTICE_PAGE)
        if found[0] == title:
            return before
        if found not in before:
            before.append(found)
        page.clock.run_for(500)
    raise AssertionError(f"{title} does not come")


NOTICE_PAGE = """() => {
  const text = (name) => document.querySelector(`#slide ${name}`)?.innerText.trim() ?? "";
  const { top } = document.querySelector("#slide .notice-title").getBoundingClientRect();
  return [text(".notice-title"), text(".page-mark"), text(".notice-body"), top];
}"""
"""The title, the mark, the body, and where the title stands."""


LABELS = ("kind", "language", "category")
WHOLE_BESIDE = {
    "text",
    "date",
    "figure",
    "steps",
    "asked_and_done",
    "hours",
    "delays",
    "feed",
    "priority_card",
}
"""The kinds that are whole beside calls with usual words."""
LETTERS = "(px) => getComputedStyle(document.documentElement).getPropertyValue('--least') === `${px}`"


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_no_page_of_any_kind_is_cut_or_small_or_lacks_its_meaning_in_any_room(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    page = opened(pages, hall, size)
    kinds = [each["content"] | {key: each[key] for key in LABELS} for each in every_kind()]
    contents = [*kinds, *templates()]
    found = page.evaluate(BUILT, {"contents": contents, "rooms": ["no", "yes"]})
    assert [each for each in found if each["troubles"]] == []
    usual = [each["pages"] for each in found if each["quiet"] == "yes"][-3:]
    assert usual == [1, 1, 1], "busy hours, a date, and a table of six rows"
    whole = [each for each in found if each["quiet"] == "no" and not each["isLarge"]]
    assert {each["kind"] for each in whole} >= WHOLE_BESIDE
    assert min(whole[-1]["rows"]) >= 2, "never a row a page where more have room"


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_a_picture_with_words_cuts_none_and_costs_no_page(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    page = opened(pages, hall, size)
    picture = {"url": "data:,", "width": 900, "height": 600, "text": "La place", "focus": None}
    contents = [*usual_templates(), *templates()[-5:-3]]
    found = [
        page.evaluate(
            BUILT, {"contents": [{**each, "picture": more} for each in contents], "rooms": ["yes", "no"]}
        )
        for more in (None, picture | {"composition": "left"}, picture | {"composition": "behind"})
    ]
    for plain, *pictured in zip(*found, strict=True):
        for each in pictured:
            assert each["troubles"] == [], each
            assert each["pages"] <= plain["pages"]


NOT_WHITE = """async (contents) => {
  const { buildPages } = await import("/static/signage/slides.js");
  const { wordsOf } = await import("/static/signage/words.js");
  const slide = document.querySelector("#slide"), found = [];
  const { languages } = JSON.parse(document.querySelector("#sentences").textContent);
  const words = wordsOf("fr", languages.fr.sentences);
  for (const content of contents)
    for (const { element } of buildPages(document.querySelector("#measure"), content, words)) {
      slide.replaceChildren(element);
      for (const each of element.querySelectorAll("*")) {
        const hasText = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        let ground = each;
        const isBare = (one) => getComputedStyle(one).backgroundColor === "rgba(0, 0, 0, 0)";
        while (ground !== slide && isBare(ground)) ground = ground.parentElement;
        if (hasText && ground === slide && getComputedStyle(each).color !== "rgb(255, 255, 255)")
          found.push(`${content.kind}: ${each.className}`);
      }
    }
  slide.replaceChildren();
  return found;
}"""


def test_every_word_over_a_picture_is_white_or_has_its_own_ground(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    picture = {"url": "data:,", "width": 9, "height": 6, "text": "", "focus": None, "composition": "behind"}
    charts = ("hours", "busy_hours")  # which never lie over one
    shown = [each for each in (*usual_templates(), *templates()) if each["kind"] not in charts]
    assert page.evaluate(NOT_WHITE, [{**each, "picture": picture} for each in shown]) == []


def test_a_template_fills_a_large_screen_as_a_small_one(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    page.set_viewport_size({"width": 3840, "height": 2160})
    found = page.evaluate(BUILT, {"contents": templates()[-2:], "rooms": ["yes"]})
    assert [(each["pages"], each["troubles"]) for each in found] == [(1, []), (1, [])]


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_a_reader_at_eight_metres_gets_few_pages(pages: Pages, hall: ContractServer, size: str) -> None:
    hall.screen["place"] = {**hall.screen.get("place", {}), "least_px": 94}
    contents = [*usual_templates(), *large_templates()]
    page = opened(pages, hall, size)
    page.wait_for_function(LETTERS, arg=94)
    found = page.evaluate(BUILT, {"contents": contents, "rooms": ["yes", "no"]})
    assert [each for each in found if each["troubles"]] == []
    assert [each["parted"] for each in found if each["quiet"] == "yes" and each["parted"]] == []
    first = {(each["kind"], each["quiet"]): each for each in found}
    assert first["figure", "yes"]["large"] == "8"
    assert first["code", "yes"]["scans"], "a code takes the free room"
    counts = {key: each["pages"] for key, each in first.items()}
    assert counts["figure", "yes"] == 1
    assert counts["figure", "no"] <= 3  # a date stays on one line
    assert counts["steps", "yes"] == 2
    assert counts["asked_and_done", "yes"] == 1
    assert counts["date", "yes"] <= 2


# --- outside the hall's hours a screen shows nothing at all -----------------------------------


DAY_S = 86_400


def is_black(page: Page) -> bool:
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        return picture.convert("L").getextrema() == (0, 0)


def at_night(hall: ContractServer, *, opens_in_s: float = DAY_S) -> None:
    opens_ms = (time.time() + opens_in_s) * 1000
    words = item("words", "text", {"title": "Horaires", "text": "Le lundi dès 8 h 30."})
    hours: dict[str, Any] = {"hours": [[int(opens_ms), int(opens_ms + DAY_S * 1000)]]}
    hall.screen |= {"is_open": False, "programme": programme(words) | hours}


@pytest.mark.parametrize("days", [0, 1])
def test_nothing_is_lit_outside_the_hours_by_the_servers_clock(pages: Pages, hall: ContractServer, days: int):
    at_night(hall)
    page = pages.open(width=1280, height=720)
    page.clock.install(time=time.time() + days * DAY_S)
    page.goto(f"{hall.url}/screen#t=good")
    asleep = page.locator("body[data-asleep=yes]")
    expect(asleep).to_have_count(1)
    assert is_black(page)
    wait_until(
        lambda: any(each["view"] == "asleep" for each in hall.states), "the player tells that it sleeps"
    )
    assert abs(hall.states[-1]["clock_ms"] - days * DAY_S * 1000) < 60_000
    hall.raise_alert("medical")
    expect(page.locator(".alert-title")).to_be_visible()
    assert not is_black(page)
    hall.end_alert()
    expect(asleep).to_have_count(1)
    hall.call("R041")
    hall.send_board()
    expect(page.locator(".card-number")).to_be_visible()
    expect(asleep).to_have_count(0)
    assert not [each for each in hall.displays.values() if each["outcome"] != "failed"]
    hall.calls.clear()
    at_night(hall, opens_in_s=-60)
    hall.send_board()
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    expect(page.locator("#slide .notice-title")).to_be_visible()
    expect(asleep).to_have_count(0)
