"""Attachments of sessions, indicators of evaluations, what proves them, and dossiers."""
