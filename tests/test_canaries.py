"""The guard on the log lines of the whole test run finds what it should, and only in log lines."""

from __future__ import annotations

import pytest

from tests.canaries import COMMENTS, KEYS, leaks

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("canary", [*COMMENTS, *KEYS])
def test_a_log_line_with_a_comment_or_a_key_is_found(canary: str) -> None:
    assert canary in leaks(f'{{"event":"request","text":"{canary.upper()}"}}')


def test_what_is_no_log_line_or_holds_none_is_let_be() -> None:
    assert leaks('{"event":"request","route":"/classify"}') == []
    assert leaks("E   assert 'you are an idiot'") == []


def test_a_leaking_test_fails(pytester: pytest.Pytester) -> None:
    hook = "from tests.conftest import pytest_runtest_makereport\n"
    pytester.makeconftest(hook)
    pytester.makepyfile(
        """
        import sys

        def test_leaks():
            sys.stderr.write('{"event": "x", "text": "You are an idiot"}\\n')

        def test_is_quiet():
            sys.stderr.write('{"event": "x"}\\n')
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
