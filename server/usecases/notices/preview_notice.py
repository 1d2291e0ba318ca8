"""Preview a notice while it is written: what a screen would get of it. Nothing is kept."""

from collections.abc import Callable

from server.documents.notices import parse_notice
from server.domain.facts import Json
from server.store.transactions.database import Database
from server.usecases.notices.notice_media import check_media
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.programme.read_programme import ProgrammeAnswer, read_programme


def preview_notice(
    database: Database, hall: str, content: Json, *, reach: Reach, translate: Callable[..., str]
) -> ProgrammeAnswer:
    """The programme of a screen in a hall with this content alone, sanitised as it would be kept.

    Raises DocumentRefused, also for a medium of other sites; refusal: unknown_hall.
    """
    notice = parse_notice(content)
    with database.read() as rows:
        check_media(rows, notice, reach.media)
    return read_programme(database, hall, "", translate, notice)
