from __future__ import annotations

import pytest

from companion.exercises.content import Library
from companion.exercises.loader import load_library

from table import CONTENT


@pytest.fixture(scope="session")
def library() -> Library:
    library, _ = load_library(CONTENT)
    return library
