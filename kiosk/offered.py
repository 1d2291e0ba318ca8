"""What of a hall's menu one kiosk offers.

Pure: services in, services out.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from kiosk.menu import MenuService


def offered_only(services: Sequence[MenuService], is_offered: Callable[[str], bool]) -> list[MenuService]:
    """The services of a menu that are offered, in its order; a folder with none of them left is not there."""
    kept: list[MenuService] = []
    for each in services:
        if each.children:
            children = offered_only(each.children, is_offered)
            if children:
                kept.append(replace(each, children=children))
        elif is_offered(each.service):
            kept.append(each)
    return kept
