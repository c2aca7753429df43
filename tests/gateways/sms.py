"""An HTTP SMS gateway to test with: takes requests as such gateways do and writes each
one into a file, a JSON object a line. What it answers depends on the path:

    /ok         200 {"code":"OK","id":"..."}       /throttled  429
    /busy       200 {"code":"BUSY"}                /broken     500
    /refused    200 {"code":"BAD_NUMBER"}          /locked     401
    /garbage    200 <html>                         /bad        400
    /echo       400 with the request in it         /moved      302
    /slow       no answer

Usage: sms.py LOGFILE [PORT]; prints the port it listens on, on 127.0.0.1.
"""

import http.server
import json
import sys
import threading
import urllib.parse

PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 0
ANSWERS = {
    "/ok": (200, '{"code":"OK","id":"sms-77"}'),
    "/busy": (200, '{"code":"BUSY"}'),
    "/refused": (200, '{"code":"BAD_NUMBER"}'),
    "/garbage": (200, "<html>welcome</html>"),
    "/throttled": (429, "slow down"),
    "/broken": (500, "oops"),
    "/locked": (401, "who are you"),
    "/bad": (400, "no such parameter"),
    "/moved": (302, ""),
}
log = open(sys.argv[1], "a", encoding="utf-8")
lock = threading.Lock()


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        kind = self.headers.get("content-type", "")
        request = {
            "method": self.command,
            "path": url.path,
            "query": dict(urllib.parse.parse_qsl(url.query)),
            "headers": {name.lower(): text for name, text in self.headers.items()},
            "body": body,
        }
        if "json" in kind:
            request["json"] = json.loads(body)
        if "urlencoded" in kind:
            request["form"] = dict(urllib.parse.parse_qsl(body))
        with lock:
            log.write(json.dumps(request, ensure_ascii=False) + "\n")
            log.flush()
        if url.path == "/slow":
            threading.Event().wait()
        status, text = ANSWERS.get(url.path, (400, f"cannot send {body}"))
        payload = text.encode()
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/ok")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Gateway)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
