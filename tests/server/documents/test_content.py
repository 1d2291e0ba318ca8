"""The changes from one document to the next; the contents of a notice: what is safe, what is refused."""

import copy
from datetime import date
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.content import DocumentChange, Side, changes_between, difference, three_way
from server.documents.notice_checks import check_not_over
from server.documents.notice_fields import LONGEST_BODY, LONGEST_WORDS
from server.documents.notices import NOTICE_MODELS, TextNotice, parse_notice
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_hall
from server.documents.texts import TAGS, safe_html, words_of_html
from tests.server.documents.contents import changed, hall_contents, service, small_hall, texts


def changes(*edits):
    content = small_hall()
    for path, value in edits:
        content = changed(content, path, value)
    return difference(parse_hall(small_hall()), parse_hall(content))


TEXT: dict[str, Any] = {
    "kind": "text",
    "titles": {"fr": "Ouvert à midi"},
    "bodies": {"fr": "<p>Le <b>mercredi</b>.</p>"},
}
SAMPLES: dict[str, dict[str, Any]] = {
    "text": {"bodies": {"fr": "<p>Un</p>"}},
    "image": {
        "medium": "m1",
        "texts": {"fr": "Le plan du hall"},
        "focus": {"x": 0, "y": 100},
        "credits": {"fr": "Photo : la mairie"},
        "link": "https://example.org",
    },
    "video": {"medium": "m1", "texts": {"fr": "Un film"}},
    "document": {"medium": "m1", "texts": {"fr": "Une affiche"}},
    "feed": {"url": "https://example.org/feed"},
    "delays": {
        "rows": [{"labels": {"fr": "Permis"}, "delays": {"fr": "trois semaines"}}],
        "sources": {"fr": "Bureau des titres"},
        "stands_on": "2026-11-01",
    },
    "hours": {},
    "busy_hours": {},
    "results": {},
    "asked_and_done": {"asked": {"fr": "Un siège de plus"}, "done": {"fr": "Dix sièges"}},
    "priority_card": {},
    "waits": {"credits": {"fr": "Préfecture"}, "link": "https://example.org"},
    "date": {
        "happens": {"starts": "2026-12-11T18:30", "ends": "2026-12-11T20:00"},
        "places": {"fr": "Salle des fêtes"},
        "details": {"fr": "Entrée libre."},
    },
    "figure": {
        "figures": {"fr": "92"},
        "units": {"fr": "%"},
        "meanings": {"fr": "des personnes attendent moins d’un quart d’heure"},
        "sources": {"fr": "Tickets de la préfecture"},
        "stands_on": "2026-11-01",
    },
    "table": {"tables": {"fr": [["Titre", "Délai"], ["Permis", ""]]}},
    "closure": {
        "happens": {"starts": "2026-12-24", "ends": "2026-12-26"},
        "opens": ["09:00-12:00"],
        "reasons": {"fr": "Travaux"},
        "in_calendar": True,
    },
    "countdown": {"falls_on": "2026-12-24T14:00", "details": {"fr": "Sur la place."}},
    "code": {"link": "https://example.org/rendez-vous", "details": {"fr": "Prenez rendez-vous."}},
    "steps": {
        "steps": [
            {"icon": "ticket", "sentences": {"fr": "Prenez un ticket."}},
            {"icon": "clock", "sentences": {"fr": "Attendez votre numéro."}},
        ]
    },
}
STEP = SAMPLES["steps"]["steps"][0]


def problems(content: Any) -> list[tuple[str, str]]:
    """The path and code of everything wrong with a notice."""
    with pytest.raises(DocumentRefused) as refused:
        parse_notice(content)
    return [(each.path, each.code) for each in refused.value.problems]


@given(hall_contents())
def test_a_document_does_not_differ_from_itself(content):
    assert difference(parse_hall(content), parse_hall(content)) == ()


