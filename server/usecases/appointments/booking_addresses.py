"""The web addresses at which the halls book appointments."""

from server.store.transactions.database import Database
from server.usecases.notices.notice_places import configured_halls


def is_booking_address(database: Database, address: str) -> bool:
    """Whether a hall publishes this address as the one where a service is booked."""
    with database.read() as rows:
        halls = configured_halls(database, rows)
    return any(
        service.appointment_url == address and not service.is_retired
        for configuration in halls
        for service in configuration.services.values()
    )
