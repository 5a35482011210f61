"""Scores archives of comments: CSV, JSON Lines and Parquet of any size, in a stream.

Reading cuts an archive into blocks of whole comments; a block is scored on its own, by a pure
function that may run in a thread or on another machine; results are appended in order to an
unfinished output that a killed run goes on from. Needs the `archive` extra; the service imports
nothing of it.
"""
