"""Turns become a guided evening: content, the engine that plays it, its cues and its manners."""
