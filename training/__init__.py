"""From labelled comments to a published model: sources, corpus, fit, calibrate, evaluate."""
