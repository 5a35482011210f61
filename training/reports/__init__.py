"""Reports for analysts: the data, what each source is worth, own comments."""
