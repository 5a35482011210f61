"""From texts to a TF-IDF matrix over chosen n-grams."""
