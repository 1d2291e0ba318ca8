"""Loaded by schemathesis: it asks for no id with a « # », which would end the address and ask another one."""

from typing import Any

import schemathesis


@schemathesis.hook
def filter_path_parameters(context: schemathesis.HookContext, path_parameters: dict[str, Any] | None) -> bool:
    return not any("#" in str(value) for value in (path_parameters or {}).values())
