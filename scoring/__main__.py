"""`python -m scoring INPUT OUTPUT`: scores an archive of comments; `--help` lists the options."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command, if what it needs is installed.

    Returns:
        The exit status; see `scoring.archive.command.main`.
    """
    try:
        from scoring.archive import command

        return command.main()
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"error: {error.name} is not installed; scoring an archive needs the archive extra: "
            "pip install 'comment-moderation[archive]'\n"
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
