from datetime import date, timedelta

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.typed_figures import annotate_day, read_annotations, withdraw_annotation
from tests.server.usecases.at_counters import HALL
from tests.server.usecases.days.watched_hall import MORNING

CHIEF = Author("chief")
TODAY = MORNING.date()
DAY = timedelta(days=1)


def words_between(database: Database, starts_on: date, ends_on: date) -> list[str]:
    return [each.words for each in read_annotations(database, HALL, starts_on, ends_on)]


def test_the_annotations_of_a_period_are_those_of_its_days_that_were_not_withdrawn(database: Database):
    strike = annotate_day(database, HALL, CHIEF, TODAY, "  grève \n nationale ")
    annotate_day(database, HALL, CHIEF, TODAY - DAY, "travaux")
    annotate_day(database, HALL, CHIEF, TODAY + DAY, "hors période")
    assert strike["words"] == "grève nationale"
    assert words_between(database, TODAY - DAY, TODAY + DAY) == ["travaux", "grève nationale"]
    withdraw_annotation(database, HALL, CHIEF, strike["annotation"])
    assert words_between(database, TODAY - DAY, TODAY + DAY) == ["travaux"]
    with pytest.raises(Refusal, match="unknown_annotation"):
        withdraw_annotation(database, HALL, CHIEF, strike["annotation"])


def test_an_annotation_without_words_or_of_a_far_day_is_refused(database: Database):
    with pytest.raises(Refusal, match="annotation_missing"):
        annotate_day(database, HALL, CHIEF, TODAY, " ")
    with pytest.raises(Refusal, match="bad_annotation_day"):
        annotate_day(database, HALL, CHIEF, TODAY + 367 * DAY, "travaux")
