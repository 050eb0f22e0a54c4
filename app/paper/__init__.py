"""Signed paper: where the cells of a printed attendance list lie, and what is seen on a photo of it."""
