"""A trained model on disk: manifest, files with checksums, versions."""
