"""Every error that scoring raises.

ScoringError
├── TextError              a comment that cannot be scored as sent
│   ├── LoneSurrogate      half of a UTF-16 pair: not valid Unicode
│   └── TextTooLong        more UTF-8 bytes than the limit
├── ArtifactError          a stored model that is refused
│   ├── ArtifactMissing    no such version, or no CURRENT
│   ├── ArtifactDamaged    a file is missing, short, changed or holds an impossible value
│   ├── FormatUnsupported  written for another format number
│   └── NothingToRollBack  no version was in use before
├── PolicyError            a policy that does not exist or cannot be applied
├── HouseRulesRefused      a file of house rules that cannot be used
├── LayoutExceeded         more categories, or a longer key, than compiled code has room for
├── CacheRefused           the private folder could be written by someone else
├── IdentifierMissing      the language identifier's package is not installed whole
├── ArchiveError           an archive of comments that cannot be scored
│   ├── ArchiveRefused     the command asks for what cannot be: no such file, no such column …
│   └── ArchiveDamaged     the archive holds what cannot be read
└── ClusterError           a Dask cluster cannot be reached, or fails
"""

from __future__ import annotations


class ScoringError(Exception):
    """Base of all errors of this package."""


class TextError(ScoringError):
    """A comment cannot be scored as sent."""


class LoneSurrogate(TextError):
    """The text holds half of a UTF-16 pair and is not valid Unicode."""


class TextTooLong(TextError):
    """The text is longer in UTF-8 bytes than the limit."""


class ArtifactError(ScoringError):
    """A stored model is refused."""


class ArtifactMissing(ArtifactError):
    """The named version, or the file that names it, does not exist."""


class ArtifactDamaged(ArtifactError):
    """A file of the artifact is missing, short, changed or holds an impossible value."""


class FormatUnsupported(ArtifactError):
    """The artifact was written for another format number."""


class NothingToRollBack(ArtifactError):
    """No version was in use before the one in use."""


class PolicyError(ScoringError):
    """The policy does not exist or cannot be applied to this model."""


class HouseRulesRefused(ScoringError):
    """A file of house rules cannot be used; the message says which line and why."""


class LayoutExceeded(ScoringError):
    """More categories, or a longer category key, than the compiled code has room for."""


class CacheRefused(ScoringError):
    """The private folder belongs to, or can be written by, someone else."""


class IdentifierMissing(ScoringError):
    """The language identifier's package is not installed whole."""


class ArchiveError(ScoringError):
    """An archive of comments cannot be scored."""


class ArchiveRefused(ArchiveError):
    """The command asks for what cannot be: no such file, no such column, the output exists."""


class ArchiveDamaged(ArchiveError):
    """The archive holds what cannot be read."""


class ClusterError(ScoringError):
    """A Dask cluster cannot be reached, or fails."""
