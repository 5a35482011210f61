"""From a text as sent to the tokens that a model reads, with offsets."""
