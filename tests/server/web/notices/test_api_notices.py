"""Notices over the API and for everybody at `/infos/<hall>`: permissions, refusals, what runs now."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.domain.notices.public import NOT_READ
from server.usecases.notices.read_programme import read_programme
from server.usecases.notices.read_public_notices import read_public_notices
from server.web.pages.notices import public_notices
from tests.server.web.api_site import HALL, OTHER, TEXT, ApiSite, Officers, accepted, items_of, refused
from tests.server.web.media.conftest import Bureau
from tests.signage.media.uploads import image


@pytest.fixture
def officers(api: ApiSite) -> Officers:
    return Officers(api)


ADDRESS = f"/infos/{HALL}"
AIMED = TEXT | {"targets": {"halls": [HALL]}}


@pytest.fixture
def phone(api: ApiSite) -> FlaskClient:
    """A browser that nobody knows."""
    return api.app.test_client()


def opened(phone: FlaskClient, path: str, status: int = 200) -> str:
    answer = phone.get(path)
    assert answer.status_code == status
    if status == 200:
        assert "Set-Cookie" not in answer.headers, "nothing is kept"
    return answer.text


def publish(officers: Officers, content: dict[str, Any]) -> dict[str, Any]:
    return accepted(officers.post("officer", "/notices/publish", {"content": content}), 201)


def test_a_bureau_drafts_an_officer_refuses_then_it_is_shown_at_every_site(api: ApiSite):
    officers = Officers(api)
    notice = officers.draft()
    accepted(officers.verb("bureau", notice, "submit"))
    listed = accepted(officers.get("everywhere", "/notices"))["notices"]
    assert [(each["title"], each["state"], each["waits_for_me"]) for each in listed] == [
        ("Ouvert à midi", "submitted", True)
    ]
    accepted(officers.verb("everywhere", notice, "refuse", reason="Dites à quelle heure."))
    mine = accepted(officers.get("bureau", f"/notices/{notice['notice']}"))
    assert (mine["waits_for_me"], mine["verbs"]) == (True, ["edit", "archive"])
    assert [step["reason"] for step in mine["history"]] == [None, None, "Dites à quelle heure."]
    assert "script" not in mine["content"]["bodies"]["fr"]
    changed = TEXT | {"bodies": {**TEXT["bodies"], "fr": "<p>De 12 h à 14 h</p>"}}  # type: ignore[dict-item]
    edit = {"content": changed, "base_version": 1}
    better = accepted(officers.post("bureau", f"/notices/{notice['notice']}", edit, "PATCH"))
    accepted(officers.verb("bureau", better, "submit"))
    accepted(officers.verb("everywhere", better, "approve"))
    accepted(officers.verb("everywhere", better, "publish"))
    read = accepted(officers.get("bureau", f"/notices/{notice['notice']}"))
    assert [each["path"] for each in read["versions"][1]["changes"]] == ["bodies.fr"]
    for hall in (HALL, OTHER):
        programme = read_programme(api.database, hall, "", lambda key, *_, **__: key)
        shown = items_of(programme, notice["notice"])
        unnamed = {"credit": "", "code": None, "picture": None}
        assert [(item["language"], item["content"]) for item in shown] == [
            ("fr", unnamed | {"title": "Ouvert à midi", "html": "<p>De 12 h à 14 h</p>"}),
            ("en", unnamed | {"title": "Open at noon", "html": "<p>Wednesdays</p>"}),
            ("fr", unnamed | {"title": "Ouvert à midi", "html": "<p>De 12 h à 14 h</p>"}),
            ("es", unnamed | {"title": "Abierto a mediodía", "html": "<p>Sí</p>"}),
        ]
        assert {(item["windows"] is None, item["is_legal"], item["ms"]) for item in shown} == {
            (False, False, 10_000)
        }


def test_a_caller_without_the_permission_is_refused(officers: Officers):
    notice = officers.draft()
    refused(officers.post("agent", "/notices", {"content": TEXT}), 403, "forbidden")
    refused(officers.get("agent", "/notices"), 403, "forbidden")
    refused(officers.site.get("/notices"), 403, "forbidden")
    refused(officers.site.get("/notices", token=None), 401, "not_signed_in")
    refused(officers.verb("bureau", notice, "approve"), 403, "forbidden")
    accepted(officers.verb("bureau", notice, "submit"))
    refused(officers.verb("officer", notice, "approve"), 403, "forbidden")
    refused(officers.get("bureau", "/notices/none"), 404, "unknown_notice")
    vervins = officers.draft(TEXT | {"targets": {"sites": ["vervins"]}}, "everywhere")
    refused(officers.get("bureau", f"/notices/{vervins['notice']}"), 403, "forbidden")
    assert vervins["notice"] not in [
        each["notice"] for each in accepted(officers.get("bureau", "/notices"))["notices"]
    ]


def test_each_problem_of_a_notice_has_its_place(officers: Officers):
    one = TEXT | {"titles": {"fr": "Un", "en": "One"}, "bodies": {"fr": "Un", "en": "One"}}
    problem = refused(officers.post("bureau", "/notices", {"content": one}), 422, "document_refused")
    assert ("titles", "one_translation") in [(each["path"], each["code"]) for each in problem["problems"]]
    assert all(each["detail"].endswith(".") for each in problem["problems"])
    aimed = TEXT | {"targets": {"screens": ["nowhere"]}}
    problem = refused(officers.post("bureau", "/notices", {"content": aimed}), 422, "document_refused")
    assert [each["code"] for each in problem["problems"]] == ["unknown_target"]
    refused(officers.post("bureau", "/notices", {"content": "x"}), 400, "bad_request")
    refused(officers.post("bureau", "/notices", {"content": {}}), 422, "document_refused")


def test_the_second_of_two_editors_is_informed_and_a_repeated_request_is_done_once(officers: Officers):
    notice = officers.draft()
    path, edit = f"/notices/{notice['notice']}", {"content": TEXT, "base_version": 1}
    for _ in range(2):
        first = officers.post("bureau", path, edit, "PATCH", **{"Idempotency-Key": "first"})
        assert accepted(first)["version"] == 2
    assert refused(officers.post("officer", path, edit, "PATCH"), 409, "stale_notice")["newest"] == 2
    refused(officers.verb("bureau", notice, "submit"), 409, "stale_notice")


def test_dates_that_are_reversed_and_states_that_do_not_fit_are_refused(officers: Officers):
    notice = officers.draft()
    refused(officers.verb("everywhere", notice, "publish"), 409, "notice_state")
    accepted(officers.verb("bureau", notice, "submit"))
    accepted(officers.verb("everywhere", notice, "approve"))
    shown = {"from": "2026-12-02T09:00:00+01:00", "until": "2026-12-01T09:00:00+01:00"}
    refused(officers.verb("everywhere", notice, "publish", **shown), 422, "dates_reversed")
    refused(officers.verb("everywhere", notice, "refuse", reason="  "), 422, "no_reason")
    refused(officers.verb("everywhere", notice, "refuse", reason="a\x00b"), 400, "control_characters")
    accepted(officers.verb("everywhere", notice, "refuse", reason="Dites où\net quand."))
    refused(officers.get("everywhere", "/notices?before=nowhere"), 400, "bad_request")
    assert accepted(officers.get("everywhere", "/notices?state=refused"))["next"] is None
    for until in ("2026-12-01T09:00:00", "9999-12-31T23:59:59-14:00", "tomorrow"):
        refused(officers.verb("everywhere", notice, "publish", until=until), 400, "bad_request")


def test_a_published_notice_is_corrected_and_its_correction_takes_its_place(officers: Officers):
    former = officers.publish()
    draft = accepted(officers.verb("bureau", former, "correct"), 201)
    problem = refused(officers.verb("bureau", former, "correct"), 409, "correction_open")
    assert problem["correction"] == draft["notice"]
    seen = accepted(officers.get("bureau", f"/notices/{draft['notice']}"))
    assert (seen["is_correction"], seen["corrects"]["notice"]) == (True, former["notice"])
    assert seen["content"]["titles"] == TEXT["titles"]
    accepted(officers.verb("bureau", draft, "submit"))
    accepted(officers.verb("everywhere", draft, "approve"))
    later = {"from": "2026-12-02T09:00:00+01:00"}
    refused(officers.verb("everywhere", draft, "publish", **later), 409, "correction_starts_now")
    assert items_of(officers.screen(), former["notice"])
    accepted(officers.verb("everywhere", draft, "publish"))
    told = officers.screen()
    assert items_of(told, draft["notice"])
    assert items_of(told, former["notice"]) == []
    refused(officers.verb("bureau", draft, "correct", version=9), 409, "stale_notice")
    refused(officers.verb("agent", draft, "correct"), 403, "forbidden")


def test_one_press_proposes_takes_back_and_publishes(officers: Officers):
    aimed = TEXT | {"targets": {"sites": ["laon"], "everywhere": False}}
    proposed = accepted(officers.post("bureau", "/notices/propose", {"content": aimed}), 201)
    accepted(officers.verb("bureau", proposed, "take-back", state="submitted"))
    refused(officers.verb("bureau", proposed, "take-back", state="submitted"), 409, "notice_moved")
    accepted(officers.verb("bureau", proposed, "propose", content=aimed))
    refused(officers.verb("bureau", proposed, "put-on-screens"), 403, "forbidden")
    accepted(officers.verb("officer", proposed, "put-on-screens", state="submitted"))
    assert items_of(officers.screen(), proposed["notice"])
    at_once = accepted(officers.post("officer", "/notices/publish", {"content": aimed}), 201)
    assert items_of(officers.screen(), at_once["notice"])
    nowhere = {"content": TEXT | {"targets": {"everywhere": False}}}
    problem = refused(officers.post("officer", "/notices/publish", nowhere), 422, "document_refused")
    assert [(each["path"], each["code"]) for each in problem["problems"]] == [("targets", "no_target")]
    refused(officers.post("bureau", "/notices/publish", {"content": aimed}), 403, "forbidden")


def test_what_is_typed_is_previewed_sanitised_and_kept_nowhere(officers: Officers):
    path, body = f"/halls/{HALL}/notices/preview", {"content": TEXT}
    shown = accepted(officers.post("bureau", path, body))
    assert {item["notice"] for item in shown["items"]} == {"unsaved"}
    assert shown["items"][0]["content"]["html"] == "<p>Le <b>mercredi</b></p>"
    assert accepted(officers.get("bureau", "/notices"))["notices"] == []
    refused(officers.post("bureau", path, {"content": {}}), 422, "document_refused")
    refused(officers.post("agent", path, body), 403, "forbidden")
    refused(officers.post("bureau", "/halls/nowhere/notices/preview", body), 404, "unknown_hall")


def test_a_notice_is_read_until_it_ends_in_its_languages_and_an_unknown_hall_is_not_there(
    api: ApiSite, phone: FlaskClient
):
    officers = Officers(api)
    links = {"https": "https://www.aisne.gouv.fr/a?b=1&c=2", "http": "http://intranet.example"}
    safe, plain = (publish(officers, AIMED | {"link": link}) for link in links.values())
    draft = officers.draft(AIMED)["notice"]
    page = opened(phone, f"{ADDRESS}?lang=en")
    assert page.count("Open at noon") == 2
    assert draft not in page
    read = opened(phone, f"{ADDRESS}/{safe['notice']}?lang=en&in=fr")
    assert '<article class="box reading" lang="fr" dir="ltr" data-reading>' in read
    assert "Le mercredi" in read
    assert '<a href="https://www.aisne.gouv.fr/a?b=1&amp;c=2"' in read
    assert links["http"] in (other := opened(phone, f"{ADDRESS}/{plain['notice']}"))
    assert f'href="{links["http"]}' not in other, "an address without https is words"
    for gone in (f"{ADDRESS}/{draft}", "/infos/nowhere", "/infos/nowhere/a"):
        opened(phone, gone, 404)
    accepted(officers.verb("everywhere", safe, "withdraw"))
    opened(phone, f"{ADDRESS}/{safe['notice']}", 404)


@pytest.mark.both_databases
def test_the_files_of_what_runs_are_open_to_everybody_and_no_other_and_a_missing_one_is_told(
    api: ApiSite, phone: FlaskClient
):
    bureau, officers = Bureau(api), Officers(api)
    shown, other = bureau.add(image("PNG")), bureau.add(image("PNG", size=(80, 40)))
    for medium in (shown, other):
        accepted(bureau.describe(medium, fr="Un plan du hall"))
    titles = {"fr": "Plan", "en": "Map", "es": "Plano"}
    content = {"kind": "image", "medium": shown, "titles": titles, "targets": {"halls": [HALL]}}
    notice = publish(officers, content)
    names = [bureau.see(medium)["files"][0]["url"].removeprefix("/media/") for medium in (shown, other)]
    files = [f"{ADDRESS}/fichiers/{name}" for name in names]
    with phone.get(files[0]) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, max-age=300"
    opened(phone, files[1], 404)
    opened(phone, files[0].replace(HALL, "vervins"), 404)
    page = opened(phone, f"{ADDRESS}/{notice['notice']}?lang=en")
    assert files[0] in page
    assert "This part is not translated: here it is in French." in page
    assert '<p lang="fr" dir="ltr">Un plan du hall</p>' in page
    [path] = [bureau.media.files.path(names[0])]
    assert path is not None
    path.unlink()
    page = opened(phone, f"{ADDRESS}/{notice['notice']}")
    assert files[0] not in page
    assert "Un plan du hall" in page


def test_a_kiosk_reads_and_speaks_the_notices_of_its_hall(api: ApiSite):
    officers = Officers(api)
    notice = publish(officers, AIMED)["notice"]
    found = accepted(api.get(f"/halls/{HALL}/public-notices", token=api.kiosk))
    assert [each["id"] for each in found["notices"]] == [notice, "priority-card"]
    assert not NOT_READ & {each["kind"] for each in found["notices"]}
    refused(api.get(f"/halls/{HALL}/public-notices", token=api.screen), 403, "forbidden")


def test_a_hall_without_notices_says_so_and_a_ticket_leads_to_those_it_has(
    api: ApiSite, monkeypatch: pytest.MonkeyPatch
):
    phone = api.app.test_client()
    token = api.ticket()["token"]
    api.hands.now += timedelta(minutes=1)
    assert f'href="{ADDRESS}?lang=fr"' in phone.get(f"/t/{token}?lang=fr").text
    assert "priority-card" in phone.get(ADDRESS).text
    nothing = read_public_notices(api.database, HALL, lambda key, *_, **__: key) | {"notices": []}
    monkeypatch.setattr(public_notices, "read_public_notices", lambda *_: nothing)
    assert "There is no information to read" in phone.get(f"{ADDRESS}?lang=en").text
