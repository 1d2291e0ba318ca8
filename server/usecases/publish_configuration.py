"""Publish a document: validated, with the revision it was based on, as a new revision and a fact."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.documents.checks import (
    check_against_installation,
    check_against_neighbours,
    check_ids,
    open_legs_keep_their_service,
    warnings_of,
)
from server.documents.difference import Change, difference
from server.documents.hall import HallDocument, ids_of
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentRefused, Problem
from server.documents.reading import export_text, parse_hall, parse_installation
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.store.configurations import HALL, INSTALLATION
from server.store.database import Database
from server.store.documents import hall_documents, newest, taken_ids
from server.store.halls import create_hall
from server.store.installation import Author
from server.usecases.carry_over_notices import carry_over_notices
from server.usecases.read_look import refuse_unknown_look


@dataclass(frozen=True, slots=True)
class Publication:
    """What was, or with a dry run would be, published: the revision, what changes.

    What looks like an oversight.
    """

    scope: str
    revision: int
    changes: Sequence[Change] = field(default_factory=tuple)
    warnings: Sequence[Problem] = field(default_factory=tuple)
    is_published: bool = True


def publish_installation(
    database: Database,
    author: Author,
    content: str | bytes,
    *,
    base_revision: int | None = None,
    dry_run: bool = False,
) -> Publication:
    """Publishes the installation's document. Raises DocumentRefused; refusal: stale_revision."""
    document = parse_installation(content)
    with database.installation_transaction(author) as transaction:
        found = newest(transaction, INSTALLATION, INSTALLATION)
        old = parse_installation(found.content) if found else None
        revision = _next_revision(found.revision if found else 0, base_revision)
        changes = tuple(difference(old, document)) if old else ()
        _check_halls_of(document, hall_documents(transaction))
        refuse_unknown_look(transaction, document.brand)
        if dry_run:
            return Publication(INSTALLATION, revision, changes, is_published=False)
        text = export_text(document)
        transaction.insert(
            "document",
            kind=INSTALLATION,
            scope=INSTALLATION,
            revision=revision,
            content=text,
            published_at=to_micros(transaction.now),
            published_by=author.id,
        )
        transaction.run("UPDATE hall SET installation_revision = :revision", revision=revision)
        digest = hashlib.sha256(text.encode()).hexdigest()
        transaction.record(of_kind(FactKind.INSTALLATION_PUBLISHED, revision=revision, sha256=digest))
    return Publication(INSTALLATION, revision, changes)


def _check_halls_of(installation: InstallationDocument, halls: Sequence[HallDocument]) -> None:
    problems = tuple(problem for hall in halls for problem in check_against_installation(hall, installation))
    if problems:
        raise DocumentRefused(problems)


def publish_hall(
    database: Database,
    author: Author,
    content: str | bytes,
    *,
    base_revision: int | None = None,
    dry_run: bool = False,
) -> Publication:
    """Publishes a hall's document; a new slug creates the hall. Its texts become notices, once.

    Raises DocumentRefused; refusals: stale_revision, not_configured.
    """
    document = parse_hall(content)
    with database.read() as rows:
        found_installation = newest(rows, INSTALLATION, INSTALLATION)
        others = [hall for hall in hall_documents(rows) if hall.hall != document.hall]
        taken = taken_ids(rows)
    if found_installation is None:
        raise Refusal("not_configured", hall=INSTALLATION)
    installation = parse_installation(found_installation.content)
    found_problems = [
        *check_against_installation(document, installation),
        *check_against_neighbours(document, others),
        *check_ids(document, taken),
    ]
    errors = [problem for problem in found_problems if not problem.is_warning]
    warnings = [problem for problem in found_problems if problem.is_warning] + list(warnings_of(document))
    if errors:
        raise DocumentRefused(tuple(errors))
    try:
        database.hall_id(document.hall)
    except Refusal:
        if dry_run:
            return Publication(document.hall, 1, warnings=tuple(warnings), is_published=False)
        create_hall(database, author, document.hall, installation_revision=found_installation.revision)
    published = _publish(
        database, author, document, base_revision=base_revision, dry_run=dry_run, warnings=tuple(warnings)
    )
    if not dry_run:
        carry_over_notices(database, author, document)
    return published


def _publish(
    database: Database,
    author: Author,
    document: HallDocument,
    *,
    base_revision: int | None,
    dry_run: bool,
    warnings: tuple[Problem, ...],
) -> Publication:
    with database.bare_transaction(document.hall, author) as transaction:
        found = newest(transaction, HALL, transaction.hall)
        old = parse_hall(found.content) if found else None
        revision = _next_revision(found.revision if found else 0, base_revision)
        changes = tuple(difference(old, document)) if old else ()
        if old is not None:
            rows = transaction.all(
                "SELECT DISTINCT service FROM leg WHERE hall = :hall AND state <> 'ended'",
                hall=transaction.hall,
            )
            problems = open_legs_keep_their_service(old, document, [row["service"] for row in rows])
            if problems:
                raise DocumentRefused(problems)
        if dry_run:
            return Publication(document.hall, revision, changes, warnings, is_published=False)
        text = export_text(document)
        transaction.insert(
            "document",
            kind=HALL,
            scope=transaction.hall,
            revision=revision,
            content=text,
            published_at=to_micros(transaction.now),
            published_by=author.id,
        )
        known = {
            row["id"]
            for row in transaction.all("SELECT id FROM configured WHERE hall = :hall", hall=transaction.hall)
        }
        for configured, kind in ids_of(document).items():
            if configured not in known:
                transaction.insert("configured", id=configured, kind=kind, hall=transaction.hall)
        transaction.run(
            "UPDATE hall SET configuration_revision = :revision WHERE id = :hall",
            revision=revision,
            hall=transaction.hall,
        )
        digest = hashlib.sha256(text.encode()).hexdigest()
        transaction.record(of_kind(FactKind.CONFIGURATION_PUBLISHED, revision=revision, sha256=digest))
    return Publication(document.hall, revision, changes, warnings)


def _next_revision(newest_revision: int, base_revision: int | None) -> int:
    if base_revision is not None and base_revision != newest_revision:
        raise Refusal("stale_revision", newest=newest_revision)
    return newest_revision + 1
