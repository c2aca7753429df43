"""Providers to test with: checks the signature of each request with nothing but Python's own
hashes, written down from the providers' documents, and answers as they do.

Whose request it is stands in its path or headers. What is answered is chosen by what the
configuration of the channel sends along (TemplateCode, TemplateId, MessagingServiceSid, the
key of a robot, the last part of a webhook's path):

    fine            as the provider does for a letter it takes
    status-429      that status, with Retry-After: 7
    garbage         200 <html>            moved   302            slow   no answer
    anything else   the provider's own error of that code

A wrong signature gets the provider's own error for it. Each request is written into a file.

Usage: providers.py LOGFILE; prints the port it listens on, on 127.0.0.1.
"""

import base64
import hashlib
import hmac
import http.server
import json
import sys
import threading
import time
import urllib.parse

KEY = "TESTtestTESTtest"
WEBHOOK_KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
log = open(sys.argv[1], "a", encoding="utf-8")
lock = threading.Lock()
nonces = set()


def mac(key, text):
    return hmac.new(key if isinstance(key, bytes) else key.encode(), text.encode(), hashlib.sha256)


def sha(body):
    return hashlib.sha256(body).hexdigest()


def fields(authorization):
    return dict(part.strip().split("=", 1) for part in authorization.split(" ", 1)[1].split(","))


class Refused(Exception):
    pass


def aliyun(request, query, headers, body):
    quote = lambda text: urllib.parse.quote(text, safe="~")
    given = fields(headers["authorization"])
    names = given["SignedHeaders"].split(";")
    for needed in ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"):
        if needed not in names:
            raise Refused("MissingSignedHeader")
    canonical = "\n".join([
        "POST", "/", "&".join(f"{quote(k)}={quote(query[k])}" for k in sorted(query)),
        "".join(f"{name}:{headers[name].strip()}\n" for name in names), ";".join(names), sha(body),
    ])
    if mac(KEY, "ACS3-HMAC-SHA256\n" + sha(canonical.encode())).hexdigest() != given["Signature"]:
        raise Refused("SignatureDoesNotMatch")
    if headers["x-acs-content-sha256"] != sha(body):
        raise Refused("ContentDoesNotMatch")
    with lock:
        if headers["x-acs-signature-nonce"] in nonces:
            raise Refused("SignatureNonceUsed")
        nonces.add(headers["x-acs-signature-nonce"])
    json.loads(query.get("TemplateParam", "{}"))
    return query["TemplateCode"]


def tencent(request, query, headers, body):
    given = fields(headers["authorization"])
    seconds = headers["x-tc-timestamp"]
    date = time.strftime("%Y-%m-%d", time.gmtime(int(seconds)))
    scope = f"{date}/sms/tc3_request"
    names = given["SignedHeaders"].split(";")
    canonical = "\n".join([
        "POST", "/", "", "".join(f"{name}:{headers[name].lower()}\n" for name in names),
        ";".join(names), sha(body),
    ])
    key = mac("TC3" + KEY, date).digest()
    key = mac(mac(key, "sms").digest(), "tc3_request").digest()
    text = f"TC3-HMAC-SHA256\n{seconds}\n{scope}\n{sha(canonical.encode())}"
    if given["Credential"].split("/", 1)[1] != scope or mac(key, text).hexdigest() != given["Signature"]:
        raise Refused("AuthFailure.SignatureFailure")
    return json.loads(body)["TemplateId"]


def twilio(request, query, headers, body):
    account = urllib.parse.urlsplit(request.path).path.split("/")[3]
    want = base64.b64encode(f"{account}:{KEY}".encode()).decode()
    if headers["authorization"] != f"Basic {want}":
        raise Refused("20003")
    return dict(urllib.parse.parse_qsl(body.decode()))["MessagingServiceSid"]


def wecom(request, query, headers, body):
    if json.loads(body)["msgtype"] not in ("text", "markdown"):
        raise Refused("40008")
    return known(query["key"])


