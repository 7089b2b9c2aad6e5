#!/usr/bin/env bash
# vl-convert-python 1.9.0.post1: a text with a character that XML does not allow, such as NUL or ESC in a name, ends the whole
# Python process (SIGABRT, exit status 134) when a chart with it is drawn: text is measured as SVG, whose parser's refusal is a
# panic that cannot unwind. No exception can be caught.
# Seen:
#   'a\x00b' 134, 'a\x1bb' 134, 'a\ufffdb' 0
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "vl-convert-python==1.9.0.post1"
cat > "$folder/draw.py" <<'PYTHON'
import ast
import sys

import vl_convert

name = ast.literal_eval(sys.argv[1])
encoding = {"y": {"field": "name", "type": "nominal"}}
vl_convert.vegalite_to_svg({"data": {"values": [{"name": name}]}, "mark": "bar", "encoding": encoding})
PYTHON
cd "$folder"
found=""
for name in "'a\\x00b'" "'a\\x1bb'" "'a\\ufffdb'"; do
    status=0
    bash -c '"$0" draw.py "$1"' venv/bin/python "$name" 2> /dev/null || status=$?
    found="$found$name $status "
done
echo "$found"
[ "$found" = "'a\\x00b' 134 'a\\x1bb' 134 'a\\ufffdb' 0 " ]
