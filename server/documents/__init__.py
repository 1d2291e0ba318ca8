"""Configuration documents of the installation and of halls: read, checked, compared, turned into values."""

from server.documents.checks.hall import (
    check_against_installation,
    check_against_neighbours,
    check_ids,
    warnings_of,
)
from server.documents.checks.in_use import IdsInUse, check_in_use
from server.documents.configuring import public_holidays_of, to_configuration
from server.documents.difference import DocumentChange, difference
from server.documents.hall import HallDocument, ids_of
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentProblem, DocumentRefused
from server.documents.reading import export_text, json_schema, parse_hall, parse_installation

__all__ = [
    "DocumentChange",
    "DocumentProblem",
    "DocumentRefused",
    "HallDocument",
    "IdsInUse",
    "InstallationDocument",
    "check_against_installation",
    "check_against_neighbours",
    "check_ids",
    "check_in_use",
    "difference",
    "export_text",
    "ids_of",
    "json_schema",
    "parse_hall",
    "parse_installation",
    "public_holidays_of",
    "to_configuration",
    "warnings_of",
]
