"""The hall screen in a real browser: what it shows, says and asks, and how it looks at three sizes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hardware.speech.sound import RATE_HZ, silence, to_wav
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer, former, queue

SIZES = {"landscape": (1920, 1080), "portrait": (1080, 1920), "laptop": (1366, 768)}
LONG_DIRECTION = "au fond du couloir à gauche après l’escalier, porte bleue face aux distributeurs"
NOTICE = {
    "id": "n1",
    "title": {"fr": "Le vendredi, l’accueil reste ouvert entre 12\u00a0h et 14\u00a0h"},
    "body": {"fr": "Deux guichets vous reçoivent pendant la pause de midi."},
    "category": "hours",
}
ARABIC = {
    "id": "n2",
    "title": {"ar": "مكتب الاستقبال مفتوح يوم الجمعة"},
    "body": {"ar": "شباكان يستقبلانكم خلال استراحة منتصف النهار."},
    "category": "hours",
}
MEASURE = """() => {
  const isWide = innerWidth > innerHeight, [w, h] = isWide ? [1920, 1080] : [1080, 1920];
  const unit = Math.min(innerWidth / w, innerHeight / h), found = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || element.closest(".unseen, noscript, script") || !element.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(element).fontSize) / unit, range = document.createRange();
    range.selectNodeContents(element);
    const text = range.getBoundingClientRect(), name = element.className || element.tagName;
    if (size < 55.9) found.push(`${name} is ${size} px`);
    for (let box = element; box; box = box.parentElement) {
      const edge = box === document.documentElement ? { left: 0, right: innerWidth, bottom: innerHeight }
        : getComputedStyle(box).overflowX === "hidden" ? box.getBoundingClientRect() : null;
      if (!edge) continue;
      const isCut = text.right > edge.right + 2 || text.left < edge.left - 2;
      if (isCut || text.bottom > edge.bottom + size * unit * 0.2)
        found.push(`${name} is cut: ${element.textContent.slice(0, 40)}`);
    }
  }
  return found;
}"""


@pytest.fixture
def audio_folder(tmp_path: Path) -> Path:
    (tmp_path / "short.wav").write_bytes(to_wav(silence(0.4)))
    return tmp_path


@pytest.fixture
def hall(assets_dir: Path, audio_folder: Path) -> Iterator[ContractServer]:
    server = ContractServer(assets_dir, audio_folder)
    yield server
    server.stop()


def opened(pages: Pages, hall: ContractServer, size: str = "landscape", **context: Any) -> Page:
    """The screen's page, live."""
    width, height = SIZES[size]
    page = pages.open(f"{hall.url}/screen#t=good", width=width, height=height, **context)
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    return page


def rows(page: Page, table: str) -> list[str]:
    return [re.sub(r"\s+", " ", text).strip() for text in page.locator(f"{table} tr").all_inner_texts()]


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


def one_call(hall: ContractServer) -> None:
    full(hall)
    hall.call("R042", direction="derrière l’accueil, porte bleue")


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


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_or_small_and_axe_finds_nothing_in_any_state(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    day = dict(hall.screen)
    page = opened(pages, hall, size)
    page.add_init_script("localStorage.clear()")  # nothing is left of the state before
    for prepare in STATES:
        hall.calls, hall.recent, hall.queues, hall.screen = [], [], [], dict(day)
        prepare(hall)
        page.reload()
        expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
        page.evaluate("document.fonts.ready")
        expect(page.locator("#slide > *, body:not([data-layout=side])")).to_have_count(1)
        assert page.evaluate(MEASURE) == [], prepare.__name__
        assert_accessible(page)


def test_a_call_appears_large_with_its_place_and_is_told_to_screen_readers(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall)
    hall.call("R042", direction="porte bleue")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator(".card-place")).to_have_text("guichet 3")
    expect(page.locator(".card-direction")).to_have_text("porte bleue")
    expect(page.locator("#spoken")).to_have_text("Numéro R 0 4 2, guichet 3")


