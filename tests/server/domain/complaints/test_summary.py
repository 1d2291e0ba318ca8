"""Counts of the register by month, kind and channel."""

from datetime import date

from server.domain.complaints import CountedEntry, count_by_month


def entry(state: str, day: int, ended: int | None, kind: str = "complaint") -> CountedEntry:
    due_on = None if kind == "thanks" else date(2026, 11, day + 10)
    ended_on = None if ended is None else date(2026, 11, ended)
    return CountedEntry(kind, "web", state, date(2026, 11, day), due_on, ended_on)


def test_counts_add_up_and_thanks_have_no_target():
    counted = count_by_month(
        [
            entry("answered", 2, 12),
            entry("closed", 2, 13),
            entry("closed", 2, 14),
            entry("dropped", 5, 6),
            entry("acknowledged", 9, None),
            entry("received", 9, None),
            entry("closed", 9, None, "thanks"),
        ]
    )
    complaint, thanks = counted
    assert (complaint.month, complaint.received) == ("2026-11", 6)
    assert (complaint.answered, complaint.dropped, complaint.waiting) == (3, 1, 2)
    assert (complaint.within_target, complaint.median_days) == (2, 10)
    assert (thanks.answered, thanks.waiting, thanks.within_target, thanks.median_days) == (1, 0, 0, None)
