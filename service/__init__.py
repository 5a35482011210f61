"""The HTTP service: it loads a published model and answers `/classify`."""
