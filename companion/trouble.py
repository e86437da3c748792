"""Trouble that a person can mend: wrong input, a missing file, a device that is not there."""

from __future__ import annotations


class Trouble(Exception):
    """One sentence for the user: what is wrong, where, and what to do about it.

    The command line prints it as it stands and exits with status 2. Anything else that is raised is our bug (status 1).
    """
