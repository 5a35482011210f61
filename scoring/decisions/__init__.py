"""From probabilities to a decision and its reasons."""
