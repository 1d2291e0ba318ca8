"""What a bulletin becomes at a site, its words cut for a screen, and which documents are none."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.bulletins.messages import (
    CAP,
    LARGEST_BYTES,
    MOST_ELEMENTS,
    BulletinBroken,
    BulletinText,
    alert_text_of,
    notice_body_of,
    read_cap,
    shorten,
    title_of,
)
from server.domain.bulletins.proposals import (
    Danger,
    Proposal,
    ProposalKind,
    SiteBulletins,
    dangers_of,
    is_current,
    is_inside,
    propose,
    read_vigilance,
)
from server.domain.refusals import Refusal
from tests.server.domain.written_bulletins import (
    AISNE,
    FLOODS,
    LAON,
    NOW,
    STORMS,
    answer,
    cap_xml,
    info_xml,
    phenomenon,
)

MADE = Path(__file__).parent / "made_by_cap_tools"


def proposed(document: bytes, site: SiteBulletins = LAON) -> Proposal:
    return propose(read_cap(document), site, NOW)


def test_a_grave_and_sure_bulletin_that_asks_to_act_now_is_an_alert_and_others_are_notices():
    assert proposed(cap_xml()).kind is ProposalKind.ALERT
    calmer = (
        {"urgency": "Expected"},
        {"severity": "Moderate"},
        {"certainty": "Possible"},
        {"response": "Monitor"},
    )
    for words in calmer:
        assert proposed(cap_xml(infos=info_xml(**words))).kind is ProposalKind.NOTICE, words


@pytest.mark.parametrize(
    ("document", "code"),
    [
        *((cap_xml(message_type=each), "bulletin_answer") for each in ("Ack", "Error")),
        *((cap_xml(status=each), "bulletin_not_actual") for each in ("Exercise", "System", "Test", "Draft")),
        *((cap_xml(scope=each), "bulletin_not_public") for each in ("Restricted", "Private")),
        (cap_xml(sent="2026-12-24T10:00:00+01:00"), "bulletin_from_the_future"),
        (cap_xml(infos=""), "bulletin_without_info"),
        (cap_xml(infos=info_xml(language="de-DE")), "bulletin_other_language"),
        (cap_xml(infos=info_xml(language="")), "bulletin_other_language"),
        (cap_xml(infos=info_xml(expires="2026-11-24T10:29:59+01:00")), "bulletin_expired"),
        (cap_xml(sent="2026-11-23T10:00:00+01:00", infos=info_xml(expires="")), "bulletin_expired"),
        (cap_xml(infos=info_xml(area="<areaDesc>Bayern</areaDesc>")), "bulletin_elsewhere"),
        (cap_xml(infos=info_xml(area=AISNE.replace("insee", "EMMA_ID"))), "bulletin_elsewhere"),
        (cap_xml(infos=info_xml(urgency="Past")), "bulletin_over"),
        (cap_xml(infos=info_xml(response="AllClear")), "bulletin_over"),
        (cap_xml(infos=info_xml(certainty="Unlikely")), "bulletin_unlikely"),
    ],
)
def test_a_bulletin_that_is_not_for_the_people_of_a_site_is_refused(document: bytes, code: str):
    with pytest.raises(Refusal) as refused:
        proposed(document)
    assert refused.value.code == code


def test_the_words_are_those_in_french_whatever_stands_first():
    both = info_xml(language="en-US", headline="Gas leak") + info_xml(language="fr", headline="Fuite de gaz")
    assert proposed(cap_xml(infos=both)).text.headline == "Fuite de gaz"


@pytest.mark.parametrize(
    "area",
    [
        "<areaDesc>x</areaDesc><polygon>49.9,3.0 49.9,4.2 49.3,4.2 49.3,3.0 49.9,3.0</polygon>",
        "<areaDesc>x</areaDesc><circle>49.6,3.6 5</circle>",
        "<areaDesc>x</areaDesc><geocode><valueName>NUTS3</valueName><value>fre21</value></geocode>",
    ],
)
def test_a_site_is_found_by_code_polygon_or_circle(area: str):
    assert proposed(cap_xml(infos=info_xml(area=area)))
    nowhere = SiteBulletins(frozenset({("NUTS3", "FRE22")}), (49.2, 4.0))
    with pytest.raises(Refusal, match="bulletin_elsewhere"):
        proposed(cap_xml(infos=info_xml(area=area)), nowhere)


def test_a_polygon_across_the_180th_meridian_holds_what_is_in_it():
    islands = ((-10.0, 175.0), (-10.0, -175.0), (-20.0, -175.0), (-20.0, 175.0), (-10.0, 175.0))
    assert is_inside((-15.0, 179.0), islands)
    assert is_inside((-15.0, -179.0), islands)
    assert not is_inside((-15.0, 0.0), islands)
    assert not is_inside((-15.0, 170.0), islands)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "bulletin_broken"),
        (b"<rss/>", "bulletin_broken"),
        (b"\xff\xfe\x00", "bulletin_broken"),
        (cap_xml()[:-20], "bulletin_broken"),
        (cap_xml().replace(b"cap:1.2", b"cap:1.1"), "bulletin_broken"),
        (cap_xml(status="Real"), "bulletin_broken"),
        (cap_xml(sent="2026-11-24T10:00:00"), "bulletin_broken"),
        (cap_xml(sent="0001-01-01T00:00:00+14:00"), "bulletin_broken"),
        (cap_xml(infos=info_xml(severity="")), "bulletin_broken"),
        (cap_xml(infos=info_xml(area="<circle>49.6,3.6 nan</circle>")), "bulletin_broken"),
        (cap_xml(infos=info_xml(area="<polygon>nan,3 4,5 6,7 nan,3</polygon>")), "bulletin_broken"),
        (cap_xml(identifier="x" * 1000), "bulletin_broken"),
        (cap_xml(infos=info_xml(headline="x" * LARGEST_BYTES)), "bulletin_too_large"),
        (cap_xml(infos="<info/>" * 50), "bulletin_too_large"),
        (cap_xml(infos="<x/>" * MOST_ELEMENTS), "bulletin_too_large"),
        (
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "&#38;x;&#38;x;">]><alert>&x;</alert>',
            "bulletin_entities",
        ),
        (b'<!DOCTYPE alert SYSTEM "file:///etc/passwd"><alert/>', "bulletin_entities"),
    ],
)
def test_what_is_no_bulletin_is_refused_with_a_code(document: bytes, code: str):
    with pytest.raises(BulletinBroken) as refused:
        read_cap(document)
    assert refused.value.code == code


def test_words_are_cut_after_a_word_and_carry_no_marks_or_controls():
    bulletin = read_cap(cap_xml(infos=info_xml(headline="Un <b>gras</b> \u202eet la suite  \u0085 ici")))
    assert bulletin.texts[0].headline == "Un <b>gras</b> et la suite ici"
    assert shorten("un deux trois quatre", 14) == "un deux trois…"
    body = notice_body_of(bulletin.texts[0], "Préfecture & ville · 24/11/2026", 590)
    assert body.endswith("<p>Préfecture &amp; ville · 24/11/2026</p>")


def test_messages_made_by_cap_tools_are_read():
    names = ("alert", "update", "cancel")
    alert, update, cancel = (read_cap((MADE / f"{name}.xml").read_bytes()) for name in names)
    found = propose(alert, LAON, NOW)
    assert (found.kind, found.is_shelter, found.text.headline) == (
        ProposalKind.ALERT,
        True,
        "Orages violents & grêle",
    )
    assert propose(update, LAON, NOW).kind is ProposalKind.NOTICE
    assert (update.references, cancel.references) == ((alert.key,), (update.key,))
    assert (MADE / "alert.xml").read_text(encoding="utf-8").count(CAP) >= 1


def at(hour: int) -> datetime:
    return datetime(2026, 11, 24, hour, tzinfo=UTC)


def test_dangers_are_orange_or_red_with_their_times_and_floods_have_those_of_the_period():
    kept = read_vigilance(answer(STORMS, FLOODS, phenomenon("12", level=4)))
    assert dangers_of(kept, "02") == [
        Danger("storms", 3, (at(14), at(20))),
        Danger("floods", 4, (at(6), at(23))),
    ]
    assert dangers_of(kept, "51") == []


def test_an_old_answer_shows_nothing_more():
    kept = read_vigilance(answer(STORMS, updated_at="2026-11-23T16:00:00Z"))
    assert dangers_of(kept, "02") == [Danger("storms", 3, (at(14), at(16)))]
    assert is_current(kept, "02", at(15))
    assert not is_current(kept, "02", at(16))
    assert not is_current(kept, "2A", at(15))
    assert not is_current(None, "02", at(15))


@pytest.mark.parametrize(
    "changed",
    [
        [],
        {"product": None},
        {"product": {"update_time": "2026-11-24T06:00:00Z", "periods": []}},
        answer(STORMS, updated_at="hier"),
        answer(STORMS, updated_at="2026-11-24T06:00:00"),
        answer(phenomenon("3", ("14:00", "20:00", 7))),
        answer({"phenomenon_id": "3", "timelaps_items": "none"}),
        answer({"phenomenon_id": "3", "phenomenon_max_color_id": "orange"}),
    ],
)
def test_another_form_is_refused(changed: Any):
    with pytest.raises(BulletinBroken, match="vigilance_unknown"):
        read_vigilance(changed)


def test_the_times_end_a_day_after_the_answer():
    kept = read_vigilance(answer(STORMS))
    assert max(danger.window[1] for danger in dangers_of(kept, "02")) <= at(6) + timedelta(days=1)


SOURCE = "Préfecture · 24/11"
TEXTS = st.text(alphabet="ab ,.;:", max_size=80)


def bulletin(**words: Any) -> BulletinText:
    return BulletinText("fr-FR", "Orage", "Immediate", "Severe", "Likely", **words)


@given(TEXTS, st.integers(1, 60))
def test_a_text_is_never_longer_than_its_room_and_whole_where_it_fits(text: str, longest: int):
    found = shorten(text, longest)
    assert len(found) <= longest
    assert found == text if len(text) <= longest else found.endswith("…")


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("un deux trois quatre", 20, "un deux trois quatre"),
        ("un deux trois quatre", 19, "un deux trois…"),
        ("un deux, trois", 10, "un deux…"),
        ("Anticonstitutionnellement", 10, "Anticonst…"),
        ("un deux trois quatre", 6, "un…"),
    ],
)
def test_a_longer_text_ends_after_a_word_without_its_mark(text: str, longest: int, cut: str):
    assert shorten(text, longest) == cut


def test_a_title_is_the_headline_else_what_happens():
    assert title_of(bulletin(headline="Orages violents"), 60) == "Orages violents"
    assert title_of(bulletin(), 60) == "Orage"


def test_an_alert_says_what_to_do_else_what_happens():
    both = bulletin(instruction="Restez à l’abri.", description="Il grêle.")
    assert alert_text_of(both, 60) == "Restez à l’abri."
    assert alert_text_of(bulletin(description="Il grêle."), 60) == "Il grêle."
    assert alert_text_of(bulletin(), 60) == "Orage"


def test_a_notice_says_what_happens_what_to_do_and_who_says_so_and_leaves_out_what_is_empty():
    both = bulletin(instruction='Fermez « tout » & "restez".', description="Il grêle.")
    found = notice_body_of(both, SOURCE, 200)
    assert found == f'<p>Il grêle.</p><p>Fermez « tout » &amp; "restez".</p><p>{SOURCE}</p>'
    assert notice_body_of(bulletin(), SOURCE, 200) == f"<p>{SOURCE}</p>"


def test_what_to_do_has_two_thirds_of_the_room_and_what_happens_the_rest():
    long = bulletin(instruction="x" * 100, description="y" * 100)
    description, instruction, source = re.findall("<p>(.+?)</p>", notice_body_of(long, SOURCE, 78))
    assert (len(instruction), len(description), source) == (40, 20, SOURCE)
    short = bulletin(instruction="x" * 10, description="y" * 100)
    assert len(re.findall("<p>(.+?)</p>", notice_body_of(short, SOURCE, 78))[0]) == 50


@given(TEXTS, TEXTS, st.integers(40, 120))
def test_the_paragraphs_of_a_notice_have_at_most_the_letters_of_their_room(
    description: str, instruction: str, longest: int
):
    body = notice_body_of(bulletin(description=description, instruction=instruction), SOURCE, longest)
    assert len(unescape(re.sub("</?p>", "", body))) <= longest
