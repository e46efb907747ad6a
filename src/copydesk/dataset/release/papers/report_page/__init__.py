"""The report: one page that works from disk and asks nobody for anything.

In:  a summary of the release.
Out: ``report/index.html``, with its style, script, plots and data inside; the same bytes for the same release.
"""

from copydesk.dataset.release.papers.report_page.page import render

__all__ = ["render"]