def test_a_changed_text_names_the_thing_and_its_language():
    assert changes(("services.1.names.fr", "Titres de séjour")) == (
        DocumentChange("services[guise-titres].names.fr", "changed", "titres", "Titres de séjour"),
    )


def test_an_added_service_is_one_change_with_all_its_fields():
    (change,) = changes(("services.2", service("armes", "T")))
    assert (change.path, change.kind, change.before) == ("services[guise-armes]", "added", None)
    assert change.after["series"] == {"prefix": "T", "first": 1, "last": None}


def test_the_difference_keeps_a_removed_list_of_hours():
    content = changed(small_hall(), "calendar.week.monday", [])
    (change,) = difference(parse_hall(small_hall()), parse_hall(content))
    assert change == DocumentChange("calendar.week.monday", "removed", ["08:30-12:00", "13:30-16:00"], None)


def test_services_in_another_order_have_moved():
    content = small_hall()
    content["services"].reverse()
    assert difference(parse_hall(small_hall()), parse_hall(content)) == (
        DocumentChange(
            "services", "moved", ["guise-accueil", "guise-titres"], ["guise-titres", "guise-accueil"]
        ),
    )


def test_an_exception_is_identified_by_its_date():
    content = changed(small_hall(), "calendar.exceptions", [{"on": "2026-12-24", "why": texts("Noël")}])
    (change,) = difference(parse_hall(small_hall()), parse_hall(content))
    assert change.path == "calendar.exceptions[2026-12-24]"


@pytest.mark.parametrize(("path", "value"), [("services.0.target_s", 600), ("services.0.is_on_kiosk", False)])
def test_numbers_and_switches_keep_both_values(path, value):
    (change,) = changes((path, value))
    assert change.kind == "changed"
    assert change.after == value


def test_a_first_document_is_all_added():
    assert {change.kind for change in difference(None, parse_hall(small_hall()))} <= {"added", "changed"}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
keys = st.sampled_from(["a", "b", "c"])
items = st.lists(
    st.fixed_dictionaries({"id": keys, "x": values}), max_size=3, unique_by=lambda each: str(each["id"])
)
contents = st.dictionaries(keys, values | items, max_size=3)


def edited(*edits: tuple[str, Any]) -> dict[str, Any]:
    content = small_hall()
    for path, value in edits:
        content = changed(content, path, value)
    return content