def test_a_recall_says_its_rank_with_a_raised_letter(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    hall.call("R042", rank=2)
    hall.send_board()
    expect(page.locator(".card-recall")).to_have_text("2e appel")
    expect(page.locator(".card-recall sup")).to_have_text("e")


def test_the_card_stays_ten_seconds_after_the_visitor_is_at_the_counter_then_joins_the_last_calls(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall)
    page.clock.install()
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card")).to_have_count(1)
    hall.end("R042")
    hall.send_board()
    page.clock.run_for(8_000)
    expect(page.locator(".card")).to_have_count(1)
    page.clock.run_for(4_000)
    expect(page.locator(".card")).to_have_count(0)
    assert rows(page, ".list") == ["R042 guichet 3"]


def test_who_is_called_and_not_at_the_counter_stays_listed_when_another_is_called(
    pages: Pages, hall: ContractServer
) -> None:
    hall.call("R041", "guichet 1", ago_s=120)
    page = opened(pages, hall)
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("R042")
    assert rows(page, ".list-still") == ["R041 guichet 1"]


def test_the_page_never_asks_again_by_itself_and_a_lost_message_is_found_by_the_heartbeat(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall)
    wait_until(lambda: hall.requests.count("/api/v1/halls/laon/screen") == 1, "the first fetch")
    asked = len(hall.requests)
    hall.beat()
    hall.call("R042")
    hall.version += 1  # its message is lost
    expect(page.locator(".card")).to_have_count(0)
    assert len(hall.requests) == asked
    hall.beat()
    expect(page.locator(".card-number")).to_have_text("R042")
    assert hall.requests[asked:] == ["/api/v1/halls/laon/board", "/api/v1/halls/laon/screen"]


def test_a_restored_hall_replaces_what_is_shown_although_its_version_is_lower(
    pages: Pages, hall: ContractServer
) -> None:
    hall.version = 900
    hall.call("R042")
    page = opened(pages, hall)
    expect(page.locator(".card")).to_have_count(1)
    hall.epoch, hall.version, hall.calls = "e2", 1, []
    hall.beat()
    expect(page.locator(".card")).to_have_count(0)


def test_the_token_leaves_the_address_and_the_page_comes_back_without_it(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall)
    assert page.evaluate("location.href") == f"{hall.url}/screen"
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-view", "empty")


def test_a_screen_without_a_hall_says_what_to_do(pages: Pages, hall: ContractServer) -> None:
    page = pages.open(f"{hall.url}/screen#t=wrong", width=1920, height=1080)
    expect(page.locator("#state-title")).to_have_text("Écran à relier")
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


def test_a_reload_without_server_shows_the_last_calls_and_since_when(
    pages: Pages, hall: ContractServer
) -> None:
    one_call(hall)
    page = opened(pages, hall, timezone_id="America/New_York")
    expect(page.locator(".card-number")).to_have_text("R042")
    page.route("**/api/**", lambda route: route.abort())
    page.route("**/device/**", lambda route: route.abort())
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    page.reload()
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator("#foot-stale")).to_have_text(re.compile(r"^Pas en direct depuis \d\d:\d\d\u00a0: "))
    assert page.locator("#clock").inner_text() in page.locator("#foot-stale").inner_text()
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


def test_a_connection_that_comes_back_is_live_again_and_asks_once(pages: Pages, hall: ContractServer) -> None:
    page = pages.open(width=1920, height=1080)
    sockets: list[Any] = []
    page.route_web_socket(
        "**/socket.io/**", lambda socket: sockets.append((socket, socket.connect_to_server()))
    )
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    asked = len(hall.requests)
    sockets[0][0].close()
    expect(page.locator("#foot")).to_have_attribute("data-state", "stale")
    hall.call("R042")
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator("#foot")).to_have_attribute("data-state", "calm")
    assert hall.requests[asked:] == ["/api/v1/halls/laon/board", "/api/v1/halls/laon/screen"]


PLAYED = """
  window.played = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (window.isLocked) return Promise.reject(new DOMException("locked", "NotAllowedError"));
    window.played.push(["start", this.src]);
    this.addEventListener("ended", () => window.played.push(["end", this.src]), { capture: true });
    return play.call(this);
  };
"""


def listening(pages: Pages, hall: ContractServer, script: str = "") -> Page:
    hall.screen["has_sound"] = True
    page = pages.open(width=1920, height=1080)
    page.add_init_script(PLAYED + script)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    wait_until(
        lambda: page.evaluate("Boolean(localStorage['parvis.screen']?.includes('has_sound'))"), "the day"
    )
    return page


def test_announcements_are_played_one_after_the_other_and_once(
    pages: Pages, hall: ContractServer, audio_folder: Path
) -> None:
    (audio_folder / "other.wav").write_bytes(to_wav(silence(12_000 / RATE_HZ)))
    page = listening(pages, hall)
    first, second = hall.call("R042"), hall.call("R043", "guichet 4")
    hall.announce(first)
    hall.announce(first, audio="short.wav")
    hall.announce(second, audio="other.wav")
    hall.announce(first, audio="short.wav")
    wait_until(lambda: page.evaluate("window.played.length") == 4, "both announcements played")
    steps = [(step, url.rpartition("/")[2]) for step, url in page.evaluate("window.played")]
    assert steps == [
        ("start", "short.wav"),
        ("end", "short.wav"),
        ("start", "other.wav"),
        ("end", "other.wav"),
    ]
    expect(page.locator(".card")).to_have_count(2)


def test_a_call_is_not_said_again_once_another_waits(
    pages: Pages, hall: ContractServer, audio_folder: Path
) -> None:
    (audio_folder / "twice.wav").write_bytes(to_wav(silence(4.0)))
    page = listening(pages, hall)
    hall.announce(hall.call("R042"), audio="twice.wav", once_ms={"fr": 1_000})
    wait_until(lambda: page.evaluate("window.played.length") == 1, "the first begins")
    hall.announce(hall.call("R043", "guichet 4"), audio="short.wav")
    wait_until(lambda: page.evaluate("window.played.length") == 3, "the second is over")
    steps = [(step, url.rpartition("/")[2]) for step, url in page.evaluate("window.played")]
    assert steps == [("start", "twice.wav"), ("start", "short.wav"), ("end", "short.wav")]


