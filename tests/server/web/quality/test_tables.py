"""The explorer’s tables of surveys and of devices, and what the dictionary says of them."""

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server.domain.surveys.campaigns import StoredQuestion, question_of
from server.store.devices.sightings import PresenceCheck, add_checks
from server.store.surveys import AnswerRow, SurveyRow, add_answer, insert_survey
from server.usecases.surveys.open_survey import publish_answers
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days
from tests.server.web.quality.quality_site import Site

OCTOBER = "/qualite/explorer?hall=laon&hall=vervins&du=2026-10-01&au=2026-10-31"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """A survey of October in two halls, answered in Laon by 12 people and in Vervins by 30; two devices."""
    place = tmp_path_factory.mktemp("other") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(), "laon", "vervins")
    play_days(database, date(2026, 10, 20), 2, a_day=20)
    laon, vervins = (database.hall_id(hall) for hall in ("laon", "vervins"))
    at = datetime(2026, 10, 1, 8, tzinfo=UTC)
    question: StoredQuestion = {"id": "q1", "kind": "smiley", "texts": {"fr": "Content ?"}}
    autumn = SurveyRow(
        id="s",
        audience="visitors",
        state="open",
        title="Automne",
        halls=[laon, vervins],
        opens_on=date(2026, 10, 5),
        closes_on=date(2026, 10, 30),
        channels=["link", "ticket"],
        languages=["fr"],
        outside="",
        targets={},
        questions=[question],
        begun_at=at,
        changed_at=at,
    )
    with database.store.write() as rows:
        insert_survey(rows, autumn)

        def answered(new: AnswerRow) -> None:
            add_answer(rows, new)
            publish_answers(rows, [question_of(question)], new)

        insert_survey(
            rows, replace(autumn, id="t", title="Été", opens_on=date(2026, 9, 1), closes_on=date(2026, 9, 2))
        )
        for n in range(36):
            hall = laon if n < 30 else vervins
            answered(AnswerRow(f"b{n}", "t", hall, "link", "fr", "2026-W36", {"q1": "5"}))
        for n in range(42):
            hall, channel = (laon, "ticket") if n < 12 else (vervins, "link")
            choices = {"q1": "5" if n % 4 else "1"}
            answered(AnswerRow(f"a{n}", "s", hall, channel, "fr", "2026-W43", choices))
        kiosk = next(iter(database.configuration("laon").kiosks))
        for n in range(40):
            check = PresenceCheck("kiosk", kiosk, is_seen=n > 0, counts=True, seen_at=None)
            add_checks(rows, laon, date(2026, 10, 20), [check])
        add_checks(rows, laon, date(2026, 10, 20), [PresenceCheck("printer", kiosk, True, True, None)])
    yield Site(database)
    database.close()


def sheet(site: Site, name: str, address: str = OCTOBER) -> list[list[str]]:
    text = site.client.get(address.replace("/explorer?", f"/explorer/{name}.csv?")).text
    text = text.removeprefix("\ufeff").replace("\u00a0", " ")
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


def test_satisfaction_has_its_interval_response_rate_and_share_of_visits(site: Site):
    visits = int(re.findall(r"des (\d+) visites", sheet(site, "satisfaction")[0][5])[0])
    share = f"{1200 / visits:.1f}".replace(".", ",")
    whole, laon, vervins = sheet(site, "satisfaction")
    assert whole[2:5] == ["72 %", "57 à 84 %", "40"]
    assert whole[6] == "tous les halls que vous lisez"
    assert laon[2:] == [
        *("70 %", "40 à 89 %", "10"),
        f"surveys.channel.link : 0 · surveys.channel.ticket : 12, soit {share} % des {visits} visites",
        site.halls[0].name,
        "25 % des réponses, 100 % des visites",
    ]
    assert vervins[7] == "75 % des réponses, 0 % des visites"
    assert "/voix/enquetes/s" in site.page(OCTOBER)
    for narrowed in ("&de=9&a=12", "&demarche=laon-permis"):
        assert 'id="satisfaction"' not in site.page(OCTOBER + narrowed)
    assert 'id="satisfaction"' not in site.page("/qualite/explorer?hall=laon&du=2026-11-01&au=2026-11-10")


@pytest.mark.parametrize("halls", ["hall=laon", "hall=vervins", "hall=laon&hall=vervins"])
def test_choosing_halls_never_gives_the_results_of_few_answers_by_subtracting(site: Site, halls: str):
    address = f"/qualite/explorer?{halls}&du=2026-09-01&au=2026-09-30"
    whole, *parts = sheet(site, "satisfaction", address)
    assert whole[2:5] == ["100 %", "89 à 100 %", "30"]
    assert {(part[2], part[4]) for part in parts} <= {("100 %", "30"), ("moins de dix réponses", "0")}


def test_devices_have_their_presence_on_the_days_chosen(site: Site):
    kiosk, printer, everything = sheet(site, "presence")
    assert kiosk[0].startswith(f"{site.halls[0].name}, Borne : ")
    assert kiosk[1:] == ["1", "40", "97,5 %"]
    assert printer[2:] == ["1", "moins d’une heure de contrôles"]
    assert everything[0].endswith("tous les équipements")
    assert everything[2:] == ["41", "97,6 %"]
    assert (
        site.client.get("/qualite/explorer/presence.csv?hall=laon&du=2026-11-01&au=2026-11-10").status_code
        == 404
    )


@pytest.mark.parametrize("name", ["satisfaction", "response_rate", "representativeness", "device_presence"])
def test_the_dictionary_says_what_such_a_figure_counts_and_leads_to_its_table(site: Site, name: str):
    page = html.unescape(site.page("/qualite/dictionnaire?hall=laon"))
    entry = page.partition(f'<article class="card" id="{name}"')[2].partition("</article>")[0]
    assert re.findall(r"<dt>([^<]+)</dt><dd>[^<]{9,}</dd>", entry) == [
        *("Échantillon", "Convention", "Cas limites", "Où le lire"),
    ]
    assert re.search(r'href="/qualite/explorer\?hall=laon#(satisfaction|presence)"', entry)
