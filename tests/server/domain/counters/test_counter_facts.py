"""What the facts of a counter session hold."""

from server.domain.hall.fold import DutyTerms, counter_opened, profile_changed

TERMS = DutyTerms(("sejour",), "gcmu_safe")


def test_a_change_of_profile_names_the_duty_that_ends_and_the_one_that_begins():
    body = profile_changed("s-1", "3", duties=("d-1", "d-2"), terms=TERMS).body
    assert (body["ended_duty"], body["duty"], body["services"]) == ("d-1", "d-2", ["sejour"])


def test_a_further_place_names_the_session_that_holds_it():
    assert counter_opened("s-2", "4", duty="d-2", terms=TERMS, joined_to="s-1").body["joined_to"] == "s-1"
