"""The page where a moderator tries the model: static files, nothing from elsewhere."""
