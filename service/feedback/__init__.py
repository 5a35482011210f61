"""Moderators' decisions, kept in a database by explicit call, to train on and to be measured by."""
