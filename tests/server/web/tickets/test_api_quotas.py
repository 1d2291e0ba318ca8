"""Quotas of a service by half-day: counted exactly, explained in words, kept as demand."""

import json
import threading
from typing import Any

from tests.harness.sql import all_rows
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused
from tests.server.web.configuration.editors import Editors, laon


def limited(site: ApiSite, most: int) -> None:
    site.publish(laon_accueil={"quota": {"morning": most, "afternoon": most + 1}})


def shown(site: ApiSite) -> str:
    """How the kiosk's menu shows the service."""
    menu = accepted(site.call("GET", f"/halls/{HALL}/menu?lang=fr", token=site.kiosk))
    services = [each for entry in menu["services"] for each in (entry, *entry.get("children", ()))]
    return next(str(each["state"]) for each in services if each["id"] == SERVICE)


def demand(site: ApiSite) -> list[dict[str, Any]]:
    found = all_rows(
        site.database, "SELECT body FROM hall_fact WHERE kind = 'TicketNotIssued' ORDER BY position"
    )
    return [json.loads(row["body"]) for row in found]


def test_a_half_day_gives_so_many_tickets_and_the_next_gives_again(both: ApiSite):
    limited(both, 2)
    both.hands.now = both.hands.now.replace(hour=8)
    first = both.ticket()
    both.ticket()
    assert shown(both) == "full"
    problem = refused(both.press(), 409, "full")
    assert problem["next_opening_at"].startswith("2026-11-24T1")
    assert "demi-journée" in problem["detail"]
    assert [(each["service"], each["reason"]) for each in demand(both)] == [(SERVICE, "full")]
    queues = accepted(both.call("GET", f"/halls/{HALL}/queue"))["queues"]
    leg = next(one for queue in queues for one in queue["legs"] if one["visit"] == first["visit"])
    both.open()
    accepted(both.verb(leg["leg"], "cancel", {"reason": "misprint"}))
    assert shown(both) != "full"
    both.ticket()
    refused(both.press(), 409, "full")
    both.hands.now = both.hands.now.replace(hour=13)
    for _ in range(3):
        both.ticket()
    refused(both.press(), 409, "full")


def test_many_simultaneous_presses_never_exceed_the_quota(both: ApiSite):
    limited(both, 3)
    both.hands.now = both.hands.now.replace(hour=8)
    codes: list[int] = []
    at_once = threading.Barrier(8)

    def press() -> None:
        at_once.wait()
        codes.append(both.press().status_code)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] * 3 + [409] * 5


def test_a_quota_has_words_and_an_unreasonable_one_is_refused(both: ApiSite):
    editors = Editors(both)
    content = laon()
    content["services"][0]["quota"] = {"morning": 40}
    saved = accepted(editors.save("ada", content))
    (change,) = saved["changes"]
    assert "Tickets par demi-journée" in change["sentence"]
    content["services"][0]["quota"] = {"morning": -1}
    saved = accepted(editors.save("ada", content, draft_version=saved["version"]))
    assert [each["path"] for each in saved["problems"] if not each["is_warning"]] == [
        "services[0].quota.morning"
    ]
