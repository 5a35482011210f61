"""Everything that was measured, as tables, the same ones for terminal, page and README."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.reports import evidence_quality as quality
from training.reports import evidence_robustness as robustness
from training.reports.evidence_cells import Table


def evidence_tables(found: Mapping[str, Any]) -> list[Table]:
    """Tell everything that `training.evidence.collect` measured.

    Args:
        found: Its plain values.

    Returns:
        The tables, in the order of a report; those that nothing could be measured for are left out.
    """
    tables = [
        quality.presets_table(found["held_back"]),
        quality.heads_table(found["held_back"]),
        quality.behaviour_suite_table(found["behaviour"]),
        quality.benchmarks_table(found["benchmarks"]),
        *quality.function_tables(found["benchmarks"]),
        quality.own_splits_table(found["own_splits"]),
        robustness.madlibs_table(found["bias"]["madlibs"]),
        robustness.groups_table(found["bias"]["groups"]),
        robustness.spread_table(found["bias"]["spread"]),
        robustness.attacks_table(found["evasion"]["attacks"]),
        robustness.harmless_table(found["evasion"]["harmless"]),
        robustness.calibration_table(found["calibration"]),
        robustness.history_table(found["cut_history"]),
        robustness.seeds_table(found["seeds"]),
        robustness.explanations_table(found["explanations"]),
    ]
    return [table for table in tables if table.rows]