def conflicts_of(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [conflict.path for conflict in three_way(small_hall(), mine, theirs).conflicts]


@given(contents, contents)
def test_a_change_without_conflict_is_saved_as_written(base, changed):
    for mine, theirs in ((changed, base), (base, changed), (changed, changed)):
        merge = three_way(base, mine, theirs)
        assert (merge.content, merge.conflicts) == (changed, ())


@given(contents, contents, contents)
def test_a_conflict_is_a_place_that_both_changed_and_its_choice_decides_it(base, mine, theirs):
    conflicts = {conflict.path for conflict in three_way(base, mine, theirs).conflicts}
    sides: list[tuple[Side, Any]] = [("mine", mine), ("theirs", theirs)]
    for side, whole in sides:
        merge = three_way(base, mine, theirs, dict.fromkeys(conflicts, side))
        assert merge.conflicts == ()
        reached = {change.path for change in changes_between(merge.content, whole)}
        assert conflicts.isdisjoint(reached)


@given(hall_contents(), st.text(min_size=1, max_size=9).filter(str.strip))
def test_two_different_fields_are_joined_into_a_document(content, name):
    base = parse_hall(content).model_dump(mode="json")
    mine, theirs = copy.deepcopy(base), copy.deepcopy(base)
    mine["name"] = name
    theirs["services"][0]["target_s"] = 1234
    merge = three_way(base, mine, theirs)
    assert merge.conflicts == ()
    assert (merge.content["name"], merge.content["services"][0]["target_s"]) == (name, 1234)


def test_two_fields_of_one_service_are_no_conflict_and_one_field_is():
    mine = edited(("services.1.names.fr", "Titres de séjour"))
    assert conflicts_of(mine, edited(("services.1.names.en", "Permits"))) == []
    theirs = edited(("services.1.names.fr", "Cartes"))
    merge = three_way(small_hall(), mine, theirs)
    (conflict,) = merge.conflicts
    assert conflict.path == "services[guise-titres].names.fr"
    assert (conflict.base, conflict.mine, conflict.theirs) == ("titres", "Titres de séjour", "Cartes")
    assert merge.content["services"][1]["names"]["fr"] == "Cartes"
    decided = three_way(small_hall(), mine, theirs, {conflict.path: "mine"})
    assert decided.content["services"][1]["names"]["fr"] == "Titres de séjour"


def test_an_item_removed_by_one_and_changed_by_the_other_is_a_conflict():
    theirs = small_hall()
    del theirs["services"][1]
    assert conflicts_of(edited(("services.1.mode", "both")), theirs) == ["services[guise-titres]"]
    assert three_way(small_hall(), small_hall(), theirs).content == theirs


def test_both_add_an_item_and_each_keeps_its_place():
    mine, theirs = small_hall(), small_hall()
    mine["counters"].insert(0, {"id": "guise-g0"})
    theirs["counters"].append({"id": "guise-g2"})
    merge = three_way(small_hall(), mine, theirs)
    assert [each["id"] for each in merge.content["counters"]] == ["guise-g0", "guise-g1", "guise-g2"]


def test_one_new_order_is_taken_and_two_are_a_conflict():
    base = {"services": [{"id": each} for each in "abc"]}
    mine, theirs = (
        {"services": [{"id": each} for each in "cab"]},
        {"services": [{"id": each} for each in "bac"]},
    )
    assert three_way(base, mine, base | {"name": "x"}).content == mine | {"name": "x"}
    (conflict,) = three_way(base, mine, theirs).conflicts
    assert (conflict.path, conflict.mine) == ("services", ["c", "a", "b"])
    assert three_way(base, mine, theirs, {"services": "mine"}).content == mine


def test_items_without_an_id_are_compared_as_a_whole():
    twice = {"services": [{"id": "a"}, {"id": "a"}]}
    assert [
        each.path for each in three_way({"services": []}, twice, {"services": [{"id": "b"}]}).conflicts
    ] == ["services"]


def test_every_kind_has_a_model_and_is_read():
    assert set(SAMPLES) == set(NOTICE_MODELS)
    for kind, content in SAMPLES.items():
        parse_notice({"kind": kind, "titles": {"fr": "Un titre"}, **content})


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p onclick='x()'>Bonjour<script>alert(1)</script></p>", "<p>Bonjour</p>"),
        ("<p><a href='javascript:x'>ici</a> <img src=x onerror=y></p>", "<p>ici </p>"),
        ("<style>p{display:none}</style><p style='color:red' class=a>Un</p>", "<p>Un</p>"),
        ("<iframe src='//x'>caché</iframe><p>Un<br></p><p><br></p>", "<p>Un<br></p>"),
        (
            "<svg><text>x</text></svg><h3>Titre</h3><ul><li>a<li>b</ul>",
            "<h3>Titre</h3><ul><li>a</li><li>b</li></ul>",
        ),
        ('<p lang="en" dir="ltr" id=z>One</p>', '<p lang="en" dir="ltr">One</p>'),
    ],
)
def test_elements_not_allowed_are_removed_and_their_words_stay(dirty: str, clean: str):
    assert safe_html(dirty) == clean
    notice = parse_notice(TEXT | {"bodies": {"fr": f"{dirty}<p>x</p>"}})
    assert isinstance(notice, TextNotice)
    assert notice.bodies["fr"] == f"{clean}<p>x</p>"


@given(st.text(st.sampled_from("<>/\"'=&; pbrscitulonx\n"), max_size=60))
def test_safe_html_stays_as_it_is_and_holds_no_other_tag(text: str):
    once = safe_html(text)
    assert safe_html(once) == once
    names = {part.split(">")[0].split(" ")[0].strip("/") for part in once.split("<")[1:]}
    assert names <= TAGS


