"""`comment-moderation keys`: make a key, and the line by which the service knows it."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence

from service.errors import SettingsError
from service.keys.api_keys import SCOPES, digest_of, parse_keys


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Words after `keys`; the process's own where None.

    Returns:
        The exit status: 0, or 1 after an error told in one line.
    """
    parser = argparse.ArgumentParser(
        prog="comment-moderation keys",
        description="Make a random key: standard output gets the line for the file that "
        "MODERATION_API_KEYS_FILE names, standard error the key, which is nowhere kept.",
    )
    parser.add_argument("name", help="what logs call its bearer, one word")
    parser.add_argument("--scopes", default="classify", help=f"of {', '.join(SCOPES)}, joined by +")
    parser.add_argument("--rate", help="requests a second it may make")
    options = parser.parse_args(arguments)
    key = secrets.token_urlsafe(32)
    line = f"{options.name} {options.scopes} sha256:{digest_of(key.encode()).hex()}"
    line += "" if options.rate is None else f" rate={options.rate}"
    try:
        parse_keys([line], "the options")
    except SettingsError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stderr.write(f"key, shown once: {key}\n")
    sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
