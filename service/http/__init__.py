"""What every request passes: middleware, keys, bodies, errors."""