def dingtalk(request, query, headers, body):
    text = f"{query['timestamp']}\n{KEY}"
    if base64.b64encode(mac(KEY, text).digest()).decode() != query["sign"]:
        raise Refused("310000")
    return query["access_token"]


def feishu(request, query, headers, body):
    said = json.loads(body)
    if base64.b64encode(mac(f"{said['timestamp']}\n{KEY}", "").digest()).decode() != said["sign"]:
        raise Refused("19021")
    return last(request)


def webhook(request, query, headers, body):
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}"
    want = base64.b64encode(mac(base64.b64decode(WEBHOOK_KEY), text).digest()).decode()
    if f"v1,{want}" not in headers["webhook-signature"].split(" "):
        raise Refused("401")
    if json.loads(body)["specversion"] != "1.0" or json.loads(body)["id"] != headers["webhook-id"]:
        raise Refused("422")
    return last(request)


def known(key):
    """WeCom's robots do not sign: who knows the key may post."""
    if key == "another-key":
        raise Refused("93000")
    return key


def last(request):
    return urllib.parse.urlsplit(request.path).path.split("/")[-1]


FINE = {
    wecom: (200, {"errcode": 0, "errmsg": "ok"}),
    dingtalk: (200, {"errcode": 0, "errmsg": "ok"}),
    feishu: (200, {"code": 0, "msg": "success", "data": {}}),
    webhook: (202, {}),
    aliyun: (200, {"Code": "OK", "Message": "OK", "BizId": "biz^0", "RequestId": "r"}),
    tencent: (200, {"Response": {"SendStatusSet": [{"SerialNo": "serial-1", "Code": "Ok"}], "RequestId": "r"}}),
    twilio: (201, {"sid": "SM1", "status": "queued"}),
}


def failed(provider, code):
    if provider is aliyun:
        return 200, {"Code": code, "Message": "m", "RequestId": "r"}
    if provider is tencent:
        return 200, {"Response": {"Error": {"Code": code, "Message": "m"}, "RequestId": "r"}}
    if provider in (wecom, dingtalk):
        return 200, {"errcode": int(code), "errmsg": "m"}
    if provider is feishu:
        return 200, {"code": int(code), "msg": "m", "data": {}}
    if provider is webhook:
        return int(code), {}
    return (401 if code == "20003" else 400), {"code": int(code), "message": "m", "status": 400}


def provider_of(path, headers):
    if "x-acs-action" in headers:
        return aliyun
    if "x-tc-action" in headers:
        return tencent
    if "webhook-id" in headers:
        return webhook
    if path.startswith("/cgi-bin/webhook/send"):
        return wecom
    if path.startswith("/robot/send"):
        return dingtalk
    if path.startswith("/open-apis/bot/v2/hook/"):
        return feishu
    return twilio


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): text for name, text in self.headers.items()}
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        with lock:
            request = {"path": url.path, "query": query, "headers": headers, "body": body.decode()}
            log.write(json.dumps(request, ensure_ascii=False) + "\n")
            log.flush()
        provider = provider_of(url.path, headers)
        try:
            wish = provider(self, query, headers, body)
        except Refused as refused:
            status, answer = failed(provider, str(refused))
            return self.answer(status, json.dumps(answer))
        if wish == "slow":
            threading.Event().wait()
        if wish == "garbage":
            return self.answer(200, "<html>welcome</html>")
        if wish == "moved":
            return self.answer(302, "")
        if wish.startswith("status-"):
            return self.answer(int(wish.removeprefix("status-")), "slow down")
        status, answer = FINE[provider] if wish == "fine" else failed(provider, wish)
        self.answer(status, json.dumps(answer))

    def answer(self, status, text):
        payload = text.encode()
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/elsewhere")
        if status == 429:
            self.send_header("retry-after", "7")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
