"""The organisation's look: in the installation's document, on every page, sent to screens and kiosks."""

import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from PIL import Image

from server.documents.problems import DocumentRefused
from server.domain.author import SYSTEM
from server.domain.notices.media import MediumState
from server.domain.refusals import Refusal
from server.live.publication import CHECKED_AT_LEAST_EVERY, Programmes
from server.store.notices.notices import notices_with_medium
from server.usecases.configuration.publication import publish_installation
from server.usecases.media.uploads import UploadPlace, remove_medium, upload_medium
from tests.server.web.api_site import HALL, INSTALLATION, ApiSite, accepted
from tests.signage.media.uploads import image
from tests.signage.test_lettering import font

NAVY, PLUM = "#1a2a5e", "#5b1e6b"


def added(site: ApiSite, content: bytes) -> str:
    """A medium of the library."""
    media = site.app.extensions["parvis"].media
    media.off_loop = lambda work, *values: work(*values)
    medium = upload_medium(site.database, media.files, SYSTEM, [content], place=UploadPlace(len(content)))[
        "medium"
    ]
    assert media.prepare_waiting() == 1
    return str(medium)


def flat(colour: str) -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (64, 40), colour).save(file, "PNG")
    return file.getvalue()


def publish(site: ApiSite, **brand: Any) -> None:
    document = {**INSTALLATION, "brand": {**INSTALLATION["brand"], **brand}}
    publish_installation(site.database, SYSTEM, json.dumps(document))


def refused_brand(site: ApiSite, **brand: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentRefused) as refused:
        publish(site, **brand)
    return [(problem.path, problem.code) for problem in refused.value.problems]


def screen_look(site: ApiSite) -> dict[str, Any]:
    look: dict[str, Any] = accepted(site.get(f"/halls/{HALL}/screen", token=site.screen))["look"]
    return look


def stylesheet(site: ApiSite) -> str:
    return str(site.app.test_client().get(screen_look(site)["stylesheet"]).text)


def test_screens_kiosks_and_pages_use_a_published_look(api: ApiSite) -> None:
    api.person("agent")
    before = screen_look(api)
    logo = added(api, image("PNG"))
    publish(api, colours={"ink": NAVY, "action": PLUM}, logo=logo)
    look = screen_look(api)
    assert look["name"] == "Préfecture de l’Aisne"
    assert (look["logo"]["width"], look["logo"]["height"]) == (64, 40)
    assert accepted(api.get(f"/halls/{HALL}/menu", token=api.kiosk))["look"] == look
    assert look["stylesheet"] != before["stylesheet"]
    for page in ("/kiosk", "/connexion"):
        assert f'href="{look["stylesheet"]}"' in api.app.test_client().get(page).text
    for page in ("/connexion", "/suivi"):
        assert f'src="{look["logo"]["url"]}" alt="{look["name"]}"' in api.app.test_client().get(page).text
    assert f"--ink: {NAVY};" in stylesheet(api)
    assert f"--action: {PLUM};" in stylesheet(api)


def test_the_colours_of_calls_and_alerts_are_not_the_looks_to_change(api: ApiSite) -> None:
    publish(api, colours={"ink": NAVY, "action": PLUM})
    assert "--call" not in stylesheet(api)
    assert "--alert" not in stylesheet(api)
    assert refused_brand(api, colours={"action": "#a3150f"}) == [("brand.colours.action", "colour_of_alert")]


def test_a_refused_colour_names_its_pair_and_the_ratio(api: ApiSite) -> None:
    with pytest.raises(DocumentRefused) as refused:
        publish(api, colours={"ink": "#3a4a5a"})
    values = refused.value.problems[0].values
    assert (values["colour"], values["other"], values["ratio"]) == ("#3a4a5a", "#ffc93d", "5.9")


def test_a_font_of_the_library_is_worn_before_the_products_own(api: ApiSite) -> None:
    publish(api, font=added(api, font()))
    css, files = stylesheet(api), screen_look(api)["fonts"]
    assert f'src: url("{files[0]}") format("woff2")' in css
    assert '--sans: "Organisation", "Atkinson Hyperlegible Next Variable"' in css
    with api.app.test_client().get(files[0]) as answer:
        answer.get_data()
        assert (answer.status_code, answer.mimetype) == (200, "font/woff2")


def test_everybody_reads_the_files_of_the_look_and_no_others(api: ApiSite) -> None:
    logo, other = added(api, image("PNG")), added(api, image("PNG", (30, 30)))
    publish(api, logo=logo)
    anybody = api.app.test_client()
    with anybody.get(screen_look(api)["logo"]["url"]) as answer:
        answer.get_data()
        assert answer.status_code == 200
    browser, _ = api.writer("communication")
    url = accepted(browser.get(f"/api/v1/media/{other}"))["files"][0]["url"]
    assert anybody.get(url.replace("/media/", "/look/")).status_code == 404
    assert anybody.get(url).status_code == 401


