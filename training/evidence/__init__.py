"""What the shipped model is worth: benchmarks, bias, evasion, calibration, explanations."""
