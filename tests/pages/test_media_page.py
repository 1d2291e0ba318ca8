"""The library of media in a real browser on the real server: by keyboard, with refusals in place."""

import http.client
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.servers.served import Served
from tests.harness.working import Late, demonstration_user, sign_in
from tests.signage.media.uploads import image, pdf, put, video, zipped

PATH = "/affichage/medias"
EMPTY: dict[str, Any] = {"media": [], "next": None, "tags": [], "folders": []}


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


def library(hall: Served, pages: Pages, role: str = "communication", **size: Any) -> Page:
    """The page, opened by someone of Laon."""
    page = sign_in(pages.open(**size), hall, *demonstration_user(hall, role), PATH)
    expect(page.locator("h1")).to_have_text("Médiathèque")
    return page


def send(page: Page, file: Path) -> None:
    page.set_input_files("#file", file)
    page.locator("[data-do]").focus()
    page.keyboard.press("Enter")


def card(page: Page) -> Any:
    """The newest medium."""
    return page.locator(".medium").first


def test_a_file_is_sent_described_and_removed_by_keyboard(hall: Served, pages: Pages, tmp_path: Path):
    page = library(hall, pages)
    expect(page.locator(".medium")).to_have_count(1)  # the demonstration's logo
    expect(page.locator("#chosen")).to_have_text("Aucun fichier choisi")
    assert unreached_by_keyboard(page) == []
    send(page, put(tmp_path, image("JPEG", (640, 400)), "Affiche de Mme Durand.jpg"))
    expect(card(page)).to_have_attribute("data-state", "ready")
    expect(card(page).locator("h3")).to_have_text("Affiche de Mme Durand.jpg")
    expect(card(page).locator(".muted").first).to_contain_text("Image, 640 × 400")
    expect(card(page).locator(".notice")).to_contain_text("aucun message ne peut le montrer avant")
    assert_accessible(page)
    card(page).locator("textarea[name=fr]").focus()
    page.keyboard.type("Ouvert lundi de 9 h à midi")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-text=status]")).to_have_text("Texte enregistré.")
    expect(card(page).locator(".notice")).to_have_count(0)
    expect(card(page).locator("img")).to_have_attribute("alt", "Ouvert lundi de 9 h à midi")
    expect(card(page).locator("[data-keep]")).to_be_focused()
    card(page).get_by_text("Traductions : les deux").press("Enter")
    card(page).locator("textarea[name=en]").fill("Open on Monday")
    card(page).locator("[data-keep]").press("Enter")
    expect(card(page).locator("[data-problem]")).to_contain_text("Une seule traduction ne suffit pas")
    assert unreached_by_keyboard(page) == []
    card(page).locator(".removal > button").press("Enter")
    expect(card(page).get_by_text("Non, garder")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".medium")).to_have_count(1)
    expect(page.locator("#list-title")).to_be_focused()


def test_a_medium_is_named_found_again_and_sent_once(hall: Served, pages: Pages, tmp_path: Path):
    page = library(hall, pages)
    file = put(tmp_path, image("PNG", (48, 32)), "Été à la plage.png")
    send(page, file)
    expect(card(page)).to_have_attribute("data-state", "ready")
    card(page).locator("textarea[name=fr]").fill("Pas encore enregistré")
    card(page).get_by_text("Nom, étiquettes et droits").press("Enter")
    card(page).get_by_label("Étiquettes").fill("Vacances, plage")
    card(page).get_by_label("Licence").fill("Licence ouverte 2.0")
    card(page).get_by_label("Dernier jour").fill("2020-03-31")
    page.keyboard.press("Enter")
    expect(page.locator("[data-text=status]")).to_have_text("Fiche enregistrée : Été à la plage.png.")
    expect(card(page).locator("[data-expiry=over]")).to_contain_text("31 mars 2020")
    expect(card(page).locator("textarea[name=fr]")).to_have_value("Pas encore enregistré")
    expect(card(page).locator("[data-keep-details]")).to_be_focused()
    card(page).get_by_label("Nom").fill("x" * 121)  # the field itself stops at 120
    expect(card(page).get_by_label("Nom")).to_have_value("x" * 120)
    assert_accessible(page)
    page.get_by_label("Chercher").fill("ETE vacances")
    expect(page.locator(".medium")).to_have_count(1)
    page.get_by_label("Étiquette", exact=True).select_option("plage")
    expect(page.locator(".medium")).to_have_count(1)
    page.get_by_label("Chercher").fill("montagne")
    expect(page.locator("[data-not-found]")).to_be_visible()
    page.get_by_label("Chercher").fill("")
    expect(page.locator(".medium")).to_have_count(1)
    send(page, file)
    expect(page.locator("[data-same]")).to_contain_text("déjà dans la médiathèque : Été à la plage.png")
    assert_accessible(page)
    page.locator("[data-drop]").press("Enter")
    expect(page.locator("[data-text=status]")).to_have_text("Le nouvel envoi est supprimé.")
    expect(page.locator(".medium")).to_have_count(1)
    assert unreached_by_keyboard(page) == []


