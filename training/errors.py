"""The base of every error that training raises.

TrainingError
├── AnnotationError        a file of data/annotations is malformed (training/annotations.py)
├── SeedError              a line of data/seed is malformed (training/seed.py)
├── HeldBackError          the held-back list is malformed (training/corpus/held_back.py)
├── CorpusError            there is not a comment to train on (training/corpus/assemble.py)
├── OwnCommentsError       an analyst's own labelled file is wrong (training/reading.py)
├── DataReportError        the report has no place in its file (training/data_report.py)
├── PlotError              there is nothing to draw (training/plots.py)
└── SourceError            a source of labelled comments cannot be used (training/sources/errors.py)
    ├── SourceMissing      a file is not there and cannot be brought
    ├── SourceDamaged      a file is not the one the registry names, or cannot be parsed
    ├── SourceLayout       a file parses, but its columns or values are not those the reader knows
    ├── RegistryError      data/sources.toml has a wrong key or value
    └── TableError         a table of rows breaks the rules of training/sources/table.py
"""

from __future__ import annotations


class TrainingError(Exception):
    """Base of all errors of this package."""
