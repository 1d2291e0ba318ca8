"""How long a visitor occupies a counter, learnt from earlier visits."""

from server.domain.waits.hall_snapshot import ENOUGH_TURNAROUNDS, ReceivedVisit, occupied_times


def row_of(people: int, *, after_s: float, counter: str = "g1", waited: bool = True) -> list[ReceivedVisit]:
    """Visitors called one after another, each for 300 s, a number of seconds after the previous one."""
    found, called_s = [], 0.0
    for _ in range(people):
        since_s = called_s - 1000 if waited else called_s - 1
        found.append(ReceivedVisit(counter, "a", since_s, called_s, called_s + 300))
        called_s += 300 + after_s
    return found


def test_the_work_after_a_service_is_measured_only_when_a_visitor_waited():
    taken = occupied_times(row_of(20, after_s=80), {"a": 240})
    assert taken.usual_turnaround_s == 80
    assert taken.by_service == {"a": [380] * 20}
    assert taken.after_s(240) == 80, "agents cut their wrap-up short"


def test_with_too_few_measures_the_documents_wrap_up_is_used():
    few = row_of(ENOUGH_TURNAROUNDS, after_s=80)
    taken = occupied_times(few, {"a": 240})
    assert taken.usual_turnaround_s is None
    assert taken.by_service == {"a": [540] * len(few)}
    assert taken.after_s(240) == 240
    assert occupied_times([], {}).after_s(0) == 0


def test_waiting_for_a_visitor_or_a_pause_is_no_turnaround():
    assert occupied_times(row_of(20, after_s=80, waited=False), {}).usual_turnaround_s is None
    assert occupied_times(row_of(20, after_s=1800), {}).usual_turnaround_s is None


def test_each_counter_has_its_own_row():
    both = [*row_of(20, after_s=60), *row_of(20, after_s=100, counter="g2")]
    assert occupied_times(both[::-1], {}).usual_turnaround_s == 80


def test_a_turnaround_begins_at_once_when_a_visitor_came_just_in_time():
    def received(number: int, after_s: int, *, before_s: int = 0) -> ReceivedVisit:
        called_s = number * (300 + after_s)
        return ReceivedVisit("g1", "a", called_s - after_s - before_s, called_s, called_s + 300)

    assert occupied_times([received(n, 0) for n in range(20)], {"a": 60}).usual_turnaround_s == 0
    assert occupied_times([received(n, 80) for n in range(20)], {}).usual_turnaround_s == 80
    assert occupied_times([received(n, 80, before_s=-1) for n in range(20)], {}).usual_turnaround_s is None
