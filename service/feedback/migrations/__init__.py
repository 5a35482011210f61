"""Steps from one shape of the feedback's database to the next, run at the service's start."""
