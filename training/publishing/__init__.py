"""From a fitted model to an artifact with its card."""
