"""What of notices asks for attention on « Mes pages », and feeds that cannot be read."""

import re
from datetime import timedelta
from typing import Any

from server.store.notices.media_details import feed_id, keep_failure, keep_feed
from tests.server.web.api_site import HALL, ApiSite, Officers, accepted
from tests.server.web.notices.conftest import DISPLAYS, display

ROW = re.compile(r'<li class="(\w+)"><a href="([^"]+)"><b.*?<bdi>(.*?)</bdi>')
AIMED = {"targets": {"halls": [HALL]}}
URL = "https://example.org/rss"
FEED = {"kind": "feed", "titles": {"fr": "Actualités"}, "url": URL} | AIMED


def text(title: str, **more: Any) -> dict[str, Any]:
    return {"kind": "text", "titles": {"fr": title}, "bodies": {"fr": "<p>Oui</p>"}} | AIMED | more


def publish(officers: Officers, content: dict[str, Any]) -> str:
    answer = officers.post("officer", "/notices/publish", {"content": content})
    return str(accepted(answer, 201)["notice"])


def rows(officers: Officers, who: str) -> list[tuple[str, str, str]]:
    """Urgency, address and words of each row of « Mes pages » that is about notices."""
    html = officers.browser(who)[0].get("/?lang=fr").text.replace("\u00a0", " ")
    return [row for row in ROW.findall(html) if row[1].startswith("/affichage")]


def test_a_proposal_waits_on_the_page_of_who_decides_with_its_number(api: ApiSite):
    officers = Officers(api)
    notice = officers.draft(text("Ouvert à midi"))
    accepted(officers.verb("bureau", notice, "submit"))
    (row,) = rows(officers, "officer")
    assert row[:2] == ("today", f"/affichage/message/{notice['notice']}")
    assert row[2].startswith("« Ouvert à midi », proposé par ")
    assert "<strong>1 message à décider</strong>" in officers.browser("officer")[0].get("/?lang=fr").text
    assert rows(officers, "bureau") == [], "whoever proposed waits"
    accepted(officers.verb("officer", notice, "refuse", reason="Trop tôt."))
    assert rows(officers, "officer") == []


def test_a_feed_that_cannot_be_read_is_said_and_its_notice_is_not_on_screens(api: ApiSite):
    officers = Officers(api)
    notice = publish(officers, FEED)
    path = f"/notices/{notice}"
    with api.database.store.write() as written:
        keep_feed(written, URL, {"title": "", "entries": []}, api.hands.now)
    assert accepted(officers.get("officer", path))["unread_feed"] is None
    read_at = api.hands.now
    api.hands.now += timedelta(hours=1)
    with api.database.store.write() as written:
        keep_failure(written, feed_id(URL), "feed_unreachable")
    unread = accepted(officers.get("officer", path))["unread_feed"]
    assert unread == {"failure": "feed_unreachable", "read_at": read_at.isoformat(timespec="microseconds")}
    (listed,) = accepted(officers.get("officer", "/notices"))["notices"]
    assert listed["unread_feed"] == unread
    address = f"/affichage/message/{notice}"
    assert rows(officers, "officer") == [("today", address, "Le flux de « Actualités » ne peut pas être lu")]
    assert "depuis 10:00" in officers.browser("officer")[0].get("/?lang=fr").text


def test_what_ends_within_three_days_is_named_and_nothing_later(api: ApiSite):
    officers = Officers(api)
    for title, last in (
        ("Aujourd’hui", "2026-11-24"),
        ("Demain", "2026-11-25"),
        ("Jeudi", "2026-11-26"),
        ("Vendredi", "2026-11-27"),
    ):
        publish(officers, text(title, validity={"ends": last}))
    assert [(row[0], row[2]) for row in rows(officers, "officer")] == [
        ("today", "« Aujourd’hui » quitte les écrans aujourd’hui"),
        ("soon", "« Demain » quitte les écrans demain"),
        ("soon", "« Jeudi » quitte les écrans dans 2 jours"),
    ]
    assert rows(officers, "bureau") == []


def test_what_screens_never_showed_is_named_once_they_were_on_a_whole_day(api: ApiSite):
    officers = Officers(api)
    shown, waiting = publish(officers, text("Montré")), publish(officers, text("Jamais montré"))
    publish(officers, text("Le vendredi", dayparts={"weekdays": [4]}))
    api.hands.now += timedelta(days=2)
    assert rows(Officers(api), "officer") == [], "the screens were off"
    began = api.hands.now - timedelta(days=1)
    sent = {"record": "r1", "displays": [display(1, began, 20, notice=shown)]}
    accepted(api.post(DISPLAYS, sent, token=api.screen))
    (row,) = rows(Officers(api), "officer")
    assert row[1] == f"/affichage/message/{waiting}"
    assert row[2].startswith("« Jamais montré » n’a jamais eu sa place : l’écran")


def test_ones_own_drafts_lead_back_to_what_was_typed(api: ApiSite):
    officers = Officers(api)
    saved = officers.draft(text("Enregistré"))
    for draft, version, title in (("a-new-draft", 0, ""), (saved["notice"], 1, "Enregistré")):
        typed = {"draft": draft, "base_version": version, "edition": 0, "page": "page-of-tests"}
        content = {"kind": "text", "titles": {"fr": title}}
        accepted(officers.post("bureau", "/notices/drafts", {**typed, "content": content}, "PUT"))
        api.hands.now += timedelta(minutes=1)
    assert rows(officers, "bureau") == [
        ("soon", "/affichage/message?brouillon=a-new-draft", "Vous n’avez pas enregistré « sans titre »"),
        ("soon", f"/affichage/message/{saved['notice']}", "Vous n’avez pas enregistré « Enregistré »"),
    ]
    assert rows(officers, "officer") == []
