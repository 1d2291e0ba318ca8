"""The library of media in a real browser on the real server: by keyboard, with refusals in place."""

import http.client
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, assert_not_sideways, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, sign_in, signed_in
from tests.signage.media.uploads import image, pdf, put, video, zipped

PATH = "/affichage/medias"


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


def open_newest(page: Page) -> Any:
    """The page of the newest medium: its card."""
    card(page).locator("a").press("Enter")
    expect(page.locator(".alone")).to_be_visible()
    return page.locator(".alone")


def test_a_file_is_sent_described_and_removed_by_keyboard(hall: Served, pages: Pages, tmp_path: Path):
    page = library(hall, pages)
    expect(card(page)).to_be_visible()
    before = page.locator(".medium").count()
    expect(page.locator("#chosen")).to_have_text("Aucun fichier choisi")
    assert unreached_by_keyboard(page) == []
    send(page, put(tmp_path, image("JPEG", (640, 400)), "Affiche de Mme Durand.jpg"))
    expect(card(page)).to_have_attribute("data-state", "ready")
    expect(card(page).locator(".name")).to_have_text("Affiche de Mme Durand.jpg")
    expect(card(page)).to_contain_text("Image, 640 × 400")
    expect(card(page)).to_contain_text("À décrire avant de servir")
    assert_accessible(page)
    found = open_newest(page)
    expect(page.locator("h1")).to_have_text("Affiche de Mme Durand.jpg")
    found.locator("textarea[name=fr]").focus()
    page.keyboard.type("Ouvert lundi de 9 h à midi")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-text=status]")).to_have_text("Texte enregistré.")
    expect(found.locator(".notice")).to_have_count(0)
    expect(found.locator("img")).to_have_attribute("alt", "Ouvert lundi de 9 h à midi")
    expect(found.locator("[data-keep]")).to_be_focused()
    found.get_by_text("Traductions : les deux").press("Enter")
    found.locator("textarea[name=en]").fill("Open on Monday")
    found.locator("[data-keep]").press("Enter")
    expect(found.locator("[data-problem]")).to_contain_text("Une seule traduction ne suffit pas")
    assert unreached_by_keyboard(page) == []
    assert_accessible(page)
    page.get_by_role("link", name="Supprimer…").press("Enter")
    expect(page.locator("h1")).to_have_text("Supprimer 1 média ?")
    page.get_by_role("button", name="Oui, supprimer").press("Enter")
    expect(page.locator("#done")).to_have_text("1 média supprimé.")
    expect(page.locator(".medium")).to_have_count(before)


def test_a_medium_is_named_found_again_and_sent_once(hall: Served, pages: Pages, tmp_path: Path):
    page = library(hall, pages)
    file = put(tmp_path, image("PNG", (48, 32)), "Été à la plage.png")
    send(page, file)
    expect(card(page).locator(".name")).to_have_text("Été à la plage.png")
    expect(card(page)).to_have_attribute("data-state", "ready")
    found = open_newest(page)
    found.locator("textarea[name=fr]").fill("Pas encore enregistré")
    found.get_by_text("Nom, étiquettes et droits").press("Enter")
    found.get_by_label("Étiquettes").fill("Vacances, plage")
    found.get_by_label("Licence").fill("Licence ouverte 2.0")
    found.get_by_label("Dernier jour").fill("2020-03-31")
    page.keyboard.press("Enter")
    expect(page.locator("[data-text=status]")).to_have_text("Fiche enregistrée : Été à la plage.png.")
    expect(found.locator("[data-expiry=over]")).to_contain_text("31 mars 2020")
    expect(found.locator("textarea[name=fr]")).to_have_value("Pas encore enregistré")
    expect(found.locator("[data-keep-details]")).to_be_focused()
    found.get_by_label("Nom").fill("x" * 121)  # the field itself stops at 120
    expect(found.get_by_label("Nom")).to_have_value("x" * 120)
    page.goto(f"{hall.base_url}{PATH}")
    page.get_by_role("searchbox").fill("ETE vacances")
    expect(page.locator(".medium")).to_have_count(1)
    page.get_by_label("Étiquette", exact=True).select_option("plage")
    expect(page.locator(".medium")).to_have_count(1)
    page.get_by_role("searchbox").fill("montagne")
    expect(page.locator("[data-none]")).to_contain_text("Aucun média ne correspond")
    page.get_by_role("searchbox").fill("")
    expect(page.locator(".medium")).to_have_count(1)
    send(page, file)
    expect(page.locator("[data-same]")).to_contain_text("déjà dans la médiathèque : Été à la plage.png")
    assert_accessible(page)
    page.locator("[data-drop]").press("Enter")
    expect(page.locator("[data-text=status]")).to_have_text("Le nouvel envoi est supprimé.")
    expect(page.locator(".medium")).to_have_count(1)


SAID = """() => {
  window.said = "";
  const note = () => { window.said += document.querySelector("[data-batch]")?.textContent ?? ""; };
  const main = document.querySelector("main");
  new MutationObserver(note).observe(main, { childList: true, characterData: true, subtree: true });
}"""
"""Keeps all that the page says of a batch: some of it stands for a second."""


