"""The content of a document, before anybody knows whether it is valid: any JSON object."""

from collections.abc import Mapping, Sequence

type JsonValue = str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None
type Content = Mapping[str, JsonValue]
"""The content of a document as JSON values."""
type NewContent = dict[str, JsonValue]
"""A content while it is made or edited."""


def parts_of(content: Content, name: str) -> list[dict[str, JsonValue]]:
    """The objects in the list of this name, such as `kiosks`; empty where there is no such list."""
    listed = content.get(name)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
