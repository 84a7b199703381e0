"""json_keys.py DOCUMENT COMMAND FILE...: the keys of the JSON in the files, together, are
those that the table of the document has for the command."""
import json
import re
import sys

document, command, *files = sys.argv[1:]


def keys(value, prefix=""):
    """`a.b` for what stands in objects; the knobs of a schedule are not listed."""
    for key, member in value.items():
        nested = isinstance(member, dict) and key != "schedule"
        yield from keys(member, prefix + key + ".") if nested else [prefix + key]


printed = set()
for file in files:
    with open(file) as stream:
        printed.update(keys(json.load(stream)))
with open(document) as stream:
    rows = re.findall(rf"^\| {command} \| ([^|]*) \|", stream.read(), re.MULTILINE)
documented = [key for row in rows for key in re.findall(r"`([^`]+)`", row)]
assert len(documented) == len(set(documented)), documented
if printed != set(documented):
    sys.exit(f"only printed: {printed - set(documented)}; only documented: {set(documented) - printed}")
print(command, len(documented))
