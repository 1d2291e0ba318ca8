"""Common to the pages of setting up: their permission, and the number of the question."""

from typing import Any

from flask import abort, redirect, render_template, request

from server.domain.author import Author
from server.domain.people.roles import Permission
from server.web.access.callers import sites_where

STEP_OF = {"administrator": 1, "place": 2, "template": 3, "hall": 4, "printer": 5, "fetching": 5, "trial": 6}
"""The number of each question."""


def step_page(step: str, **values: Any) -> str:
    """A page of setting up. `step` names its template; `at` is the number of its question."""
    at = STEP_OF.get(step)
    return render_template(
        f"installing/{step}.html",
        at=at,
        steps=max(STEP_OF.values()),
        typed=request.form.get,
        problems=values.pop("problems", {}),
        **values,
    )


def configurer() -> Author:
    """The caller, who may configure every site; others are redirected to their own pages.

    Refusals: not_signed_in, forbidden.

    """
    caller, sites = sites_where(Permission.CONFIGURE)
    if sites is not None:
        abort(redirect("/configuration"))
    return caller.author
