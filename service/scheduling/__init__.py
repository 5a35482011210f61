"""Shares the worker's one thread among requests: micro-batches and steps."""
