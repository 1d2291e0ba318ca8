"""A control character enters by no address, form, JSON body or socket, whatever the database."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from server.domain.refusals import Refusal
from server.domain.texts import entered_text
from server.live import messages
from server.live.sockets import WrongPacket
from tests.server.web.api_site import HALL, ApiSite


def refused(answer: TestResponse) -> Any:
    """The field that a refused request names."""
    said = answer.get_json()
    assert (answer.status_code, said["code"]) == (400, "control_characters"), said
    assert "invisible" in said["detail"]
    return said["field"]


def test_a_nul_is_refused_wherever_a_text_enters(api: ApiSite):
    for path in (f"/halls/{HALL}%00/board", f"/halls/{HALL}/board?after=%00", "/tickets/%1b", "/x%0ay"):
        assert refused(api.get(path)) == "address"
    for body, field in (({"needs": ["deaf", "a\0"]}, "needs.1"), ({"a\0": 1}, ""), (["\x7f"], "0")):
        assert refused(api.post(f"/halls/{HALL}/tickets", body)) == field
    for path, form in (
        ("/connexion", {"login": "a\0", "password": "b"}),
        ("/dire/laon", {"text": "a\ud7ff\x7f"}),
        ("/dire/laon", {"a\0": "x"}),
    ):
        page = api.app.test_client().post(path, data=form)
        assert page.status_code == 400
        assert "Un texte contient un caractère invisible" in page.text, page.text


def test_a_body_that_is_json_inside_a_text_is_refused(api: ApiSite):
    inside = json.dumps({"service": "laon-accueil", "press_id": "p", "language": "fr"})
    answer = api.post(f"/halls/{HALL}/tickets", inside)
    assert (answer.status_code, (answer.get_json() or {})["code"]) == (400, "bad_request")


def test_a_socket_that_sends_a_nul_is_cut(api: ApiSite):
    parvis = api.app.extensions["parvis"]
    with pytest.raises(WrongPacket):
        parvis.socketio.test_client(api.app, namespace=messages.SCREEN, auth={"token": "\0"})
    socket = parvis.socketio.test_client(api.app, namespace=messages.SCREEN, auth={"token": api.screen})
    with pytest.raises(WrongPacket):
        socket.emit("alert.shown", {"alert": "\0"}, namespace=messages.SCREEN)


@pytest.mark.parametrize("text", ["\u200b", " \u2060\ufeff\n", "\u3164\u115f", "\u2800", "\U000e0020\ufe0f"])
def test_a_text_in_which_nothing_can_be_seen_is_empty(text: str):
    assert entered_text(text, "") == ""


@pytest.mark.parametrize("text", ["une ligne\r\n\tune autre", "می‌خواهم", "👨‍👩‍👧", "\u200fא", "é", ""])
def test_lines_tabs_and_the_signs_inside_words_stay(text: str):
    assert entered_text(text, "") == text


@pytest.mark.parametrize("text", ["a\0", "\x1b[2J", "\x7f", "\x85", "\ud800"])
def test_control_characters_are_refused_with_their_field(text: str):
    with pytest.raises(Refusal, match="control_characters"):
        entered_text(text, "note")