@given(st.text(max_size=40))
def test_words_come_back_from_their_html(words: str):
    plain = "\n".join(line for line in (line.strip() for line in words.splitlines()) if line)
    converted, expected = (words_of_html(f"<p>{escape(each, quote=False)}</p>") for each in (words, plain))
    assert converted.split() == expected.split()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"titles": {"fr": "Un", "en": "One"}}, ("titles", "one_translation")),
        ({"titles": {"en": "One"}}, ("titles", "french_missing")),
        ({"bodies": {"fr": "<script>x</script>"}}, ("bodies.fr", "empty_text")),
        ({"bodies": {"fr": "a" * (LONGEST_WORDS + 1)}}, ("bodies.fr", "too_long")),
        ({"bodies": {"fr": "Un", "en": "One", "es": "Uno"}}, ("bodies.en", "language_not_in_title")),
        ({"titles": {"fr": "a" * 81}}, ("titles.fr", "too_long")),
        (
            {"validity": {"starts": "2026-12-24", "ends": "2026-12-23"}},
            ("validity", "dates_end_before_start"),
        ),
        (
            {"validity": {"starts": "2026-12-24T14:00", "ends": "2026-12-24T14:00"}},
            ("validity", "dates_end_before_start"),
        ),
        ({"validity": {"ends": "24/12/2026"}}, ("validity.ends", "wrong_local_time")),
        ({"validity": {"ends": "9999-12-31"}}, ("validity.ends", "wrong_local_time")),
        ({"dayparts": {"spans": ["12:00-09:00"]}}, ("dayparts.spans[0]", "hours_end_before_start")),
        ({"dayparts": {"weekdays": [7]}}, ("dayparts.weekdays[0]", "out_of_range")),
        ({"dayparts": {"parts": ["night"]}}, ("dayparts.parts[0]", "unknown_choice")),
        ({"when": {"queue": "q", "more_than": -1}}, ("when.more_than", "out_of_range")),
        ({"ms": 10}, ("ms", "out_of_range")),
        ({"category": "advertising"}, ("category", "unknown_choice")),
        ({"script": "x"}, ("script", "unknown_key")),
        ({"kind": "game"}, ("kind", "unknown_choice")),
        ({"kind": "playlist"}, ("kind", "unknown_choice")),  # no playlist contains another, nor itself
        ({"items": ["n1"]}, ("items", "unknown_key")),
    ],
)
def test_each_problem_has_its_place(change: dict[str, Any], found: tuple[str, str]):
    assert found in problems(TEXT | change)


