"""Work in chunks, by threads or by a Dask cluster."""
