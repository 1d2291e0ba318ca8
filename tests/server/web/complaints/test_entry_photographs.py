"""Photographs of an entry: sent with the form, encoded anew, shown to who reads it, erased with it."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from server.domain.hall_checks import OF_ENTRY
from server.usecases.journal.maintenance import purge
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import open_register_of
from tests.server.web.api_site import OTHER, ApiSite
from tests.server.web.hall_checks.test_photographs import taken
from tests.server.web.test_complaints import (
    PUBLIC,
    act,
    entry_address,
    hidden_fields,
)


def send(site: ApiSite, *contents: bytes, **more: str) -> Any:
    """Sends the form with files as a browser writes it: the test client would leave files of its own open."""
    visitor = site.app.test_client()
    fields = (
        hidden_fields(visitor.get(PUBLIC).text) | {"kind": "complaint", "text": "Une marche cassée"} | more
    )
    head = b'--x\r\nContent-Disposition: form-data; name="'
    parts = [head + f'{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [head + b'photographs"; filename="a.jpg"\r\n\r\n' + each for each in contents]
    body = b"\r\n".join([*parts, b"--x--\r\n"])
    return visitor.post(PUBLIC, data=body, content_type="multipart/form-data; boundary=x")


@pytest.mark.both_databases
def test_photographs_lose_their_metadata_are_shown_to_who_reads_the_entry_and_go_with_it(api: ApiSite):
    open_register_of(api.database)
    form = {"formulaire": "a-form"}
    for _ in range(2):  # the same form again adds nothing
        assert send(api, taken(1), taken(2), **form).status_code == 303
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
        ([b"\x00\x00\x00\x18ftypheic" + bytes(40)], 422, "Le plus compatible"),
        ([b"\xff\xd8\xff" + bytes(OF_ENTRY.largest)], 413, "10\u00a0Mo au plus"),
    ):
        answer = send(api, *contents)
        assert (answer.status_code, said in answer.text) == (status, True), said
        assert 'aria-describedby="photographs-hint photographs-refused"' in answer.text
        assert "Une marche cassée" in answer.text
    beyond = send(api, bytes(OF_ENTRY.most * OF_ENTRY.largest + 100_000))
    assert (beyond.status_code, "10\u00a0Mo au plus" in beyond.text) == (413, True)
    assert (api.count("complaint"), api.count("complaint_photograph")) == (0, 0)
    for language in ("en", "es"):
        page = api.app.test_client().get(f"{PUBLIC}?lang={language}").text.partition("<main")[2]
        assert "complaints." not in page
