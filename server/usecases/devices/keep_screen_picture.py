"""Keep the picture that a screen sent of itself: encode it anew in another process, delete the last one."""

from typing import TypedDict

from hardware.json_types import InstantText
from server.apart import ApartEnded, CallApart
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.store.devices.screen_pictures import ScreenPictures
from server.store.transactions.database import Database
from signage.media.prepared import MediumRefused
from signage.media.screen_pictures import prepare_screen_picture


class PictureTakenAnswer(TypedDict):
    """A picture of a screen that was kept."""

    taken_at: InstantText


def keep_screen_picture(
    database: Database,
    pictures: ScreenPictures,
    call_apart: CallApart,
    hall: str,
    screen: str,
    content: bytes,
) -> PictureTakenAnswer:
    """Keeps a picture; the answer says when it was taken, by the server's clock.

    `hall`: an id; `screen`: its id in the hall's document.

    Refusals: unreadable_picture when it is no picture, or too large; storage_full.
    """
    taken_at = database.clock.now()
    try:
        prepared = call_apart(prepare_screen_picture, content)
    except MediumRefused as refused:
        raise Refusal("unreadable_picture", reason=refused.code) from refused
    except ApartEnded as ended:
        raise Refusal("unreadable_picture", reason="medium_broken") from ended
    kept = pictures.keep(hall, screen, taken_at, prepared)
    return {"taken_at": to_text(kept.taken_at)}
