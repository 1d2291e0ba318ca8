"""The import contract that import-linter lacks: a library may be imported by named modules only.

A module pattern is a module's name with `*` for one part, a last `**` for a package with all it holds, a
first `**` for any package.
"""

import sys
from fnmatch import fnmatchcase
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


def matches(module: str, patterns: frozenset[str]) -> bool:
    """Whether a module's dotted name fits one of the patterns."""
    for pattern in patterns:
        if pattern.endswith(".**"):
            package = pattern.removesuffix(".**")
            if module == package or module.startswith(package + "."):
                return True
        elif pattern.startswith("**."):
            if module.endswith(pattern.removeprefix("**")):
                return True
        elif len(pattern.split(".")) == len(module.split(".")) and fnmatchcase(module, pattern):
            return True
    return False


class OnlyInContract(Contract):
    """Only the modules `allowed` import the `libraries` (names of outside packages, submodules included)."""

    type_name = "only_in"

    libraries = fields.SetField(subfield=fields.StringField())
    allowed = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        libraries, allowed = _names(self.libraries), _names(self.allowed)
        strays = []
        for library in sorted(libraries & graph.modules):
            for importer in sorted(graph.find_modules_that_directly_import(library)):
                if not matches(importer, allowed):
                    strays.append((importer, library, _lines(graph, importer, library)))
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _print(check)


class PureContract(Contract):
    """The `pure` modules import the standard library, `with_libraries` and each other, and nothing else."""

    type_name = "pure"

    pure = fields.SetField(subfield=fields.StringField())
    with_libraries = fields.SetField(subfield=fields.StringField(), required=False, default=set())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        pure, libraries = _names(self.pure), _names(self.with_libraries)
        strays = []
        for importer in sorted(module for module in graph.modules if matches(module, pure)):
            if graph.is_module_squashed(importer):
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                root = imported.split(".")[0]
                if root in sys.stdlib_module_names or root in libraries or matches(imported, pure):
                    continue
                strays.append((importer, imported, _lines(graph, importer, imported)))
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _print(check)


def _names(field: Any) -> frozenset[str]:
    # import-linter declares fields on the class and fills them in on the instance
    return frozenset(field)


def _lines(graph: ImportGraph, importer: str, imported: str) -> str:
    found = graph.get_import_details(importer=importer, imported=imported)
    return ", ".join(f"l.{detail['line_number']}" for detail in found)


def _print(check: ContractCheck) -> None:
    for importer, imported, lines in check.metadata["strays"]:
        output.print_error(f"{importer} is not allowed to import {imported} ({lines})", bold=False)
