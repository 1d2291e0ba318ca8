"""Reading documents: every bad input has its problem, at its place."""

import json

import pytest

from server.documents.problems import DocumentRefused
from server.documents.reading import export_text, json_schema, parse_hall, parse_installation
from tests.server.documents.contents import (
    as_text,
    changed,
    service,
    small_hall,
    small_installation,
    texts,
)


def problems_of(content, parse=parse_hall):
    with pytest.raises(DocumentRefused) as refused:
        parse(content)
    return [(problem.path, problem.code) for problem in refused.value.problems]


def profile(**more):
    return {"id": "guise-tout", "names": texts("Tout"), "queues": ["guise-file"]} | more


def condition(call="guise-file", **test):
    return {"call": call, "tests": [test or {"kind": "counters_at_most", "counters": 1}]}


BAD_HALLS = [
    ("services.1.series.prefx", "C", "services[1].series.prefx", "unknown_key"),
    ("colour", "red", "colour", "unknown_key"),
    ("services.1.series.prefix", "A", "services[1].series.prefix", "duplicate_prefix"),
    (
        "services.1.appointment_series",
        {"prefix": "A"},
        "services[1].appointment_series.prefix",
        "duplicate_prefix",
    ),
    ("services.1.series.prefix", "I", "services[1].series.prefix", "prefix_letter"),
    ("services.1.series.prefix", "c", "services[1].series.prefix", "prefix_letter"),
    ("services.1.series.last", 0, "services[1].series.last", "out_of_range"),
    (
        "services.1.series",
        {"prefix": "C", "first": 9, "last": 8},
        "services[1].series",
        "range_ends_before_start",
    ),
    ("services.1.mode", "sometimes", "services[1].mode", "unknown_choice"),
    ("services.1.mode", "both", "services[1].appointment_series", "appointment_series_missing"),
    ("services.1.queue", "guise-autre", "services[1].queue", "unknown_queue"),
    *(
        ("profiles", [profile(**parts)], f"profiles[0].{key}", code)
        for parts, key, code in (
            ({"queues": []}, "queues", "too_few"),
            ({"queues": ["guise-file", "guise-autre"]}, "queues[1]", "unknown_queue"),
            ({"weights": {"guise-autre": 2}}, "weights.guise-autre", "unknown_queue"),
            ({"conditions": [condition("guise-autre")]}, "conditions[0].call", "unknown_queue"),
            (
                {"conditions": [condition(kind="people_exceed", queue="guise-autre", people=1)]},
                "conditions[0].tests[0].queue",
                "unknown_queue",
            ),
        )
    ),
    ("services.1.parent", "guise-autre", "services[1].parent", "unknown_folder"),
    ("services.1.parent", "guise-accueil", "services[1].parent", "too_many_presses"),
    ("services.1.id", "guise-accueil", "services[1].id", "duplicate_id"),
    ("services.1.id", "laon-titres", "services[1].id", "id_outside_hall"),
    ("services.1.id", "Guise_titres", "services[1].id", "wrong_slug"),
    ("services.1.names", {"fr": "Titres", "en": "Permits"}, "services[1].names.es", "missing_translation"),
    ("services.1.names", {"en": "Permits"}, "services[1].names", "french_missing"),
    ("services.1.names", texts("Titres") | {"de": "Titel"}, "services[1].names.de", "language_not_declared"),
    ("services.1.names", texts("Titres") | {"xx": "?"}, "services[1].names.xx", "unknown_language"),
    ("services.1.names", texts("Titres") | {"fr": "  "}, "services[1].names.fr", "empty_text"),
    ("services.1.names", texts("Titres" * 20), "services[1].names.fr", "too_long"),
    ("services.1.bring", [{"fr": "Passeport"}], "services[1].bring[0].en", "missing_translation"),
    ("services.1.target_s", "900", "services[1].target_s", "wrong_type"),
    ("services.1.target_s", 900.5, "services[1].target_s", "wrong_type"),
    ("services.1.target_s", 5, "services[1].target_s", "out_of_range"),
    ("services.1.is_retired", 1, "services[1].is_retired", "wrong_type"),
    ("services.0.appointment_url", "rendez-vous.example.fr", "services[0].appointment_url", "wrong_address"),
    ("services.0.appointment_url", "javascript:alert(1)", "services[0].appointment_url", "wrong_address"),
    ("services", {}, "services", "wrong_type"),
    ("services", [], "services", "too_few"),
    ("counters.0.services.1", "guise-autre", "counters[0].services[1]", "unknown_service"),
    ("counters.0.services.1", "guise-accueil", "counters[0].services[1]", "slug_twice"),
    ("services.1.is_retired", True, "counters[0].services[1]", "retired_service"),
    (
        "counters.1",
        {"id": "guise-g2", "labels": texts("guichet 1"), "services": []},
        "counters[1].labels.fr",
        "duplicate_label",
    ),
    (
        "screens",
        [{"id": f"guise-ecran-{rank}", "label": f"Écran {rank}"} for rank in (1, 2)],
        "screens[1].has_sound",
        "two_announcers",
    ),
    (
        "screens",
        [{"id": "guise-ecran", "label": "Écran", "viewing_m": 12}],
        "screens[0]",
        "letters_too_small",
    ),
    (
        "screens",
        [{"id": "guise-ecran", "label": "Écran", "layout": "window"}],
        "screens[0]",
        "window_with_sound",
    ),
    (
        "screens",
        [{"id": "guise-ecran", "label": "Écran", "layout": "counter"}],
        "screens[0]",
        "counter_of_screen",
    ),
    (
        "screens",
        [{"id": "guise-ecran", "label": "Écran", "layout": "counter", "counter": "guise-g9"}],
        "screens[0].counter",
        "unknown_counter",
    ),
    (
        "screens",
        [{"id": "guise-boucle", "label": "Boucle", "output": "loop", "has_sound": False}],
        "screens[0]",
        "loop_without_sound",
    ),
    (
        "screens",
        [{"id": "guise-boucle", "label": "Boucle", "output": "loop"}],
        "screens[0].output",
        "no_loop_in_hall",
    ),
    ("sound", {"says_visitor_language": "yes"}, "sound.says_visitor_language", "wrong_type"),
    ("sound", {"loop": {"percent": 0}}, "sound.loop.percent", "out_of_range"),
    ("counters.0.hearing_loop_tested_on", "2026-02-30", "counters[0].hearing_loop_tested_on", "wrong_form"),
    ("counters.0.hearing_loop_tested_on", "2026-02-03", "counters[0]", "loop_test_without_loop"),
    ("sound", {"most_percent": 0}, "sound.most_percent", "out_of_range"),
    (
        "sound",
        {"most_percent": 60, "levels": [{"hours": "08:30-12:00", "percent": 61}]},
        "sound",
        "louder_than_most",
    ),
    (
        "sound",
        {"levels": [{"hours": hours, "percent": 50} for hours in ("09:00-12:00", "08:00-10:00")]},
        "sound",
        "overlapping_hours",
    ),
    ("calendar.week.monday", ["12:00-08:30"], "calendar.week.monday[0]", "hours_end_before_start"),
    ("calendar.week.monday", ["08:30-08:30"], "calendar.week.monday[0]", "hours_end_before_start"),
    ("calendar.week.monday", ["08:30-00:00"], "calendar.week.monday[0]", "hours_end_before_start"),
    ("calendar.week.monday", ["8h30-12h"], "calendar.week.monday[0]", "wrong_hours"),
    ("calendar.week.monday", ["08:30-25:00"], "calendar.week.monday[0]", "wrong_hours"),
    ("calendar.week.monday", ["08:30-12:00", "11:00-16:00"], "calendar.week.monday", "overlapping_hours"),
    ("calendar.week.lundi", ["08:30-12:00"], "calendar.week.lundi", "unknown_key"),
    ("calendar.exceptions", [{"on": "24/12/2026"}], "calendar.exceptions[0].on", "wrong_form"),
    ("calendar.exceptions", [{"on": "2026-12-24"}] * 2, "calendar.exceptions", "date_twice"),
    ("languages", ["fr", "en"], "languages", "one_translation"),
    ("languages", ["fr", "en", "fr-x-simple"], "languages", "one_translation"),
    ("languages", ["en", "fr", "es"], "languages", "french_first"),
    ("languages", ["fr", "en", "en"], "languages", "language_twice"),
    ("languages", ["fr", "en", "klingon"], "languages[2]", "unknown_language"),
    ("neighbours", ["guise"], "neighbours", "own_neighbour"),
    (
        "kiosks",
        [{"id": "guise-b", "label": "B", "printer": {"paper_mm": 58}}],
        "kiosks[0].printer",
        "paper_width",
    ),
    *(
        ("kiosks", [{"id": "guise-b", "label": "B", "mounting": mounting}], f"kiosks[0].mounting{key}", code)
        for mounting, key, code in (
            ({"lower_edge_cm": 130, "diagonal_cm": 69}, "", "band_off_screen"),
            ({"lower_edge_cm": 301, "diagonal_cm": 69}, ".lower_edge_cm", "out_of_range"),
            ({"lower_edge_cm": 78, "diagonal_cm": 12}, ".diagonal_cm", "out_of_range"),
            ({"lower_edge_cm": 78}, ".diagonal_cm", "missing_key"),
        )
    ),
    ("notices", [], "notices", "unknown_key"),
    ("format", "parvis-hall-9", "format", "unknown_choice"),
]


