"""Labelled comments, wherever they come from, as rows of one table."""
