"""What a model is worth on held-back comments, and whether it may replace another."""
