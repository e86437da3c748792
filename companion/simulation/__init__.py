"""A rehearsed dinner: two scripted people in a simulated room, who react to what the companion says."""
