"""The settings of a training run: one frozen object, digested into the manifest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field

from scoring.ngrams.extract import TermSettings


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a model is fitted.

    Attributes:
        terms: Which n-grams are terms.
        fewest_groups: A term must occur in this many distinct groups.
        kept_terms: How many terms the artifact holds at most; the heaviest stay.
        inverse_regularisation: `C` of the logistic regressions.
        smoothing: Added to the class sums of the naive-Bayes ratio.
        tolerance: Stopping tolerance of the solver.
        most_iterations: Upper bound on the solver's iterations.
        folds: Folds of the cross-fitting that calibrates.
        prevalence: Share of rejected comments that calibration and thresholds assume.
        written_share: Share of written comments in the mixture that calibrates.
        assist_precision: Precision the assist preset rejects at, at the stated prevalence.
        false_reject_budget: Share of approvable comments the automatic preset may reject.
        further_budgets: The same share for presets beside it.
        category_precision: Share of comments at a category's threshold that must be rejectable.
        false_approve_budget: Share of rejectable comments the assist preset may approve.
        annotation_weight: Weight of an annotated news comment in training.
        written_weight: Weight of a comment written for the project in training.
        slots_weight: Weight of a sentence whose slots were filled at random.
        augmented_weight: Weight of a written comment with words disguised, or woven into others.
        crowd_share: Share of the margins of a second fit, in which comments labelled by crowds
            count as much as their number: it knows more words, the first more of the guide.
        crowd_annotation_weight: Weight of an annotated news comment in that fit.
        crowd_written_weight: Weight of a comment written for the project, and of a filled
            sentence, in that fit.
        crowd_inverse_regularisation: `C` of that fit.
        own_weight: Weight of a comment that the newsroom's moderators decided.
        own_share: Share of own decisions in the mixture that calibrates, once they are enough.
        fewest_own: Own decisions to train on from which they calibrate, a tenth of each kind.
        sentence_lowest: Overall probability of a comment from which its worst sentence may count.
        sentence_discounts: By how much the log odds of a sentence may be lowered: the discount
            that ranks comments best out of fold is kept, or none.
        unsure_factor: Factor on the weight of a row its readers were unsure of.
        english_texts: A word in at least this many texts may be English.
        english_context: It is English if, in the texts it occurs in, this share of the other words
            is common: foreign words keep foreign company.
        common_share: A word in this share of all texts is common.
        seed: Of every random draw.
        jobs: Heads fitted, and chunks of texts read, at once.
    """

    terms: TermSettings = field(default_factory=TermSettings)
    fewest_groups: int = 3
    kept_terms: int = 300_000
    inverse_regularisation: float = 0.1
    smoothing: float = 0.05
    tolerance: float = 1e-5
    most_iterations: int = 500
    folds: int = 5
    prevalence: float = 0.2
    written_share: float = 0.75
    assist_precision: float = 0.85
    false_reject_budget: float = 0.02
    further_budgets: tuple[float, ...] = (0.005, 0.01, 0.02, 0.05)
    category_precision: float = 0.95
    false_approve_budget: float = 0.2
    annotation_weight: float = 20.0
    written_weight: float = 10.0
    slots_weight: float = 3.0
    augmented_weight: float = 3.0
    crowd_share: float = 0.3
    crowd_annotation_weight: float = 5.0
    crowd_written_weight: float = 3.0
    crowd_inverse_regularisation: float = 0.3
    own_weight: float = 30.0
    own_share: float = 0.5
    fewest_own: int = 500
    sentence_lowest: float = 0.2
    sentence_discounts: tuple[float, ...] = (1.0, 1.5, 2.0, 2.5, 3.0)
    unsure_factor: float = 0.5
    english_texts: int = 3
    english_context: float = 0.8
    common_share: float = 0.00025
    seed: int = 20261122
    jobs: int = 2

    def budgets(self) -> dict[str, float]:
        """Return the presets without a review band: name, share of false rejections."""
        further = {f"budget-{100 * budget:g}": budget for budget in self.further_budgets}
        return {"automatic": self.false_reject_budget, **further}

    def digest(self) -> str:
        """Return the first 12 hexadecimal digits of a SHA-256 over all settings but `jobs`."""
        values = asdict(self)
        del values["jobs"]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]
