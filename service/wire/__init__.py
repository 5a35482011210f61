"""Wire formats, one file a format: parse a request, write its answer."""