def test_a_medium_is_replaced_in_its_notices_in_one_press(hall: Served, pages: Pages, tmp_path: Path):
    page = library(hall, pages)
    media = []
    for size in ((40, 40), (40, 60)):
        send(page, put(tmp_path, image("PNG", size), f"plan {size[1]}.png"))
        expect(card(page).locator("h3")).to_have_text(f"plan {size[1]}.png")
        card(page).locator("textarea[name=fr]").fill("Le plan")
        card(page).locator("[data-keep]").press("Enter")
        expect(card(page).locator("img")).to_have_attribute("alt", "Le plan")
        media.append(card(page).get_attribute("data-medium"))
    made = page.evaluate(
        """async ([medium, token]) => (await fetch("/api/v1/notices/publish", {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": token },
          body: JSON.stringify({ content: {
            kind: "image", medium, titles: { fr: "Plan du hall" }, targets: { halls: ["laon"] } } }),
        })).status""",
        [media[0], page.locator('meta[name="csrf-token"]').get_attribute("content")],
    )
    assert made == 201
    old = page.locator(f'[data-medium="{media[0]}"]')
    old.get_by_text("Où il sert").press("Enter")
    expect(old.locator(".uses li")).to_contain_text("Plan du hall · à l’écran")
    expect(old.locator("[data-will]")).to_have_text("Remplacera ce média dans 1 message, dont 1 à l’écran.")
    old.locator("[data-by]").select_option(label="plan 60.png")
    assert_accessible(page)
    old.locator("[data-replace]").press("Enter")
    expect(page.locator("[data-text=status]")).to_have_text("Média remplacé dans 1 message.")
    expect(old.get_by_text("Aucun message ne montre ce média.")).to_be_visible()
    expect(old.locator("summary").last).to_be_focused()


def test_the_point_of_a_photograph_that_stays_in_sight_is_pressed_or_moved_by_keys(
    hall: Served, pages: Pages
):
    page = sign_in(pages.open(), hall, *demonstration_user(hall, "communication"), "/affichage/message")
    page.select_option("#kind", "image")
    page.get_by_role("radio", name="Logo").check()
    focus, kept = page.locator(".focus"), page.locator("[data-path='focus.x'], [data-path='focus.y']")
    focus.get_by_role("radio", name="Plein écran").check()
    assert [each.input_value() for each in kept.all()] == ["50", "50"]
    picture = focus.locator("img")
    size = picture.bounding_box()
    assert size is not None
    picture.click(position={"x": size["width"] * 0.25, "y": size["height"] * 0.75})
    assert [each.input_value() for each in kept.all()] == ["25", "75"]
    focus.get_by_role("slider", name="de gauche à droite").press("ArrowRight")
    assert [each.input_value() for each in kept.all()] == ["26", "75"]
    assert_accessible(page)
    focus.get_by_role("radio", name="Entière").check()
    assert [each.input_value() for each in kept.all()] == ["", ""]
    expect(focus.get_by_role("slider")).to_have_count(0)


def test_an_empty_library_says_what_to_do(hall: Served, pages: Pages):
    page = library(hall, pages)
    page.route("**/api/v1/media*", lambda route: route.fulfill(json=EMPTY))
    page.reload()
    expect(page.locator("[data-none]")).to_be_visible()
    assert_accessible(page)


def test_refusals_appear_in_place(hall: Served, pages: Pages, tmp_path: Path):
    page = library(hall, pages)
    files = [put(tmp_path, b"", "vide.png"), put(tmp_path, zipped(), "image.png")]
    page.set_input_files("#file", files)
    expect(page.locator("#chosen")).to_have_text("vide.png, image.png")
    page.locator("[data-do]").press("Enter")
    rows = page.locator("[data-list=sendings] > li")  # the one that fails keeps nothing back
    expect(rows).to_contain_text(["vide.png", "image.png"])
    expect(rows.first.locator("[data-refused]")).to_contain_text("Ce fichier est vide")
    expect(rows.last.locator("[data-refused]")).to_contain_text("archive")
    expect(card(page)).to_have_attribute("data-state", "refused")
    expect(card(page).locator(".alert")).to_contain_text("archive")
    assert_accessible(page)
    page.reload()
    expect(card(page).locator(".alert")).to_contain_text("archive")


