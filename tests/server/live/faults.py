"""Faults of a message that its model does not describe."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError


def faults_of(shape: type[BaseModel], message: Mapping[str, Any]) -> list[str]:
    """The faults of a message, in words."""
    try:
        shape.model_validate(message)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return []
