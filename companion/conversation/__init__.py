"""Labels to turns: the floor, turns, gaps, overlaps, small sounds, interruptions and patience."""
