from __future__ import annotations

import pytest
from table import CONTENT

from companion.exercises.content import Library
from companion.exercises.loader import load_library


@pytest.fixture(scope="session")
def library() -> Library:
    library, _ = load_library(CONTENT)
    return library
