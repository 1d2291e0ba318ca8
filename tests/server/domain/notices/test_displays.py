"""Proof of display (docs/rules/displays.md); names, tags, searches and last days of media."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.domain.notices.displays import (
    MOST_DISPLAYS,
    ClashKind,
    Display,
    DisplayOutcome,
    PlannedNotice,
    check_displays,
    displays_reported,
    intervals,
    plan_of,
)
from server.domain.notices.media import (
    LARGEST_BYTES,
    LONGEST_NAME,
    Caption,
    MediumDetails,
    captions_of,
    expiry_of,
    name_of_file,
    tag_of,
    terms_of,
)
from server.domain.refusals import Refusal
from server.domain.texts import fold_text

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def shown(
    number: int = 1,
    *,
    ago: timedelta = SECOND * 60,
    lasted: timedelta = SECOND * 10,
    outcome: DisplayOutcome = DisplayOutcome.COMPLETED,
    notice: str = "n-1",
) -> Display:
    return Display(number, notice, "item-1", NOW - ago, NOW - ago + lasted, outcome)


def refusal_of(*displays: Display) -> str | None:
    try:
        check_displays(displays, NOW)
    except Refusal as refused:
        return f"{refused.code} {refused.details['number']}"
    return None


DAYS_400, DAY = timedelta(days=400), timedelta(days=1)


@pytest.mark.parametrize(
    ("displays", "refusal"),
    [
        ([shown(1), shown(2), shown(7)], None),
        ([shown(1), shown(1)], "displays_unordered 1"),
        ([shown(5), shown(4)], "displays_unordered 4"),
        ([shown(0)], "displays_unordered 0"),
        ([shown(ago=DAYS_400)], None),
        ([shown(1), shown(2, ago=DAYS_400 + SECOND)], "display_too_old 2"),
        ([shown(lasted=0 * SECOND)], None),
        ([shown(lasted=-SECOND)], "display_reversed 1"),
        ([shown(ago=DAY, lasted=DAY)], None),
        ([shown(ago=2 * DAY, lasted=DAY + SECOND)], "display_reversed 1"),
        ([shown(ago=0 * SECOND, lasted=60 * SECOND)], None),
        ([shown(ago=0 * SECOND, lasted=61 * SECOND)], "display_in_future 1"),
    ],
)
def test_a_report_that_cannot_be_true_names_the_display_at_fault(displays, refusal):
    assert refusal_of(*displays) == refusal


def days_of(*displays: Display) -> Any:
    body = displays_reported(displays, hall="laon", screen="s-1", record="r-1", time_zone="Europe/Paris").body
    assert (body["first"], body["last"]) == (displays[0].number, displays[-1].number)
    return list(body["days"])


def test_displays_are_summed_by_notice_and_counted_by_how_they_ended():
    ended = [DisplayOutcome.COMPLETED, DisplayOutcome.CUT, DisplayOutcome.CUT, DisplayOutcome.FAILED]
    displays = [shown(number, outcome=outcome) for number, outcome in enumerate(ended, 1)]
    usual = {"shown_on": "2026-11-24", "whole_ms": 10_000, "completed": 1, "cut": 0, "failed": 0}
    assert days_of(*displays, shown(9, notice="n-0")) == [
        usual | {"notice": "n-0", "shown_ms": 10_000},
        usual | {"notice": "n-1", "shown_ms": 40_000, "cut": 2, "failed": 1},
    ]


def test_a_display_at_midnight_counts_once_and_gives_its_time_to_both_days():
    until_midnight = timedelta(hours=13, minutes=0, seconds=4)  # midnight in Paris was 13 hours ago
    first, second = days_of(shown(ago=until_midnight))
    assert (first["shown_on"], first["shown_ms"], first["completed"]) == ("2026-11-23", 4_000, 1)
    assert (second["shown_on"], second["shown_ms"], second["completed"]) == ("2026-11-24", 6_000, 0)


def test_a_report_has_500_displays_at_most():
    assert MOST_DISPLAYS == 500


def test_a_report_has_a_digest_of_every_line():
    def digest(*displays: Display) -> str:
        made = displays_reported(displays, hall="laon", screen="s", record="r", time_zone="UTC")
        return str(made.body["sha256"])

    assert digest(shown(1), shown(2)) == digest(shown(1), shown(2))
    assert digest(shown(1)) != digest(shown(1, lasted=SECOND)) != digest(shown(1), shown(2))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


OPENING = [(at(8), at(12)), (at(13), at(17))]
ALL_DAY = [(at(0), at(23))]


def test_a_gap_is_named_where_only_built_in_or_conditional_notices_are_planned():
    notices = [
        PlannedNotice("waits", ALL_DAY, 20_000, is_built_in=True),
        PlannedNotice("crowd", ALL_DAY, 20_000, is_conditional=True),
        PlannedNotice("morning", [(at(8), at(10))], 20_000),
        PlannedNotice("after", [(at(13, 2), at(17))], 20_000),
    ]
    plan = plan_of(notices, OPENING, 0)
    assert plan.gaps == [(at(10), at(12))]
    assert plan.every["morning"] == timedelta(seconds=60)


def test_a_notice_that_ends_while_the_hall_is_open_is_named():
    ending = PlannedNotice("a", [(at(8), at(11))], 20_000, ends_at=at(11))
    later = PlannedNotice("b", [(at(8), at(12))], 20_000, ends_at=at(12, 30))
    clashes = plan_of([ending, later], OPENING, 0).clashes
    assert [(each.kind, each.notices, each.window[0]) for each in clashes] == [
        (ClashKind.ENDS, ("a",), at(11))
    ]


def test_notices_planned_all_day_and_more_of_them_than_there_is_time_for():
    many = [PlannedNotice(f"n{place}", ALL_DAY, 60_000) for place in range(30)]
    kinds = {each.kind: each for each in plan_of(many, OPENING, 0).clashes}
    assert kinds.keys() == {ClashKind.WHOLE_DAY, ClashKind.CROWDED}
    assert len(kinds[ClashKind.WHOLE_DAY].notices) == 30
    assert kinds[ClashKind.WHOLE_DAY].window == (at(8), at(17))
    assert kinds[ClashKind.CROWDED].every == timedelta(minutes=30)
    assert plan_of(many[:1], OPENING, 0).clashes == []


def test_two_legal_notices_share_their_part_of_the_time():
    legal = [PlannedNotice(f"l{place}", ALL_DAY, 20_000, is_legal=True) for place in range(2)]
    other = PlannedNotice("o", ALL_DAY, 40_000)
    every = intervals([*legal, other], 0.2)
    assert every["o"] == timedelta(seconds=50)
    assert every["l0"] == timedelta(seconds=200)
    plan = plan_of([*legal, other], OPENING, 0.2)
    assert [each.notices for each in plan.clashes if each.kind == ClashKind.LEGAL_SHARE] == [("l0", "l1")] * 2
    assert not [each for each in plan_of([*legal, other], OPENING, 0).clashes if each.kind == "legal_share"]


def test_a_clash_of_seconds_is_not_named():
    """Of notices published one after the other on the same day."""
    legal = [
        PlannedNotice(f"l{place}", [(at(9) + timedelta(seconds=5 * place), at(12))], 20_000, is_legal=True)
        for place in range(3)
    ]
    clashes = plan_of([*legal, PlannedNotice("o", ALL_DAY, 40_000)], OPENING, 0.2).clashes
    assert [each.notices for each in clashes if each.kind == ClashKind.LEGAL_SHARE] == [("l0", "l1", "l2")]


def test_five_minutes_without_a_notice_are_a_gap_and_less_is_none():
    for minute, gaps in ((4, []), (5, [(at(8), at(8, 5))])):
        notices = [PlannedNotice("a", [(at(8, minute), at(17))], 20_000)]
        assert plan_of(notices, OPENING, 0).gaps == gaps


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\marie\Affiche été.jpg", "Affiche été.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\x00b\r\n c.png", "ab c.png"),
        ("..", ""),
        (".png", "png"),
        ("dossier/", ""),
        ("e\u0301te\u0301.png", "été.png"),
        ("x" * 500 + ".webp", "x" * (LONGEST_NAME - 5) + ".webp"),
    ],
)
def test_a_name_keeps_no_folder_control_or_direction(file: str, name: str):
    assert name_of_file(file) == name


def test_words_are_found_without_accents_capitals_and_ligatures():
    assert fold_text("Œuvre d’ÉTÉ, Straße") == "oeuvre d'ete, strasse"
    assert terms_of("  L’Œuvre  été ") == ("l'oeuvre", "ete")
    assert tag_of(' #Horaires, "Été_2026" ') == "horaires été 2026"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (MediumDetails("\u202e "), "medium_name_missing"),
        (MediumDetails("x" * 121), "medium_name_too_long"),
        (MediumDetails("x", tags=("t" * 41,)), "medium_tags"),
        (MediumDetails("x", tags=tuple(map(str, range(13)))), "medium_tags"),
        (MediumDetails("x", rights="r" * 241), "medium_rights_too_long"),
        (MediumDetails("x", made_by="r" * 121), "medium_rights_too_long"),
    ],
)
def test_details_that_cannot_be_kept_are_refused(typed: MediumDetails, code: str):
    with pytest.raises(Refusal, match=code):
        typed.checked()


def test_the_same_tag_is_kept_once_and_the_change_is_named():
    before = MediumDetails("a.png").checked()
    details = MediumDetails(" a.png ", ("Hall", "hall", " "), until=date(2026, 3, 31)).checked()
    assert details.tags == ("hall",)
    assert details.changed_from(before) == ["tags", "until"]


def test_the_last_day_is_said_two_weeks_before_and_the_day_after():
    until = date(2026, 3, 31)
    days = [date(2026, 3, 16), date(2026, 3, 17), until, date(2026, 4, 1)]
    assert [expiry_of(until, day) for day in days] == [None, "soon", "soon", "over"]
    assert expiry_of(None, until) is None


def test_the_longest_name_tag_and_rights_and_twelve_tags_are_kept():
    tags = ("t" * 40, *map(str, range(11)))
    kept = MediumDetails("x" * 120, tags, "m" * 120, "r" * 240).checked()
    assert (len(kept.name), kept.tags, len(kept.made_by), len(kept.rights)) == (120, tags, 120, 240)


def test_a_search_has_six_words_at_most():
    assert terms_of("un deux trois quatre cinq six") == ("un", "deux", "trois", "quatre", "cinq", "six")
    assert terms_of("un deux trois quatre cinq six sept")[-1] == "six"


def test_a_hard_space_stays_and_others_become_one_plain_space():
    assert MediumDetails("Prêt\u00a0? \u2003 Non\u2009!").checked().name == "Prêt\u00a0? Non !"


def test_words_and_times_are_kept_without_marks_styles_and_notes():
    file = (
        "\ufeffWEBVTT - Visite\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE rien\n\n"
        "2\n00:04.000 --> 00:06.500 align:start line:0\n<v Zoé>Fermé &amp; <i>vide</i>\nle soir\n\n"
        "00:00:01.000 --> 00:00:04.000\n<00:00:02.000>Ouvert\u202e le\tsamedi\r\n"
    )
    assert captions_of(file.encode()) == (
        Caption(1_000, 4_000, "Ouvert le samedi"),
        Caption(4_000, 6_500, "Fermé & vide le soir"),
    )


def test_a_subrip_file_is_read_in_the_letters_of_windows_too():
    lines = (
        *("", "1", "0:00:01,000 --> 0:00:04,000", "{\\an8}<font color=red>Fermé</font>", ""),
        *("2", "00:00:04,000 --> 00:00:06,500", "le soir", ""),
    )
    file = "\r\n".join(lines)
    found = (Caption(1_000, 4_000, "Fermé"), Caption(4_000, 6_500, "le soir"))
    assert captions_of(file.encode("cp1252")) == captions_of(file.encode()) == found


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "captions_not_webvtt"),
        (b"1\nno times\n", "captions_not_webvtt"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\nB\n", "captions_broken"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\né".encode("latin-1"), "captions_not_webvtt"),
        (b"WEBVTT", "captions_broken"),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nA", "captions_broken"),
        (b"WEBVTT\n\n00:99.000 --> 01:00.000\nA", "captions_broken"),
        (b"WEBVTT\n\nwords without times", "captions_broken"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<script>x()</script>", "captions_markup"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<img src=x onerror=y>", "captions_markup"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 121, "captions_too_long"),
        (b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nA\n\n" * 201, "captions_too_many"),
        (b"WEBVTT" + b" " * LARGEST_BYTES, "captions_too_large"),
    ],
)
def test_what_is_no_plain_captions_is_refused(file: bytes, code: str):
    with pytest.raises(Refusal, match=code):
        captions_of(file)
