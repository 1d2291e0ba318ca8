"""Find the surveys that ask for a person's attention: behind their target of answers."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from server.domain.attention.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.people.roles import Permission
from server.domain.surveys.campaigns import SurveyState, is_behind
from server.store.surveys import SurveyRow, answer_counts, open_surveys
from server.store.transactions.database import Database
from server.usecases.surveys.find_survey import own_halls, state_on, time_zone_of, today_of


def surveys_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The open surveys of the reader's sites with less than half of their answers past half their time."""
    sites = frozenset(site.slug for site in reach.sites_where(Permission.RUN_SURVEYS))
    if not sites:
        return
    with database.read() as rows:
        surveys = open_surveys(rows)
        counts = answer_counts(rows, [each.id for each in surveys])
    for row in surveys:
        halls = own_halls(database, row, sites)
        answers = sum(each.count for each in counts if each.survey == row.id and each.hall in halls)
        target = sum(row.targets.get(hall, 0) for hall in halls)
        today = today_of(database, row)
        if state_on(row, today) == SurveyState.OPEN and is_behind(
            row.opens_on, row.closes_on, today, answers=answers, target=target
        ):
            yield AttentionRow(
                kind=AttentionKind.SURVEY_BEHIND,
                urgency=Urgency.SOON,
                since=_since(database, row),
                site=database.configuration(halls[0]).site.slug,
                sentence="surveys.to_attend.behind",
                values={"title": row.title, "answers": answers, "target": target},
                path=f"/voix/enquetes/{row.id}",
            )


def _since(database: Database, row: SurveyRow) -> datetime:
    """The beginning of the first day on which more than half of the days are over."""
    days = (row.closes_on - row.opens_on).days + 1
    day = row.opens_on + timedelta(days=days // 2 + 1)
    return datetime.combine(day, time(), time_zone_of(database, row))
