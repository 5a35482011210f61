"""Every error that the service raises itself.

ServiceError
├── SettingsError  an environment variable holds what it may not
└── Problem        an answer other than success; see `service.http.problems`
"""

from __future__ import annotations


class ServiceError(Exception):
    """Base of all errors of this package."""


class SettingsError(ServiceError):
    """An environment variable holds a value that it may not."""
