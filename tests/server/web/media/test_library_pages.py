"""The library as pages of the server: a grid that is searched, and several media changed at once."""

import html
import re
from typing import Any

import pytest

from server.store.people.accounts import EVERY_SITE
from tests.server.web.api_site import HALL, accepted
from tests.server.web.media.conftest import Bureau
from tests.server.web.media.test_library import catalogue, picture_notice
from tests.signage.media.uploads import image, zipped

PAGE = "/affichage/medias"
CHOSEN = f"{PAGE}/choisis"
STRANGE = "نافذة <b>&\u202e «été» 100%.png"


def added(bureau: Bureau, *names: str) -> list[str]:
    """Media of different pictures by these names, prepared."""
    media = [
        accepted(bureau.upload(image("PNG", (20 + at, 10)), query_string={"name": name}), 201)["medium"]
        for at, name in enumerate(names)
    ]
    bureau.prepare()
    return media


def do(bureau: Bureau, gesture: str, media: list[str], **fields: Any) -> Any:
    sent = {"medium": media, "csrf_token": bureau.headers["X-CSRFToken"]} | fields
    return bureau.browser.post(f"{CHOSEN}/{gesture}", data=sent)


def asked(bureau: Bureau, gesture: str, media: list[str]) -> str:
    return main_of(bureau.browser.get(f"{CHOSEN}/{gesture}", query_string={"medium": media}))


def main_of(answer: Any) -> str:
    return str(answer.text).partition("<main")[2].partition("<script")[0]


def cards(bureau: Bureau, **search: str) -> list[str]:
    page = main_of(bureau.browser.get(PAGE, query_string=search))
    return [html.unescape(each) for each in re.findall(r'class="name"><bdi>([^<]*)</bdi>', page)]


def published(bureau: Bureau, medium: str) -> str:
    """A notice that waits for a decision, with the medium."""
    content = {"content": picture_notice(medium, HALL)}
    draft = accepted(bureau.browser.post("/api/v1/notices", json=content, headers=bureau.headers), 201)
    path = f"/api/v1/notices/{draft['notice']}"
    accepted(bureau.browser.post(f"{path}/submit", json={"version": 1}, headers=bureau.headers))
    return path


def archived(bureau: Bureau, path: str) -> None:
    refusal = {"version": 1, "reason": "Plus tard"}
    accepted(bureau.browser.post(f"{path}/refuse", json=refusal, headers=bureau.headers))
    accepted(bureau.browser.post(f"{path}/archive", json={"version": 1}, headers=bureau.headers))


@pytest.mark.both_databases
def test_the_grid_says_of_each_medium_what_it_is_and_is_searched_without_a_script(bureau: Bureau):
    poster, _ = added(bureau, "affiche.png", STRANGE)
    bureau.add(zipped())
    accepted(bureau.describe(poster, fr="Collecte de sang"))
    accepted(catalogue(bureau, poster, name="affiche.png", tags=["santé"]))
    notice = published(bureau, poster)
    page = main_of(bureau.browser.get(PAGE))
    assert STRANGE.replace("\u202e", "") in cards(bureau)
    for words in (
        "Image, 20 × 10",
        "<li>santé</li>",
        "Dans 1 message",
        "archive",
        "À décrire avant de servir",
    ):
        assert words in page, words
    assert page.count("À décrire avant de servir") == 1
    assert cards(bureau, q="SANG sante") == cards(bureau, tag="santé") == ["affiche.png"]
    assert cards(bureau, kind="video") == []
    assert "Aucun média ne correspond" in main_of(bureau.browser.get(PAGE, query_string={"kind": "video"}))
    assert bureau.see(poster)["notices"] == 1
    archived(bureau, notice)
    assert bureau.see(poster)["notices"] == 0


def test_several_media_are_described_in_their_order_and_a_frozen_one_says_why(bureau: Bureau):
    first, second, third = added(bureau, "a.png", "b.png", "c.png")
    accepted(bureau.describe(second, fr="Avant"))
    notice = published(bureau, second)
    page = asked(bureau, "decrire", [third, first, second, "gone"])
    assert re.findall(r'name="fr-([^"]+)"', page) == [third, first, second]
    texts = {f"fr-{third}": "Trois", f"fr-{first}": "", f"fr-{second}": "Après"}
    answer = do(bureau, "decrire", [third, first, second], **texts)
    assert answer.status_code == 409
    page = main_of(answer)
    assert "1 texte enregistré." in page
    assert re.findall(r'name="fr-([^"]+)"', page) == [second]
    assert "Après</textarea>" in page
    assert [bureau.see(each)["texts"] for each in (third, first, second)] == [
        {"fr": "Trois"},
        {},
        {"fr": "Avant"},
    ]
    archived(bureau, notice)
    answer = do(bureau, "decrire", [second, first], **{f"fr-{second}": "Après", f"fr-{first}": "Un"})
    assert answer.headers["Location"] == f"{PAGE}?fait=decrire&combien=2#done"
    assert "2 textes enregistrés." in main_of(bureau.browser.get(answer.headers["Location"]))


@pytest.mark.both_databases
def test_tags_are_added_to_and_taken_from_several_media_and_the_rest_stays(bureau: Bureau):
    first, second = added(bureau, "a.png", "b.png")
    accepted(catalogue(bureau, first, name="a.png", tags=["été", "plage"], rights="Licence ouverte"))
    answer = do(bureau, "etiqueter", [first, second], ajouter="Vacances, , ÉTÉ", retirer=["plage"])
    assert answer.status_code == 303
    assert [bureau.see(each)["tags"] for each in (first, second)] == [
        ["été", "vacances"],
        ["vacances", "été"],
    ]
    assert bureau.see(first)["rights"] == "Licence ouverte"
    answer = do(bureau, "etiqueter", [first], ajouter=",".join(map(str, range(12))))
    assert (answer.status_code, "12" in main_of(answer)) == (409, True)
    assert bureau.see(first)["tags"] == ["été", "vacances"]


def test_several_media_are_removed_in_two_steps_and_those_in_use_stay(bureau: Bureau):
    first, used, last = added(bureau, "a.png", "b.png", "c.png")
    accepted(bureau.describe(used, fr="Ouvert"))
    notice = published(bureau, used)
    page = asked(bureau, "supprimer", [first, used, last])
    assert re.findall(r'type="hidden" name="medium" value="([^"]+)"', page) == [first, last]
    assert "1 média reste comme il est" in page
    assert "Un message montre ce média" in page
    assert bureau.standing() == 3
    answer = do(bureau, "supprimer", [first, used, last])
    assert answer.headers["Location"] == f"{PAGE}?fait=supprimer&combien=2#done"
    assert cards(bureau) == ["b.png"]
    archived(bureau, notice)


def test_what_belongs_to_all_sites_is_left_out_by_who_drafts_for_one(bureau: Bureau):
    whole, headers = bureau.site.writer("communication", EVERY_SITE)
    upload = whole.post("/api/v1/media", data=image("PNG"), headers=headers)
    medium = accepted(upload, 201)["medium"]
    bureau.prepare()
    for gesture in ("decrire", "etiqueter", "supprimer"):
        page = asked(bureau, gesture, [medium])
        assert "seul un compte de tous les sites le modifie" in page
        assert "<form" not in page
    assert accepted(whole.delete(f"/api/v1/media/{medium}", headers=headers))["state"] == "removed"
    assert "Cochez d’abord" in asked(bureau, "decrire", [medium])
