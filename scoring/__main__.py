"""`comment-moderation COMMAND`, also as `python -m scoring COMMAND`; `--help` lists the commands.

Without a command, INPUT OUTPUT scores an archive, as `score INPUT OUTPUT` does.
"""

from __future__ import annotations

import importlib
import runpy
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple


class Command(NamedTuple):
    """A command and what runs it.

    Attributes:
        module: Its `main` takes the words after the command; a package of another part of the
            project is run as `python -m PACKAGE` is.
        words: Words that come before those given.
        extra: The extra that installs what it needs; empty for none.
        meaning: What it does, in a few words.
    """

    module: str
    words: tuple[str, ...]
    extra: str
    meaning: str


COMMANDS: Final = {
    "serve": Command("service", (), "serve", "start the HTTP service"),
    "classify": Command("scoring.commands.classify", (), "", "judge a comment, or lines of stdin"),
    "score": Command("scoring.archive.command", (), "archive", "score an archive of comments"),
    "models": Command("scoring.commands.models", (), "", "list, use, roll back, remove versions"),
    "feedback": Command("service.feedback", (), "serve", "export, delete or measure feedback"),
    "keys": Command("service.keys", (), "serve", "make an API key"),
    "rules": Command("scoring.commands.rules", (), "", "what house rules would change"),
    "import": Command("training", ("import",), "train", "bring past decisions of moderators in"),
    "train": Command("training", ("train",), "train", "train a version on all that is there"),
    "evaluate": Command("training", ("evaluate",), "train", "measure the version in use"),
}
_WRONG_USE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, if what it needs is installed.

    Args:
        arguments: Words after the program's name; the process's own where None.

    Returns:
        The exit status of the command; 1 where its extra is not installed.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] in ([], ["-h"], ["--help"]):
        sys.stdout.write(usage())
        return 0 if words else _WRONG_USE
    name = words.pop(0) if words[0] in COMMANDS else "score"
    command = COMMANDS[name]
    try:
        return _run(name, command, [*command.words, *words])
    except ImportError as error:  # runpy's own is no ModuleNotFoundError
        needed = f"[{command.extra}]" if command.extra else ""
        sys.stderr.write(
            f"error: {error.name or command.module} is not installed; `{name}` needs "
            f"pip install 'comment-moderation{needed}'\n"
        )
        return 1


def usage() -> str:
    """Return what `--help` prints.

    Returns:
        Lines: each command and what it does.
    """
    lines = [f"  {name:<10}{command.meaning}" for name, command in COMMANDS.items()]
    every = "\n".join(lines)
    return f"usage: comment-moderation COMMAND …   (COMMAND --help says more)\n\n{every}\n"


def _run(name: str, command: Command, words: list[str]) -> int:
    if command.module.startswith("scoring."):
        return int(importlib.import_module(command.module).main(words))
    # another part of the project: scoring does not import it, it hands the process over
    sys.argv = [f"comment-moderation {name}", *words]
    try:
        runpy.run_module(command.module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
