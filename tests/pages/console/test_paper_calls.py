"""The console without its server: the kept queue, the number on the whole page, calls entered afterwards."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, phase, sign_in
from tests.pages.console.conftest import empty_queue, open_counter

type Issue = Callable[[], dict[str, Any]]


def test_calls_made_without_the_server_are_entered_once_it_is_back(dom_console: DomPage, issue: Issue):
    one, two = issue()["number"], issue()["number"]
    expect(dom_console.locator('[data-list="waiting"] li')).to_have_count(2)
    dom_console.set_offline(is_offline=True)
    expect(dom_console.locator("[data-lost]")).to_be_visible()
    dom_console.locator("[data-lost] [data-paper-open]").click()
    paper = dom_console.locator("[data-paper]")
    paper.locator(".first").click()
    expect(paper.locator(".number")).to_have_text(one)
    paper.get_by_role("button", name="La personne est là").click()
    paper.get_by_role("button", name="Reçu").click()
    expect(paper.locator(".kept li")).to_have_count(1)
    paper.locator(".first").click()
    expect(paper.locator(".number")).to_have_text(two)
    dom_console.set_offline(is_offline=False)
    expect(dom_console.locator("[data-live=yes]")).to_be_visible()
    paper.get_by_role("button", name="Revenir au guichet").click()
    phase(dom_console, "called")
    expect(dom_console.locator("[data-person] .number")).to_have_text(two)
    expect(dom_console.locator("[data-paper-due]")).to_be_hidden()
    expect(dom_console.locator("[data-nobody]")).to_be_visible()


def test_a_call_noted_on_paper_is_entered_and_an_impossible_one_says_why(dom_console: DomPage, issue: Issue):
    number = issue()["number"]
    dom_console.locator(".on-paper [data-paper-open]").click()
    paper = dom_console.locator("[data-paper]")
    hour = dom_console.evaluate(
        "new Intl.DateTimeFormat('fr', {timeStyle: 'short', timeZone: 'Europe/Paris'}).format(new Date())"
    )
    for typed in (number, "Z999"):
        paper.locator("#paper-noted").fill(typed)
        paper.locator("#paper-called").fill(hour)
        paper.locator("#paper-end").select_option("no_show")
        paper.get_by_role("button", name="Ajouter").click()
    paper.get_by_role("button", name="Saisir maintenant").click()
    expect(paper.locator(".kept li")).to_have_count(1)
    expect(paper.locator(".kept li")).to_contain_text("Aucun ticket d’aujourd’hui ne porte ce numéro")
    paper.get_by_role("button", name="Retirer").click()
    paper.get_by_role("button", name="Retirer cet appel").click()
    expect(paper.locator(".kept")).to_have_count(0)


def test_reloaded_without_the_server_the_number_fills_the_page(pages: Pages, hall: Served, issue: Issue):
    page = pages.open(service_workers="allow")
    console = sign_in(page, hall, *demonstration_user(hall, "agent"), path="/console")
    expect(console.locator("[data-live=yes]")).to_be_visible()
    open_counter(console)
    empty_queue(console)
    numbers = [issue()["number"] for _ in range(2)]
    expect(console.locator('[data-list="waiting"] li')).to_have_count(2)
    kept_page = (
        "caches.open('parvis-console').then((kept) => kept.match('/console/papier?hall=laon')).then(Boolean)"
    )
    wait_until(lambda: console.evaluate(kept_page), "the page is kept")
    rows = "JSON.parse(localStorage.getItem('parvis.paper.laon') ?? '{}').rows?.length"
    wait_until(lambda: console.evaluate(rows) == 2, "the queue is kept")
    hall.kill()
    try:
        console.reload()
        paper = console.locator("[data-paper]")
        expect(paper.locator(".first")).to_contain_text(numbers[0])
        assert_accessible(console)
        paper.locator(".first").press("Enter")
        expect(paper.locator(".number")).to_have_text(numbers[0])
        box = paper.locator(".number").bounding_box()
        assert box is not None
        assert box["height"] >= 768 / 3
        assert_accessible(console)
    finally:
        hall.start()
    paper.get_by_role("button", name="Revenir au guichet").click()
    expect(console.locator("[data-person] .number")).to_have_text(numbers[0])
    console.keyboard.press("n")
    phase(console, "free")


def test_forty_numbers_are_printed_on_a_page(console: Page, issue: Issue):
    issue()
    console.goto(re.sub(r"/console.*", "/console/file-papier?hall=laon", console.url))
    assert_accessible(console)
    for rows, pages in ((40, 1), (50, 2)):
        console.evaluate(
            """rows => {
              const body = document.querySelector(".sheet tbody");
              while (body.rows.length < rows) body.append(body.rows[0].cloneNode(true));
            }""",
            rows,
        )
        printed = console.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == pages
