"""From data to a tagged PDF, or to pictures of its pages, through Typst.

PDF/UA-1 is asked for: Typst refuses what is not accessible (a picture without
words, no title, headings out of order) instead of printing it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import font_source_sans_pro
import typst

ROOT = Path(__file__).parent / "typst"
FONTS = Path(font_source_sans_pro.__file__).parent / "files"
PREVIEW_PPI = 60


def _compiler(drawing: str, data: dict[str, Any]) -> typst.Compiler:
    # Only our fonts and those Typst brings: the same sheet on every machine.
    return typst.Compiler(
        str(ROOT / f"{drawing}.typ"),
        root=str(ROOT),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
    )


def pdf(drawing: str, data: dict[str, Any]) -> bytes:
    """The sheet *drawing* (the name of a file in ``typst/``) as PDF/UA-1."""
    document = _compiler(drawing, data).compile(format="pdf", pdf_standards=["ua-1"])
    assert isinstance(document, bytes)  # noqa: S101 - for the type checker: pages come as a list only for pictures
    return document


def first_page(drawing: str, data: dict[str, Any]) -> bytes:
    """The first page as PNG, small: to look at before printing."""
    pages = _compiler(drawing, data).compile(format="png", ppi=PREVIEW_PPI)
    return pages[0] if isinstance(pages, list) else pages or b""
