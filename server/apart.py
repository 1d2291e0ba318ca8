"""Work apart: a process of its own, at a low priority, that computes what would hold up the loop.

`Apart.call(function, *values)` pickles a module-level function or a bound method with its values, and waits
for the result. One thing at a time, in order; the process starts at the first call and again after it died.
What reads files of strangers is given a deadline and a limit of memory.
"""

import logging
import os
import pickle
import resource
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Protocol
from weakref import WeakSet

from server.logs import guard_standard_error, write_lines

LOW_PRIORITY = 10
"""Where all else is busy it still has a tenth of a core; at 19, a sixtieth, calls were ready too late."""
_LENGTH = struct.Struct(">I")


class CallApart(Protocol):
    """Computes a function of values elsewhere; its result, or raises what it raised."""

    def __call__[Result](self, function: Callable[..., Result], /, *values: object) -> Result: ...


class ApartEnded(OSError):
    """The process died before it answered, or was ended because it took too long."""


class IsolatedWorker:
    """One process, started when it is first needed.

    `deadline_s`: a call that takes longer ends the process. `memory_bytes`: what the process may map at most.
    `idle_s`: so long after its last call it ends by itself.
    """

    def __init__(
        self,
        *,
        deadline_s: float | None = None,
        memory_bytes: int | None = None,
        idle_s: float | None = None,
    ) -> None:
        self.deadline_s, self.memory_bytes, self.idle_s = deadline_s, memory_bytes, idle_s
        self._idle: threading.Timer | None = None
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        _ALL.add(self)

    def call[Result](self, function: Callable[..., Result], *values: object) -> Result:
        """The function's result, or the exception it raised. Raises ApartEnded."""
        with self._lock:
            self._forget_idle()
            child = self._running()
            assert child.stdin is not None
            assert child.stdout is not None
            ending = None if self.deadline_s is None else threading.Timer(self.deadline_s, child.kill)
            if ending is not None:
                ending.daemon = True
                ending.start()
            try:
                _write(child.stdin, (function, values))
                is_result, answer = _read(child.stdout)
            except (OSError, EOFError) as error:
                self._end()
                raise ApartEnded("the process apart has ended") from error
            finally:
                if ending is not None:
                    ending.cancel()
                self._end_when_idle()
        if not is_result:
            raise answer
        result: Result = answer
        return result

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            command = [sys.executable, "-m", "server.apart", _log_level()]
            if self.memory_bytes is not None:
                command.append(str(self.memory_bytes))
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._child

    def _end_when_idle(self) -> None:
        if self.idle_s is not None and self._child is not None:
            self._idle = threading.Timer(self.idle_s, self.close)
            self._idle.daemon = True
            self._idle.start()

    def _forget_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what was not sent to it yet
                        pipe.close()
            self._child = None

    def close(self) -> None:
        """Ends the process; a call after it starts another."""
        with self._lock:
            self._forget_idle()
            self._end()


_ALL: WeakSet[IsolatedWorker] = WeakSet()


def _log_level() -> str:
    """The least level that this process logs, as settings write it."""
    return logging.getLevelName(logging.getLogger("server").getEffectiveLevel()).lower()


def close_all() -> None:
    """Ends each of them in this process, once it has answered; a call after it starts another."""
    for worker in list(_ALL):
        worker.close()


def _write(pipe: IO[bytes], value: Any) -> None:
    content = pickle.dumps(value)
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return pickle.loads(content)


def main() -> None:
    """Answers until its input ends. What is asked comes from the parent only, by a pipe nobody else holds.

    Its command names the least level that it logs, and the most memory it may map in bytes, if any.
    """
    os.nice(LOW_PRIORITY)
    _, level, *most = sys.argv
    for memory_bytes in most:
        resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    write_lines(level)
    guard_standard_error()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr
    is_structlog_set_up = False
    while True:
        try:
            function, values = _read(requests)
        except EOFError:
            return
        if "structlog" in sys.modules and not is_structlog_set_up:
            # what has just arrived imported it; it takes longer to import than all else here
            from server.logs import configure_logs

            configure_logs(level)
            is_structlog_set_up = True
        try:
            _write(answers, (True, function(*values)))
        except Exception as error:  # noqa: BLE001 - it is raised again where it was asked for
            _write(answers, (False, error))


if __name__ == "__main__":
    main()
