"""Notes of incidents: what may be kept, and what a summary counts."""

from collections.abc import Mapping
from datetime import date

import pytest

from server.domain.incidents import (
    CheckedNote,
    CountedNote,
    FollowUp,
    NoteKind,
    NoteRequest,
    checked_note,
    summaries,
)
from server.domain.refusals import Refusal

TODAY = date(2026, 11, 24)
GOOD = {"happened_on": "2026-11-23", "kind": "threat", "gravity": "2", "counter": "g1"}


def checked(**more: object) -> CheckedNote:
    fields: Mapping[str, object] = {**GOOD, **more}
    return checked_note(NoteRequest(**fields), TODAY, ("g1",))  # type: ignore[arg-type]


def test_a_note_has_kind_gravity_place_and_follow_ups_in_their_order():
    note = checked(follow_ups=("complaint", "register"), complaint=" 2026/01234-a ")
    assert note == CheckedNote(
        *(date(2026, 11, 23), NoteKind.THREAT, 2, "g1"),
        (FollowUp.REGISTER, FollowUp.COMPLAINT),
        "2026/01234-A",
    )
    assert checked(counter="").counter is None
    assert checked(happened_on="2026-08-24").happened_on == date(2026, 8, 24), "92 days ago"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": ""}, "incident_kind_missing"),
        ({"gravity": "4"}, "incident_gravity_missing"),
        ({"counter": "g9"}, "unknown_counter"),
        ({"happened_on": "2026-11-25"}, "bad_incident_day"),
        ({"happened_on": "2026-08-23"}, "bad_incident_day"),
        ({"happened_on": "hier"}, "bad_incident_day"),
        ({"follow_ups": ("arrest",)}, "bad_incident_follow_up"),
        ({"complaint": "2026/1"}, "complaint_without_follow_up"),
        ({"follow_ups": ("complaint",), "complaint": "Jean Dupont"}, "bad_complaint_reference"),
        ({"follow_ups": ("complaint",), "complaint": "9" * 41}, "bad_complaint_reference"),
        ({"follow_ups": ("complaint",), "complaint": "1, rue d’Été"}, "bad_complaint_reference"),
    ],
)
def test_a_note_with_a_bad_field_is_refused(more: dict[str, object], code: str):
    with pytest.raises(Refusal) as refused:
        checked(**more)
    assert refused.value.code == code


def test_a_summary_counts_each_month_by_kind_gravity_and_place():
    notes = [
        CountedNote(date(2026, 10, 2), "insult", 1, "g1"),
        CountedNote(date(2026, 11, 3), "insult", 1, "g1"),
        CountedNote(date(2026, 11, 9), "threat", 3, None),
    ]
    november, october = summaries(notes)
    assert (november.month, november.total, october.total) == ("2026-11", 2, 1)
    assert [november.by_kind[kind] for kind in NoteKind] == [0, 1, 1, 0]
    assert november.by_gravity == {1: 1, 2: 0, 3: 1}
    assert november.by_counter == {"g1": 1, None: 1}