@pytest.mark.parametrize(
    ("kind", "change", "found"),
    [
        ("date", {"happens": {"ends": "2026-12-11"}}, ("happens.starts", "missing_key")),
        (
            "date",
            {"happens": {"starts": "2026-12-11", "ends": "2026-12-10"}},
            ("happens", "dates_end_before_start"),
        ),
        ("figure", {"figures": {"fr": "beaucoup"}}, ("figures.fr", "no_digit")),
        ("figure", {"figures": {"fr": "1" * 13}}, ("figures.fr", "too_long")),
        ("figure", {"meanings": {}}, ("meanings", "french_missing")),
        ("steps", {"steps": [STEP]}, ("steps", "too_few")),
        ("steps", {"steps": [STEP] * 7}, ("steps", "too_many")),
        ("steps", {"steps": [STEP, STEP | {"icon": "skull"}]}, ("steps[1].icon", "unknown_choice")),
        (
            "steps",
            {"steps": [STEP, STEP | {"sentences": {"fr": "a" * 121}}]},
            ("steps[1].sentences.fr", "too_long"),
        ),
        ("hours", {"link": "ftp://example.org"}, ("link", "wrong_address")),
        ("countdown", {"falls_on": "2026-02-30"}, ("falls_on", "wrong_local_time")),
        ("table", {"tables": {"fr": [["Titre", "Délai"]]}}, ("tables.fr", "too_few")),
        ("table", {"tables": {"fr": [["Titre", ""], ["Permis", "1"]]}}, ("tables.fr", "table_head_missing")),
        ("table", {"tables": {"fr": [["Titre", "Délai"], ["Permis"]]}}, ("tables.fr", "table_uneven")),
        ("table", {"tables": {"fr": [["a"] * 5] * 2}}, ("tables.fr[0]", "too_many")),
        ("table", {"tables": {"fr": [["a"]] * 10}}, ("tables.fr", "too_many")),
        ("table", {"tables": {"fr": [["a"], ["b" * 41]]}}, ("tables.fr[1][0]", "too_long")),
        ("table", {"tables": {"fr": [["a"]] * 2, "en": [["a"]] * 3}}, ("tables", "table_uneven")),
        ("closure", {"happens": {"starts": "2026-12-24T09:00"}}, ("happens.starts", "too_long")),
        ("closure", {"opens": ["12:00-09:00"]}, ("opens[0]", "hours_end_before_start")),
        ("code", {"link": None}, ("link", "wrong_type")),
        ("code", {"details": {}}, ("details", "french_missing")),
    ],
)
def test_each_problem_of_a_template_has_its_place(kind: str, change: dict[str, Any], found: tuple[str, str]):
    assert found in problems({"kind": kind, "titles": {"fr": "Un titre"}} | SAMPLES[kind] | change)


@pytest.mark.parametrize("content", [{}, {"kind": None}, {"kind": []}, {"kind": "text"}])
def test_an_invalid_content_has_problems(content: Any):
    assert problems(content)


def test_a_countdown_ends_with_its_day_or_before():
    content = {"kind": "countdown", "titles": {"fr": "Le forum"}, **SAMPLES["countdown"]}
    ends = {None: "2026-12-24", "2026-12-30": "2026-12-24", "2026-12-24T09:00": "2026-12-24T09:00"}
    for validity, end in ends.items():
        assert parse_notice(content | {"validity": {"ends": validity}}).last_day == end
    notice = parse_notice(content)
    assert check_not_over(notice, date(2026, 12, 24)) == ()
    [problem] = check_not_over(notice, date(2026, 12, 25))
    assert (problem.path, problem.code) == ("falls_on", "day_over")


def test_a_date_that_ends_is_included():
    parse_notice(TEXT | {"validity": {"starts": "2026-12-24", "ends": "2026-12-24"}})
    parse_notice(TEXT | {"validity": {"starts": "2026-12-24T14:00", "ends": "2026-12-24"}})
    parse_notice(
        TEXT | {"titles": {"fr": "Un", "en": "One", "es": "Uno"}, "bodies": {"fr": "1", "en": "1", "es": "1"}}
    )


@pytest.mark.parametrize("typed", ["&" * 590, "<ul>" + "<li>a" * 290, "<p>a&<i>b" * 100])
def test_a_stored_notice_can_be_read_again(typed: str):
    kept = parse_notice(TEXT | {"bodies": {"fr": typed}}).model_dump(mode="json")
    assert parse_notice(kept).model_dump(mode="json") == kept


def test_marks_and_entities_are_counted_as_they_are_kept():
    typed = "<i>&</i>" * 590
    assert len(typed) < LONGEST_BODY < len(safe_html(typed))
    assert problems(TEXT | {"bodies": {"fr": typed}}) == [("bodies.fr", "too_long")]


def test_words_pasted_with_a_lot_around_them_are_taken():
    pasted = "".join(f"<p class='x' style='color:#{number:06d}'>mot</p>" for number in range(150))
    notice = parse_notice(TEXT | {"bodies": {"fr": pasted}})
    assert isinstance(notice, TextNotice)
    assert notice.bodies["fr"] == "<p>mot</p>" * 150
