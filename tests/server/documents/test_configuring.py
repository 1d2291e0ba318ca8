"""From documents to the configuration the rules read: its colours and its long words too."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.brand import (
    INK_PAIRS,
    Colours,
    contrast,
    is_readable,
    is_red,
    mix_colours,
    nearest_readable,
    without_red,
)
from server.documents.checks import check_against_installation, check_against_neighbours, warnings_of
from server.documents.configuring import public_holidays_of, to_configuration
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_hall, parse_installation
from server.documents.texts import SOFT_HYPHEN, hyphenate
from server.documents.values import public_holidays
from server.domain.hall.devices import PrinterConnection, Sound, SoundLevel
from server.domain.hours.calendars import MIDNIGHT, Span, half_days, opening_at
from server.domain.languages import texts_in
from server.domain.tickets import Series
from tests.server.documents.contents import (
    SITES,
    changed,
    demonstration,
    hall_contents,
    service,
    small_hall,
    small_installation,
    texts,
)

TODAY = date(2026, 11, 24)
MONDAY = date(2026, 11, 23)


def configuration(content=None, *, installation=None, holidays=(), is_demonstration=False):
    document = parse_hall(content or small_hall())
    return to_configuration(
        document,
        parse_installation(installation or small_installation()),
        revision=7,
        holidays=holidays,
        is_demonstration=is_demonstration,
    )


SIMPLE = "fr-x-simple"
colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_everything_of_the_document_is_in_the_configuration():
    made = configuration(
        small_hall(
            languages=["fr", "en", "es", SIMPLE],
            folders=[{"id": "guise-rubrique", "names": texts("Rubrique")}],
            services=[
                service("accueil", "A"),
                service(
                    "titres",
                    "C",
                    parent="guise-rubrique",
                    mode="both",
                    appointment_series={"prefix": "CR", "last": 200},
                    bring=[texts("Passeport"), texts("Photo") | {SIMPLE: "Une photo de vous"}],
                ),
            ],
            kiosks=[
                {
                    "id": "guise-borne-1",
                    "label": "Borne",
                    "printer": {"profile": "raster-58", "paper_mm": 58, "host": "10.0.0.9"},
                }
            ],
            screens=[{"id": "guise-ecran-1", "label": "Écran"}],
        )
    )
    titres = made.services["guise-titres"]
    assert (made.revision, made.hall, made.site.time_zone) == (7, "guise", "Europe/Paris")
    assert titres.parent == "guise-rubrique"
    assert titres.appointment_series == Series("CR", 1, 200)
    assert texts_in(titres.bring, "es") == ("Passeport (es)", "Photo (es)")
    assert texts_in(titres.bring, SIMPLE) == ("Passeport", "Une photo de vous")
    assert made.queues["guise-file"].services == ("guise-accueil", "guise-titres")
    assert made.counters["guise-g1"].label == "guichet 1"
    assert made.kiosks["guise-borne-1"].printer == PrinterConnection("10.0.0.9", 9100, "raster-58", 58)
    assert list(made.screens) == ["guise-ecran-1"]


READ = {"language": "ar", "read_by": "Interprètes", "read_on": "2026-11-24"}


@pytest.mark.parametrize(
    ("turned_on", "is_demonstration", "offered", "read"),
    [
        ([], False, "fr en es", "fr en es"),
        ([{"language": "ar"}], False, "fr en es ar", "fr en es"),
        ([READ | {"read_on": None}], False, "fr en es ar", "fr en es"),
        ([READ], False, "fr en es ar", "fr en es ar"),
        ([], True, "fr en es ar", "fr en es"),
    ],
)
def test_a_language_is_offered_once_the_site_says_so_and_alerts_speak_it_once_it_is_read(
    turned_on, is_demonstration, offered, read
):
    """« de » has no sentences of ours, however it is listed."""
    languages = ["fr", "en", "es", "ar", "de"]
    names = {"fr": "Accueil", **dict.fromkeys(languages[1:], "x")}
    content = small_hall(
        languages=languages,
        queues=[{"id": "guise-file", "names": names}],
        services=[service("accueil", "A", names=names)],
        counters=[{"id": "guise-g1", "labels": names, "services": ["guise-accueil"]}],
    )
    installation = small_installation(languages=languages, offered_languages=turned_on)
    made = configuration(content, installation=installation, is_demonstration=is_demonstration)
    assert (made.offered_languages, made.read_languages) == (tuple(offered.split()), tuple(read.split()))


def test_a_hall_without_hours_takes_those_of_its_site():
    assert configuration(small_hall(calendar=None)).calendar.weekly == {1: (Span(time(9), time(12)),)}


def test_an_unknown_site_is_refused():
    with pytest.raises(DocumentRefused) as refused:
        configuration(small_hall(site="vervins"))
    assert [problem.code for problem in refused.value.problems] == ["unknown_site"]


def test_hours_to_midnight_end_the_day():
    made = configuration(changed(small_hall(), "calendar.week.monday", ["20:00-24:00"]))
    assert made.calendar.weekly[0] == (Span(time(20), MIDNIGHT),)


def test_hours_are_read_in_order():
    made = configuration(changed(small_hall(), "calendar.week.monday", ["13:30-16:00", "08:30-12:00"]))
    assert [half.opens_at.hour for half in half_days(made.calendar, MONDAY)] == [7, 12]


def test_public_holidays_close_a_hall_unless_it_says_otherwise():
    holidays = frozenset({MONDAY})
    assert half_days(configuration(holidays=holidays).calendar, MONDAY) == ()
    opened = changed(small_hall(), "calendar.is_closed_on_public_holidays", False)
    assert len(half_days(configuration(opened, holidays=holidays).calendar, MONDAY)) == 2


def test_a_service_with_hours_of_its_own_keeps_to_the_halls_exceptions():
    content = changed(small_hall(), "services.1.hours", {"week": {"monday": ["10:00-15:00", "22:00-24:00"]}})
    content = changed(
        content,
        "calendar.exceptions",
        [{"on": "2026-11-23", "spans": ["08:30-11:00", "14:00-24:00"]}, {"on": "2026-11-30"}],
    )
    calendar = configuration(content).calendar_of("guise-titres")
    assert calendar.weekly == {0: (Span(time(10), time(15)), Span(time(22), MIDNIGHT))}
    assert calendar.exceptions == {
        MONDAY: (Span(time(10), time(11)), Span(time(14), time(15)), Span(time(22), MIDNIGHT)),
        date(2026, 11, 30): (),
    }


def test_a_service_without_hours_has_the_halls():
    made = configuration()
    assert made.services["guise-titres"].calendar is None
    assert made.calendar_of("guise-titres") is made.calendar


@pytest.mark.parametrize(
    ("code", "day", "is_holiday"),
    [
        ("FR", "2026-07-14", True),
        ("FR", "2027-05-06", True),  # Ascension
        ("FR", "2026-12-20", False),
        ("FR-974", "2026-12-20", True),  # abolition of slavery, La Réunion
        ("FR-973", "2026-06-10", True),  # the same, Guyane
        ("FR-57", "2026-12-26", True),  # Moselle
        ("FR", "2026-12-26", False),
        ("FR", "2028-05-25", True),  # Ascension, two years ahead
    ],
)
def test_public_holidays_are_those_of_the_part_of_france(code, day, is_holiday):
    assert (date.fromisoformat(day) in public_holidays(code, TODAY)) is is_holiday


def test_a_halls_public_holidays_are_its_sites():
    installation = parse_installation(changed(small_installation(), "sites.0.public_holidays", "FR-974"))
    assert date(2026, 12, 20) in public_holidays_of(parse_hall(small_hall()), installation, around=TODAY)


@given(hall_contents())
def test_any_valid_document_becomes_a_configuration_whose_references_hold(content):
    made = configuration(content)
    for each in made.services.values():
        assert each.id in made.queues[each.queue].services
        assert each.name("de")
    for counter in made.counters.values():
        assert {service.id for service in made.services_served_by(counter.id)} <= set(made.services)
    assert opening_at(made.calendar, datetime(2026, 11, 24, 9, tzinfo=UTC)) is not None


def test_other_grounds_of_priority_are_the_sites_own_words():
    grounds = {"fr": "femmes enceintes", "en": "pregnant women"}
    assert configuration(small_hall(priority_grounds=grounds)).priority_grounds == grounds
    assert configuration().priority_grounds == {}


def test_a_service_has_a_mode_of_confirming_arrivals():
    document = small_hall()
    assert {each.confirmation for each in configuration(document).services.values()} == {"agent"}
    of_first = changed(document, "services.0.confirmation", "call")
    assert next(iter(configuration(of_first).services.values())).confirmation == "call"


def test_a_hall_says_how_loud_its_calls_are():
    heard = {"on": "2026-11-02", "by": "chef d’accueil"}
    levels = [{"hours": "18:00-24:00", "percent": 30}]
    content = small_hall(sound={"most_percent": 80, "levels": levels, "heard": heard})
    sound = to_configuration(
        parse_hall(content), parse_installation(small_installation()), revision=1, holidays=()
    ).sound
    assert sound == Sound(
        80, (SoundLevel(time(18), time.max, 30),), heard_on=date(2026, 11, 2), heard_by="chef d’accueil"
    )


def test_legal_notices_have_the_share_the_hall_gives_them_up_to_half():
    assert configuration().legal_share == 0.2
    assert configuration(small_hall(legal_percent=35)).legal_share == 0.35
    with pytest.raises(DocumentRefused):
        configuration(small_hall(legal_percent=51))


INSTALLATION = parse_installation(demonstration("installation"))
DOCUMENTS = {slug: parse_hall(demonstration(slug)) for slug in SITES}


def configured(slug):
    document = DOCUMENTS[slug]
    holidays = public_holidays_of(document, INSTALLATION, around=date(2026, 11, 24))
    return to_configuration(document, INSTALLATION, revision=1, holidays=holidays)


@pytest.mark.parametrize("slug", SITES)
def test_a_demonstration_hall_has_neither_error_nor_warning(slug):
    document = DOCUMENTS[slug]
    assert document.hall == slug
    assert check_against_installation(document, INSTALLATION) == ()
    assert check_against_neighbours(document, DOCUMENTS.values()) == ()
    assert warnings_of(document) == ()


@pytest.mark.parametrize(
    ("slug", "counters"),
    [("laon", 9), ("saint-quentin", 3), ("soissons", 2), ("chateau-thierry", 2), ("vervins", 2)],
)
def test_sites_have_the_counters_of_their_size(slug, counters):
    made = configured(slug)
    assert len(made.counters) == counters
    assert len(made.kiosks) == 1
    assert made.screens
    assert made.has_priority_first, "the notice on priority cards is shown without being written"


def test_every_id_is_used_once_in_the_installation():
    ids = [slug for document in DOCUMENTS.values() for slug in _ids(document)]
    assert len(ids) == len(set(ids))


def _ids(document):
    lists = (document.services, document.queues, document.counters, document.kiosks, document.screens)
    return [item.id for items in lists for item in items]


def test_vervins_has_one_agent_for_every_service_and_58_mm_paper():
    made = configured("vervins")
    assert {service.id for service in made.services_served_by("vervins-g1")} == set(made.services)
    office = {service.id for service in made.services_served_by("vervins-b1")}
    assert office < set(made.services)
    assert "vervins-accueil" not in office, "questions are answered at the reception"
    printer = made.kiosks["vervins-borne-1"].printer
    assert printer is not None
    assert (printer.host, printer.paper_mm) == (None, 58)


def test_laon_has_four_computers_for_one_volunteer():
    made = configured("laon")
    computers = [counter.id for counter in made.counters.values() if "numérique" in counter.label]
    assert computers == [f"laon-poste-{number}" for number in range(1, 5)]
    assert all(made.services_served_by(each)[0].id == "laon-numerique" for each in computers)


@pytest.mark.parametrize("slug", SITES)
def test_a_counter_serves_several_services_but_a_computer_place_may_serve_one(slug):
    for counter in configured(slug).counters.values():
        assert len(counter.services) >= 2 or "poste" in counter.label


def test_laon_breaks_at_noon_but_on_wednesday():
    calendar = configured("laon").calendar
    assert len(half_days(calendar, date(2026, 11, 23))) == 2
    assert len(half_days(calendar, date(2026, 11, 25))) == 1
    assert half_days(calendar, date(2026, 12, 25)) == ()
    assert half_days(calendar, date(2026, 12, 24))[-1].closes_at == datetime(2026, 12, 24, 11, tzinfo=UTC)


@pytest.mark.parametrize("slug", SITES)
def test_french_sentences_have_real_apostrophes_and_spaces_that_do_not_break(slug):
    text = demonstration(slug)
    assert "'" not in text
    for line in text.splitlines():
        if '"fr":' in line:
            assert not any(f" {sign}" in line.partition('"fr":')[2] for sign in ":;?!»")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#10263a", "#10263a", 1),
    ],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@given(colours, st.sampled_from(["#ffffff", "#fbfaf6", "#10263a", "#000000"]))
def test_a_readable_colour_is_always_found_on_a_light_or_dark_ground(colour, ground):
    nearest = nearest_readable(colour, (ground,))
    assert nearest is not None
    assert contrast(nearest, ground) >= 7
    assert not is_readable(colour, (ground,)) or nearest == colour


@given(colours, colours)
def test_a_suggestion_passes_or_there_is_none(colour, ground):
    nearest = nearest_readable(colour, (ground,))
    assert nearest is None or is_readable(nearest, (ground,))


def test_nothing_reads_on_a_middle_grey():
    assert nearest_readable("#000000", ("#777777",)) is None


def test_the_neutral_theme_passes_its_own_rule():
    assert Colours() == Colours(ink="#10263a", action="#00564d")


@given(colours, st.sampled_from(["ink", "action"]))
def test_a_refused_brand_colour_comes_with_an_accepted_one(colour, role):
    content = changed(small_installation(), "brand.colours", {role: colour})
    try:
        parse_installation(content)
    except DocumentRefused as refused:
        (problem,) = refused.problems
        assert problem.code == ("colour_of_alert" if is_red(colour) else "contrast")
        parse_installation(changed(content, f"brand.colours.{role}", problem.values["nearest"]))


@given(colours, colours)
def test_words_read_over_any_picture_below_its_veil(lightest, ink):
    brand = Colours(ink=nearest_readable(without_red(ink), INK_PAIRS))
    share = brand.veil_over(lightest)
    words = ("#ffffff",)
    assert is_readable(mix_colours(lightest, brand.night, share / 100), words)
    assert share == 0 or not is_readable(mix_colours(lightest, brand.night, (share - 1) / 100), words)


def test_the_ink_must_also_read_under_the_colour_of_a_call():
    content = changed(small_installation(), "brand.colours", {"ink": "#404040"})
    with pytest.raises(DocumentRefused) as refused:
        parse_installation(content)
    nearest = refused.value.problems[0].values["nearest"]
    assert contrast("#404040", "#fbfaf6") > 7 > contrast("#404040", "#ffc93d")
    assert contrast(nearest, "#ffc93d") >= 7


def test_long_words_may_be_parted_and_short_ones_not() -> None:
    text = hyphenate("Renouvellement d’un titre", "fr")
    assert text.replace(SOFT_HYPHEN, "-") == "Renou-vel-le-ment d’un titre"
    assert hyphenate("Un accueil", "fr") == "Un accueil"


def test_html_and_languages_without_rules_stay_as_they_are() -> None:
    html = (
        '<p lang="fr">Un <strong>accueil</strong> &nbsp;&amp; un<br>guichet</p><blockquote>oui</blockquote>'
    )
    assert hyphenate(html, "fr") == html
    assert hyphenate("مكتباستقبالالزوار", "ar") == "مكتباستقبالالزوار"
