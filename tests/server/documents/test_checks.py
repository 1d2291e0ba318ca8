"""A hall’s document, also from a template, fits its installation and its earlier revisions, or is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.checks import (
    IdsInUse,
    check_against_installation,
    check_against_neighbours,
    check_ids,
    check_in_use,
    warnings_of,
)
from server.documents.from_template import (
    LONGEST_SLUG,
    MODEL,
    TEMPLATES,
    HallRequest,
    from_template,
    slug_of,
    template_of,
)
from server.documents.hall import ids_of
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_hall, parse_installation
from server.domain.refusals import Refusal
from tests.server.documents.contents import changed, service, small_hall, small_installation, texts


def found(problems):
    return [(problem.path, problem.code, problem.is_warning) for problem in problems]


def neighbour(prefix: str, **more):
    """A hall called ribemont with one service of that prefix."""
    return parse_hall(
        small_hall(
            hall="ribemont",
            name="Accueil de Ribemont",
            queues=[{"id": "ribemont-file", "names": texts("File")}],
            services=[service("x", prefix, id="ribemont-accueil", queue="ribemont-file")],
            counters=[{"id": "ribemont-g1", "labels": texts("guichet 1"), "services": ["ribemont-accueil"]}],
            **more,
        )
    )


IDS = {name: [service["id"] for service in template_of(name)["services"]] for name in TEMPLATES}
LANGUAGES = st.sampled_from([("fr", "en", "es"), ("fr",), ("fr", "en", "ar"), ("fr", "es", "de", "en")])


@st.composite
def hall_requests(draw: st.DrawFn) -> tuple[str, HallRequest]:
    template = draw(st.sampled_from(TEMPLATES))
    kept = draw(st.sets(st.sampled_from(IDS[template]), min_size=1))
    slug = slug_of(draw(st.text(min_size=1, max_size=60)), ())
    counters = draw(st.integers(min_value=1, max_value=45))
    return template, HallRequest(slug, "Un hall", "un-site", draw(LANGUAGES), kept, counters)


def test_a_hall_fits_its_installation():
    assert (
        check_against_installation(parse_hall(small_hall()), parse_installation(small_installation())) == ()
    )


def test_an_unknown_site_and_a_missing_language_are_named():
    installation = parse_installation(small_installation(languages=["fr"]))
    assert found(check_against_installation(parse_hall(small_hall(site="vervins")), installation)) == [
        ("site", "unknown_site", False),
        ("languages[1]", "language_not_installed", False),
        ("languages[2]", "language_not_installed", False),
    ]


def test_a_screen_is_in_groups_of_its_site_only():
    hall = small_hall()
    hall["screens"] = [
        {"id": "guise-ecran", "label": "Écran", "has_sound": False, "groups": ["entree", "cour"]}
    ]
    installation = small_installation()
    installation["sites"][0]["screen_groups"] = [{"id": "entree", "label": "Entrée"}]
    fitting = check_against_installation(parse_hall(hall), parse_installation(installation))
    assert found(fitting) == [("screens[0].groups[1]", "unknown_group", False)]
    installation["sites"][0]["screen_groups"] += [{"id": "entree-2", "label": "ENTRÉE"}]
    with pytest.raises(DocumentRefused) as twice:
        parse_installation(installation)
    assert [each.code for each in twice.value.problems] == ["duplicate_group"]


def test_halls_within_earshot_share_no_prefix_whichever_declares_it():
    shared = [("services[1].series.prefix", "prefix_of_neighbour", False)]
    declares, declared = parse_hall(small_hall(neighbours=["ribemont"])), parse_hall(small_hall())
    assert found(check_against_neighbours(declares, [neighbour("C")])) == shared
    assert found(check_against_neighbours(declared, [neighbour("C", neighbours=["guise"])])) == shared


def test_separate_ranges_do_not_free_a_neighbours_prefix():
    content = changed(small_hall(neighbours=["ribemont"]), "services.1.series", {"prefix": "C", "first": 900})
    assert len(check_against_neighbours(parse_hall(content), [neighbour("C")])) == 1


def test_halls_out_of_earshot_may_share_a_prefix():
    assert check_against_neighbours(parse_hall(small_hall()), [neighbour("C")]) == ()


def test_a_hall_does_not_collide_with_its_own_published_document():
    document = parse_hall(small_hall(neighbours=["ribemont"]))
    assert check_against_neighbours(document, [document, neighbour("F")]) == ()


def test_an_unknown_neighbour_is_a_warning():
    document = parse_hall(small_hall(neighbours=["ribemont"]))
    assert found(check_against_neighbours(document, [])) == [("neighbours[0]", "unknown_neighbour", True)]


def test_an_id_never_names_anything_else():
    document = parse_hall(small_hall())
    assert check_ids(document, {slug: ("guise", kind) for slug, kind in ids_of(document).items()}) == ()
    taken = {"guise-g1": ("guise", "kiosks"), "guise-titres": ("ribemont", "services")}
    assert found(check_ids(document, taken)) == [
        ("services[1].id", "id_taken", False),
        ("counters[0].id", "id_taken", False),
    ]


def test_a_service_with_open_legs_can_be_neither_dropped_nor_retired():
    old = parse_hall(small_hall())
    counters = [{"id": "guise-g1", "labels": texts("guichet 1"), "services": ["guise-accueil"]}]
    without = parse_hall(small_hall(services=[service("accueil", "A")], counters=counters))
    retired = parse_hall(
        small_hall(
            services=[service("accueil", "A"), service("titres", "C", is_retired=True)], counters=counters
        )
    )
    for new, path in ((without, "services"), (retired, "services[1].is_retired")):
        (problem,) = check_in_use(old, new, IdsInUse(services={"guise-titres"}))
        assert (problem.path, problem.code) == (path, "service_has_open_legs")
        assert problem.values == {"id": "guise-titres", "name": "titres"}
        assert check_in_use(old, new, IdsInUse(services={"guise-accueil"})) == ()
    assert check_in_use(old, old, IdsInUse(services={"guise-titres"})) == ()


def test_a_held_counter_and_a_queue_with_visitors_cannot_be_dropped():
    old = parse_hall(
        small_hall(
            queues=[
                {"id": "guise-file", "names": texts("File")},
                {"id": "guise-autre", "names": texts("Autre")},
            ]
        )
    )
    counter = {"id": "guise-g1", "labels": texts("guichet 1"), "services": ["guise-accueil"]}
    new = parse_hall(small_hall(counters=[counter | {"is_retired": True}]))
    in_use = IdsInUse(queues={"guise-autre"}, counters={"guise-g1"})
    assert found(check_in_use(old, new, in_use)) == [
        ("queues", "queue_has_open_legs", False),
        ("counters[0].is_retired", "counter_in_use", False),
    ]
    assert check_in_use(old, new, IdsInUse(queues={"guise-file"})) == ()


def test_a_probable_oversight_is_a_warning():
    document = parse_hall(
        small_hall(
            folders=[{"id": "guise-rubrique", "names": texts("Rubrique")}],
            queues=[
                {"id": "guise-file", "names": texts("File")},
                {"id": "guise-vide", "names": texts("Vide")},
            ],
            services=[
                service("accueil", "A"),
                service("titres", "C", mode="appointment_only", appointment_series={"prefix": "CR"}),
            ],
            counters=[{"id": "guise-g1", "labels": texts("guichet 1"), "services": ["guise-accueil"]}],
        )
    )
    assert found(warnings_of(document)) == [
        ("services[1]", "service_without_counter", True),
        ("services[1].how_to_book", "how_to_book_missing", True),
        ("queues[1]", "queue_without_service", True),
        ("folders[0]", "empty_folder", True),
    ]


def reasons(*codes: str, received_by: str = "guise-accueil"):
    listed = [{"id": code, "names": texts(f"Motif {code}")} for code in codes]
    return {"received_by": received_by, "reasons": listed}


def hall_with(exceptional, *, receiving=None, **titres):
    booked = {"mode": "appointment_only", "appointment_series": {"prefix": "CR"}}
    services = [
        service("accueil", "A", **(receiving or {})),
        service("titres", "C", exceptional=exceptional, **(booked | titres)),
    ]
    counters = [{"id": "guise-g1", "labels": texts("guichet 1"), "services": ["guise-titres"]}]
    return small_hall(services=services, counters=counters)


def test_exceptional_reasons_name_the_receiving_service_and_each_reason_once():
    found = parse_hall(hall_with(reasons("urgent", "online"))).services[1].exceptional
    assert found is not None
    assert (found.received_by, len(found.reasons)) == ("guise-accueil", 2)


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        (hall_with(reasons("urgent"), mode="both"), "", "exceptional_without_appointments"),
        (hall_with(reasons("urgent", received_by="guise-x")), ".received_by", "unknown_service"),
        (hall_with(reasons("urgent", received_by="guise-titres")), ".received_by", "received_by_appointment"),
        (hall_with(reasons("urgent"), receiving={"is_retired": True}), ".received_by", "retired_service"),
        (hall_with(reasons("urgent", "online", "urgent")), ".reasons[2].id", "slug_twice"),
        (hall_with(reasons()), ".reasons", "too_few"),
        (hall_with(reasons("a", "b", "c", "d", "e", "f")), ".reasons", "too_many"),
    ],
)
def test_an_exceptional_way_that_leads_nowhere_is_refused_at_its_field(content, path, code):
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(content)
    assert found(refused.value.problems) == [(f"services[1].exceptional{path}", code, False)]


def test_a_reason_is_named_in_every_language_of_the_hall():
    content = hall_with(reasons("urgent"))
    del content["services"][1]["exceptional"]["reasons"][0]["names"]["es"]
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(content)
    path = "services[1].exceptional.reasons[0].names.es"
    assert found(refused.value.problems) == [(path, "missing_translation", False)]


def kiosk(name: str, *services: str, **more):
    return {"id": f"guise-{name}", "label": name, "services": list(services)} | more


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        (("guise-accueil", "guise-x"), [("[1]", "unknown_service")]),
        (("guise-accueil", "guise-ancien"), [("[1]", "retired_service")]),
        (("guise-accueil", "guise-titres", "guise-accueil"), [("[2]", "slug_twice")]),
        (("guise-cache",), [("", "kiosk_shows_no_service")]),
        (("guise-cache", "guise-ancien"), [("[1]", "retired_service"), ("", "kiosk_shows_no_service")]),
    ],
)
def test_the_list_of_a_kiosk_has_existing_services_once_each_and_shows_at_least_one(services, expected):
    hidden = [service("cache", "F", is_on_kiosk=False), service("ancien", "H", is_retired=True)]
    content = small_hall(services=[*small_hall()["services"], *hidden], kiosks=[kiosk("b", *services)])
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(content)
    assert found(refused.value.problems) == [
        (f"kiosks[0].services{place}", code, False) for place, code in expected
    ]
    parse_hall(changed(content, "kiosks.0.is_retired", True))
    parse_hall(changed(content, "kiosks.0.services", []))


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("guise-x", "unknown_kiosk"),
        ("guise-a", "backup_is_itself"),
        ("guise-none", "backup_without_printer"),
        ("guise-old", "backup_without_printer"),
    ],
)
def test_the_backup_of_a_printer_is_that_of_another_kiosk_in_use(named, code):
    kiosks = [
        kiosk("a", printer={"host": None, "backup": named}),
        kiosk("b", printer={"host": None}),
        kiosk("none"),
        kiosk("old", printer={"host": None}, is_retired=True),
    ]
    content = small_hall(kiosks=kiosks)
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(content)
    assert found(refused.value.problems) == [("kiosks[0].printer.backup", code, False)]
    parse_hall(changed(content, "kiosks.0.printer.backup", "guise-b"))
    parse_hall(changed(content, "kiosks.0.is_retired", True))
    shared = small_hall(kiosks=[{**kiosk("a"), "prints_at": named}, *kiosks[1:]])
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(shared)
    assert found(refused.value.problems) == [("kiosks[0].prints_at", code, False)]
    parse_hall(changed(shared, "kiosks.0.prints_at", "guise-b"))


def test_a_service_that_every_kiosk_leaves_out_is_a_warning():
    booked = {"mode": "appointment_only", "appointment_series": {"prefix": "FR"}}
    more = [service("naturalisation", "F", how_to_book=texts("En ligne"), **booked)]
    more.append(service("cache", "H", is_on_kiosk=False))
    services = [*small_hall()["services"], *more]
    counters = [
        {"id": "guise-g1", "labels": texts("guichet 1"), "services": [each["id"] for each in services]}
    ]

    def warned(*kiosks):
        return found(warnings_of(parse_hall(small_hall(services=services, counters=counters, kiosks=kiosks))))

    here = kiosk("b", "guise-accueil")
    assert warned(here) == [("services[1]", "service_at_no_kiosk", True)]
    assert warned(here, kiosk("c", is_retired=True)) == warned(here)
    for others in ((), (here, kiosk("c")), (here, kiosk("c", "guise-titres"))):
        assert warned(*others) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_a_document_without_an_oversight(name):
    assert warnings_of(parse_hall(json.dumps(template_of(name)))) == ()


def test_a_reception_without_a_kiosk_has_no_device_and_one_place_to_be_received():
    document = parse_hall(json.dumps(template_of("without_kiosk")))
    assert (document.kiosks, document.screens) == ((), ())
    assert [set(counter.services) for counter in document.counters] == [{s.id for s in document.services}]


@given(hall_requests())
def test_any_choice_of_services_makes_a_valid_hall(template_and_hall):
    template, hall = template_and_hall
    document = parse_hall(json.dumps(from_template(template, hall)))
    assert warnings_of(document) == ()
    assert document.hall == hall.slug
    assert {service.id for service in document.services} == {
        hall.slug + kept.removeprefix(MODEL) for kept in hall.services
    }
    assert all(slug.startswith(f"{hall.slug}-") for slug in ids_of(document))
    assert set(document.languages) <= set(hall.languages)


@given(st.text(max_size=80), st.sets(st.text("abc-", max_size=6)))
def test_a_slug_is_short_and_not_taken(name, taken):
    slug = slug_of(name, taken)
    assert slug not in taken
    assert len(slug) <= LONGEST_SLUG + 3


def test_a_slug_reads_like_its_name():
    assert slug_of("Sous-préfecture de Vervins", ()) == "sous-prefecture-vervins"
    assert slug_of("Sous-préfecture de Château-Thierry", ()) == "sous-prefecture-chateau"
    assert slug_of("Maison de l’État", ()) == "maison-etat"
    assert slug_of("De la", ()) == "de-la"
    assert slug_of("Œuvres", ["oeuvres"]) == "oeuvres-2"


def test_the_requested_counters_are_numbered_on():
    hall = HallRequest("ici", "Ici", "ici", ("fr", "en", "es"), IDS["general"], 4)
    labels = [counter["labels"]["fr"] for counter in from_template("general", hall)["counters"]]
    assert labels == ["guichet 1", "guichet 2", "guichet 3", "guichet 4"]


@pytest.mark.parametrize(
    ("template", "services", "code"), [("none", ["x"], "unknown_template"), ("general", [], "no_service")]
)
def test_a_form_that_makes_no_valid_hall_is_refused(template, services, code):
    with pytest.raises(Refusal) as refused:
        from_template(template, HallRequest("ici", "Ici", "ici", ("fr",), services, 1))
    assert refused.value.code == code


def test_a_referral_says_something_and_names_a_folder_and_a_service_of_another_hall():
    referral = {"id": "guise-passeport", "names": texts("Passeport"), "parent": None}
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(small_hall(referrals=[referral]))
    assert [each.code for each in refused.value.problems] == ["referral_says_nothing"]
    lost = referral | {"web_address": "https://titres.example.fr", "parent": "guise-x"}
    with pytest.raises(DocumentRefused) as refused:
        parse_hall(small_hall(referrals=[lost]))
    assert found(refused.value.problems) == [("referrals[0].parent", "unknown_folder", False)]
    elsewhere = {**referral, "elsewhere": "ribemont-accueil"}
    document = parse_hall(small_hall(referrals=[elsewhere]))
    assert found(check_against_neighbours(document, [])) == [
        ("referrals[0].elsewhere", "unknown_elsewhere", True)
    ]
    assert check_against_neighbours(document, [neighbour("T")]) == ()


def test_what_is_offered_instead_of_a_service_is_another_one_that_kiosks_show():
    content = small_hall()
    own = content["services"][0]["id"]
    for named, code in ((own, "instead_not_offered"), ("guise-x", "unknown_service")):
        content["services"][0]["instead"] = {"service": named, "web_address": None, "elsewhere": None}
        with pytest.raises(DocumentRefused) as refused:
            parse_hall(content)
        assert found(refused.value.problems) == [("services[0].instead.service", code, False)]
