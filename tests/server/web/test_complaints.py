"""The register: from the public page to « on l’a fait »; who reads what; photographs; what is refused."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from server.domain.complaints import EntryRequest
from server.domain.photographs import OF_ENTRY
from server.store.people.accounts import Grant
from server.usecases.complaints import act_on_entry as stop_flood_module
from server.usecases.complaints import entries as add_entry_module
from server.usecases.complaints.entries import add_entry
from server.usecases.journal.maintenance import purge
from server.usecases.notices.read_public_notices import REGISTER_NOTICE, with_register_address
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.quality.figures_history import open_register_of
from tests.server.web.api_site import HALL, OTHER, ApiSite, Officers, accepted, csrf_of, send_files
from tests.signage.media.uploads import taken

PUBLIC = f"/dire/{HALL}"
FIGURES = f"/voix/bilan?hall={HALL}"
REGISTER = f"/voix/registre?hall={HALL}"
TEXT = "Il manque des sièges, dit Monsieur Dupont au 06 12 34 56 78."


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the first form of a page of visitors."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def send(site: ApiSite, query: str = "", **fields: str) -> Any:
    visitor = site.app.test_client()
    form = hidden_fields(visitor.get(PUBLIC + query).text)
    return visitor.post(PUBLIC, data=form | fields)


def act(browser: Any, address: str, **fields: str) -> Any:
    return browser.post(address, data={"csrf_token": csrf_of(browser), **fields})


def entry_address(browser: Any, reference: str) -> str:
    [found] = re.findall(rf'<a href="([^"]+)">[^<]* {reference}</a>', browser.get(REGISTER).text)
    return str(found)


def test_from_the_page_of_the_kiosk_to_what_was_done(api: ApiSite):
    assert api.app.test_client().get(PUBLIC).status_code == 404
    open_register_of(api.database)
    sent = send(api, "?par=borne", kind="complaint", text=TEXT, contact="ines@exemple.fr")
    assert sent.status_code == 303
    receipt = api.app.test_client().get(sent.headers["Location"])
    assert "au plus tard le 9 décembre 2026" in receipt.text
    assert "Set-Cookie" not in receipt.headers
    reference = one_row(api.database, "SELECT reference FROM complaint")["reference"]

    head = api.person("supervisor")
    assert "Borne" in head.get(REGISTER).text
    address = entry_address(head, reference)
    page = head.get(address).text
    assert '<mark title="nom possible">Monsieur Dupont</mark>' in page
    assert '<mark title="téléphone">06 12 34 56 78</mark>' in page
    assert "ines@exemple.fr" in page
    assert act(head, address, verb="answer", words="Vingt sièges sont arrivés.").status_code == 303
    assert act(head, address, verb="close").status_code == 303
    assert act(head, address, verb="plan", remark="Plus de sièges").status_code == 303
    plan = head.get(f"/voix/actions?hall={HALL}").text
    assert "Plus de sièges" in plan
    [entry] = re.findall(r'href="(/voix/registre/[0-9a-f]+)"', plan)
    assert head.get(entry).headers["Location"] == address

    followed = api.app.test_client().get(sent.headers["Location"].replace("&envoi=1", "")).text
    assert "Vingt sièges sont arrivés." in followed
    assert "Dupont" not in followed
    assert "ines@" not in followed

    wording = {"public_asked": "Plus de sièges dans le hall", "public_done": "Vingt sièges de plus"}
    unchecked = act(head, address, verb="release", **wording)
    assert unchecked.status_code == 422
    assert 'aria-describedby="is_checked-refused"' in unchecked.text
    visitors_page = f"/infos/{HALL}/venir"
    assert "Vingt sièges" not in api.app.test_client().get(visitors_page).text
    for _ in range(2):
        assert act(head, address, verb="release", is_checked="yes", **wording).status_code == 303
    assert "Vingt sièges de plus" in api.app.test_client().get(visitors_page).text
    [drafted] = all_rows(api.database, "SELECT id, state FROM notice")
    assert drafted["state"] == "draft"
    officer = api.person("communication")
    notice = officer.get(f"/api/v1/notices/{drafted['id']}").get_json()
    assert notice["content"]["kind"] == "asked_and_done"
    assert notice["content"]["done"] == {"fr": "Vingt sièges de plus"}
    assert act(head, address, verb="withdraw").status_code == 303
    assert "Vingt sièges" not in api.app.test_client().get(visitors_page).text
    assert act(head, address, verb="release", is_checked="yes", **wording).status_code == 303
    shown = Officers(api).show(drafted["id"])
    assert "Vingt sièges de plus" in str(shown), "a screen shows it once communication has published it"


def test_the_committee_reads_figures_and_what_is_public_but_nothing_that_was_written(api: ApiSite):
    committee = api.person("committee")
    assert "Le registre de ce site est fermé" in committee.get(FIGURES).text
    open_register_of(api.database)
    for number in range(5):
        if number == 4:
            assert "moins de 5" in committee.get(FIGURES).text
        send(api, kind="complaint", text=f"Chez Dupont {number}")
    reference = all_rows(api.database, "SELECT reference FROM complaint")[0]["reference"]
    head = api.person("supervisor")
    address = entry_address(head, reference)
    act(head, address, verb="answer", words="Vingt sièges sont arrivés.")
    act(
        head, address, verb="release", is_checked="yes", public_asked="Des sièges", public_done="Vingt sièges"
    )
    page = committee.get(FIGURES).text
    assert re.findall(r"<td>([^<]*)</td>", page) == ["5", "1", "0", "4", "1", "0\u00a0jour"]
    assert ("Des sièges" in page, "Vingt sièges</bdi>" in page, "Dupont" in page) == (True, True, False)
    assert committee.get(REGISTER).status_code == 403
    assert api.person("agent").get(FIGURES).status_code == 403


def test_a_complaint_about_the_reception_is_read_by_quality_only(api: ApiSite):
    open_register_of(api.database)
    send(api, kind="complaint", text="On m’a mal parlé.", concerns_agent="yes")
    head, quality = api.person("supervisor"), api.person("quality")
    reference = one_row(api.database, "SELECT reference FROM complaint")["reference"]
    listed = head.get(REGISTER).text
    assert reference not in listed
    assert "1 entrée concerne une personne de l’accueil" in listed
    address = entry_address(quality, reference)
    assert "mal parlé" in quality.get(address).text
    assert head.get(address).status_code == 404
    assert act(head, address, verb="acknowledge").status_code == 404
    assert api.person("agent").get(REGISTER).status_code == 403
    stranger = api.person("quality", OTHER)
    assert stranger.get(REGISTER).status_code == 404
    assert stranger.get(address.replace(HALL, OTHER)).status_code == 404
    entered = act(
        head,
        f"/voix/registre/nouveau?hall={HALL}",
        formulaire="a",
        kind="complaint",
        channel="oral",
        text="Une plainte dite au guichet",
        concerns_agent="yes",
    )
    assert "la lisent, pas vous" in head.get(entered.headers["Location"]).text


def test_what_was_said_at_the_desk_is_noted_by_who_receives_and_read_by_who_answers(api: ApiSite):
    said, agent = f"/voix/dire?hall={HALL}", api.person("agent")
    typed = {"formulaire": "a", "kind": "complaint", "text": "Il fait froid"}
    assert said not in agent.get("/voix/papiers").text
    assert act(agent, said, **typed).status_code == 409
    open_register_of(api.database)
    assert said in agent.get("/voix/papiers").text
    refused = act(agent, said, kind="complaint")
    assert refused.status_code == 422
    assert 'aria-describedby="text-refused"' in refused.text
    for _ in range(2):
        noted = act(agent, said, **typed)
    row = one_row(api.database, "SELECT reference, channel, state FROM complaint")
    assert (row["channel"], row["state"]) == ("oral", "received")
    assert row["reference"] in agent.get(noted.headers["Location"]).text
    assert agent.get(REGISTER).status_code == 403
    assert "Il fait froid" in api.person("quality").get(REGISTER).text
    assert api.person("reception").get(said).status_code == 200
    for stranger, status in ((api.person("agent", OTHER), 404), (api.person("quality"), 403)):
        assert act(stranger, said, **typed).status_code == status
    for language in ("en", "es"):
        assert "complaints." not in agent.get(f"{said}&lang={language}").text.partition("<main")[2]


def test_what_is_typed_stays_with_a_sentence_at_the_field_and_one_address_is_slowed(api: ApiSite):
    open_register_of(api.database)
    for fields, said in (
        ({"kind": "complaint"}, "Écrivez le message."),
        ({"text": "Bonjour"}, "Choisissez ce que vous voulez nous dire."),
        ({"kind": "thanks", "text": "x" * 3001}, "3000 caractères au plus"),
    ):
        answer = send(api, **fields)
        assert answer.status_code == 422
        assert said in answer.text
        assert fields.get("text", "")[:3000] in answer.text
    assert api.count("complaint") == 0
    answers = [send(api, kind="thanks", text="Merci à vous").status_code for _ in range(8)]
    assert answers[-2:] == [303, 429]
    assert api.app.test_client().get(f"/dire/{OTHER}").status_code == 404
    unknown = api.app.test_client().get(f"{PUBLIC}/suivi?reference=AAAAAAA&code=AAAA-AAAA-AAAA")
    assert unknown.status_code == 404
    assert "Nous ne trouvons aucun message" in unknown.text
    for language in ("en", "es"):
        for page in (f"{PUBLIC}?lang={language}", f"{PUBLIC}/suivi?lang={language}"):
            assert "complaints." not in api.app.test_client().get(page).text.partition("<main")[2]


def test_a_network_that_floods_keeps_its_text_and_leaves_other_networks_and_the_kiosk_open(api: ApiSite):
    open_register_of(api.database)

    def send_from(address: str, query: str = "") -> Any:
        visitor = api.app.test_client()
        visitor.environ_base["REMOTE_ADDR"] = address
        form = hidden_fields(visitor.get(PUBLIC + query).text)
        return visitor.post(PUBLIC, data=form | {"kind": "thanks", "text": "Merci à vous"})

    for address in ("192.0.2.1", "192.0.2.2"):
        assert [send_from(address).status_code for _ in range(11)] == [303] * 10 + [429]
    refused = send_from("192.0.2.3")
    assert refused.status_code == 429, "its neighbours have used the hour of the network"
    assert "Merci à vous" in refused.text
    assert "réessayez dans une heure" in refused.text
    assert send_from("192.0.2.3", "?par=borne").status_code == 303
    assert send_from("198.51.100.1").status_code == 303


def test_a_supervisor_sees_a_flood_reopens_in_one_press_and_sets_it_aside_in_two(
    api: ApiSite, monkeypatch: pytest.MonkeyPatch
):
    for module in (add_entry_module, stop_flood_module):
        monkeypatch.setattr(module, "MOST_A_DAY", 30)
    open_register_of(api.database)
    for n in range(30):
        written = EntryRequest("complaint", "web", f"Message {n}")
        add_entry(api.database, HALL, written, form=f"{n}", language="fr", channels=("web",))
    assert send(api, kind="thanks", text="Merci").status_code == 429
    head, against = api.person("supervisor"), f"/voix/registre/vague?hall={HALL}"
    assert "Une vague d’envois a rempli le registre" in head.get("/").text
    page = head.get(REGISTER).text
    assert "30 entrées non lues sont arrivées trop vite" in page
    api.hands.now += timedelta(minutes=1)
    reopened = act(head, against, verb="reopen")
    assert "Le registre est rouvert" in head.get(reopened.headers["Location"]).text
    assert "Une vague d’envois est arrivée au registre" in head.get("/").text
    assert send(api, kind="thanks", text="Merci").status_code == 303
    [until] = re.findall(r'name="until" value="([^"]+)"', page)
    assert act(head, against, verb="aside", until=until, flood_reason="").status_code == 422
    done = act(head, against, verb="aside", until=until, flood_reason="Automate").headers["Location"]
    assert "30 entrées sont mises de côté." in head.get(done).text
    assert "Message 3" not in head.get(REGISTER).text
    assert "Vague" not in head.get("/").text
    aside = head.get(f"{REGISTER}&etat=cote").text
    assert "Message 3" in aside
    [address] = set(re.findall(r'<a href="(/voix/registre/[0-9a-f]+[^"]*)">', aside)[:1])
    assert "Automate" in head.get(address).text
    assert "30 entrées sont remises" in head.get(act(head, against, verb="restore").headers["Location"]).text
    for language in ("en", "es"):
        assert "complaints." not in head.get(f"{REGISTER}&lang={language}").text.partition("<main")[2]


def test_unread_and_late_entries_ask_for_attention(api: ApiSite):
    open_register_of(api.database)
    send(api, kind="complaint", text="Il manque des sièges")
    send(api, kind="complaint", text="On m’a mal parlé.", concerns_agent="yes")
    assert "1 entrée à lire au registre" in api.person("supervisor").get("/").text
    assert "2 entrées à lire au registre" in api.person("quality").get("/").text
    for reader in ("quality", "administrator"):
        for at_reception in ("supervisor", "reception", "security"):
            person = api.person_of(Grant(reader, HALL), Grant(at_reception, HALL))
            assert "1 entrée à lire au registre" in person.get("/").text, (reader, at_reception)
    api.hands.now += timedelta(days=16)
    late = api.person("supervisor").get("/").text
    assert "1 réponse en retard au registre" in late
    assert "registre" not in api.person("agent").get("/").text


def test_the_kiosk_and_the_phone_show_the_way_to_the_register(api: ApiSite):
    notices = f"/halls/{HALL}/public-notices"
    before = [each["id"] for each in accepted(api.get(notices, token=api.kiosk))["notices"]]
    open_register_of(api.database)
    found = accepted(api.get(notices, token=api.kiosk))["notices"]
    assert [each["id"] for each in found] == [REGISTER_NOTICE, *before]
    assert [text["title"] for text in found[0]["texts"]] == [
        *("Donner mon avis", "Give my opinion", "Dar mi opinión")
    ]
    assert (found[0]["link"], found[0]["code"]) == (None, None), "without a public address"
    linked = with_register_address(found[0], HALL, "https://exemple.fr/")
    assert linked["link"] == f"https://exemple.fr/dire/{HALL}?par=borne"
    assert "image/svg" in str(linked["code"])
    page = api.app.test_client().get(f"/infos/{HALL}/{REGISTER_NOTICE}").text
    assert f'href="/dire/{HALL}?lang=fr"' in page


# --- photographs of an entry ----------------------------------------------------------------------


def send_photographs(site: ApiSite, *contents: bytes, **more: str) -> Any:
    visitor = site.app.test_client()
    fields = (
        hidden_fields(visitor.get(PUBLIC).text) | {"kind": "complaint", "text": "Une marche cassée"} | more
    )
    return send_files(visitor, PUBLIC, contents, **fields)


@pytest.mark.both_databases
def test_photographs_lose_their_metadata_are_shown_to_who_reads_the_entry_and_go_with_it(api: ApiSite):
    open_register_of(api.database)
    form = {"formulaire": "a-form"}
    for _ in range(2):  # the same form again adds nothing
        assert send_photographs(api, taken(1), taken(2), **form).status_code == 303
    head = api.person("supervisor")
    [row] = all_rows(api.database, "SELECT reference FROM complaint")
    address = entry_address(head, row["reference"])
    page = head.get(address).text
    [first, second] = re.findall(r'<img src="([^"]+)"', page)
    shown = head.get(first)
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert b"Appareil" not in shown.data
    assert Image.open(io.BytesIO(shown.data)).size == (61, 40)
    assert api.person("agent").get(first).status_code == 403
    assert api.person("supervisor", OTHER).get(first).status_code == 404
    assert api.app.test_client().get(first).status_code == 302
    removal = first.replace("?", "/suppression?")
    assert "La photographie est supprimée" in head.get(act(head, removal).headers["Location"]).text
    assert head.get(first).status_code == 404
    assert act(api.person("quality"), address, verb="about_agent").status_code == 303
    assert head.get(second).status_code == 404, "as the entry is"
    api.hands.now += timedelta(days=3 * 365 + 1)
    assert purge(api.database)["complaint_photograph"] == 1


def test_what_is_no_photograph_keeps_the_text_and_sends_nothing(api: ApiSite):
    open_register_of(api.database)
    for contents, status, said in (
        ([taken(shade) for shade in range(OF_ENTRY.most + 1)], 422, "3 photographies au plus"),
        ([b"<svg>", taken(1)], 422, "photographie lisible"),
        ([b"\x00\x00\x00\x18ftypheic" + bytes(40)], 422, "WebP ou HEIC"),
        ([b"\xff\xd8\xff" + bytes(OF_ENTRY.largest)], 413, "10\u00a0Mo au plus"),
    ):
        answer = send_photographs(api, *contents)
        assert (answer.status_code, said in answer.text) == (status, True), said
        assert 'aria-describedby="photographs-hint photographs-refused"' in answer.text
        assert "Une marche cassée" in answer.text
    beyond = send_photographs(api, bytes(OF_ENTRY.most * OF_ENTRY.largest + 100_000))
    assert (beyond.status_code, "10\u00a0Mo au plus" in beyond.text) == (413, True)
    assert (api.count("complaint"), api.count("complaint_photograph")) == (0, 0)
    for language in ("en", "es"):
        page = api.app.test_client().get(f"{PUBLIC}?lang={language}").text.partition("<main")[2]
        assert "complaints." not in page
