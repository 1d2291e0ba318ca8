"""Writes a random sample of mutants of the rules as JSON lines. Run by the environment of cosmic-ray.

Usage: make_mutants.py SEED COUNT_PER_MODULE MODULE...
A mutant is `{path, function, line, operator, before, after, code}`.
"""

import ast
import difflib
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cosmic_ray.commands.init import _all_work_items
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec

ORDERS = "Eq|NotEq|Lt|LtE|Gt|GtE"
KEPT = re.compile(
    "ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Mul)"
    f"|ReplaceComparisonOperator_(({ORDERS})_({ORDERS})|Is_IsNot|IsNot_Is|In_NotIn|NotIn_In)"
    "|NumberReplacer|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd|AddNot"
    "|ReplaceUnaryOperator_(Delete_Not|USub_UAdd)|ZeroIterationForLoop"
    "|ReplaceBreakWithContinue|ReplaceContinueWithBreak"
)
"""Others, such as a shift of an instant, end in a TypeError: they would flatter the tests."""


def main() -> None:
    """Writes the sample to standard output."""
    seed, most, *modules = sys.argv[1:]
    for module in modules:
        path = Path(module)
        code = path.read_text(encoding="utf-8")
        found = list(_mutations(path, code))
        for spec in random.Random(f"{seed} {module}").sample(found, min(int(most), len(found))):
            mutated = mutate_code(code, get_operator(spec.operator_name)(), spec.occurrence)
            made = {"path": module, "operator": _operator_of(spec), **_difference(code, mutated)}
            print(json.dumps({**made, "function": _function_at(code, made["line"]), "code": mutated}))


def _mutations(path: Path, code: str) -> Iterator[MutationSpec]:
    lines = code.splitlines()
    for item in _all_work_items([path], {}):
        for spec in item.mutations:
            line = lines[spec.start_pos[0] - 1]
            # neither is a rule: whether a dataclass has slots, and the star before keywords
            if KEPT.fullmatch(_operator_of(spec)) and "dataclass(" not in line and "*, " not in line:
                yield spec


def _operator_of(spec: MutationSpec) -> str:
    return str(spec.operator_name.partition("/")[2])


def _function_at(code: str, line: int) -> str:
    """The innermost function or class around a line; empty at the top of a module."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    found = [each for each in ast.walk(ast.parse(code)) if isinstance(each, kinds)]
    around = [each for each in found if each.lineno <= line <= (each.end_lineno or 0)]
    return max(around, key=lambda each: each.lineno).name if around else ""


def _difference(code: str, mutated: str) -> dict[str, Any]:
    before, after = code.splitlines(), mutated.splitlines()
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    first = next(each for each in changes if each[0] != "equal")
    return {
        "line": first[1] + 1,
        "before": " ".join(before[first[1] : first[2]]).strip(),
        "after": " ".join(after[first[3] : first[4]]).strip(),
    }


if __name__ == "__main__":
    main()
