"""From tokens to hashed n-grams."""