def test_a_batch_slows_down_with_the_server_and_its_refused_files_are_one_list(
    hall: Served, pages: Pages, tmp_path: Path
):
    page = library(hall, pages)
    seen: list[str] = []

    def limited(route: Route) -> None:
        """As the server's brake: it takes three files, then none for a second."""
        seen.append(route.request.url)
        if len(seen) in (4, 5):
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"code": "too_many_requests"})
        else:
            route.continue_()

    page.route("**/api/v1/media?**", limited)
    names = [f"photo {at}.png" for at in range(6)]
    files = [put(tmp_path, image("PNG", (30, 20 + at)), name) for at, name in enumerate(names)]
    page.set_input_files(
        "#file", [*files, put(tmp_path, b"", "vide.png"), put(tmp_path, zipped(), "lot.zip")]
    )
    expect(page.locator("#chosen")).to_have_text("8 fichiers choisis")
    page.evaluate(SAID)
    page.locator("[data-do]").press("Enter")
    expect(page.locator("[data-batch]")).to_contain_text("Envoi terminé : 8 fichiers sur 8")
    assert "Le serveur en a assez pour l’instant" in page.evaluate("window.said")
    assert len(seen) == 9
    refusals = page.locator(".refusals")
    expect(refusals).to_contain_text("2 fichiers n’ont pas été pris")
    expect(refusals.locator("li")).to_contain_text(["Ce fichier est vide", "archive"])
    expect(page.locator("[data-state=ready] .name", has_text="photo")).to_have_count(6)
    assert_accessible(page)
    refusals.get_by_role("button").press("Enter")
    expect(refusals).to_have_count(0)
    expect(page.locator("[data-state=refused]")).to_have_count(0)
    page.get_by_role("link", name="Décrire ce qui vient d’arriver").press("Enter")
    expect(page.locator("textarea")).to_have_count(6)
    assert_accessible(page)
    assert unreached_by_keyboard(page) == []
    page.locator("textarea").first.fill("La plage")
    page.get_by_role("button", name="Enregistrer les textes").press("Enter")
    expect(page.locator("#done")).to_have_text("1 texte enregistré.")
    page.get_by_role("button", name="Tout cocher").press("Enter")
    expect(page.locator("[data-text=ticked]")).to_contain_text("médias cochés")
    page.get_by_role("button", name="Supprimer…").press("Enter")
    expect(page.locator("h1")).to_contain_text("Supprimer")
    assert_accessible(page)
    for width, height in ((1366, 768), (390, 844), (683, 384)):
        page.set_viewport_size({"width": width, "height": height})
        assert_not_sideways(page)


def test_a_page_read_again_says_which_files_had_not_left(hall: Served, pages: Pages, tmp_path: Path):
    page = library(hall, pages)
    page.route("**/api/v1/media?**", lambda _: None)  # no answer ever comes
    names = [f"envoi {at}.png" for at in range(3)]
    page.set_input_files("#file", [put(tmp_path, image("PNG"), name) for name in names])
    page.locator("[data-do]").press("Enter")
    expect(page.locator("[data-batch]")).to_contain_text("Envoi : 0 fichier sur 3")
    page.reload()
    expect(page.locator("[data-left]")).to_contain_text("3 fichiers n’étaient pas partis")
    expect(page.locator("[data-left] li")).to_contain_text(names)
    assert_accessible(page)
    page.locator("[data-left] button").press("Enter")
    expect(page.locator("#list-title")).to_be_focused()
    page.reload()
    expect(page.locator("[data-left]")).to_have_count(0)


def test_a_medium_is_replaced_in_its_notices_in_one_press(hall: Served, pages: Pages, tmp_path: Path):
    page = library(hall, pages)
    media = []
    for size in ((40, 40), (40, 60)):
        send(page, put(tmp_path, image("PNG", size), f"plan {size[1]}.png"))
        expect(card(page).locator(".name")).to_have_text(f"plan {size[1]}.png")
        expect(card(page)).to_have_attribute("data-state", "ready")
        media.append(card(page).get_attribute("data-medium"))
        found = open_newest(page)
        found.locator("textarea[name=fr]").fill("Le plan")
        found.locator("[data-keep]").press("Enter")
        expect(found.locator("img")).to_have_attribute("alt", "Le plan")
        page.goto(f"{hall.base_url}{PATH}")
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
    page.goto(f"{hall.base_url}{PATH}/{media[0]}")
    old = page.locator(".alone")
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
    expect(picture).to_have_js_property("complete", value=True)
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


def test_a_video_and_a_document_are_prepared_by_the_separate_process(
    hall: Served, pages: Pages, tmp_path: Path
):
    page = library(hall, pages, "reception")
    send(page, put(tmp_path, video(size=(320, 200)), "film.webm"))
    expect(card(page).locator(".name")).to_have_text("film.webm")
    expect(card(page)).to_contain_text("Vidéo, 0:01")
    send(page, put(tmp_path, pdf(3), "rapport.pdf"))
    expect(card(page)).to_contain_text("Document, 3 pages")
    page.locator(".medium").nth(1).locator("a").press("Enter")
    url = page.locator("a.picture").get_attribute("href")
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
        assert_not_sideways(page)
        assert_accessible(page)


def test_the_captions_of_a_film_are_typed_beside_its_notice_and_corrected_while_it_is_shown(
    hall: Served, pages: Pages, tmp_path: Path
):
    page = library(hall, pages)
    send(page, put(tmp_path, video(size=(320, 200)), "visite.webm"))
    expect(card(page).locator(".name")).to_have_text("visite.webm")
    expect(card(page)).to_have_attribute("data-state", "ready")
    found = open_newest(page)
    found.locator("textarea[name=fr]").fill("La visite")
    found.locator("[data-keep]").press("Enter")
    expect(page.locator("[data-text=status]")).to_have_text("Texte enregistré.")
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


def test_the_real_server_refuses_a_too_large_upload_before_reading_it(hall: Served):
    with signed_in(hall, "communication") as client:
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        token = client.headers["X-CSRFToken"]
    connection = http.client.HTTPConnection("127.0.0.1", int(hall.base_url.rpartition(":")[2]))
    headers = {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": "application/octet-stream"}
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
