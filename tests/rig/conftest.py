from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from virtual_room import CannotStart, VirtualRoom

from companion.adapters.devices import PORT_AUDIO
from companion.trouble import Trouble


@pytest.fixture(scope="session")
def rig() -> Iterator[VirtualRoom]:
    """A microphone `rig_mic` and a speaker `rig_speaker` that exist in software only; skips with the reason where they can't."""
    try:
        room = VirtualRoom()
    except CannotStart as reason:
        pytest.skip(str(reason))
    before = {name: os.environ.get(name) for name in room.environment}
    os.environ.update(room.environment)
    try:
        PORT_AUDIO.rescan()
    except Trouble as reason:
        room.close()
        pytest.skip(str(reason))
    yield room
    room.close()
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
