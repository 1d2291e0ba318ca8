"""A service in sign language: a film of the library, named by the hall's document and shown at its kiosks."""

import json
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.notices.notices import notices_with_medium
from server.usecases.configuration.publication import publish_hall
from server.usecases.media.media_library import describe_medium
from server.usecases.media.uploads import remove_medium
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import HALL, ApiSite, accepted
from tests.server.web.configuration.test_look import added
from tests.signage.media.uploads import image, video


def described(site: ApiSite, content: bytes) -> str:
    medium = added(site, content)
    describe_medium(site.database, SYSTEM, medium, {"fr": "Accueil"})
    return medium


def publish(site: ApiSite, film: str | None) -> str:
    """The service of the hall that now has the film, or none."""
    content = json.loads((HALLS / f"{HALL}.json").read_text(encoding="utf-8"))
    content["services"][0] |= {} if film is None else {"film": film}
    publish_hall(site.database, SYSTEM, json.dumps(content))
    return str(content["services"][0]["id"])


def film_at_the_kiosk(site: ApiSite, service: str) -> Any:
    menu = accepted(site.get(f"/halls/{HALL}/menu", token=site.kiosk))
    leaves = [each for top in menu["services"] for each in (top, *top["children"])]
    return next(each["film"] for each in leaves if each["id"] == service)


def test_a_kiosk_shows_the_film_of_a_service_which_cannot_be_removed_meanwhile(api: ApiSite) -> None:
    film = described(api, video(size=(320, 200)))
    service = publish(api, film)
    shown = film_at_the_kiosk(api, service)
    assert (shown["width"], shown["height"], shown["ms"]) == (320, 200, 1_001)
    held = {"Authorization": f"Bearer {api.kiosk}"}
    with api.app.test_client().get(shown["url"], headers=held) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "video/webm")
    files = api.app.extensions["parvis"].media.files
    with pytest.raises(Refusal) as refused:
        remove_medium(api.database, files, SYSTEM, film, notices_with=notices_with_medium)
    assert refused.value.code == "medium_in_service"
    assert film_at_the_kiosk(api, publish(api, None)) is None
    remove_medium(api.database, files, SYSTEM, film, notices_with=notices_with_medium)


@pytest.mark.parametrize("made", ["nothing", "a picture", "a film without words"])
def test_what_is_no_film_that_is_ready_and_described_is_refused(api: ApiSite, made: str) -> None:
    if made == "nothing":
        medium = "nowhere"
    else:
        medium = described(api, image("PNG")) if made == "a picture" else added(api, video())
    with pytest.raises(DocumentRefused) as refused:
        publish(api, medium)
    assert [(each.path, each.code) for each in refused.value.problems] == [
        ("services[0].film", "unknown_film")
    ]
