"""From tables of many sources to one corpus: fold, merge, cluster, annotate, split."""