@pytest.mark.parametrize(("path", "value", "where", "code"), BAD_HALLS)
def test_a_bad_hall_is_refused_at_the_place_that_is_wrong(path, value, where, code):
    assert (where, code) in problems_of(changed(small_hall(), path, value))


@pytest.mark.parametrize("key", ["format", "hall", "services", "counters", "queues", "languages", "site"])
def test_a_missing_key_is_named(key):
    content = small_hall()
    del content[key]
    assert problems_of(content) == [(key, "missing_key")]


def school(starts_on: str, last_on: str) -> dict[str, str]:
    return {"name": "Toussaint", "starts_on": starts_on, "last_on": last_on}


BAD_INSTALLATIONS = [
    ("sites.0.time_zone", "Europe/Laon", "sites[0].time_zone", "unknown_time_zone"),
    ("sites.0.public_holidays", "FR-999", "sites[0].public_holidays", "unknown_public_holidays"),
    ("sites.1", small_installation()["sites"][0], "sites", "duplicate_site"),
    (
        "sites.0.calendar.week.tuesday",
        ["12:00-09:00"],
        "sites[0].calendar.week.tuesday[0]",
        "hours_end_before_start",
    ),
    *(
        ("sites.0.school_holidays", holidays, f"sites[0].school_holidays{where}", code)
        for holidays, where, code in (
            ([school("2026-11-01", "2026-10-17")], "[0]", "school_holidays_end_before_start"),
            ([school("2026-10-17", "2027-11-01")], "[0]", "school_holidays_too_long"),
            ([school("0026-10-17", "0026-11-01")], "[0]", "school_holidays_far_away"),
            (
                [school("2026-10-17", "2026-11-01"), school("2026-11-01", "2026-11-02")],
                "",
                "school_holidays_overlap",
            ),
            ([school("2026-10-17", "")], "[0].last_on", "wrong_form"),
            ([school("2026-10-17", "2026-11-01") | {"name": " "}], "[0].name", "empty_text"),
            ([school("2026-10-17", "2026-11-01") | {"zone": "B"}], "[0].zone", "unknown_key"),
            ([school(f"20{n}-10-17", f"20{n}-11-01") for n in range(10, 71)], "", "too_many"),
        )
    ),
    ("brand.colours", {"ink": "#777777"}, "brand.colours.ink", "contrast"),
    ("brand.colours", {"action": "green"}, "brand.colours.action", "wrong_colour"),
    ("languages", ["fr", "es"], "languages", "one_translation"),
    ("logo", "x.png", "logo", "unknown_key"),
]


