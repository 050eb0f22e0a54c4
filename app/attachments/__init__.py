"""Files attached to a session: which kinds are taken, and pictures without what they should not tell."""
