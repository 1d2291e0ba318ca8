"""Every page that is not tried for itself: accessible, no wider than its screen, walked by keyboard alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect

from server.clock import Clock
from server.domain.surveys.turnout import TurnoutCell
from server.store.surveys import keep_turnout
from server.store.transactions.database import Database
from server.web.access.cookies import DEVICE_COOKIE
from server.web.rendering.problems import id_of_form
from tests.harness.accessible import (
    assert_accessible,
    assert_accessible_at_this_width,
    assert_not_sideways,
    further_violations,
    unreached_by_keyboard,
    violations,
)
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import announce, demonstration_user, sign_in, signed_in
from tests.pages.kiosk.conftest import demonstration_site
from tests.signage.media.uploads import image

WHOLE = ("/", "/console", "/configuration")
"""One of each make: these are tried with every rule in forced colours."""
AT_WORK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROWEST: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def hall(demonstration_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("every")) as server:
        server.take_demonstration(demonstration_sqlite)
        announce(server)
        yield server.start()


@pytest.fixture(scope="module")
def page_of(hall: Served, browser: Browser) -> Iterator[Callable[[str | None], Page]]:
    """The page of a signed-in person of a role, None: of anybody; one for all tests, which need not fetch
    what it has.
    """
    opened, known = Pages(browser), dict[str | None, Page]()

    def page_of(role: str | None) -> Page:
        if role not in known:
            page = opened.open()
            known[role] = sign_in(page, hall, *demonstration_user(hall, role)) if role else page
        assert not opened.troubles, "\n".join(opened.troubles)
        known[role].set_viewport_size(AT_WORK)
        return known[role]

    yield page_of
    opened.close()
    assert not opened.troubles, "\n".join(opened.troubles)


@contextmanager
def read(page: Page) -> Iterator[None]:
    """Ends once the page itself waits for no answer: some pages read what they show."""
    waited: set[Request] = set()

    def begins(request: Request) -> None:
        if request.resource_type in {"fetch", "xhr"} and request.frame == page.main_frame:
            waited.add(request)

    def ends(request: Request) -> None:
        waited.discard(request)

    page.on("request", begins)
    page.on("requestfinished", ends)
    page.on("requestfailed", ends)
    yield
    wait_until(lambda: page.evaluate("new Promise(requestAnimationFrame)") and not waited, "the page has all")
    for event, handler in {"request": begins, "requestfinished": ends, "requestfailed": ends}.items():
        page.remove_listener(event, handler)


def assert_walked(page: Page, judge: Callable[[Page], None] = assert_accessible) -> None:
    judge(page)
    assert_not_sideways(page)
    assert unreached_by_keyboard(page) == []


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/",
            "/connexion",
            "/invitation",
            "/suivi",
            "/infos/laon",
            "/infos/laon/venir",
            "/infos/laon/donnees",
            "/dire/laon",
            "/dire/laon/suivi",
            "/vos-donnees",
        ),
        *("/imprimantes", "/pair", "/nothing-here"),
    ],
)
def test_a_page_open_to_everybody(hall: Served, page_of: Callable[[str | None], Page], path: str):
    page = page_of(None)
    page.goto(f"{hall.base_url}{path}")
    assert_walked(page)
    assert further_violations(page) == []
    page.set_viewport_size(PHONE)
    assert_walked(page, assert_accessible_at_this_width)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("supervisor", "/"),
        ("reception", "/accueil"),
        ("supervisor", "/mur"),
        ("supervisor", "/supervision"),
        ("administrator", "/appareils"),
        ("supervisor", "/appareils/papier"),
        ("administrator", "/alarmes"),
        ("security", "/securite"),
        ("supervisor", "/incidents"),
        ("security", "/alerte"),
        ("quality", "/qualite"),
        ("quality", "/qualite/explorer"),
        ("quality", "/qualite/dictionnaire"),
        ("quality", "/qualite/autres"),
        ("quality", "/qualite/saisies"),
        ("quality", "/qualite/et-si"),
        ("committee", "/objectifs"),
        ("supervisor", "/objectifs?demarche=laon-accueil"),
        ("quality", "/voix"),
        ("quality", "/voix/registre"),
        ("committee", "/voix/bilan"),
        ("quality", "/voix/visites/nouveau"),
        ("quality", "/voix/actions"),
        ("quality", "/voix/enquetes/nouvelle"),
        ("agent", "/voix/papiers"),
        ("agent", "/voix/dire"),
        ("quality", "/voix/comite"),
        ("quality", "/rapports/labels"),
        ("quality", "/rapports/envois"),
        ("quality", "/conservation"),
        ("administrator", "/conservation?quoi=delivery&jours=1"),
        ("quality", "/conservation/registre"),
        ("agent", "/compte/donnees"),
        ("supervisor", "/journal"),
        ("supervisor", "/journal/tetes"),
        ("supervisor", "/configuration"),
        ("supervisor", "/configuration/laon"),
        ("communication", "/affichage"),
        ("reception", "/affichage/message"),
        ("communication", "/affichage/medias"),
        ("communication", "/affichage/apparence"),
        ("communication", "/affichage/affluence"),
        ("supervisor", "/affichage/ecrans"),
        ("administrator", "/affichage/ecrans?tous=1"),
        ("communication", "/affichage/journee"),
        ("communication", "/affichage/accelere"),
        ("communication", "/affichage/calendrier"),
        ("agent", "/console"),
        ("agent", "/compte"),
        ("administrator", "/personnes"),
        ("administrator", "/personnes/inviter"),
    ],
)
def test_a_page_of_people_at_work(hall: Served, page_of: Callable[[str | None], Page], role: str, path: str):
    page = page_of(role)
    with read(page):
        page.goto(f"{hall.base_url}{path}")
    assert page.url == f"{hall.base_url}{path}"
    expect(page.locator("[data-live]:visible:not([data-live=yes])")).to_have_count(0)
    assert_walked(page)
    assert further_violations(page, is_whole=path in WHOLE) == []
    page.set_viewport_size(NARROWEST)
    assert_not_sideways(page)


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("supervisor", ["/", "/mur", "/configuration/laon"]),
        ("quality", ["/qualite"]),
        ("reception", ["/accueil"]),
        ("agent", ["/console"]),
    ],
)
def test_a_person_chooses_a_dark_theme_and_a_compact_density(
    hall: Served, pages: Pages, role: str, paths: list[str]
):
    page = sign_in(pages.open(), hall, *demonstration_user(hall, role), path="/compte")
    chosen, form = page.locator("html"), page.locator("form[action='/compte/affichage']")
    for theme, density in (("dark", "compact"), ("light", "comfortable")):
        form.locator("#theme").select_option(theme)
        form.locator("#density").select_option(density)
        form.locator("button").press("Enter")
        expect(page.locator(".notice.good")).to_be_focused()
        expect(chosen).to_have_attribute("data-theme", theme)
        expect(chosen).to_have_attribute("data-density", density)
        for path in paths if theme == "dark" else ():
            with read(page):
                page.goto(f"{hall.base_url}{path}")
            assert page.evaluate(COLOURS) == "dark"
            assert violations(page) == []
            assert_not_sideways(page)
        page.goto(f"{hall.base_url}/compte")


COLOURS = "getComputedStyle(document.documentElement).colorScheme"


def test_a_theme_as_the_device_follows_it_and_paper_is_always_light(hall: Served, pages: Pages):
    page = sign_in(pages.open(), hall, *demonstration_user(hall, "quality"), path="/compte")
    page.locator("#theme").select_option("device")
    page.locator("form[action='/compte/affichage'] button").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "device")
    usual = page.evaluate(COLOURS)
    page.emulate_media(color_scheme="dark")
    assert (usual != "dark", page.evaluate(COLOURS)) == (True, "dark")
    page.emulate_media(media="print")
    assert page.evaluate(COLOURS) == usual


def test_a_day_is_played_by_keyboard_and_goes_by_steps_with_reduced_motion(
    hall: Served, page: Page, pages: Pages
):
    sign_in(page, hall, *demonstration_user(hall, "communication"), "/affichage/accelere?hall=laon")
    hour, now = page.get_by_label("Heure de la journée"), page.locator("[data-now]")
    expect(now).to_contain_text(" · ")  # the screen's page says what it shows
    begins = int(hour.input_value())
    page.get_by_label("Vitesse").select_option("600")
    page.get_by_role("button", name="Lire").press("Enter")
    page.wait_for_function(f"() => Number(document.querySelector('#heure').value) > {begins}")
    page.get_by_role("button", name="Pause").press("Space")
    stood = int(hour.input_value())
    hour.press("ArrowRight")
    assert int(hour.input_value()) == stood + 60_000
    is_told = "hour => document.querySelector('[data-now]').textContent.startsWith(hour.ariaValueText)"
    assert hour.evaluate(is_told)
    still = pages.open(reduced_motion="reduce")
    sign_in(still, hall, *demonstration_user(hall, "communication"), "/affichage/accelere?hall=laon")
    expect(still.get_by_role("button", name="Lire")).to_be_hidden()
    still.get_by_role("button", name="Une minute de plus").press("Enter")
    assert int(still.get_by_label("Heure de la journée").input_value()) == begins + 60_000


def test_alarms_are_chosen_by_keyboard_and_an_empty_choice_is_refused_there(hall: Served, page: Page):
    sign_in(page, hall, *demonstration_user(hall, "administrator"), "/alarmes?hall=laon")
    page.fill("#address", "garde@example.org")
    adding = page.locator("form.add")
    adding.locator("summary").press("Enter")
    for kind in adding.locator("[name=kinds]").all():
        if kind.is_checked():  # a quiet kind is not
            kind.press("Space")
    assert_walked(page)
    adding.locator("button").press("Enter")
    expect(page.locator("#kinds-new-refused")).to_be_visible()
    expect(adding.locator("[name=kinds]").first).to_be_focused()
    assert_walked(page)
    adding.locator("[value=paper_out]").press("Space")
    adding.locator("select[name=language]").select_option("en")
    adding.locator("button").press("Enter")
    told = page.locator("[data-recipient]", has_text="garde@example.org")
    expect(told.locator("[data-told]")).to_have_text("plus de papier · English")
    told.locator("summary").press("Enter")
    expect(told.locator("input:checked")).to_have_count(1)
    assert_walked(page)


def test_a_report_is_begun_and_what_is_typed_is_still_there_when_the_page_is_opened_again(
    hall: Served, page: Page
):
    sign_in(page, hall, *demonstration_user(hall, "quality"), "/rapports")
    assert_walked(page)
    page.get_by_role("button", name="Commencer ce rapport").press("Enter")
    page.wait_for_url("**/rapports/*")
    page.get_by_label("Ce que nous faisons").fill("Un guichet de plus le mardi.")
    page.reload()
    expect(page.get_by_label("Ce que nous faisons")).to_have_value("Un guichet de plus le mardi.")
    expect(page.locator("[data-found]")).to_be_visible()
    assert_walked(page)
    assert further_violations(page) == []


def test_a_bulletin_is_shown_by_two_presses_of_the_keyboard(hall: Served, page: Page):
    sign_in(page, hall, *demonstration_user(hall, "administrator"), "/alerte/bulletins?hall=laon")
    assert_walked(page)
    assert further_violations(page) == []
    page.get_by_role("link", name="Préparer le message…").press("Enter")
    expect(page.locator("form.sure")).to_be_visible()
    assert_walked(page)
    page.get_by_role("link", name="Ne rien afficher").press("Enter")
    calm = page.locator("article", has=page.get_by_role("link", name="Préparer le message…"))
    calm.locator("summary").press("Enter")
    calm.get_by_role("button", name="Écarter").press("Enter")
    expect(page.locator("[aria-invalid=true]")).to_be_focused()
    assert_walked(page)
    page.get_by_role("link", name="Préparer le message…").press("Enter")
    page.get_by_role("button", name="Publier le message").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("link", name="Préparer l’alerte…")).to_have_count(1)


def test_a_decided_target_is_withdrawn_by_a_form_that_says_what_is_missing(hall: Served, page: Page):
    who = demonstration_user(hall, "supervisor")
    sign_in(page, hall, *who, "/objectifs?demarche=laon-associations")
    page.fill("[name=part]", "80")
    page.fill("[name=minutes]", "25")
    page.fill("[name=par]", "Préfète")
    page.locator("form.card button.primary").press("Enter")
    expect(page.locator("#decided")).to_be_visible()
    page.locator('a[href*="retirer="]').press("Enter")
    form = page.locator("#retrait")
    expect(form).to_be_visible()
    assert_walked(page)
    form.locator("button.primary").press("Enter")
    expect(form.locator("[name=motif]")).to_have_attribute("aria-invalid", "true")
    assert_walked(page)


def test_pages_of_the_voice_of_visitors_with_what_people_wrote(hall: Served, page: Page):
    with signed_in(hall, "quality") as quality:

        def sent(path: str, typed: dict[str, str], photograph: bytes | None = None) -> str:
            fields = {"csrf_token": quality.headers["X-CSRFToken"], "formulaire": "written"} | typed
            files = None if photograph is None else {"photographs": ("a.jpg", photograph, "image/jpeg")}
            answer = quality.post(path, data=fields, files=files)
            assert answer.status_code == 303, answer.text
            return answer.headers["Location"]

        results = {f"result-{number}": "not_met" for number in range(5)}
        check = {"done_on": "2026-11-23", "function": "Responsable qualité", **results}
        sent("/voix/controles/nouveau?hall=laon", check)
        photograph = image("JPEG", (1200, 800))
        checks = sent(
            f"/voix/controles/{id_of_form('written')}/photographies?hall=laon", {"nobody": "yes"}, photograph
        )
        complaint = {"kind": "complaint", "channel": "letter", "text": "Madame Martin, 06 12 34 56 78"}
        entry = sent("/voix/registre/nouveau?hall=laon", complaint)
        sent("/voix/comite/membres", {"site": "laon", "function": "Association d’usagers"})
        held = {"site": "laon", "met_on": "2026-11-23", "is_held": "yes", "agenda": "Bilan"}
        meeting = sent("/voix/comite/reunions", held)
    sign_in(page, hall, *demonstration_user(hall, "quality"), checks)
    expect(page.locator(".photographs img")).to_have_js_property("complete", value=True)
    assert page.locator(".photographs img").evaluate("picture => picture.naturalWidth") == 1200
    assert_walked(page)
    for path in (entry, meeting):
        page.goto(f"{hall.base_url}{path}")
        assert_walked(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{hall.base_url}{checks}")
    assert_walked(page, assert_accessible_at_this_width)


def test_an_action_is_done_with_a_photograph_on_a_phone_in_five_presses(
    hall: Served, page: Page, tmp_path: Path
):
    with signed_in(hall, "quality") as quality:
        written = {"csrf_token": quality.headers["X-CSRFToken"], "formulaire": "photographed", "site": "laon"}
        typed = {"remark": "Panneau d’accueil trop haut", "owner": "Logistique", "state": "to_do"}
        assert quality.post("/voix/actions", data=written | typed).status_code == 303
    photograph = tmp_path / "panneau.jpg"
    photograph.write_bytes(image("JPEG", (1200, 800)))
    page.set_viewport_size(PHONE)
    sign_in(page, hall, *demonstration_user(hall, "quality"), "/voix/actions")
    page.get_by_role("link", name="Modifier : Panneau d’accueil trop haut").press("Enter")
    page.get_by_label("Solution").fill("Panneau descendu à hauteur de lecture")
    page.get_by_label("État").last.select_option("done")
    page.get_by_label("Photographies de ce qui est fait").set_input_files(photograph)
    page.get_by_label("Personne n’est reconnaissable").press("Space")
    assert_walked(page)
    page.get_by_role("button", name="Enregistrer").press("Enter")
    done = page.locator(".listed li.done")
    expect(done.locator("img")).to_have_js_property("complete", value=True)
    assert done.locator("img").evaluate("picture => picture.naturalWidth") == 1200
    done.get_by_role("link", name="Modifier").press("Enter")
    assert_walked(page)
    page.set_viewport_size(AT_WORK)
    assert further_violations(page) == []


def test_a_survey_is_answered_on_a_phone_and_at_the_exit_and_its_texts_are_read(
    hall: Served, page: Page, pages: Pages
):
    sign_in(page, hall, *demonstration_user(hall, "quality"), "/voix/enquetes")
    page.get_by_role("link", name="Votre visite à la préfecture").press("Enter")
    assert_walked(page)
    survey_page = page.url
    exit_kiosk, link = (
        page.locator(f".addresses li:has-text('{way}') a").get_attribute("href")
        for way in ("Borne de sortie", "À mettre dans un message")
    )
    phone = pages.open(str(link), width=390, height=844)
    assert_walked(phone, assert_accessible_at_this_width)
    phone.locator("[name=q1]").first.press("Space")
    phone.get_by_role("button", name="Envoyer").press("Enter")
    expect(phone.get_by_role("heading", name="Merci")).to_be_visible()
    tablet = pages.open(width=1280, height=800)
    token = demonstration_site(hall)["kiosk"]["token"]
    tablet.context.add_cookies([{"name": DEVICE_COOKIE, "value": token, "url": hall.base_url}])
    tablet.goto(str(exit_kiosk))
    assert_walked(tablet)
    tablet.get_by_role("button", name="Très bien").press("Enter")
    expect(tablet.get_by_role("heading", name="Merci")).to_be_visible()
    with signed_in(hall, "security") as guard:
        press = {"halls": ["laon"], "kind": "evacuate", "press_id": "exit"}
        alert = guard.post("/api/v1/alerts", json=press).raise_for_status().json()["alert"]
        page.get_by_role("link", name="à lire").press("Enter")
        assert_walked(page)
        assert further_violations(page) == []
        expect(tablet.get_by_role("heading", name="Évacuez")).to_be_visible()
        guard.post(f"/api/v1/alerts/{alert}/take-back", json={"halls": ["laon"]}).raise_for_status()
    with signed_in(hall, "administrator", "*") as administrator:
        closed = administrator.post(
            f"{survey_page}/cloture", data={"csrf_token": administrator.headers["X-CSRFToken"]}
        )
        assert closed.status_code == 303, closed.text
    cells: list[TurnoutCell] = [
        {"value": "09", "visits": 40, "answers": 24},
        {"value": "10", "visits": 90, "answers": 12},
    ]
    database = Database(hall.database_url, Clock())
    with database.store.write() as rows:
        survey = survey_page.rpartition("/")[2]
        keep_turnout(rows, survey, {database.hall_id("laon"): {"hour": cells}})
    database.close()
    page.goto(survey_page)
    expect(page.locator(".turnout table")).to_have_count(1)
    assert_walked(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_walked(page, assert_accessible_at_this_width)
