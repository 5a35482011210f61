"""The linear model and its one scorer: n-grams in, calibrated probabilities out."""
