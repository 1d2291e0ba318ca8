"""A hall in which targets are decided: by whom, on which day, and what tickets have of them."""

from dataclasses import replace
from datetime import date
from typing import Any

from server.domain.author import Author
from server.domain.quality.targets import TargetRequest
from server.ids import new_id
from server.store.transactions.database import Database
from server.usecases.quality.targets import ServiceTargets, TargetDecidedAnswer, decide_target, read_targets
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from tests.harness.sql import one_row

HALL, SERVICE = "laon", "laon-accueil"
CHIEF = Author("chief")
TODAY = date(2026, 11, 24)
WANTED = TargetRequest(SERVICE, 480, 80, TODAY, TODAY, "Comité local des usagers")


def decide(database: Database, **changed: Any) -> TargetDecidedAnswer:
    return decide_target(database, HALL, CHIEF, replace(WANTED, **changed))


def of_service(database: Database) -> ServiceTargets:
    return next(each for each in read_targets(database, HALL)[1] if each.service.id == SERVICE)


def waits(targets: list[Any]) -> list[int]:
    return [span.target.wait_s for span in targets]


def target_of_a_ticket(database: Database, **more: Any) -> int:
    request = TicketRequest(SERVICE, new_id(), **more)
    ticket = issue_ticket(database, HALL, Author("kiosk", device="kiosk"), request)
    row = one_row(database, "SELECT target_s FROM leg WHERE visit = :visit", visit=ticket["visit"])
    return int(row["target_s"])
