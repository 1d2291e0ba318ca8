"""Two gestures at once: one begins in another thread while the other stands before a step."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

UNGUARDED_S = 0.5
"""As long as a gesture takes that waits for no lock."""


@contextmanager
def begun_before[R](module: ModuleType, step: str, begun: Callable[[], R]) -> Iterator[list[Future[R]]]:
    """Begins a gesture when a function of a module is first called, and lets it end unless it has to wait.

    The list holds its outcome. It is over when the context ends.
    """
    original: Callable[..., Any] = getattr(module, step)
    outcome: list[Future[R]] = []
    with ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:

        def late(*values: Any, **named: Any) -> Any:
            patch.setattr(module, step, original)
            outcome.append(pool.submit(begun))
            wait(outcome, timeout=UNGUARDED_S)
            return original(*values, **named)

        patch.setattr(module, step, late)
        yield outcome
