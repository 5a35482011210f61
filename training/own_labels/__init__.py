"""The project's own comments and labels, and an analyst's."""
