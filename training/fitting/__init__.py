"""From a corpus to a fitted, calibrated model with thresholds."""
