"""What tests of proofs, of days of screens and of papers share."""

from datetime import datetime, timedelta
from typing import Any

import pypdfium2
import pytest

from server.domain.instants import to_text
from tests.server.web.api_site import HALL, ApiSite

SCREEN = "laon-ecran-1"
DISPLAYS = f"/halls/{HALL}/screens/{SCREEN}/displays"

DAY = f"/affichage/journee?hall={HALL}&lang=fr"


def display(number: int, began: datetime, seconds: float, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "notice": "n1",
        "item": "n1 fr",
        "began_at": to_text(began),
        "ended_at": to_text(began + timedelta(seconds=seconds)),
        "outcome": "completed",
        **more,
    }


def report(site: ApiSite, *displays: dict[str, Any], record: str = "r1", **more: Any) -> Any:
    more.setdefault("token", site.screen)
    return site.post(DISPLAYS, {"record": record, "displays": list(displays)}, **more)


def hour(site: ApiSite) -> datetime:
    return site.hands.now - timedelta(hours=1)


def pages(answer: Any) -> list[str]:
    """The words of each page, spaces made alike."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(answer.data) as document:
        assert document.is_tagged()
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


@pytest.fixture
def officer(api: ApiSite) -> Any:
    return api.person("communication")
