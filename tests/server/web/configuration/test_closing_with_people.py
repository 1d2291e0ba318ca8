"""Hours that close a hall for the day while people wait give a warning before and at publication."""

import copy
from typing import Any

import pytest

from tests.server.web.api_site import ApiSite, accepted
from tests.server.web.configuration.editors import INSTALLATION, LAON, Editors, laon

CODE = "closes_with_people_waiting"
SITES = [each["slug"] for each in INSTALLATION["sites"]]


def with_tuesday(*spans: str) -> dict[str, Any]:
    """The installation with other hours at the site of Laon on the Tuesday of these tests, at ten."""
    content = copy.deepcopy(INSTALLATION)
    content["sites"][SITES.index(LAON["site"])]["calendar"]["week"]["tuesday"] = list(spans)
    return content


def own_hours(*spans: str) -> dict[str, Any]:
    site = with_tuesday(*spans)["sites"][SITES.index(LAON["site"])]
    return laon(calendar=site["calendar"])


def warned(saved: dict[str, Any]) -> list[tuple[str, bool, str]]:
    found = [each for each in saved["problems"] if each["code"] == CODE]
    return [(each["path"], each["is_warning"], each["sentence"].replace("\u00a0", " ")) for each in found]


def test_hours_that_close_a_hall_today_are_published_with_a_warning_of_the_people_waiting(api: ApiSite):
    editors = Editors(api)
    over = own_hours("08:30-09:45")
    version = accepted(editors.save("chief", over))["version"]
    assert warned(editors.read()["draft"]) == []  # nobody waits
    for _ in range(2):
        api.ticket()
    [(path, is_warning, sentence)] = warned(editors.read()["draft"])
    assert (path, is_warning) == ("calendar", True)
    assert "des personnes attendent (2)" in sentence
    assert accepted(editors.publish("chief", version))["revision"] == 2
    again = editors.save("chief", over | {"name": "Accueil"}, base=2)
    assert warned(accepted(again)) == []  # it is closed already


@pytest.mark.parametrize("spans", [("08:30-11:00",), ("08:30-09:45", "14:00-16:00")])
def test_hours_that_end_later_today_or_go_on_later_are_not_warned_of(api: ApiSite, spans: tuple[str, ...]):
    api.ticket()
    assert warned(accepted(Editors(api).save("chief", own_hours(*spans)))) == []


def test_hours_of_a_site_that_end_while_people_wait_give_the_warning_too(api: ApiSite):
    api.ticket()
    saved = accepted(Editors(api).save("ada", with_tuesday("08:30-09:45"), document="installation"))
    [(path, is_warning, sentence)] = warned(saved)
    assert (path, is_warning) == (f"sites[{SITES.index(LAON['site'])}].calendar", True)
    assert f"À « {LAON['name']} »" in sentence


def test_a_new_day_of_exception_that_is_over_is_warned_of_before_publication(api: ApiSite):
    editors = Editors(api)
    training = {"spans": [], "why": dict.fromkeys(("fr", "en", "es"), "Formation des agents")}
    calendar = own_hours("08:30-12:00")["calendar"] | {
        "exceptions": [{"on": "2025-12-14"} | training, {"on": "2026-12-14"} | training]
    }
    version = accepted(editors.save("chief", laon(calendar=calendar)))["version"]
    [problem] = [each for each in editors.read()["draft"]["problems"] if each["code"] == "day_is_past"]
    assert (problem["path"], problem["is_warning"]) == ("calendar.exceptions[0].on", True)
    assert problem["place"].endswith("14 décembre 2025, «\u00a0Formation des agents\u00a0» › Date")
    assert problem["sentence"].startswith("Le 14 décembre 2025 est passé")
    # a published one is history: it is not warned of again
    accepted(editors.publish("chief", version))
    again = accepted(editors.save("chief", laon(calendar=calendar, name="Accueil"), base=2))
    assert [each for each in again["problems"] if each["code"] == "day_is_past"] == []
