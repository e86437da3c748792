"""Ctrl-C and SIGTERM: the wish to leave, at any moment."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

AT_MOST = 1.8
"""Seconds that leaving may take: whoever pulls the plug next gives us two."""


class Leaving:
    """Once `listen`ed for, the first signal ends the evening; further ones change nothing.

    Before `gently`, there is nothing to tidy: `farewell` is called and the process ends at once, status 0. After it, `wanted`
    becomes true and the evening has `AT_MOST` seconds to close its files and devices, or it ends without.
    """

    def __init__(self, farewell: Callable[[], None], end: Callable[[int], None] = os._exit) -> None:
        self.wanted = False
        self._farewell, self._end = farewell, end
        self._gently = False

    def listen(self) -> Leaving:
        """From now on, in the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._told)
        return self

    def gently(self) -> None:
        """From now on there are things to tidy."""
        self._gently = True

    def _told(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            return
        self.wanted = True
        if not self._gently:
            self._go()
            return
        last_resort = threading.Timer(AT_MOST, self._go)
        last_resort.daemon = True
        last_resort.start()

    def _go(self) -> None:
        try:
            self._farewell()
        finally:
            self._end(0)
