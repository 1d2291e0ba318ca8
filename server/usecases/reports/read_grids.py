"""Read what the product can show for the lines of a label’s grid, with its date; no level is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server.domain.instants import from_text
from server.domain.reports.grids import Evidence
from server.domain.surveys.campaigns import SurveyState
from server.store.actions import actions_of
from server.store.notices.affluence import counted_at_of
from server.store.quality.figures import days_with_legs
from server.store.surveys import all_surveys
from server.store.transactions.database import Database
from server.usecases.reports.read_frozen_results import read_frozen_results

LOOKED_BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class FoundEvidence:
    """Evidence of a hall: its local date, and the address of the page that shows it."""

    on: date
    path: str


def read_grids(database: Database, hall: str) -> Mapping[Evidence, FoundEvidence]:
    """The evidence that there is for a hall (id or slug). Refusal: unknown_hall."""
    hall_id, configuration = database.hall_id(hall), database.configuration(hall)
    zone = ZoneInfo(configuration.site.time_zone)
    today = database.clock.now().astimezone(zone).date()
    with database.read() as rows:
        days = days_with_legs(rows, hall_id, today - LOOKED_BACK, today + timedelta(days=1))
        counted_at = counted_at_of(rows, hall_id)
        actions = actions_of(rows, configuration.site.slug)
        surveys = [each for each in all_surveys(rows) if hall_id in each.halls and each.opens_on <= today]
    results = read_frozen_results(database, hall)
    found: dict[Evidence, FoundEvidence] = {}
    if days:
        found[Evidence.TICKETS] = FoundEvidence(days[-1], f"/qualite?hall={configuration.hall}")
    if counted_at is not None:
        found[Evidence.BUSY_HOURS] = FoundEvidence(
            counted_at.astimezone(zone).date(), f"/affichage/affluence?hall={configuration.hall}"
        )
    if results is not None:
        approved = from_text(results["approved_at"]).astimezone(zone).date()
        found[Evidence.APPROVED_REPORT] = FoundEvidence(approved, f"/rapports/{results['report']}")
    if actions:
        changed = max(each.changed_at for each in actions).astimezone(zone).date()
        found[Evidence.ACTION_PLAN] = FoundEvidence(
            changed, f"/voix/actions?site={configuration.site.slug}&etat=all"
        )
    opened = [each for each in surveys if each.state != SurveyState.DRAFT]
    if opened:
        found[Evidence.SURVEY] = FoundEvidence(opened[0].opens_on, f"/voix/enquetes/{opened[0].id}")
    return found
