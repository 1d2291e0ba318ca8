"""The entry « Donner mon avis » among the notices that visitors read, where the hall has a register."""

from collections.abc import Callable

from server.domain.hall.configuration import HallConfiguration
from server.language import LANGUAGES, direction_of, own_name
from server.usecases.notices.public.blocks import NoticeText, PublicNotice
from signage.codes import code_to_scan

REGISTER_NOTICE = "register"
"""The id of the entry."""


def register_notice(hall: HallConfiguration, translate: Callable[..., str]) -> PublicNotice | None:
    """The entry in each language of the interface, without an address yet; None without a register."""
    if not hall.site.complaints.is_open:
        return None
    return {
        "id": REGISTER_NOTICE,
        "kind": "text",
        "languages": [
            {"code": code, "name": own_name(code), "direction": direction_of(code)} for code in LANGUAGES
        ],
        "texts": [_text(code, translate) for code in LANGUAGES],
        "link": None,
        "code": None,
    }


def with_register_address(notice: PublicNotice, hall: str, public_url: str) -> PublicNotice:
    """The notice; at a kiosk the entry of the register has the address of a hall’s (slug) page, and its code.

    Without a public address it has none: the words say to ask the reception.
    """
    if notice["id"] != REGISTER_NOTICE or not public_url:
        return notice
    address = f"{public_url.rstrip('/')}/dire/{hall}?par=borne"
    return {**notice, "link": address, "code": code_to_scan(address)}


def _text(language: str, translate: Callable[..., str]) -> NoticeText:
    direction = direction_of(language)
    return {
        "language": language,
        "direction": direction,
        "title": translate("public_notices.register.title", language),
        "credit": "",
        "blocks": [
            {
                "kind": "text",
                "language": language,
                "direction": direction,
                "text": translate("public_notices.register.text", language),
            }
        ],
    }
