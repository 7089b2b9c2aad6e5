#!/usr/bin/env bash
# vl-convert-python 1.9.0.post1: the same SVG with text in two fonts gives a PDF of other bytes nearly each time, within one process;
# it looks the same, but letters and fonts are numbered in another order. PNG and SVG are the same each time. A text in a
# family that is not there is left out without a word, unless a generic family ends the list. `scale` has no effect on a PDF:
# its page is as many points wide as the SVG has pixels.
# Seen (files of twenty that differ, and texts in the PDF):
#   PDF more than 1, PNG 1; 'one', 'two', 'three' there, 'four' not
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "vl-convert-python==1.9.0.post1" "pypdf==6.21.4"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from io import BytesIO

import pypdf
import vl_convert

texts = (
    '<text y="20" font-family="Liberation Sans">one</text>'
    '<text y="40" font-family="Liberation Sans" font-weight="bold">two</text>'
    '<text y="60" font-family="No Such Family, sans-serif">three</text>'
    '<text y="80" font-family="No Such Family">four</text>'
)
svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">{texts}</svg>'
pdfs = {vl_convert.svg_to_pdf(svg, scale=0.5) for _ in range(20)}
pngs = {vl_convert.svg_to_png(svg) for _ in range(20)}
page = pypdf.PdfReader(BytesIO(min(pdfs))).pages[0]
words, width = page.extract_text().split(), float(page.mediabox.width)
print(f"{len(pdfs)} PDFs, {len(pngs)} PNG, {words}, {width:g} points wide")
assert len(pdfs) > 1 and len(pngs) == 1
assert words == ["one", "two", "three"] and width == 200
PYTHON
