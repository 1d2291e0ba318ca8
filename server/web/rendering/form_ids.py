"""The ids of what forms add: a form names itself, so that two presses add one thing."""

import uuid

from flask import request

from server.ids import new_id

_OF_FORMS = uuid.UUID("3b1f6a9e-6c0e-4a53-9a55-1f0c3f2f5d0e")


def form_id() -> str:
    """The id of what the sent form adds: the same for the same form, new where it names none.

    The name is not the id: anybody can write another one into a form.
    """
    named = request.form.get("formulaire", "")
    return id_of_form(named) if named else new_id()


def id_of_form(named: str) -> str:
    """The id of what a form of this name adds."""
    return str(uuid.uuid5(_OF_FORMS, named))
