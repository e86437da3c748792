"""The closed set of step kinds, each one small class; a step never knows which step follows."""
