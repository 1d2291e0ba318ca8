"""The fold of the installation's facts that have rows: notices, their history, media, displays, figures.

Pure.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.domain.facts import FactKind
from server.domain.instants import text_to_micros
from server.domain.notices.media import MEDIA_FOLDS
from server.domain.row_changes import Change, Insert, InstallationChange, Recorded, Sum, Update

type _Fold = Callable[[Recorded], list[InstallationChange]] | Callable[[Recorded], list[Change]]


def installation_changes(fact: Recorded) -> Sequence[InstallationChange]:
    """The rows a fact of the installation inserts or changes; empty for one without projection."""
    fold = INSTALLATION_FOLDS.get(fact.kind)
    return fold(fact) if fold is not None else []


def _step(fact: Recorded) -> Insert:
    body = fact.body
    reason = body.get("reason")
    row = {
        "id": f"{body['notice']}.{body['step']}",
        "notice": body["notice"],
        "step": body["step"],
        "kind": fact.kind,
        "state": body["state"],
        "version": body["version"],
        "done_at": fact.happened_at,
        "author": fact.author,
        "reason": None if reason is None else reason["id"],
        "shown_from": text_to_micros(body.get("from")),
        "shown_until": text_to_micros(body.get("until")),
    }
    return Insert("notice_step", row)


def _standing(fact: Recorded) -> dict[str, Any]:
    """What each step changes in the row of its notice."""
    return {"state": fact.body["state"], "steps": fact.body["step"], "changed_at": fact.happened_at}


def _version(body: Mapping[str, Any]) -> dict[str, Any]:
    targets = json.dumps(body["targets"], sort_keys=True)
    return {
        "version": body["version"],
        "kind": body["kind"],
        "category": body["category"],
        "targets": targets,
    }


def _drafted(fact: Recorded) -> list[Change]:
    row = {
        "id": fact.body["notice"],
        "drafted_by": fact.author,
        "drafted_at": fact.happened_at,
        "replaces": fact.body.get("replaces"),
        "shown_version": None,
        "shown_from": None,
        "shown_until": None,
    }
    return [Insert("notice", row | _standing(fact) | _version(fact.body)), _step(fact)]


def _edited(fact: Recorded) -> list[Change]:
    return [Update("notice", fact.body["notice"], _standing(fact) | _version(fact.body)), _step(fact)]


def _moved(fact: Recorded) -> list[Change]:
    return [Update("notice", fact.body["notice"], _standing(fact)), _step(fact)]


def _published(fact: Recorded) -> list[Change]:
    columns = {
        "shown_version": fact.body["version"],
        "shown_from": text_to_micros(fact.body["from"]),
        "shown_until": text_to_micros(fact.body["until"]),
    }
    return [Update("notice", fact.body["notice"], _standing(fact) | columns), _step(fact)]


def _displays_reported(fact: Recorded) -> list[InstallationChange]:
    body = fact.body
    record = {"screen": body["screen"], "record": body["record"]}
    changes: list[InstallationChange] = [Sum("display_record", record, {}, {"last_number": body["last"]})]
    for day in body["days"]:
        key = {"notice": day["notice"], "screen": body["screen"], "shown_on": day["shown_on"]}
        added = {name: day[name] for name in ("shown_ms", "completed", "cut", "failed")}
        changes.append(Sum("display", key, added, {"hall": body["hall"]}))
    return changes


def _individual_figures_decided(fact: Recorded) -> list[InstallationChange]:
    decided = {
        "is_on": fact.body["is_on"],
        "decided_at": fact.happened_at,
        "decided_by": fact.author,
    }
    return [Sum("individual_figures", {"site": fact.body["site"]}, {}, decided)]


def _retention_decided(fact: Recorded) -> list[InstallationChange]:
    decided = {"days": fact.body["days"], "decided_at": fact.happened_at, "decided_by": fact.author}
    return [Sum("retention_choice", {"name": fact.body["name"]}, {}, decided)]


INSTALLATION_FOLDS: dict[str, _Fold] = {
    FactKind.NOTICE_DRAFTED: _drafted,
    FactKind.NOTICE_EDITED: _edited,
    FactKind.NOTICE_SUBMITTED: _moved,
    FactKind.NOTICE_TAKEN_BACK: _moved,
    FactKind.NOTICE_APPROVED: _moved,
    FactKind.NOTICE_REFUSED: _moved,
    FactKind.NOTICE_PUBLISHED: _published,
    FactKind.NOTICE_WITHDRAWN: _moved,
    FactKind.NOTICE_ARCHIVED: _moved,
    FactKind.DISPLAYS_REPORTED: _displays_reported,
    FactKind.NOTICE_REPLACED: _moved,
    FactKind.INDIVIDUAL_FIGURES_DECIDED: _individual_figures_decided,
    FactKind.RETENTION_DECIDED: _retention_decided,
    **MEDIA_FOLDS,
}
"""By the kind of fact."""
