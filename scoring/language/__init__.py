"""Whether the model can read a text, and the name of its language."""
