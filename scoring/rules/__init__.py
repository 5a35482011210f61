"""House rules: what a moderation lead decides without training again."""