def test_a_list_asked_for_before_a_file_was_sent_does_not_take_it_away(
    hall: Served, pages: Pages, tmp_path: Path
):
    page = library(hall, pages)
    before = Late(page, "**/api/v1/media*")
    page.reload()
    before.wait()
    send(page, put(tmp_path, image("PNG", size=(50, 20)), "late.png"))
    expect(card(page).locator("h3")).to_have_text("late.png")
    before.arrive()
    expect(page.locator(".medium")).not_to_have_count(1)  # the list of now
    expect(card(page).locator("h3")).to_have_text("late.png")


def test_a_video_and_a_document_are_prepared_by_the_separate_process(
    hall: Served, pages: Pages, tmp_path: Path
):
    page = library(hall, pages, "reception")
    send(page, put(tmp_path, video(size=(320, 200)), "film.webm"))
    expect(page.locator(".medium h3").first).to_have_text("film.webm")
    expect(page.locator(".medium .muted").first).to_contain_text("Vidéo, 0:01")
    send(page, put(tmp_path, pdf(3), "rapport.pdf"))
    expect(page.locator(".medium .muted").first).to_contain_text("Document, 3 pages")
    url = page.locator(".medium").nth(1).locator("a.picture").get_attribute("href")
    lasts = page.evaluate(
        """url => new Promise((resolve, reject) => {
          const film = document.createElement("video");
          film.onloadedmetadata = () => resolve([film.duration, film.videoWidth, film.videoHeight]);
          film.onerror = () => reject(new Error(String(film.error?.message)));
          film.src = url;
        })""",
        url,
    )
    assert lasts[0] == pytest.approx(1.0, abs=0.15)
    assert lasts[1:] == [320, 200]
    for width, height in ((1366, 768), (390, 844), (683, 384)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert_accessible(page)


def test_the_captions_of_a_film_are_typed_beside_its_notice_and_corrected_while_it_is_shown(
    hall: Served, pages: Pages, tmp_path: Path
):
    page = library(hall, pages)
    send(page, put(tmp_path, video(size=(320, 200)), "visite.webm"))
    expect(card(page).locator("h3")).to_have_text("visite.webm")
    card(page).locator("textarea[name=fr]").fill("La visite")
    card(page).locator("[data-keep]").press("Enter")
    page.goto(f"{hall.base_url}/affichage/message")
    page.get_by_label("Titre").first.fill("La visite")
    page.get_by_role("checkbox", name="Écran du couloir").check()
    captions, said = page.locator("[data-captions]"), page.locator("[data-captions] [role=status]")
    expect(captions).to_be_hidden()
    page.select_option("#kind", "video")
    page.get_by_role("radio", name="visite.webm").check()
    lines, keep = captions.get_by_label("Une ligne par sous-titre"), captions.locator("[data-keep-captions]")
    lines.fill("Bonjour")
    keep.press("Enter")
    expect(said).to_contain_text("Ligne 1")
    lines.fill("0:00 Bonjour\n0:04 À samedi")
    keep.press("Enter")
    expect(said).to_have_text("Sous-titres enregistrés.")
    page.get_by_role("button", name="Publier", exact=True).press("Enter")
    expect(page.locator("[data-text=outcome]")).to_contain_text("Publié")
    page.reload()
    expect(lines).to_have_value("0:00 Bonjour\n0:04 À samedi")
    page.set_input_files("#captions-file", put(tmp_path, SUBRIP, "visite.srt"))
    expect(lines).to_have_value("0:00.500 Bonsoir\n0:02")
    assert_accessible(page)


SUBRIP = b"1\r\n00:00:00,500 --> 00:00:02,000\r\nBonsoir\r\n"


def test_the_real_server_refuses_a_too_large_upload_before_reading_it(hall: Served, pages: Pages):
    page = library(hall, pages)
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    token = page.locator('meta[name="csrf-token"]').get_attribute("content")
    connection = http.client.HTTPConnection("127.0.0.1", int(hall.base_url.rpartition(":")[2]))
    headers = {"Cookie": cookies, "X-CSRFToken": token or "", "Content-Type": "application/octet-stream"}
    connection.request("POST", "/api/v1/media", body=b"", headers=headers | {"Content-Length": "300000000"})
    answer = connection.getresponse()
    assert (answer.status, b"medium_too_large" in answer.read()) == (413, True)
    connection.close()
    assert not list((hall.var / "media" / "incoming").glob("*.part"))


def test_people_without_the_right_to_draft_get_an_explanation(hall: Served, dom_pages: DomPages):
    page = dom_pages.open(f"{hall.base_url}{PATH}")
    assert "/connexion" in page.url
    user = next(u for u in hall.demonstration["users"] if u["role"] == "quality")
    page.locator("input[name=login]").fill(user["login"])
    page.locator("input[name=password]").fill(user["password"])
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("main")).to_contain_text("n’est pas ouverte à votre rôle")
