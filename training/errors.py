"""The base of every error that training raises.

TrainingError
├── AnnotationError        a file of data/annotations is malformed (own_labels/annotations.py)
├── WrittenError              a line of data/written is malformed (own_labels/written.py)
├── SlotsError             a sentence with slots is malformed (own_labels/slots.py)
├── HeldBackError          the held-back list is malformed (own_labels/held_back.py)
├── CorpusError            there is not a comment to train on (corpus/merge.py)
├── OwnCommentsError       an analyst's own labelled file is wrong (own_labels/labelled_csv.py)
├── ImportRefused          an export of decisions cannot be read (own_decisions/errors.py)
├── OwnDecisionsDamaged    the imported decisions are not as they were written (the same)
├── BehaviourError         a file of cases is malformed (evaluation/behaviour.py)
├── BiasCasesError         a sentence about groups is malformed (evidence/bias.py)
├── PublishedFiguresError  the file of published figures is malformed (evidence/published.py)
├── EvidenceError          a stored report is of another format (reports/evaluate_command.py)
├── SeedsError             the model in use cannot be trained again here (reports/seeds_command.py)
├── MarkerError            a document lacks a marker (reports/markers.py)
├── PlotError              there is nothing to draw (evaluation/plots.py)
└── SourceError            a source of labelled comments cannot be used (sources/errors.py)
    ├── SourceMissing      a file is not there and cannot be brought
    ├── SourceDamaged      a file is not the one the registry names, or cannot be parsed
    ├── SourceLayout       a file parses, but its columns or values are not those the reader knows
    ├── RegistryError      data/sources.toml has a wrong key or value
    └── TableError         a table of rows breaks the rules of sources/table.py
"""

from __future__ import annotations


class TrainingError(Exception):
    """Base of all errors of this package."""
