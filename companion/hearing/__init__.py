"""Sound to who speaks and which phrase."""
