"""Two press for one visitor, an answer is late or lost, a number means several, a counter is renamed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Serve
from tests.harness.counts import count
from tests.harness.dom.dom_pages import DomPage, DomPages, expect
from tests.harness.servers.served import Served
from tests.harness.working import close_counters, demonstration_user, issue, phase, sign_in
from tests.server.live.hall import Halls, ServedHall

SERVICE, OTHER = "laon-accueil", "laon-associations"
FIRST, SECOND = "laon-g1", "laon-g4"
ROUNDS = count(small=2, large=20)
"""Each has two visitors."""


@pytest.fixture
def quiet(standing: Serve) -> Iterator[ServedHall]:
    """Laon, emptied of what the test before left."""
    halls = Halls(standing, emptied=True)
    yield halls(voice="false")
    halls.close()


@pytest.fixture
def own_hall(quiet: ServedHall) -> Served:
    return quiet.server


@pytest.fixture
def consoles(own_hall: Served, dom_pages: DomPages) -> tuple[DomPage, DomPage]:
    """Two people at two free counters that serve the same."""
    opened = []
    for role, counter in (("agent", FIRST), ("supervisor", SECOND)):
        page = sign_in(dom_pages.open(), own_hall, *demonstration_user(own_hall, role), path="/console")
        page.locator(f"button[aria-describedby=place-{counter}]").press("Enter")
        phase(page, "free")
        opened.append(page)
    return opened[0], opened[1]


def number_at(page: DomPage) -> str:
    return page.locator("[data-person] .number").inner_text()


def pick(page: DomPage, number: str) -> DomPage:
    """Types a number for a call out of order; the panel waits for the reason."""
    page.keyboard.press("c")
    typed = page.locator("#chosen-number")
    typed.fill(number.lower())
    typed.press("Enter")
    expect(page.locator("[data-panel] input:checked")).to_have_count(1)
    return page


def test_two_who_press_for_the_same_visitors_receive_each_visitor_once(
    own_hall: Served, consoles: tuple[DomPage, DomPage]
):
    """Both press for one number, and who comes too late reads why; then the answer to a call is lost."""
    first, second = consoles
    for _ in range(ROUNDS):
        wanted, other = (issue(own_hall, "laon", SERVICE) for _ in range(2))
        for page in consoles:
            expect(page.locator('[data-text="waiting-count"]')).to_have_text("2 personnes")
            pick(page, wanted)
        late = first.hold("/call$", times=1)
        first.get_by_role("button", name="Personne qui ne peut pas attendre").press("Enter")
        late.wait()
        second.get_by_role("button", name="Personne qui ne peut pas attendre").press("Enter")
        phase(second, "called")
        late.release()
        expect(first.locator("[data-refused]").filter(visible=True)).to_have_count(1)
        phase(first, "free")
        first.lose("/next$", times=2)  # the server calls, and its answer does not arrive
        first.keyboard.press("F9")
        phase(first, "called")
        assert (number_at(first), number_at(second)) == (other, wanted)
        for page in consoles:
            page.keyboard.press("F8")
            phase(page, "free")
            expect(page.locator("[data-nobody]")).to_be_visible()
    for page in consoles:
        close_counters(page)


@pytest.mark.parametrize(("silent_ms", "requests"), [(300, 1), (20_000, 2)])
def test_a_late_answer_shows_no_call_before_it_and_one_call_after_it(
    own_hall: Served, consoles: tuple[DomPage, DomPage], silent_ms: int, requests: int
):
    """An impatient agent presses again meanwhile; the other works on, and takes the next visitor."""
    first, second = consoles
    numbers = [issue(own_hall, "laon", SERVICE) for _ in range(3)]
    expect(first.locator('[data-text="waiting-count"]')).to_have_text("3 personnes")
    first.clock.install()
    silent = first.hold("/next$")
    first.keyboard.press("F9")
    silent.wait()
    first.clock.run_for(silent_ms)
    first.keyboard.press("F9")
    second.keyboard.press("F9")
    phase(second, "called")
    expect(first.locator('[data-text="waiting-count"]')).to_have_text("2 personnes")
    expect(first.locator("body")).to_have_class(re.compile(r"\bsending\b"))
    expect(first.locator("body")).to_have_attribute("data-phase", "free")
    silent.release()
    phase(first, "called")
    assert [each["path"] for each in first.requests()].count(f"/api/v1/counters/{FIRST}/next") == requests
    assert (number_at(first), number_at(second)) == (numbers[1], numbers[0])
    for page in consoles:
        expect(page.locator('[data-text="waiting-count"]')).to_have_text("1 personne")
        page.keyboard.press("F8")
        phase(page, "free")
        close_counters(page)


def test_a_number_of_two_series_is_asked_about_and_one_of_none_says_so(
    own_hall: Served, consoles: tuple[DomPage, DomPage], dom_pages: DomPages
):
    first, second = consoles
    ranks: dict[str, set[str]] = {}
    while not any(len(numbers) == 2 for numbers in ranks.values()):
        for service in (SERVICE, OTHER):
            number = issue(own_hall, "laon", service)
            ranks.setdefault(re.sub(r"\D", "", number), set()).add(number)
    rank, both = next((rank, numbers) for rank, numbers in ranks.items() if len(numbers) == 2)
    desk = sign_in(dom_pages.open(), own_hall, *demonstration_user(own_hall, "reception"), path="/accueil")
    expect(desk.locator("[data-live=yes]")).to_be_visible()
    found, note = desk.locator('[data-list="found"] b'), desk.locator("[data-found-note]")
    desk.locator("#find-number").fill(rank)
    desk.locator("#find-number").press("Enter")
    expect(found).to_have_count(2)
    assert set(found.all_inner_texts()) == both
    desk.locator("#find-number").fill("999")
    desk.locator("#find-number").press("Enter")
    expect(found).to_have_count(0)
    expect(note).to_contain_text("Aucun")

    told = first.locator("#chosen-told")
    first.keyboard.press("c")
    for typed, words in ((rank, "Plusieurs numéros correspondent"), ("Z999", "Personne n’attend avec")):
        first.locator("#chosen-number").fill(typed)
        first.locator("#chosen-number").press("Enter")
        expect(told).to_contain_text(words)
    first.keyboard.press("Escape")
    second.keyboard.press("F9")
    phase(second, "called")
    second.keyboard.press("i")
    second.locator("#link-number").fill(rank)
    second.locator("#link-number").press("Enter")
    expect(second.locator("[data-refused]").filter(visible=True)).to_contain_text("Donnez aussi sa lettre")
    phase(second, "called")
    second.keyboard.press("F8")
    phase(second, "free")
    for page in consoles:
        close_counters(page)


def test_a_counter_renamed_while_it_is_held_keeps_its_session_and_its_visitor(
    own_hall: Served, consoles: tuple[DomPage, DomPage]
):
    first, second = consoles
    number = issue(own_hall, "laon", SERVICE)
    expect(first.locator('[data-text="next-line"]')).to_contain_text(number)
    first.keyboard.press("F9")
    phase(first, "called")

    def named(label: str) -> None:
        def rename(content: dict[str, Any]) -> None:
            next(each for each in content["counters"] if each["id"] == FIRST)["labels"]["fr"] = label

        own_hall.republish("laon", rename)
        expect(first.locator('[data-text="place"]')).to_have_text(label.capitalize())

    named("accueil bleu")
    assert number_at(first) == number
    first.keyboard.press("o")
    phase(first, "in_service")
    second.keyboard.press("F9")
    named("guichet 1")
    first.keyboard.press("F8")
    phase(first, "free")
    for page in consoles:
        close_counters(page)


def test_a_chosen_profile_stays_chosen_while_tickets_arrive(
    own_hall: Served, consoles: tuple[DomPage, DomPage], dom_page: DomPage
):
    wall = sign_in(dom_page, own_hall, *demonstration_user(own_hall, "supervisor"), path="/mur")
    expect(wall.locator('[data-text="waiting"]')).to_have_text("0")
    wall.locator(f'[data-counter="{SECOND}"] button').press("Enter")
    profile = wall.locator("#profile")
    chosen = str(profile.locator("option").last.get_attribute("value"))
    profile.focus()
    profile.select_option(chosen)
    button = wall.get_by_role("button", name="Changer de profil")
    for waiting, place in (("1", button), ("2", profile)):
        issue(own_hall, "laon", SERVICE)
        expect(wall.locator('[data-text="waiting"]')).to_have_text(waiting)
        expect(profile).to_have_value(chosen)
        place.focus()
    for page in consoles:
        close_counters(page)


def test_an_agent_who_calls_while_a_supervisor_changes_the_profile_reads_both(
    own_hall: Served, consoles: tuple[DomPage, DomPage], dom_page: DomPage
):
    agent, _ = consoles
    wall = sign_in(dom_page, own_hall, *demonstration_user(own_hall, "supervisor"), path="/mur")
    number = issue(own_hall, "laon", SERVICE)
    expect(agent.locator('[data-text="waiting-count"]')).to_have_text("1 personne")
    wall.locator(f'[data-counter="{FIRST}"] button').press("Enter")
    wall.locator("#profile").select_option("laon-profil-accueil")
    call, change = agent.hold("/next$", times=1), wall.hold("/session$", times=1)
    agent.keyboard.press("F9")
    wall.get_by_role("button", name="Changer de profil").press("Enter")
    for late in (call, change):
        late.wait()
    for late in (change, call):
        late.release()
    phase(agent, "called")
    assert number_at(agent) == number
    message = agent.locator('[data-list="messages"] li')
    expect(message).to_contain_text(
        "Un chef d’accueil a changé votre profil d’appel\u00a0: Accueil et démarches courtes"
    )
    message.locator("button").press("Enter")
    expect(message).to_have_count(0)
    assert number_at(agent) == number
    agent.keyboard.press("F8")
    phase(agent, "free")
    for page in consoles:
        close_counters(page)