@pytest.mark.parametrize(
    ("part", "content"), [("logo", None), ("font", None), ("logo", font), ("font", lambda: image("PNG"))]
)
def test_a_look_with_media_that_do_not_exist_is_refused(
    api: ApiSite, part: str, content: Callable[[], bytes] | None
) -> None:
    medium = "nowhere" if content is None else added(api, content())
    assert refused_brand(api, **{part: medium}) == [(f"brand.{part}", f"unknown_{part}")]


def test_media_of_the_look_cannot_be_removed(api: ApiSite) -> None:
    logo = added(api, image("PNG"))
    publish(api, logo=logo)
    media = api.app.extensions["parvis"].media
    with pytest.raises(Refusal) as refused:
        remove_medium(api.database, media.files, SYSTEM, logo, notices_with=notices_with_medium)
    assert refused.value.code == "medium_in_look"
    publish(api)
    assert (
        remove_medium(api.database, media.files, SYSTEM, logo, notices_with=notices_with_medium)["state"]
        is MediumState.REMOVED
    )


def publish_of_laon(site: ApiSite, **brand: Any) -> None:
    own = {**INSTALLATION["brand"], **brand}
    sites = [{**each, "brand": own} if each["slug"] == HALL else each for each in INSTALLATION["sites"]]
    publish_installation(site.database, SYSTEM, json.dumps({**INSTALLATION, "sites": sites}))


def test_a_site_with_its_own_look_wears_it_and_the_others_do_not(api: ApiSite) -> None:
    before = screen_look(api)
    logo = added(api, image("PNG"))
    publish_of_laon(api, name="Ville de Laon", colours={"ink": NAVY}, logo=logo)
    look = screen_look(api)
    assert accepted(api.get(f"/halls/{HALL}/menu", token=api.kiosk))["look"] == look
    assert f"--ink: {NAVY};" in stylesheet(api)
    anybody = api.app.test_client()
    assert "Ville de Laon" in anybody.get(f"/infos/{HALL}").text
    assert f'href="{before["stylesheet"]}"' in anybody.get("/kiosk").text
    with anybody.get(look["logo"]["url"]) as answer:
        answer.get_data()
        assert answer.status_code == 200


def test_the_picture_of_screens_at_rest_is_veiled_by_what_was_measured(api: ApiSite) -> None:
    publish(api, ground=added(api, flat("white")))
    white = stylesheet(api)
    publish(api, ground=added(api, flat("black")))
    assert f'url("{screen_look(api)["ground"]}")' in stylesheet(api)
    shares = [int(re.findall(r"(\d+)%, transparent", css)[0]) for css in (white, stylesheet(api))]
    assert shares[0] > 70
    assert shares[1] == 0


def chosen(site: ApiSite, **more: str) -> str:
    look = {"site": HALL, "name": "Ville de Laon", "ink": NAVY, "action": PLUM, "scale": "usual", **more}
    return urlencode(look)


def test_the_page_measures_what_is_chosen_and_keeps_nothing(api: ApiSite) -> None:
    officer, _ = api.writer("communication")
    pale = added(api, flat("#f5d76e"))
    before = stylesheet(api)
    text = officer.get(f"/affichage/apparence?{chosen(api, logo=pale, ground=pale)}").text
    assert "ce logo se voit mal (1,4 pour 1" in text
    assert "Voile de" in text
    for path in ("apercu.css", "telephone", "ticket.png", "borne"):
        assert officer.get(f"/affichage/apparence/{path}?{chosen(api, logo=pale)}").status_code == 200
    css = officer.get(f"/affichage/apparence/apercu.css?{chosen(api, ground=pale, scale='large')}").text
    assert f"--ink: {NAVY};" in css
    assert "--titles: 1.2;" in css
    assert 'url("/media/' in css
    assert stylesheet(api) == before


def test_an_officer_of_one_site_reads_and_changes_no_other_look(api: ApiSite) -> None:
    officer, _ = api.writer("communication")
    assert officer.get("/affichage/apparence?site=vervins").status_code == 403
    for role in ("reception", "supervisor", "quality"):
        assert api.person(role).get("/affichage/apparence").status_code == 403


def test_an_address_that_is_not_of_now_is_not_kept(api: ApiSite) -> None:
    answer = api.app.test_client().get("/look/0123456789abcdef.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    now = api.app.test_client().get(screen_look(api)["stylesheet"])
    assert "immutable" in now.headers["Cache-Control"]


def test_a_new_look_reaches_every_hall_within_a_minute(api: ApiSite) -> None:
    hall = api.database.hall_id(HALL)
    programmes = Programmes(api.database, lambda key, *_: key)
    assert programmes.turned([hall]) == set()
    publish(api, colours={"ink": NAVY})
    api.hands.now += CHECKED_AT_LEAST_EVERY * 2
    assert programmes.turned([hall]) == {hall}
