"""Whether each message of a script is as a JSON Schema says: valid.py SCHEMA SCRIPT."""

import json
import pathlib
import sys

import fastjsonschema

schema, script = map(pathlib.Path, sys.argv[1:])
validate = fastjsonschema.compile(json.loads(schema.read_text()))
lines = [json.loads(line) for line in script.read_text().splitlines() if line.startswith("{")]
events = [line["json"] for line in lines if "json" in line]
for event in events:
    validate(event)
print(f"{len(events)} events are as {schema} says, by fastjsonschema")
