"""mitmproxy's reader of HAR files: python har.py FILE prints what it has found, one entry a line."""

import json
import sys

from mitmproxy.io import read_flows_from_paths

for flow in read_flows_from_paths(sys.argv[1:]):
    found = {
        "scheme": flow.request.scheme,
        "host": flow.request.host,
        "path": flow.request.path,
        "asked": flow.request.headers.get("sec-websocket-protocol"),
        "status": flow.response.status_code,
        "selected": flow.response.headers.get("sec-websocket-protocol"),
        "started": flow.request.timestamp_start,
    }
    print(json.dumps(found))
