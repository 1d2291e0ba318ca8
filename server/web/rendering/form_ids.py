"""The ids of what forms add: a form names itself, so that two presses add one thing."""

import uuid
from hashlib import sha256

from flask import request

from server.domain.author import Author
from server.ids import new_id
from server.store.engine.writes import WriteKey

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


def press_key(author: Author, typed: object) -> WriteKey:
    """The key of a press, equal for two equal presses: the author, and the form with its typed values."""
    content = repr(typed).encode()
    return WriteKey.of_author(author, sha256(content).hexdigest(), content)