@pytest.mark.parametrize(("path", "value", "where", "code"), BAD_INSTALLATIONS)
def test_a_bad_installation_is_refused_at_the_place_that_is_wrong(path, value, where, code):
    assert problems_of(changed(small_installation(), path, value), parse_installation) == [(where, code)]


def test_school_holidays_come_in_order_and_stand_only_where_there_are_some():
    content = small_installation()
    assert "school_holidays" not in parse_installation(content).model_dump(mode="json")["sites"][0]
    later, first = school("2026-12-19", "2027-01-03"), school("2026-10-17", "2026-11-01")
    content["sites"][0]["school_holidays"] = [later, first]
    document = parse_installation(content)
    assert document.model_dump(mode="json")["sites"][0]["school_holidays"] == [first, later]
    assert parse_installation(export_text(document)) == document


def test_french_alone_needs_no_translation():
    french = {"fr": "Accueil"}
    content = small_hall(
        languages=["fr"],
        queues=[{"id": "guise-file", "names": french}],
        services=[service("accueil", "A", names=french)],
        counters=[{"id": "guise-g1", "labels": {"fr": "guichet 1"}, "services": ["guise-accueil"]}],
    )
    assert parse_hall(content).languages == ("fr",)


def test_simple_french_is_no_translation_and_french_stands_in_for_it():
    assert parse_hall(small_hall(languages=["fr", "en", "es", "fr-x-simple"])).languages[3] == "fr-x-simple"
    content = small_hall()
    content["languages"].append("fr-x-simple")
    content["services"][0]["names"]["fr-x-simple"] = "Poser une question"
    assert parse_hall(content).services[0].names["fr-x-simple"] == "Poser une question"


def test_conditions_about_the_hour_and_the_whole_hall_name_no_queue():
    hour = condition(kind="local_hours", starts="09:00", ends="10:00")
    assert parse_hall(small_hall(profiles=[profile(conditions=[hour, condition()])])).profiles


