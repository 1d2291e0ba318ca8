"""Quotas of a service by half-day: counted exactly, explained in words, kept as demand."""

import json
import threading
from typing import Any

import pytest

from tests.harness.sql import all_rows
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused
from tests.server.web.officers import Editors, laon


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


def test_a_half_day_gives_so_many_tickets_and_the_next_gives_again(api: ApiSite):
    limited(api, 2)
    api.hands.now = api.hands.now.replace(hour=8)
    first = api.ticket()
    api.ticket()
    assert shown(api) == "full"
    problem = refused(api.press(), 409, "full")
    assert problem["next_opening_at"].startswith("2026-11-24T1")
    assert "demi-journée" in problem["detail"]
    assert [(each["service"], each["reason"]) for each in demand(api)] == [(SERVICE, "full")]
    queues = accepted(api.call("GET", f"/halls/{HALL}/queue"))["queues"]
    leg = next(one for queue in queues for one in queue["legs"] if one["visit"] == first["visit"])
    api.open()
    accepted(api.verb(leg["leg"], "cancel", {"reason": "misprint"}))
    assert shown(api) != "full"
    api.ticket()
    refused(api.press(), 409, "full")
    api.hands.now = api.hands.now.replace(hour=13)
    for _ in range(3):
        api.ticket()
    refused(api.press(), 409, "full")


@pytest.mark.both_databases
def test_many_simultaneous_presses_never_exceed_the_quota(api: ApiSite):
    limited(api, 3)
    api.hands.now = api.hands.now.replace(hour=8)
    codes: list[int] = []
    at_once = threading.Barrier(8)

    def press() -> None:
        at_once.wait()
        codes.append(api.press().status_code)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] * 3 + [409] * 5


def test_a_quota_has_words_and_an_unreasonable_one_is_refused(api: ApiSite):
    editors = Editors(api)
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
