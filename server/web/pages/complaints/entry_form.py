"""The form in which people at work enter what a visitor said: what was typed, its page, and keeping it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from server.domain.complaints.entries import LONGEST_CONTACT, LONGEST_TEXT, Channel, EntryKind, EntryRequest
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.ids import new_token
from server.usecases.complaints.add_entry import AddedEntry, add_entry
from server.web.pages.complaints.register_pages import RegisterPages


def form_token() -> str:
    """The token of the form that was sent: with the same one, an entry is made once."""
    return request.form.get("formulaire", "")[:64] or new_token()


def typed_entry(fields: Mapping[str, str], *, channel: str) -> EntryRequest:
    """The entry as it was typed, one letter longer than it may be where it is too long."""
    return EntryRequest(
        kind=fields.get("kind", ""),
        channel=channel,
        text=fields.get("text", "")[: LONGEST_TEXT + 1],
        contact=fields.get("contact", "")[: LONGEST_CONTACT + 1],
        concerns_agent=fields.get("concerns_agent") == "yes",
        written_on=fields.get("written_on", "")[:20],
    )


def keep_typed(
    needs: RegisterPages,
    hall: HallConfiguration,
    typed: EntryRequest,
    *,
    form: str,
    language: str,
    channels: Sequence[Channel],
) -> AddedEntry:
    """Adds the entry. Refusals: `register_closed`, and those of `add_entry`."""
    if not hall.site.complaints.is_open:
        raise Refusal("register_closed")
    return add_entry(needs.database, hall.hall, typed, form=form, language=language, channels=channels)


def entry_form(
    needs: RegisterPages,
    hall: HallConfiguration,
    typed: EntryRequest,
    refusal: Refusal | None,
    *,
    form: str,
) -> dict[str, Any]:
    """What the templates of the form show."""
    return {
        "hall": hall,
        "typed": typed,
        "kinds": list(EntryKind),
        "form": form or new_token(),
        "longest": {"text": LONGEST_TEXT, "contact": LONGEST_CONTACT},
        "contact_days": hall.site.complaints.contact_days,
        **needs.problem(refusal),
    }
