"""The programme that a screen gets of the published notices, and when it is nudged about a change."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, cast

import pytest

from server.domain.author import SYSTEM, Author
from server.live.publication import Programmes, next_edge
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.hours.hours_words import count_affluence
from server.usecases.notices.read_programme import ProgrammeAnswer, read_programme
from server.usecases.notices.rounds import ProgrammeItem, WindowMs
from server.usecases.notices.slide_contents import NoticeOnScreen
from tests.server.usecases.quality.figures_history import HALLS, PlayedDay
from tests.server.web.api_site import HALL, OTHER, TEXT, ApiSite, Officers, accepted, items_of, refused


@pytest.fixture
def officers(api: ApiSite) -> Officers:
    return Officers(api)


def test_the_programme_changes_only_with_its_contents_and_the_day(officers: Officers):
    before = officers.screen()
    officers.site.hands.now += timedelta(hours=3)
    assert officers.screen() == before, "not with the hour"
    notice = officers.publish()
    after = officers.screen()
    assert after["revision"] != before["revision"]
    assert officers.screen() == after
    accepted(officers.verb("everywhere", notice, "withdraw"))
    assert officers.screen() == before, "as it was, revision and all"
    officers.site.hands.now += timedelta(days=1)
    next_day = officers.screen()
    assert next_day["covers_until"] == before["covers_until"] + 86_400_000
    assert next_day["revision"] != before["revision"]


def test_windows_are_absolute_and_stop_at_the_ends_of_publication_and_validity(officers: Officers):
    aimed = TEXT | {
        "validity": {"starts": "2026-11-25", "ends": "2026-11-26"},
        "dayparts": {"parts": ["morning"]},
    }
    notice = officers.publish(aimed, until="2026-11-26T11:00:00+01:00")
    paris = [
        datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp() * 1000
        for day, hour, minute in ((25, 7, 30), (25, 11, 0), (26, 7, 30), (26, 10, 0))
    ]
    items = items_of(officers.screen(), notice["notice"])
    assert items
    assert {tuple(map(tuple, item["windows"])) for item in items} == {
        ((int(paris[0]), int(paris[1])), (int(paris[2]), int(paris[3])))
    }
    officers.site.hands.now = datetime(2026, 11, 26, 10, tzinfo=UTC)
    officers.signed_in.clear()  # twelve hours have passed
    listed = accepted(officers.get("everywhere", "/notices?state=expired"))["notices"]
    assert [each["notice"] for each in listed] == [notice["notice"]]


def test_targets_and_queues_decide_which_screen_shows_it(officers: Officers):
    hall = officers.publish(TEXT | {"targets": {"halls": [OTHER]}}, who="everywhere")
    mine = officers.publish(TEXT | {"targets": {"screens": ["laon-ecran-1"]}})
    crowd = {"queue": "laon-file-accueil", "more_than": 10}
    when = officers.publish(TEXT | {"when": crowd})
    told = officers.screen()
    assert items_of(told, hall["notice"]) == []
    assert items_of(told, mine["notice"])
    assert [item["when"] for item in items_of(told, when["notice"])] == [crowd] * 4
    elsewhere = read_programme(officers.site.database, OTHER, "", lambda key, *_, **__: key)
    assert items_of(elsewhere, hall["notice"])
    assert items_of(elsewhere, mine["notice"]) == []
    assert items_of(elsewhere, when["notice"]) == [], "no such queue there"


def into_groups(officers: Officers, *groups: str) -> None:
    """The first screen of Laon is in these groups now."""
    document = json.loads((HALLS / f"{HALL}.json").read_text(encoding="utf-8"))
    document["screens"][0]["groups"] = groups
    publish_hall(officers.site.database, SYSTEM, json.dumps(document))


@pytest.mark.both_databases
def test_a_screen_shows_what_its_groups_are_shown_as_it_joins_and_leaves_them(officers: Officers):
    installation = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    [site] = [each for each in installation["sites"] if each["slug"] == HALL]
    site["screen_groups"] = [{"id": "entree", "label": "Entrée"}]
    publish_installation(officers.site.database, SYSTEM, json.dumps(installation))
    validity = {"ends": "2026-12-24"}
    notice = officers.publish(TEXT | {"targets": {"groups": ["laon/entree"]}, "validity": validity})
    found = accepted(officers.get("officer", "/notices"))["notices"]
    assert [(each["targets"]["groups"], each["sites"]) for each in found] == [(["laon/entree"], [HALL])]
    assert items_of(officers.screen(), notice["notice"]) == [], "no screen is in the group"
    into_groups(officers, "entree")
    assert items_of(officers.screen(), notice["notice"])
    elsewhere = read_programme(officers.site.database, OTHER, "", lambda key, *_, **__: key)
    assert items_of(elsewhere, notice["notice"]) == []
    into_groups(officers)
    assert items_of(officers.screen(), notice["notice"]) == []
    accepted(officers.verb("officer", notice, "withdraw"))
    unknown = officers.post("bureau", "/notices", {"content": TEXT | {"targets": {"groups": ["laon/cour"]}}})
    assert refused(unknown, 422, "document_refused")["problems"][0]["code"] == "unknown_target"


def test_the_built_in_notices_are_there_without_a_publication(officers: Officers):
    told = officers.screen()
    kinds = [item["kind"] for item in told["items"]]
    assert kinds[0] == "waits"
    priority = [item for item in told["items"] if item["kind"] == "priority_card"]
    assert {item["language"] for item in priority} == {"fr", "en", "es"}
    assert {item["is_legal"] for item in priority} == {True}
    assert all(len(item["content"]["lines"]) >= 2 for item in priority)
    assert told["legal_share"] == 0.2
    assert set(kinds) == {"waits", "priority_card"}
    [tuesday, *_] = told["hours"]
    assert tuesday == [
        int(datetime(2026, 11, 24, hour, 30, tzinfo=UTC).timestamp() * 1000) for hour in (6, 16)
    ]


def test_a_published_notice_on_priority_takes_the_place_of_the_built_in_one(officers: Officers):
    own = {"kind": "priority_card", "titles": {"fr": "Priorité"}, "texts": {"fr": "Parlez-en à l’accueil."}}
    notice = officers.publish(own)
    now = officers.site.hands.now.timestamp() * 1000
    priority = [item for item in officers.screen()["items"] if item["kind"] == "priority_card"]
    ahead = [item for item in priority if any(ends > now for _, ends in item["windows"])]
    assert {item["notice"] for item in ahead} == {notice["notice"]}
    assert ahead[0]["content"]["lines"][0] == "Parlez-en à l’accueil."


def test_the_built_in_notice_on_priority_is_there_whenever_the_published_one_is_not(officers: Officers):
    own = {
        "kind": "priority_card",
        "titles": {"fr": "Priorité"},
        "texts": {"fr": "Parlez-en à l’accueil."},
        "dayparts": {"parts": ["morning"]},
    }
    notice = officers.publish(own)
    told = officers.screen()
    by_notice = {item["notice"]: item for item in told["items"] if item["kind"] == "priority_card"}
    assert set(by_notice) == {notice["notice"], "priority-card"}
    mine, built_in = (by_notice[name]["windows"] for name in (notice["notice"], "priority-card"))
    assert mine
    joined = sorted([*mine, *built_in])
    assert all(earlier[1] == later[0] for earlier, later in pairwise(joined)), "never both, never none"
    assert joined[-1][1] == told["covers_until"]
    crowd = {"when": {"queue": "laon-file-accueil", "more_than": 5}, "dayparts": {}}
    officers.publish(own | crowd)
    [again] = {
        str(item["windows"]) for item in officers.screen()["items"] if item["notice"] == "priority-card"
    }
    assert again == str(built_in), "what depends on who waits is not certain to be shown"


def test_delays_hours_and_requested_contents_are_shown_and_results_are_hidden(officers: Officers):
    delays = {
        "kind": "delays",
        "titles": {"fr": "Délais moyens"},
        "rows": [{"labels": {"fr": "Titre de séjour"}, "delays": {"fr": "8 semaines"}}],
        "sources": {"fr": "Bureau des titres"},
        "stands_on": "2026-11-02",
    }
    notice = officers.publish(delays)
    [item] = [each for each in items_of(officers.screen(), notice["notice"]) if each["id"].endswith(".0")]
    assert item["content"] == {
        "title": "Délais moyens",
        "credit": "",
        "code": None,
        "picture": None,
        "rows": [{"label": "Titre de séjour", "delay": "8 semaines"}],
        "source": "Bureau des titres",
        "on": "2026-11-02",
    }
    asked = {
        "kind": "asked_and_done",
        "titles": {"fr": "C’est fait"},
        "asked": {"fr": "A"},
        "done": {"fr": "B"},
    }
    published = officers.publish(asked)
    shown = items_of(officers.screen(), published["notice"])
    assert shown[0]["content"]["lines"] == ["A", "B"]
    day = {
        "kind": "date",
        "titles": {"fr": "Forum"},
        "happens": {"starts": "2026-12-11T18:30", "ends": "2026-12-11T20:00"},
        "link": "https://www.example.org",
    }
    published = officers.publish(day)
    big = items_of(officers.screen(), published["notice"])[0]
    assert big["content"]["days"]["first"]["day"] == "11"
    assert big["content"]["days"]["hours"] == "de 18\u00a0h\u00a030 à 20\u00a0h"
    assert big["content"]["code"].startswith("data:image/svg")
    results = officers.publish({"kind": "results", "titles": {"fr": "Nos résultats"}})
    assert items_of(officers.screen(), results["notice"]) == []
    assert accepted(officers.get("bureau", f"/notices/{results['notice']}"))["is_hidden"] is True


def test_hours_come_from_the_calendar_and_affluence_from_real_tickets(officers: Officers):
    database, hands = officers.site.database, officers.site.hands
    notice = officers.publish({"kind": "hours", "titles": {"fr": "Horaires"}})

    def lines() -> list[str]:
        found: list[str] = items_of(officers.screen(), notice["notice"])[0]["content"]["lines"]
        return found

    week = lines()
    assert (
        week[0]
        == "Lundi et mardi\u00a0: de 8\u00a0h\u00a030 à 12\u00a0h et de 13\u00a0h\u00a030 à 16\u00a0h\u00a030"
    )
    assert not [line for line in week if "tickets" in line]
    for days_ago in range(1, 43):
        day = (hands.now - timedelta(days=days_ago)).date()
        if day.weekday() > 4:
            continue
        with database.transaction(HALL, Author("history")) as transaction:
            played = PlayedDay(transaction, day, Random(days_ago))
            for rank, hour in enumerate([9.2, 9.4, 9.6, 9.8] * 2 + [10.5, 11.5, 14.5, 15.5]):
                played.visit(rank + 1, "laon-titres-depot", played.local(hour), "served")
    count_affluence(database, database.hall_id(HALL))
    busy = [line for line in lines() if line.startswith("Le plus de monde")]
    assert busy
    assert "de 9\u00a0h à 10\u00a0h" in busy[0]


def test_a_version_is_previewed_on_a_screen_before_the_decision(officers: Officers):
    notice = officers.draft(TEXT | {"validity": {"starts": "2027-01-01"}})
    query = f"/halls/{HALL}/screen?screen=laon-ecran-1&notice={notice['notice']}&version=1"
    shown = accepted(officers.get("bureau", query))["programme"]
    assert {(item["notice"], item["windows"] is None) for item in shown["items"]} == {
        (notice["notice"], True)
    }
    assert shown["hours"] is None
    refused(officers.get("agent", query), 403, "forbidden")
    elsewhere = officers.draft(TEXT | {"targets": {"sites": ["vervins"]}}, "everywhere")
    other = query.replace(notice["notice"], elsewhere["notice"])
    refused(officers.get("bureau", other), 403, "forbidden")
    accepted(officers.get("everywhere", other))
    refused(officers.get("bureau", query.replace("ecran-1", "ecran-99")), 404, "unknown_screen")
    refused(officers.get("bureau", query.replace("version=1", "version=9")), 404, "unknown_notice")
    own = accepted(officers.site.get(query, token=officers.site.screen))["programme"]
    assert items_of(own, notice["notice"]) == [], "a screen shows what is published, whatever it asks"


# --- nudges when a window begins or ends ------------------------------------------------------------


@pytest.fixture
def programmes(officers: Officers) -> Programmes:
    return Programmes(officers.site.database, lambda key, *_, **__: key)


def test_screens_are_nudged_only_when_something_begins_or_ends(officers: Officers, programmes: Programmes):
    site = officers.site
    halls = [site.database.hall_id(HALL)]
    assert programmes.turned(halls) == set()
    begins = site.hands.now + timedelta(minutes=10)
    ends = begins + timedelta(minutes=5)
    shown: dict[str, Any] = {"from": begins.isoformat(), "until": ends.isoformat()}
    officers.publish(TEXT | {"targets": {"screens": ["laon-ecran-1"]}}, **shown)
    told = []
    for _ in range(20):
        site.hands.now += timedelta(minutes=1)
        told.append(bool(programmes.turned(halls)))
    assert [minute + 1 for minute, is_told in enumerate(told) if is_told] == [1, 10, 13, 15], (
        "published, begun, no longer new, over"
    )


def item_shown(windows: list[WindowMs] | None) -> ProgrammeItem:
    return {
        "id": "a.1.fr.0.0",
        "notice": "a",
        "kind": "text",
        "language": "fr",
        "category": "practical",
        "is_legal": False,
        "ms": 10_000,
        "windows": windows,
        "when": None,
        "content": cast(NoticeOnScreen, {"title": "A", "credit": "", "code": None, "html": "<p>B</p>"}),
    }


def test_the_next_edge_is_of_an_item_or_of_the_hours_of_the_screen():
    now = datetime(2026, 11, 24, tzinfo=UTC)
    at = [int((now + timedelta(hours=hours)).timestamp() * 1000) for hours in range(5)]
    items = [item_shown([[at[0], at[3]]]), item_shown(None)]
    empty: ProgrammeAnswer = {
        "revision": "0",
        "legal_share": 0,
        "covers_until": at[4],
        "items": [],
        "hours": None,
    }
    assert next_edge({**empty, "items": items, "hours": [[at[2], at[4]]]}, now) == now + timedelta(hours=2)
    assert next_edge(empty, now) is None
