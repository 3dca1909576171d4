"""Processes that work for this one, and end with it however it ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of ``count`` processes, which are stopped where the work is broken off.

    Killed without warning, this process cannot stop them: each watches it, and ends when it is
    gone.
    """
    others = active_children()
    # spawn: a forked copy of a process that has started threads may hang
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_watch)
    try:
        yield pool
    except BaseException:
        for process in active_children():
            if process not in others:
                process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _watch() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: the first one stops the rest
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()  # wakes when the pipe that only the parent holds is closed
        os._exit(1)
