"""The evidence as one HTML page that needs no network: tables, and pictures inside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from training.reports.evidence_cells import Table
from training.reports.evidence_plots import evidence_pictures
from training.reports.evidence_summary import summary_sentences
from training.reports.evidence_tables import evidence_tables

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #8886; text-align: left; }
th { position: sticky; top: 0; background: Canvas; }
.worse { border-left: 4px solid #D55E00; padding-left: .8rem; }
figure { margin: 0; flex: 1 1 26rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; }
img { max-width: 100%; height: auto; background: white; }
"""


def evidence_page(found: Mapping[str, Any]) -> str:
    """Write the page.

    Args:
        found: As `training.evidence.collect` gives it.

    Returns:
        HTML.
    """
    title = f"Evaluation of {found['model']}"
    sentences = "".join(f"<li>{escape(line)}</li>" for line in summary_sentences(found))
    missing = ", ".join(found["missing"])
    note = f"<p>Not there, so not measured: {escape(missing)}.</p>" if missing else ""
    tables = "".join(_table(table) for table in evidence_tables(found))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        '</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n"
        f"<p>Measured {escape(found['date'])} by <code>make evaluate</code>, preset "
        f"<code>assist</code> unless another is named.</p>\n<ul>{sentences}</ul>\n{note}"
        f"{_pictures(found)}\n{tables}</body></html>\n"
    )


def _pictures(found: Mapping[str, Any]) -> str:
    figures = "\n".join(
        f'<figure><img alt="{escape(title)}: the figures are in the tables below" '
        f'src="data:image/png;base64,{base64.b64encode(image).decode()}">'
        f"<figcaption>{escape(title)}</figcaption></figure>"
        for title, image in evidence_pictures(found).items()
    )
    return f'<div class="pictures">{figures}</div>'


def _table(table: Table) -> str:
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    worse = "".join(f"<li>{escape(line)}</li>" for line in table.worse)
    if worse:
        worse = f'<div class="worse"><p>Worse than published:</p><ul>{worse}</ul></div>'
    return (
        f"<h2>{escape(table.title)}</h2><p>{escape(table.about)}</p>{worse}"
        f'<div class="wide"><table><thead><tr>{header}</tr></thead><tbody>\n{rows}\n</tbody>'
        "</table></div>\n"
    )
