"""What a score is: guidelines, normalised text, features, the scorer, the artifact and the policy.

This package knows nothing of labels, HTTP or data frames, and imports neither `training` nor
`service`.
"""