def test_two_services_may_share_a_letter_with_separate_ranges():
    series = [{"prefix": "A", "last": 499}, {"prefix": "A", "first": 500}]
    services = [service(f"s{n}", "A", series=each) for n, each in enumerate(series)]
    counters = [{"id": "guise-g1", "labels": texts("guichet 1"), "services": ["guise-s0", "guise-s1"]}]
    assert parse_hall(small_hall(services=services, counters=counters)).services[1].series.first == 500


def test_ranges_that_share_a_number_are_refused_with_both():
    series = [{"prefix": "A", "last": 500}, {"prefix": "A", "first": 500, "last": 900}]
    services = [service(f"s{n}", "A", series=each) for n, each in enumerate(series)]
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(small_hall(services=services, counters=[small_hall()["counters"][0] | {"services": []}]))
    (problem,) = refused.value.problems
    assert (problem.path, problem.code) == ("services[1].series", "overlapping_numbers")
    assert problem.values == {"mine": "A500–A900", "theirs": "A001–A500", "name": "s0"}


def test_a_retired_service_leaves_its_letter_to_another():
    services = [service("vieux", "A", is_retired=True), service("neuf", "A")]
    counters = [{"id": "guise-g1", "labels": texts("guichet 1"), "services": ["guise-neuf"]}]
    assert len(parse_hall(small_hall(services=services, counters=counters)).services) == 2


def test_a_retired_counter_may_keep_its_label_and_services():
    services = [service("accueil", "A"), service("titres", "C", is_retired=True)]
    (counter,) = small_hall()["counters"]
    retired = counter | {"id": "guise-g0", "is_retired": True}
    counters = [retired, counter | {"services": ["guise-accueil"]}]
    assert len(parse_hall(small_hall(services=services, counters=counters)).counters) == 2


def test_every_error_is_reported_at_once():
    content = changed(small_hall(), "services.1.series.prefix", "A")
    content = changed(content, "counters.0.step_free", True)
    content = changed(content, "services.0.queue", "guise-autre")
    assert set(problems_of(content)) == {
        ("counters[0].step_free", "unknown_key"),
        ("services[1].series.prefix", "duplicate_prefix"),
        ("services[0].queue", "unknown_queue"),
    }


@pytest.mark.parametrize(
    ("path", "nearest"),
    [("services.0.target", "target_s"), ("counters.0.label", "labels")],  # a kiosk has a `label`
)
def test_the_problem_of_a_mistyped_key_names_the_nearest_valid_one(path: str, nearest: str):
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(changed(small_hall(), path, 900))
    (problem,) = refused.value.problems
    assert problem.key == "documents.problem.unknown_key_nearest"
    assert problem.values == {"key": path.rpartition(".")[2], "nearest": nearest}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        (b"\xff\xfe{}", "not_utf8"),
        ("[]", "wrong_type"),
        ("null", "wrong_type"),
        ("[" * 100_000, "invalid"),
        ('{"hall": ' + "1" * 5000 + "}", "invalid"),
        (b" " * 2_000_001, "document_too_large"),
    ],
)
def test_a_value_that_is_no_document_is_refused(content, code):
    assert code in {found for _, found in problems_of(content)}


def test_a_key_written_twice_is_refused():
    text = as_text(small_hall()).replace('"hall": "guise",', '"hall": "laon", "hall": "guise",')
    assert problems_of(text) == [("", "key_twice")]


def test_a_text_with_a_byte_order_mark_is_read():
    assert parse_hall(as_text(small_hall()).encode("utf-8-sig")).hall == "guise"


@pytest.mark.parametrize("kind", ["hall", "installation"])
def test_the_schema_describes_every_key_and_closes_every_object(kind):
    schema = json_schema(kind)
    assert schema["$schema"].endswith("2020-12/schema")
    objects = [part for part in (schema, *schema["$defs"].values()) if "properties" in part]
    assert all(part["additionalProperties"] is False and part["description"] for part in objects)
    assert json.dumps(schema)


def test_the_schema_bounds_how_a_kiosks_screen_is_fixed():
    mounting = json_schema("hall")["$defs"]["MountingPart"]
    assert mounting["required"] == ["lower_edge_cm", "diagonal_cm"]
    bounds = {key: (value["minimum"], value["maximum"]) for key, value in mounting["properties"].items()}
    assert bounds == {
        "lower_edge_cm": (0, 300),
        "diagonal_cm": (13, 300),
        "width_px": (480, 8192),
        "height_px": (480, 8192),
    }


def test_the_choices_of_a_value_are_listed_without_words_of_any_language():
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(changed(small_hall(), "services.0.mode", "sometimes"))
    assert refused.value.problems[0].values == {"choices": "walk_in, appointment_only, both"}
