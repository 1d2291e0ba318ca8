"""Import a document from a file: a valid one becomes the draft, to be read and published like any other."""

from collections.abc import Sequence

from server.documents.content import NewContent
from server.documents.problems import DocumentProblem, DocumentRefused
from server.documents.reading import parse_object
from server.store.transactions.database import Database
from server.usecases.configuration.check_configuration import problems_of
from server.usecases.configuration.configuration_document import (
    NOTHING,
    DocumentReader,
    Sites,
    check_reach,
    configuration_document,
    describe_problem,
)
from server.usecases.configuration.save_draft import ExaminedContent, examine_content


class ExaminedAnswer(ExaminedContent):
    """What is wrong with a document, and what it changes of what is published."""

    document: str


def examine_file(database: Database, name: str, text: str, reader: DocumentReader) -> ExaminedAnswer:
    """The problems of a file and the changes it would make; nothing is kept. Refusal: forbidden."""
    content, problems = _content(database, name, text, reader.sites)
    if content is None or problems:
        answers = [describe_problem(each, NOTHING, reader.words) for each in problems]
        return {"document": name, "problems": answers, "changes": []}
    with database.read() as rows:
        document = configuration_document(rows, name)
        check_reach(document, reader.sites, content)
        return {
            "document": name,
            **examine_content(rows, document, content, reader, database.clock.now()),
        }


def read_file(database: Database, name: str, text: str, sites: Sites) -> NewContent:
    """The content of a file without errors. Raises DocumentRefused with all of them. Refusal: forbidden."""
    content, problems = _content(database, name, text, sites)
    if content is None or problems:
        raise DocumentRefused(problems)
    with database.read() as rows:
        errors = [
            each for each in problems_of(rows, name, content, database.clock.now()) if not each.is_warning
        ]
    if errors:
        raise DocumentRefused(errors)
    return content


def _content(
    database: Database, name: str, text: str, sites: Sites
) -> tuple[NewContent | None, Sequence[DocumentProblem]]:
    """The content of a file and its problems, for people who may change its document. Refusal: forbidden."""
    with database.read() as rows:
        document = configuration_document(rows, name)
    if document.exists:
        check_reach(document, sites)
    return parse_object(text)