def test_a_screen_without_sound_and_an_old_announcement_play_nothing(
    pages: Pages, hall: ContractServer
) -> None:
    page = listening(pages, hall)
    old = hall.call("R042", ago_s=30)
    hall.announce(old, audio="short.wav")
    hall.send_board()
    expect(page.locator(".card")).to_have_count(1)
    assert page.evaluate("window.played") == []


def test_where_the_browser_refuses_sound_a_control_says_so_and_a_touch_brings_it(
    pages: Pages, hall: ContractServer
) -> None:
    page = listening(pages, hall, "window.isLocked = true;")
    hall.announce(hall.call("R042"), audio="short.wav")
    sound = page.get_by_role("button", name="Son désactivé\u00a0: touchez l’écran")
    expect(sound).to_be_visible()
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)
    page.evaluate("window.isLocked = false")
    sound.click()
    expect(sound).to_be_hidden()
    wait_until(lambda: page.evaluate("window.played.length") == 2, "the announcement played")


def test_waits_and_notices_take_turns_and_a_notice_keeps_its_direction(
    pages: Pages, hall: ContractServer
) -> None:
    hall.queues = [queue("Accueil", 3, (5, 10))]
    hall.screen["notices"] = [ARABIC]
    page = pages.open(width=1920, height=1080)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("#slide > *")).to_have_count(1)
    run_to(page, ".waits")
    expect(page.locator(".waits-range")).to_have_text("5 à 10\u00a0min")
    expect(page.locator(".waits-people")).to_have_text("3 en attente")
    run_to(page, ".notice")
    notice = page.locator(".notice")
    expect(notice).to_have_attribute("lang", "ar")
    assert notice.evaluate("element => getComputedStyle(element).direction") == "rtl"
    run_to(page, ".waits")


def run_to(page: Page, selector: str) -> None:
    """Let the page's clock run until something is shown, a minute at most."""
    for _ in range(60):
        if page.locator(selector).count():
            return
        page.clock.run_for(1_000)
    raise AssertionError(f"{selector} does not come")


def test_waits_take_turns_in_french_and_one_other_language_however_often_they_change(
    pages: Pages, hall: ContractServer
) -> None:
    hall.screen["languages"] = ["fr", "en", "es"]
    hall.screen["services"] = {"Accueil": {"fr": "Accueil", "en": "Reception", "es": "Recepción"}}
    hall.queues = [queue("Accueil", 3, (5, 10))]
    page = pages.open(width=1920, height=1080)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator(".waits")).to_have_count(1)
    page.evaluate(RECORD_TOLD)
    for _ in range(13):  # every four seconds somebody comes
        page.clock.run_for(4_000)
        hall.queues[0]["waiting"] += 1
        hall.send_queues()
        expect(page.locator(".waits-people")).to_contain_text(str(hall.queues[0]["waiting"]))
    seen = page.evaluate("window.told")
    french = ["fr", "Accueil", "en attente"]
    turns = [french, ["en", "Reception", "waiting"], french, ["es", "Recepción", "en espera"]]
    begins = turns.index(seen[0]) if seen[0] != french else turns.index(seen[1]) - 1
    assert len(seen) >= 5
    assert seen == [turns[(begins + n) % 4] for n in range(len(seen))]
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


RECORD_TOLD = """() => {
  window.told = [];
  const text = (name) => document.querySelector(name).textContent;
  const record = () => {
    if (!document.querySelector("#slide .waits-people")) return;
    const people = text("#slide .waits-people").replace(/[0-9]+ /, "");
    const told = [document.querySelector("#slide .waits").lang, text("#slide .waits-name"), people];
    if (JSON.stringify(told) !== JSON.stringify(window.told.at(-1))) window.told.push(told);
  };
  new MutationObserver(record).observe(document.getElementById("slide"), {childList: true, subtree: true});
  record();
}"""
"""Keeps every turn as it begins, however seldom the test looks."""


def test_three_calls_take_the_place_of_notices(pages: Pages, hall: ContractServer) -> None:
    three_calls(hall)
    page = opened(pages, hall)
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator("#aside")).to_be_hidden()


def test_reduced_motion_moves_nothing(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall, reduced_motion="reduce")
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card-new")).to_have_count(1)
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_pointer_is_hidden(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    assert page.evaluate("getComputedStyle(document.documentElement).cursor") == "none"


def test_the_sentences_of_all_languages_reach_the_page(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    languages = page.evaluate("JSON.parse(document.getElementById('sentences').textContent).languages")
    assert set(languages) == {"fr", "en", "es"}
    assert languages["es"]["sentences"]["recall"] == "{rank}.[a] llamada"
